"""The page on which someone who is signed in confirms that it's them, and goes on."""

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.adapters import confirmations, limits
from secretsapp.core.errors import InvalidInput
from secretsapp.models import User
from secretsapp.people import factors, identities, passkeys, webauthn
from secretsapp.web.confirming import name_of, needs_confirmation
from secretsapp.web.factor_gate import holds_up
from secretsapp.web.forms.confirmation import ConfirmForm
from secretsapp.web.forms.second_factors import PasskeyForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.me import check_password, oneself
from secretsapp.web.views.passkeys import keep, take


@require_http_methods(form_pages.METHODS)
def confirm(request: ActorRequest) -> HttpResponse:
    """Ask for the password, a code or a passkey, with the limits of the sign-in; then go on."""
    person, there = oneself(request), next_page(request)
    if confirmations.is_confirmed(request):
        return redirect(there)
    form = _sent(request, person)
    if form.is_valid():
        given = form.cleaned_data
        # A password beside it would not be looked at: it has a limit of its own.
        is_guess = bool(given.get("code") or given.get(webauthn.FIELD))
        if is_guess and (refusal := limits.refuse_second_factor(request, person)):
            return refusal
        try:
            _prove(request, person, form)
        except InvalidInput as refused:
            form.add_error(refused.field, str(refused))
        else:
            confirmations.confirm(request)
            return redirect(there)
    providers = identities.confirming(person)
    context = {"next": there, "providers": providers, **_asked(request, person, form)}
    return form_pages.page(request, "account/confirm.html", form, context)


def _sent(request: ActorRequest, person: User) -> ConfirmForm | PasskeyForm:
    """The form that was sent, of the two on the page; the one without a passkey where none was."""
    if webauthn.FIELD in request.POST:
        return PasskeyForm(request.POST)
    has_factor = factors.of(request.actor, person).is_on
    return ConfirmForm(form_pages.posted(request), has_factor=has_factor)


def _asked(request: ActorRequest, person: User, form: Form) -> dict[str, object]:
    """What the page asks for: a passkey of those who have one, or what else proves who they are."""
    fields = form if isinstance(form, ConfirmForm) else ConfirmForm(has_factor=True)
    challenge = passkeys.begin_proving(person)
    if challenge is None:
        return {"person": person, "fields": fields}
    fields.fields["password"].widget.attrs.pop("autofocus", None)
    return {"person": person, "fields": fields, **keep(request, challenge)}


@login_not_required
@require_safe
def check(request: ActorRequest) -> JsonResponse:
    """Whether a form that is open in the browser can be sent: the token it needs, or a notice.

    `page` is where it leads, and `person` whose page it is on.
    """
    if not request.user.is_authenticated:
        return _held_back(request, "ended", resolve_url("account_login"))
    if request.GET.get("person") != str(request.user.pk):
        return _held_back(request, "other", resolve_url("home"))
    page = request.GET.get("page", "")
    if holds_up(request, name_of(page)):
        return _held_back(request, "factor", resolve_url("me_second_factor"))
    if needs_confirmation(request, page):
        return _held_back(request, "confirm", resolve_url("confirm"))
    return JsonResponse({"token": get_token(request)})


def _held_back(request: HttpRequest, why: str, way: str) -> JsonResponse:
    """The notice that says why it can't, and what to do."""
    notice = render_to_string("layout/_held_back.html", {"why": why, "way": way}, request)
    return JsonResponse({"notice": notice})


def _prove(request: ActorRequest, person: User, form: Form) -> None:
    """Raise InvalidInput unless what was sent is right: a passkey, a code or the password."""
    given = form.cleaned_data
    if answer := given.get(webauthn.FIELD):
        passkeys.prove(request.actor, person, state=take(request), answer=answer)
    elif code := given["code"]:
        factors.prove(request.actor, person, code)
    else:
        check_password(request, person, given["password"], field="password")


def next_page(request: ActorRequest) -> str:
    """The page that was asked for, if it is one of ours."""
    sent = request.POST if request.method == "POST" else request.GET
    there = sent.get(REDIRECT_FIELD_NAME, "")
    if url_has_allowed_host_and_scheme(there, None) and there.startswith("/"):
        return there
    return resolve_url("home")
