"""Second factors: asked for at sign-in, and set up, removed and replaced under one's account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.adapters import limits, second_factors
from secretsapp.core.errors import InvalidInput
from secretsapp.models import User
from secretsapp.people import directory, factors, lost_factors, passkeys, webauthn
from secretsapp.web.factor_gate import due_of
from secretsapp.web.forms.second_factors import FactorCodeForm, PasskeyForm, SignInCodeForm
from secretsapp.web.qr_code import draw
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import METHODS, Done
from secretsapp.web.views.me import keep_session, oneself, stored_key
from secretsapp.web.views.passkeys import keep, take

# In the session, which is encrypted: the secret of an app that is being set up.
SECRET = "new_app_secret"  # noqa: S105 - the name of a place
GROUP = 4


@login_not_required
@require_http_methods(METHODS)
def sign_in(request: ActorRequest) -> HttpResponse:
    """The second step of a sign-in; without a first one it leads there."""
    stage = second_factors.waiting_stage(request)
    if stage is None:
        return redirect("account_login")
    person = stage.login.user
    if refusal := limits.refuse_second_factor(request, person):
        return refusal
    form = _sent(request)
    if form.is_valid():
        try:
            kind = _prove(request, person, form)
        except InvalidInput as refused:
            form.add_error(refused.field, str(refused))
        else:
            answer: HttpResponse = stage.pass_with(kind)
            return answer
    return form_pages.page(
        request, "account/second_factor.html", form, _asked(request, person, form)
    )


def _sent(request: ActorRequest) -> SignInCodeForm | PasskeyForm:
    """The form that was sent, of the two on the page; that of a code where none was."""
    is_passkey = webauthn.FIELD in request.POST
    return PasskeyForm(request.POST) if is_passkey else SignInCodeForm(form_pages.posted(request))


def _prove(request: ActorRequest, person: User, form: Form) -> str:
    given = form.cleaned_data
    if webauthn.FIELD in given:
        answer = given[webauthn.FIELD]
        return passkeys.prove(request.actor, person, state=take(request), answer=answer)
    return factors.prove(request.actor, person, given["code"])


def _asked(request: ActorRequest, person: User, form: Form) -> dict[str, object]:
    """What the page asks for: a code in any case, and a passkey of those who have one."""
    codes = form if isinstance(form, SignInCodeForm) else SignInCodeForm()
    challenge = passkeys.begin_proving(person)
    if challenge is None:
        return {"person": person, "codes": codes}
    # The keyboard of a phone would cover the button.
    codes.fields["code"].widget.attrs.pop("autofocus", None)
    return {"person": person, "codes": codes, **keep(request, challenge)}


@require_safe
def choose(request: ActorRequest) -> HttpResponse:
    """What there is to choose from, for someone who must have one; others are led to theirs."""
    due = due_of(request)
    if due is None:
        return redirect("me")
    context = {"due": due, "has_passkeys": bool(webauthn.host())}
    return render(request, "factors/choose.html", context)


@require_http_methods(METHODS)
def app(request: ActorRequest) -> HttpResponse:
    """Set up an authenticator app: a picture for it, and a code to prove that it took it."""
    person = oneself(request)
    if factors.of(request.actor, person).app_since:
        return redirect("me")
    secret = request.session.get(SECRET) or factors.new_secret()
    request.session[SECRET] = secret
    form = FactorCodeForm(form_pages.posted(request))

    def write() -> Done:
        before, code = stored_key(request), form.cleaned_data["code"]
        factors.add_app(request.actor, person, secret=secret, code=code, stored_key=before)
        del request.session[SECRET]
        keep_session(request, person, before)
        is_first = factors.of(request.actor, person).has_unseen_codes
        return Done("Authenticator app added.", reverse("me_recovery_codes" if is_first else "me"))

    context = {
        "qr": draw(second_factors.otpauth_address(person, secret)),
        "groups": [secret[at : at + GROUP] for at in range(0, len(secret), GROUP)],
    }
    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "factors/app.html", form, context)


@require_http_methods(METHODS)
def remove_app(request: ActorRequest) -> HttpResponse:
    """Remove the app, confirmed on a page that says what it means."""
    person = oneself(request)
    held = factors.of(request.actor, person)
    if not held.app_since:
        return redirect("me")
    form = Form(form_pages.posted(request))

    def write() -> Done:
        before = stored_key(request)
        factors.remove_app(request.actor, person, before)
        keep_session(request, person, before)
        return Done("Authenticator app removed. Your other sessions have ended.", reverse("me"))

    context = {"is_last": held.is_last}
    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "factors/remove_app.html", form, context)


@require_http_methods(METHODS)
def codes(request: ActorRequest) -> HttpResponse:
    """Recovery codes, shown once; a form on the page makes new ones."""
    person = oneself(request)
    form = Form(form_pages.posted(request))

    def write() -> Done:
        factors.make_codes(request.actor, person)
        sentence = "New recovery codes made. The old ones no longer work."
        return Done(sentence, reverse("me_recovery_codes"))

    if answer := form_pages.submitted(request, form, write):
        return answer
    held = factors.of(request.actor, person)
    if not held.is_on:
        return redirect("me")
    shown = factors.show_codes(request.actor, person) if request.method == "GET" else []
    context = {"codes": shown, "held": held, "person": person}
    return form_pages.page(request, "factors/codes.html", form, context)


@require_http_methods(METHODS)
def reset(request: ActorRequest, person_id: int) -> HttpResponse:
    """Take the factors of someone who lost them, confirmed on a page that says what it means."""
    person = directory.of_id(request.actor, person_id).person
    form = Form(form_pages.posted(request))
    there = reverse("person", args=[person.pk])

    def write() -> Done:
        if lost_factors.reset(request.actor, person):
            return Done(f"Reset the second factors of {person.email}.", there)
        return Done(f"{person.email} has no second factor.", there)

    if not form.is_bound and not directory.people_with_factors([person.pk]):
        messages.info(request, f"{person.email} has no second factor.")
        return redirect(there)
    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "factors/reset.html", form, {"person": person})
