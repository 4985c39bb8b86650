"""Accepts an invitation, by its code: opening a page or a link uses nothing up."""

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.adapters import limits
from secretsapp.core import blanks
from secretsapp.core.errors import CodeRefused
from secretsapp.core.plaintext import Plaintext
from secretsapp.people import accepting
from secretsapp.people.accepting import Offer
from secretsapp.web.forms.invitations import JoinForm
from secretsapp.web.forms.passwords import CodeForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views.form_pages import METHODS, Done, page, posted, submitted
from secretsapp.web.views.passwords import SIGNS_IN_AS

# In the session, which is encrypted: the code of the invitation that was opened.
CODE = "invitation_code"


@login_not_required
@require_http_methods(METHODS)
def invitation(request: ActorRequest) -> HttpResponse:
    """Take the code that a link has behind its `#`; then show what the invitation offers."""
    if refusal := limits.refuse(request, limits.CODES):
        return refusal
    form = CodeForm(posted(request))
    if not form.is_bound and (offer := _opened(request)):
        return _shown(request, offer, Form() if request.user.is_authenticated else JoinForm())
    if form.is_valid():
        code = form.cleaned_data["code"]
        try:
            offer = accepting.look(request.actor, code)
        except CodeRefused as refused:
            form.add_error("code", str(refused))
        else:
            request.session[CODE] = code.expose().decode()
            if offer.has_account:
                request.session[SIGNS_IN_AS] = offer.invitation.address
            return redirect("invitation")
    is_over = not form.is_bound and CODE in request.session
    return page(request, "entry/invitation_code.html", form, {"is_over": is_over})


@login_not_required
@require_http_methods(METHODS)
def accept(request: ActorRequest) -> HttpResponse:
    """Accept the invitation that was opened; a GET only leads to it."""
    if refusal := limits.refuse(request, limits.CODES):
        return refusal
    code = request.session.get(CODE)
    if request.method != "POST" or not code:
        return redirect("invitation")
    form = Form(request.POST) if request.user.is_authenticated else JoinForm(request.POST)

    def act() -> Done:
        done = _accepted(request, form, Plaintext.from_text(code))
        request.session.pop(CODE, None)
        return done

    if answer := submitted(request, form, act):
        return answer
    if offer := _opened(request):
        return _shown(request, offer, form)
    return _over(request, form)


def _accepted(request: ActorRequest, form: Form, code: Plaintext) -> Done:
    if request.user.is_authenticated:
        accepting.accept(request.actor, code)
        return Done("You accepted the invitation.", reverse("home"))
    given = form.cleaned_data
    user = accepting.join(request.actor, code, name=given["name"], password=given["password"])
    perform_login(request, user)
    told = blanks.about_password(given["password"])
    return Done("Your account is ready.", reverse("home"), told)


def _opened(request: ActorRequest) -> Offer | None:
    """What the invitation offers that was opened in this session, while it can be accepted."""
    code = request.session.get(CODE)
    try:
        return accepting.peek(Plaintext.from_text(code)) if code else None
    except CodeRefused:
        return None


def _shown(request: ActorRequest, offer: Offer, form: Form) -> HttpResponse:
    """The offer with what there is to do: accept it, make an account, sign in or sign out."""
    is_own = request.actor.name == offer.invitation.address
    context = {
        "offer": offer,
        "invitation": offer.invitation,
        "is_own": request.user.is_authenticated and is_own,
    }
    return page(request, "entry/invitation.html", form, context)


def _over(request: ActorRequest, refused: Form) -> HttpResponse:
    """The page for a code, which says why the one that was opened works no more."""
    form = CodeForm({"code": request.session.pop(CODE)})
    form.is_valid()
    for sentences in refused.errors.values():
        form.add_error("code", list(sentences))
    return page(request, "entry/invitation_code.html", form, {})
