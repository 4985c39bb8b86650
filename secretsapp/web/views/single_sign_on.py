"""Single sign-on: the way to a provider, what comes back from it, and one's own connections."""

import logging
from typing import Any, cast

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.adapters import confirmations, limits, second_factors
from secretsapp.core.errors import AlreadyExists
from secretsapp.core.providers import Claims, Provider, SignOnRefused
from secretsapp.models import User
from secretsapp.people import directory, identities, identity_ends, sign_on
from secretsapp.people.sign_on import Purpose, Sent
from secretsapp.web.factor_gate import holds_up
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.confirmation import next_page
from secretsapp.web.views.form_pages import METHODS, Done
from secretsapp.web.views.me import keep_session, oneself, stored_key

log = logging.getLogger(__name__)

# In the session, which is encrypted, until a provider's answer comes: one at a time.
SENT = "sent_to_provider"
_SAID = ("code", "error", "iss", "state")
LONGEST_THERE = 4000


@login_not_required
@require_http_methods(METHODS)
def sign_in(request: ActorRequest, provider_id: str) -> HttpResponse:
    """Lead to a provider to sign in there; a button on the sign-in page leads here."""
    provider = sign_on.provider_of(provider_id)
    if request.method != "POST" or request.user.is_authenticated:
        return redirect("account_login")
    there = get_next_redirect_url(request) or ""
    # The session keeps it for anyone who asks: no page of ours has so long an address.
    there = there if len(there) <= LONGEST_THERE else ""
    return _leave(request, provider, Purpose.SIGN_IN, there)


@require_http_methods(METHODS)
def confirm(request: ActorRequest, provider_id: str) -> HttpResponse:
    """Lead to a provider to sign in there once more, for who can't confirm otherwise."""
    provider, there = sign_on.provider_of(provider_id), next_page(request)
    if request.method != "POST" or provider not in identities.confirming(oneself(request)):
        return redirect("confirm")
    return _leave(request, provider, Purpose.CONFIRM, there)


@require_http_methods(METHODS)
def connect(request: ActorRequest, provider_id: str) -> HttpResponse:
    """Connect an account at a provider to one's own, on a page that says what it means."""
    provider = sign_on.provider_of(provider_id)
    if any(
        each.id
        for each in identities.of(request.actor, oneself(request))
        if each.provider_id == provider_id
    ):
        return redirect("me")
    if request.method == "POST":
        return _leave(request, provider, Purpose.CONNECT, reverse("me"))
    return form_pages.page(request, "me/connect.html", Form(), {"provider": provider})


@require_http_methods(METHODS)
def disconnect(request: ActorRequest, identity_id: int) -> HttpResponse:
    """Disconnect an account at a provider, confirmed on a page that says what it means."""
    person = oneself(request)
    held = identities.get(request.actor, person, identity_id)
    name = identity_ends.name_of(held.issuer)
    form = Form(form_pages.posted(request))

    def write() -> Done:
        before = stored_key(request)
        identities.disconnect(request.actor, person, identity_id, before)
        keep_session(request, person, before)
        return Done(f"Disconnected {name}. Your other sessions have ended.", reverse("me"))

    context = {"held": held, "name": name}
    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "me/disconnect.html", form, context)


@require_http_methods(METHODS)
def disconnect_person(request: ActorRequest, person_id: int) -> HttpResponse:
    """Disconnect all accounts of someone, confirmed on a page that says what it means."""
    view = directory.of_id(request.actor, person_id)
    person, there = view.person, reverse("person", args=[person_id])
    form = Form(form_pages.posted(request))

    def write() -> Done:
        if identity_ends.disconnect_all(request.actor, person):
            return Done(f"Disconnected single sign-on of {person.email}.", there)
        return Done(f"{person.email} has no account connected.", there)

    if not form.is_bound and not view.accounts:
        messages.info(request, f"{person.email} has no account connected.")
        return redirect(there)
    answer = form_pages.submitted(request, form, write)
    context = {"view": view, "person": person}
    return answer or form_pages.page(request, "people/disconnect.html", form, context)


