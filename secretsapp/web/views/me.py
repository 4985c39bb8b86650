"""Oneself: name, password, sessions, and what one may do."""

from typing import cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.access import grant_listing, team_listing
from secretsapp.adapters import devices
from secretsapp.core import blanks
from secretsapp.core.errors import InvalidInput
from secretsapp.models import User
from secretsapp.people import (
    directory,
    factors,
    identities,
    own_account,
    session_storage,
    sessions,
    webauthn,
)
from secretsapp.rules.paging import Asked
from secretsapp.web.forms.me import NameForm, PasswordForm, SessionForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done


@require_http_methods(form_pages.METHODS)
def me(request: ActorRequest) -> HttpResponse:
    """One's own account; the form on it is for the name."""
    person = oneself(request)
    form = NameForm(form_pages.posted(request), initial={"name": person.name})

    def write() -> Done:
        own_account.rename(request.actor, person, form.cleaned_data["name"])
        return Done("Name saved.", reverse("me"))

    answer = form_pages.submitted(request, form, write)
    held = grant_listing.own(request.actor, Asked(number=long_lists.asked(request).number))
    context = long_lists.context(request, held) | {
        "sessions": directory.own_sessions(request.actor, stored_key(request)),
        "grants": held.items,
        "teams": team_listing.of_person(request.actor.person_id),
        "factors": factors.of(request.actor, person),
        "has_passkeys": bool(webauthn.host()),
        "sends_mail": bool(settings.EMAIL_HOST),
        "connections": identities.of(request.actor, person),
    }
    return answer or form_pages.page(request, "me/me.html", form, context)


@require_http_methods(form_pages.METHODS)
def password(request: ActorRequest) -> HttpResponse:
    """A new password; all other sessions end."""
    person = oneself(request)
    form = PasswordForm(form_pages.posted(request))

    def write() -> Done:
        check_password(request, person, form.cleaned_data["current"], field="current")
        before, new = stored_key(request), form.cleaned_data["password"]
        own_account.change_password(request.actor, person, new, before)
        keep_session(request, person, before)
        sentence = "Password changed. Your other sessions have ended."
        return Done(sentence, reverse("me"), blanks.about_password(new))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "me/password.html", form, {})


def check_password(request: ActorRequest, person: User, password: str, *, field: str) -> None:
    """Ask for the password as the sign-in does, with its limits on guessing; else InvalidInput."""
    try:
        found = get_adapter(request).authenticate(request, email=person.email, password=password)
    except ValidationError as refused:
        raise InvalidInput(" ".join(refused.messages)) from None
    if found is None:
        raise InvalidInput("Your current password is incorrect.", field=field)


@require_http_methods(form_pages.METHODS)
def end_session(request: ActorRequest) -> HttpResponse:
    """End another session of the actor; a GET, as after signing in again, only leads back."""
    if request.method == "POST":
        wanted = SessionForm(request.POST).wanted()
        if wanted == stored_key(request):
            messages.error(request, "That’s the session you’re using. Sign out to end it.")
        elif sessions.end(request.actor, oneself(request), wanted):
            messages.success(request, "That session has ended.")
        else:
            messages.info(request, "That session had already ended.")
    return redirect("me")


@require_http_methods(form_pages.METHODS)
def end_other_sessions(request: ActorRequest) -> HttpResponse:
    """End all other sessions of the actor; a GET only leads back."""
    if request.method == "POST":
        person, before = oneself(request), stored_key(request)
        count = sessions.end_others(request.actor, person, before)
        keep_session(request, person, before)
        words = "1 other session has" if count == 1 else f"{count or 'No'} other sessions have"
        messages.success(request, f"{words} ended.")
    return redirect("me")


def keep_session(request: ActorRequest, person: User, before: str) -> None:
    """Let this session and this device, which are to go on alone, be of the generation of now."""
    update_session_auth_hash(request, person)
    devices.remember(request, person)
    sessions.move(request.actor, person, before, stored_key(request))


def oneself(request: ActorRequest) -> User:
    """The person who asks, as the rooms take people: everyone here is signed in.

    They are of the generation that the session proved: it may have been thrown out a moment ago.
    """
    person = directory.get(request.actor, request.actor.name)
    person.generation = cast(User, request.user).generation
    return person


def stored_key(request: ActorRequest) -> str:
    return session_storage.stored_key(request.session.session_key or "")
