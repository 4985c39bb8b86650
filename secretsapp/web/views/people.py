"""The people of this installation, as who manages them sees them."""

from functools import partial

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.access import grant_listing, role_table, team_listing
from secretsapp.access.pattern_reach import Reach, reach_of
from secretsapp.core.errors import Correctable
from secretsapp.core.roles import ROLE_WORDS
from secretsapp.core.times import sentence_time
from secretsapp.home import at_hand, leaving
from secretsapp.log import reading
from secretsapp.mail import outbox
from secretsapp.models import User
from secretsapp.people import accounts, directory, invitation_listing, sessions, ways_in
from secretsapp.rules.paging import Asked
from secretsapp.universes import loading
from secretsapp.web.forms.people import CreatePersonForm, PlaceField
from secretsapp.web.requests import ActorRequest
from secretsapp.web.tabs import tabs_of_people
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done

LINK = "password_link"


@require_safe
def people(request: ActorRequest) -> HttpResponse:
    """Everyone, and what each role may do."""
    page = directory.everyone(request.actor, long_lists.asked(request))
    context = long_lists.context(request, page) | {
        "roles": role_table.table(),
        "last_admin": grant_listing.last_admin(request.actor),
        "tabs": tabs_of_people(request.actor),
        "invitations": invitation_listing.sent(request.actor),
        "sends_mail": outbox.is_set_up(),
    }
    return render(request, "people/list.html", context)


@require_http_methods(form_pages.METHODS)
def create(request: ActorRequest) -> HttpResponse:
    """A new account, whose person sets the password by a link; with a first role if wanted."""
    directory.check_may_manage(request.actor)
    scope = grant_listing.givable(request.actor, None, to_one=True)
    form = CreatePersonForm(scope, _places(request), form_pages.posted(request))

    def write() -> Done:
        first, sent = form.first(), form.cleaned_data
        reach = reach_of(request.actor, first.universe, first.terms.names) if first else None
        person = accounts.create(
            request.actor, email=sent["email"], name=sent["name"], password=None, first=first
        )
        _make_link(request, person)
        role = f", {ROLE_WORDS[first.terms.role]} of {first.where}" if first else ""
        return _done(f"Created the account of {person.email}{role}.", person, reach)

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "people/create.html", form, {})


def _places(request: ActorRequest) -> PlaceField:
    """The universes at hand to choose from."""
    found = at_hand.choose(request.actor)
    return PlaceField(found.universes, partial(loading.get, request.actor), is_all=found.is_all)


def _done(sentence: str, person: User, reach: Reach | None) -> Done:
    """What was done, with what a pattern that was given matches."""
    told, caution = (reach.told, reach.caution) if reach else ("", "")
    return Done(f"{sentence} {told}".strip(), _address(person), caution)


@require_safe
def person(request: ActorRequest, person_id: int) -> HttpResponse:
    """A person's account and access; and, once, the link that was just made for them."""
    view = directory.of_id(request.actor, person_id)
    link = request.session.get(LINK)
    if link and link["person_id"] == person_id:
        del request.session[LINK]
    else:
        link = None
    asked = Asked(number=long_lists.asked(request).number)
    held = grant_listing.held_by(request.actor, view.person, asked)
    context = long_lists.context(request, held) | {
        "view": view,
        "person": view.person,
        "grants": held.items,
        "teams": team_listing.of_person(view.person.pk),
        "is_last_admin": grant_listing.last_admin(request.actor) == view.person.pk,
        "link": link,
        "events": reading.of_person(request.actor, person_id),
        "saved": None if view.person.is_active else leaving.saved_by(request.actor, view.person),
    }
    return render(request, "people/person.html", context)


@require_http_methods(form_pages.METHODS)
def make_link(request: ActorRequest, person_id: int) -> HttpResponse:
    """A new link to set the password; a GET, as after signing in again, only leads to the page."""
    found = directory.of_id(request.actor, person_id).person
    if request.method == "POST":
        try:
            _make_link(request, found)
        except Correctable as refusal:
            messages.error(request, str(refusal))
    return redirect(_address(found))


@require_http_methods(form_pages.METHODS)
def disable(request: ActorRequest, person_id: int) -> HttpResponse:
    """The end of a person's access, confirmed on a page that says what it means."""
    found = directory.of_id(request.actor, person_id).person
    form = Form(form_pages.posted(request))

    def write() -> Done:
        accounts.disable(request.actor, found)
        sentence = f"Disabled the account of {found.email}."
        if found.pk == request.actor.person_id:
            # Their session has ended, and they can see no page any more.
            request.session.flush()
            return Done(sentence, reverse("account_login"))
        return Done(sentence, _address(found))

    if answer := form_pages.submitted(request, form, write):
        return answer
    is_last_admin = grant_listing.last_admin(request.actor) == found.pk
    context = {
        "person": found,
        "is_last_admin": is_last_admin,
        "leaving": leaving.of(request.actor, found),
    }
    return form_pages.page(request, "people/disable.html", form, context)


@require_http_methods(form_pages.METHODS)
def enable(request: ActorRequest, person_id: int) -> HttpResponse:
    """Access again, with the grants that are there; a GET only leads to the page."""
    found = directory.of_id(request.actor, person_id).person
    if request.method == "POST":
        accounts.enable(request.actor, found)
        messages.success(request, f"Enabled the account of {found.email}.")
    return redirect(_address(found))


@require_http_methods(form_pages.METHODS)
def end_sessions(request: ActorRequest, person_id: int) -> HttpResponse:
    """Sign someone out everywhere; a GET only leads to the page."""
    found = directory.of_id(request.actor, person_id).person
    if request.method == "POST":
        count = sessions.end_all(request.actor, found)
        plural = "" if count == 1 else "s"
        messages.success(request, f"Ended {count or 'no'} session{plural} of {found.email}.")
    return redirect(_address(found))


def _make_link(request: ActorRequest, person: User) -> None:
    """Make a link and put it into the session, which is encrypted, for the page that shows it."""
    link = ways_in.make_link(request.actor, person)
    request.session[LINK] = {
        "person_id": person.pk,
        "address": link.address,
        "ends": sentence_time(link.ends_at),
    }


def _address(person: User) -> str:
    return reverse("person", args=[person.pk])
