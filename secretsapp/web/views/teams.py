"""Teams: who is in them, and what they have access to."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.access import team_listing
from secretsapp.access import teams as actions
from secretsapp.core.errors import StaleVersion
from secretsapp.models import Team, User
from secretsapp.people import directory
from secretsapp.rules.paging import Asked
from secretsapp.web.forms.teams import PeopleForm, TeamForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.tabs import tabs_of_people
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done


@require_safe
def teams(request: ActorRequest) -> HttpResponse:
    """The teams, how many are in each, and where it has access."""
    page = team_listing.listed(request.actor, long_lists.asked(request))
    context = long_lists.context(request, page) | {
        "tabs": tabs_of_people(request.actor),
        "may_make": team_listing.may_make(request.actor),
    }
    return render(request, "teams/list.html", context)


@require_http_methods(form_pages.METHODS)
def create(request: ActorRequest) -> HttpResponse:
    """A new team, of nobody yet."""
    team_listing.require_making(request.actor)
    form = TeamForm(form_pages.posted(request))

    def write() -> Done:
        sent = form.cleaned_data
        team = actions.create(request.actor, name=sent["name"], note=sent["note"])
        sentence = f"Created the team {team}. Add its people next."
        return Done(sentence, reverse("team_people", args=[team.pk]))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "teams/create.html", form, {})


@require_safe
def team(request: ActorRequest, team_id: int) -> HttpResponse:
    """The people of a team and its access."""
    found = team_listing.get(request.actor, team_id)
    asked = Asked(number=long_lists.asked(request).number)
    held = team_listing.grants_of(request.actor, found, asked)
    context = long_lists.context(request, held) | {
        "view": team_listing.view(request.actor, found, long_lists.number_in(request, "people")),
        "team": found,
        "grants": held.items,
    }
    return render(request, "teams/team.html", context)


@require_http_methods(form_pages.METHODS)
def edit(request: ActorRequest, team_id: int) -> HttpResponse:
    """Another name or note."""
    found = team_listing.to_change(request.actor, team_id)
    form = TeamForm(form_pages.posted(request), found)

    def write() -> Done:
        sent = form.cleaned_data
        changed = {"name": sent["name"], "note": sent["note"], "seen_version": sent["seen"]}
        try:
            actions.edit(request.actor, found, **changed)
        except StaleVersion:
            form.start_again(team_listing.to_change(request.actor, team_id))
            raise
        return Done("Changes saved.", _address(found))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "teams/edit.html", form, {"team": found})


@require_http_methods(form_pages.METHODS)
def add_people(request: ActorRequest, team_id: int) -> HttpResponse:
    """People to let in, who are told what they get with it."""
    found = team_listing.to_change(request.actor, team_id)
    find = partial(directory.get, request.actor)
    candidates = team_listing.to_add(request.actor, found)
    form = PeopleForm(candidates, find, form_pages.posted(request))

    def write() -> Done:
        added = actions.add_people(request.actor, found, form.cleaned_data["people"])
        return Done(f"Added {_named(added)} to the team {found}.", _address(found))

    answer = form_pages.submitted(request, form, write)
    context = {"team": found, "through": team_listing.through(found), "candidates": candidates}
    return answer or form_pages.page(request, "teams/people.html", form, context)


def _named(people: list[User]) -> str:
    return people[0].email if len(people) == 1 else f"{len(people)} people"


@require_http_methods(form_pages.METHODS)
def remove_person(request: ActorRequest, team_id: int, person_id: int) -> HttpResponse:
    """The end of what someone has through a team, confirmed on a page that says what it is."""
    membership = team_listing.to_remove_from(request.actor, team_id, person_id)
    found, person = membership.team, membership.person

    def write() -> Done:
        actions.remove_person(request.actor, found, person)
        sentence = f"Removed {person.email} from the team {found}."
        return Done(sentence, _next(request, _address(found)))

    context = {"membership": membership, "person": person}
    return _ending(request, found, write, "teams/remove.html", context)


@require_http_methods(form_pages.METHODS)
def leave(request: ActorRequest, team_id: int) -> HttpResponse:
    """The same for oneself; who isn't in such a team is led to their own page."""
    found = team_listing.own(request.actor, team_id)
    if found is None:
        return redirect("me")

    def write() -> Done:
        person = directory.get(request.actor, request.actor.name)
        actions.leave(request.actor, person, found)
        return Done(f"You left the team {found}.", reverse("me"))

    return _ending(request, found, write, "teams/leave.html", {})


@require_http_methods(form_pages.METHODS)
def delete(request: ActorRequest, team_id: int) -> HttpResponse:
    """The end of a team and of all that came through it."""
    found = team_listing.to_change(request.actor, team_id)

    def write() -> Done:
        actions.delete(request.actor, found)
        return Done(f"Deleted the team {found}.", _next(request, reverse("teams")))

    context = {"people": found.memberships.count()}
    return _ending(request, found, write, "teams/delete.html", context)


def _ending(
    request: ActorRequest,
    team: Team,
    write: Callable[[], Done],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """A page that says what ends, and lets it end once that is confirmed."""
    form = Form(form_pages.posted(request))
    told = context | {"team": team, "through": team_listing.through(team)}
    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, template, form, told)


def _next(request: ActorRequest, address: str) -> str:
    """Where to go on; who gave access through that team alone may not see that page any more."""
    return address if team_listing.may_see(request.actor) else reverse("home")


def _address(team: Team) -> str:
    return reverse("team", args=[team.pk])
