"""Passkeys: added, renamed and removed under one's account, and used alone to sign in."""

from allauth.account.utils import get_next_redirect_url
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.adapters import limits, second_factors
from secretsapp.core.errors import InvalidInput
from secretsapp.people import factors, passkeys, sessions, webauthn
from secretsapp.people.webauthn import Challenge, State
from secretsapp.web.forms.second_factors import NewPasskeyForm, PasskeyForm, PasskeyNameForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import METHODS, Done
from secretsapp.web.views.me import keep_session, oneself, stored_key

# In the session, until it is answered: one challenge, whatever it is for.
CHALLENGE = "passkey_challenge"


def keep(request: HttpRequest, challenge: Challenge) -> dict[str, str]:
    """Let the session know the challenge; what a page needs to put it to the browser."""
    request.session[CHALLENGE] = challenge.state
    return {"challenge": challenge.options, "passkey_host": webauthn.host()}


def take(request: HttpRequest) -> State:
    """The challenge of the session, which is gone then; an empty one where there is none."""
    state: State = request.session.pop(CHALLENGE, {})
    return state


@login_not_required
@require_http_methods(METHODS)
def sign_in_alone(request: ActorRequest) -> HttpResponse:
    """Sign in with a passkey and nothing else: a button leads here, and the answer comes back."""
    if request.method != "POST" or request.user.is_authenticated or not webauthn.host():
        return redirect("account_login")
    if refusal := limits.refuse(request, limits.SIGN_INS):
        return refusal
    there = get_next_redirect_url(request)
    form = PasskeyForm(request.POST if webauthn.FIELD in request.POST else None)
    if form.is_valid():
        answer = form.cleaned_data[webauthn.FIELD]
        try:
            person = passkeys.prove_alone(request.actor, state=take(request), answer=answer)
        except InvalidInput as refused:
            form.add_error(webauthn.FIELD, str(refused))
        else:
            words = passkeys.ALONE_WORDS
            return second_factors.sign_in_alone(request, person, words, there)
    context = {"there": there, **keep(request, webauthn.begin_alone())}
    return form_pages.page(request, "account/passkey.html", form, context)


@require_http_methods(METHODS)
def add(request: ActorRequest) -> HttpResponse:
    """Add a passkey, with a name by which it is known again."""
    person = oneself(request)
    if not webauthn.host():
        return redirect("me")
    name = sessions.in_words(request.headers.get("User-Agent", "")) or "Passkey"
    form = NewPasskeyForm(form_pages.posted(request), initial={"name": name})

    def write() -> Done:
        before = stored_key(request)
        passkeys.add(
            request.actor,
            person,
            state=take(request),
            answer=form.cleaned_data[webauthn.FIELD],
            name=form.cleaned_data["name"],
            stored_key=before,
        )
        keep_session(request, person, before)
        is_first = factors.of(request.actor, person).has_unseen_codes
        return Done("Passkey added.", reverse("me_recovery_codes" if is_first else "me"))

    if answer := form_pages.submitted(request, form, write):
        return answer
    context = keep(request, passkeys.begin_adding(request.actor, person))
    return form_pages.page(request, "factors/passkey.html", form, context)


@require_http_methods(METHODS)
def rename(request: ActorRequest, passkey_id: int) -> HttpResponse:
    """Give a passkey another name."""
    person = oneself(request)
    name = passkeys.get(request.actor, person, passkey_id)
    form = PasskeyNameForm(form_pages.posted(request), initial={"name": name})

    def write() -> Done:
        passkeys.rename(request.actor, person, passkey_id, form.cleaned_data["name"])
        return Done("Passkey renamed.", reverse("me"))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "factors/rename_passkey.html", form, {"name": name})


@require_http_methods(METHODS)
def remove(request: ActorRequest, passkey_id: int) -> HttpResponse:
    """Remove a passkey, confirmed on a page that says what it means."""
    person = oneself(request)
    name = passkeys.get(request.actor, person, passkey_id)
    form = Form(form_pages.posted(request))

    def write() -> Done:
        before = stored_key(request)
        passkeys.remove(request.actor, person, passkey_id, before)
        keep_session(request, person, before)
        return Done("Passkey removed. Your other sessions have ended.", reverse("me"))

    context = {"name": name, "is_last": factors.of(request.actor, person).is_last}
    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "factors/remove_passkey.html", form, context)