def _leave(request: ActorRequest, provider: Provider, purpose: Purpose, there: str) -> HttpResponse:
    """The page that leads to the provider: a form's own answer may lead to no other site."""
    if refusal := limits.refuse(request, limits.SIGN_INS):
        return refusal
    person_id = request.actor.person_id
    try:
        sent, address = sign_on.send(provider, purpose, person_id=person_id, there=there)
    except SignOnRefused as refused:
        return _refused(request, provider, purpose, str(refused))
    request.session[SENT] = sent.as_json()
    return render(request, "account/leave.html", {"provider": provider, "address": address})


@login_not_required
@require_safe
def back(request: ActorRequest, provider_id: str) -> HttpResponse:
    """Where a provider sends people back to; what it says counts once."""
    provider = sign_on.provider_of(provider_id)
    answer = limits.refuse_back(request) or _answered(request, provider)
    # What the address holds is nobody's to read, not even ours once more.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _answered(request: ActorRequest, provider: Provider) -> HttpResponse:
    said = {name: request.GET[name] for name in _SAID if name in request.GET}
    purpose = Purpose.SIGN_IN
    try:
        sent = _sent(request, provider, said)
        purpose = sent.purpose
        return _ends[purpose](request, provider, sent, _claims(request, provider, sent, said))
    except (SignOnRefused, AlreadyExists) as refused:
        return _refused(request, provider, purpose, str(refused))


def _sent(request: ActorRequest, provider: Provider, said: dict[str, str]) -> Sent:
    """Who was sent there from this session, which forgets it now; raises SignOnRefused."""
    kept: dict[str, Any] = request.session.get(SENT, {})
    if not sign_on.is_answered(kept, said):
        raise SignOnRefused(sign_on.OF_NOBODY)
    del request.session[SENT]
    sent = sign_on.take(kept, provider, said)
    if sent.person_id != request.actor.person_id:
        raise SignOnRefused("You signed in or out here meanwhile.")
    return sent


def _claims(request: ActorRequest, provider: Provider, sent: Sent, said: dict[str, str]) -> Claims:
    """Whom the provider says that it is; what doesn't prove it is told to the log."""
    try:
        return sign_on.redeem(sent, provider, said)
    except SignOnRefused as refused:
        person = oneself(request) if request.user.is_authenticated else None
        raise identities.refused(request.actor, person, provider, str(refused)) from None


def _sign_in(request: ActorRequest, provider: Provider, sent: Sent, claims: Claims) -> HttpResponse:
    person = identities.whom(request.actor, provider, claims)
    identities.record_use(claims)
    words = identities.words_of(provider.name)
    proved_at = claims.signed_in_at or 0
    return second_factors.sign_in_by(request, person, words, sent.there or None, proved_at)


def _connect(
    request: ActorRequest, provider: Provider, _sent: Sent, claims: Claims
) -> HttpResponse:
    if holds_up(request, "me_connect"):
        return redirect("me_second_factor")
    # As they were when the session was let in: one that has ended meanwhile connects nothing.
    person, before = cast(User, request.user), stored_key(request)
    identities.connect(request.actor, person, provider, claims, before)
    keep_session(request, person, before)
    messages.success(request, f"Connected {provider.name}. Your other sessions have ended.")
    return redirect("me")


def _confirm(request: ActorRequest, provider: Provider, sent: Sent, claims: Claims) -> HttpResponse:
    identities.check_is(request.actor, oneself(request), provider, claims)
    identities.record_use(claims)
    confirmations.confirm(request)
    return redirect(sent.there)


_ends = {Purpose.SIGN_IN: _sign_in, Purpose.CONNECT: _connect, Purpose.CONFIRM: _confirm}


def _refused(
    request: HttpRequest, provider: Provider, purpose: Purpose, sentence: str
) -> HttpResponse:
    log.warning("Single sign-on with %s: %s", provider.id, sentence)
    context = {"provider": provider, "purpose": purpose.value, "sentence": sentence}
    return render(request, "account/sign_on_refused.html", context, status=403)
