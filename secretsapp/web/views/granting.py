"""Access that is given in several places at once: to a person, from home, and in wider places."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.access import grant_listing, grants
from secretsapp.access.pattern_reach import reach_of, suggest
from secretsapp.access.terms import Holder, Where
from secretsapp.home import at_hand
from secretsapp.models import Place, Universe, User
from secretsapp.people import directory
from secretsapp.universes import loading
from secretsapp.web.forms.places import PlacesField, SeveralGrantForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.access import leading_to_the_grant
from secretsapp.web.views.form_pages import Done


@require_http_methods(form_pages.METHODS)
def everywhere(request: ActorRequest) -> HttpResponse:
    """A role in all universes, or in those of an environment or of an owner."""
    scope = grant_listing.givable(request.actor, None)
    owners = [each.owner for each in at_hand.choose(request.actor).universes]
    places = grant_listing.places_to_give(request.actor, owners)
    form = _form(request, scope, _field(request, [], places), is_all=True)
    context = {"universe": None, "may_create_people": scope.may_create_people}
    return _answer(request, form, "access/give.html", context, reverse("access_everywhere"))


@require_http_methods(form_pages.METHODS)
def somewhere(request: ActorRequest) -> HttpResponse:
    """A role in several of the universes in which one gives access."""
    scope = grant_listing.givable_somewhere(request.actor)
    field, is_all = places(request)
    form = _form(request, scope, field, is_all=is_all)
    context = {"may_create_people": scope.may_create_people}
    return _answer(request, form, "access/several.html", context, reverse("home"))


@require_http_methods(form_pages.METHODS)
def to_person(request: ActorRequest, person_id: int) -> HttpResponse:
    """A role for the person, in universes that are chosen there."""
    found = directory.of_id(request.actor, person_id).person
    scope = grant_listing.givable(request.actor, None, to_one=True)
    field, is_all = places(request)
    posted = form_pages.posted(request)
    patterns = suggest(request.actor, None, field.universes)
    form = SeveralGrantForm(scope, posted, field, is_all=is_all, patterns=patterns)
    back = reverse("person", args=[found.pk])
    return _answer(request, form, "people/give.html", {"person": found}, back)


def _form(
    request: ActorRequest, scope: grant_listing.Givable, field: PlacesField, *, is_all: bool
) -> SeveralGrantForm:
    return SeveralGrantForm(
        scope,
        form_pages.posted(request),
        field,
        is_all=is_all,
        person=request.GET.get("person", ""),
        find=partial(directory.get, request.actor),
        patterns=suggest(request.actor, None, field.universes),
    )


def places(request: ActorRequest) -> tuple[PlacesField, bool]:
    """The places at hand in which one gives access, and whether there are no others."""
    found = at_hand.choose(request.actor)
    universes = [
        each for each in found.universes if grant_listing.gives_access(request.actor, each)
    ]
    wide = grant_listing.places_to_give(request.actor, [each.owner for each in universes])
    return _field(request, universes, wide), found.is_all


def _field(request: ActorRequest, universes: list[Universe], places: list[Place]) -> PlacesField:
    return PlacesField(universes, places, partial(loading.get, request.actor))


def _answer(
    request: ActorRequest,
    form: SeveralGrantForm,
    template: str,
    context: dict[str, Any],
    back: str,
) -> HttpResponse:
    def write() -> Done:
        return _give(request, form, context.get("person"), back)

    answer = form_pages.submitted(request, form, write)
    is_anywhere = grant_listing.gives_everywhere(request.actor)
    reach_address = reverse("access_everywhere_reach") if is_anywhere else ""
    told = {"back": back, "reach_address": reach_address} | context
    return answer or form_pages.page(request, template, form, told)


def _give(request: ActorRequest, form: SeveralGrantForm, person: User | None, back: str) -> Done:
    holder: Holder = person or form.cleaned_data["person"]
    places: list[Where] = form.cleaned_data["place"]
    terms = form.terms()
    for where in places:
        grant_listing.check_within(request.actor, where, terms)
    reach = reach_of(request.actor, places[0] if len(places) == 1 else None, terms.names)
    with leading_to_the_grant(field="place" if person else "person"):
        grants.add_all(request.actor, holder, places, terms)
    where_to = f" in {len(places)} places" if len(places) > 1 else ""
    return Done(f"Granted {holder} access{where_to}. {reach.told}".strip(), back, reach.caution)
