"""Who may do what: in one universe, or in all of them where no universe is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.access import effective, grant_listing, grants, role_table
from secretsapp.access.grant_views import GrantView
from secretsapp.access.pattern_reach import reach_of, suggest
from secretsapp.access.terms import EDIT_INSTEAD, HeldAlready, Holder, Terms, Where
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, StaleVersion
from secretsapp.models import Universe, User
from secretsapp.people import directory
from secretsapp.rules.paging import Asked, Page
from secretsapp.universes import loading
from secretsapp.web.forms.access import GrantForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done

# What the address of a form says where it was opened from the page of the person.
PERSON = "person"


@require_safe
def access(request: ActorRequest, universe_id: int | None = None) -> HttpResponse:
    """The grants that hold there, and what each role may do."""
    universe = _universe(request, universe_id)
    asked = long_lists.asked(request)
    context: dict[str, Any] = {"universe": universe, "roles": role_table.table()}
    if request.GET.get("by") == PERSON:
        people = effective.in_place(request.actor, universe, asked)
        context |= {"shown": "people", "found": people.items}
        context |= long_lists.context(request, people, by=PERSON)
    else:
        page = _grants(request.actor, universe, asked)
        context |= {"shown": "grants", "grants": page.items} | long_lists.context(request, page)
    return render(request, "access/list.html", context)


def _grants(actor: Actor, universe: Universe | None, asked: Asked) -> Page[GrantView]:
    if universe is None:
        return grant_listing.everywhere(actor, asked)
    return grant_listing.in_universe(actor, universe, asked)


@require_http_methods(form_pages.METHODS)
def give(request: ActorRequest, universe_id: int) -> HttpResponse:
    """A role for a person or a team, beside what they have there."""
    universe = loading.get(request.actor, universe_id)
    scope = grant_listing.givable(request.actor, universe)
    person = request.GET.get("person", "")
    find = partial(directory.get, request.actor)
    patterns = suggest(request.actor, universe)
    posted = form_pages.posted(request)
    form = GrantForm(scope, posted, person=person, find=find, patterns=patterns)

    def write() -> Done:
        holder = form.cleaned_data["person"]
        reach = reach_of(request.actor, universe, form.cleaned_data["names"])
        with leading_to_the_grant(field="person"):
            grants.add(request.actor, holder, universe, _terms(request, universe, form))
        sentence = f"Granted {holder} access. {reach.told}".strip()
        return Done(sentence, _next(request, universe, holder), reach.caution)

    answer = form_pages.submitted(request, form, write)
    context = {
        "universe": universe,
        "back": _address("", universe),
        "may_create_people": scope.may_create_people,
        "reach_address": _address("reach", universe),
    }
    return answer or form_pages.page(request, "access/give.html", form, context)


@require_http_methods(form_pages.METHODS)
def typed_reach(request: ActorRequest, universe_id: int | None = None) -> HttpResponse:
    """What a typed pattern matches: a part of a form, which it leads to as a page.

    It is sent as a form is, because what is typed may be a value, and addresses are logged.
    """
    universe = _universe(request, universe_id)
    grant_listing.require_giving(request.actor, universe)
    if request.method != "POST" or not wants_fragment(request):
        return redirect(_address("give", universe))
    try:
        found = reach_of(request.actor, universe, request.POST.get("names", ""))
        context = {"told": found.told, "caution": found.caution}
    except InvalidInput as refusal:
        context = {"caution": str(refusal)}
    return render(request, "access/_reach.html", context)


@require_http_methods(form_pages.METHODS)
def change(request: ActorRequest, grant_id: int, universe_id: int | None = None) -> HttpResponse:
    """Another role, pattern, end or reason for someone who has a role there."""
    universe = _universe(request, universe_id)
    scope = grant_listing.givable(request.actor, universe)
    view = grant_listing.to_change(request.actor, grant_id, universe)
    holder = view.grant.holder
    patterns = suggest(request.actor, universe)
    form = GrantForm(scope, form_pages.posted(request), grant=view.grant, patterns=patterns)
    where = universe or view.grant.place

    def write() -> Done:
        reach = reach_of(request.actor, where, form.cleaned_data["names"])
        try:
            terms = _terms(request, where, form)
            seen = form.cleaned_data["seen"]
            grants.change(request.actor, view.grant, terms, seen=seen)
        except StaleVersion:
            form.start_again(grant_listing.to_change(request.actor, grant_id, universe).grant)
            raise
        sentence = f"Changed the access of {holder}. {reach.told}".strip()
        return Done(sentence, _next(request, universe, holder), reach.caution)

    if answer := form_pages.submitted(request, form, write):
        return answer
    if form.is_bound:
        # It is asked for again, because a refusal may know more.
        view = grant_listing.to_change(request.actor, grant_id, universe)
    context = {
        "universe": universe,
        "view": view,
        "holder": holder,
        "back": _back(request, universe, holder),
        "reach_address": _address("reach", universe),
    }
    return form_pages.page(request, "access/change.html", form, context)


@require_http_methods(form_pages.METHODS)
def revoke(request: ActorRequest, grant_id: int, universe_id: int | None = None) -> HttpResponse:
    """The end of someone's role there, confirmed on a page that says what it means."""
    universe = _universe(request, universe_id)
    view = grant_listing.to_change(request.actor, grant_id, universe)
    holder = view.grant.holder
    form = Form(form_pages.posted(request))

    def write() -> Done:
        grants.revoke(request.actor, view.grant)
        return Done(f"Revoked the access of {holder}.", _next(request, universe, holder))

    answer = form_pages.submitted(request, form, write)
    back = _back(request, universe, holder)
    context = {"universe": universe, "view": view, "holder": holder, "back": back}
    return answer or form_pages.page(request, "access/revoke.html", form, context)


def _universe(request: ActorRequest, universe_id: int | None) -> Universe | None:
    return None if universe_id is None else loading.get(request.actor, universe_id)


def _address(page: str, universe: Universe | None, *of: int) -> str:
    """The address of a page of access, in the universe or in all."""
    scope, before = ("access_everywhere", []) if universe is None else ("access", [universe.pk])
    return reverse(f"{scope}_{page}" if page else scope, args=[*before, *of])


@contextmanager
def leading_to_the_grant(*, field: str) -> Iterator[None]:
    """Where they have that very grant already, lead to the page that edits it, at that field."""
    try:
        yield
    except HeldAlready as refusal:
        grant = refusal.grant
        said = format_html(
            '{}<a href="{}">{}</a>',
            str(refusal).removesuffix(EDIT_INSTEAD),
            _address("change", grant.universe, grant.pk),
            EDIT_INSTEAD,
        )
        raise AlreadyExists(said, field=field) from None


def _terms(request: ActorRequest, where: Where, form: GrantForm) -> Terms:
    """What the form says; a narrower access of your own is said at its field."""
    terms = form.terms()
    grant_listing.check_within(request.actor, where, terms)
    return terms


def _next(request: ActorRequest, universe: Universe | None, holder: Holder) -> str:
    """Where one came from; who changed their own access may not see that any more."""
    if isinstance(holder, User) and holder.pk == request.actor.person_id:
        return reverse("home")
    return _back(request, universe, holder)


def _back(request: ActorRequest, universe: Universe | None, holder: Holder) -> str:
    """The page of the person for who says they came from there, else the list of grants."""
    if isinstance(holder, User) and request.GET.get("next") == PERSON:
        return reverse("person", args=[holder.pk])
    return _address("", universe)
