"""The same names in many universes side by side, and what is done with the cells one ticks."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.core.actor import Actor
from secretsapp.core.errors import Correctable
from secretsapp.models import Universe
from secretsapp.models.universes import Environment
from secretsapp.secrets import absences, compared_universes, comparing
from secretsapp.secrets.compared_universes import Scope
from secretsapp.secrets.comparing import Wanted
from secretsapp.web.forms.ticked import cells_of
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import long_lists
from secretsapp.web.views.comparison_cells import rows_of
from secretsapp.web.views.form_pages import METHODS
from secretsapp.web.views.long_lists import came_from

OWNER, ENVIRONMENT, ACROSS, SHOW, ALL = "owner", "environment", "across", "show", "all"
ENVIRONMENTS = {"": "All", **{each.value: each.label for each in Environment if each.value}}
LONGEST_OWNER = 40


@require_safe
def page(request: ActorRequest) -> HttpResponse:
    """A page of names down, and a page of universes across."""
    scope = _scope(request)
    across = compared_universes.across(request.actor, scope)
    asked = long_lists.asked(request)
    wanted = Wanted(asked.search, request.GET.get(SHOW) == ALL, asked.number)
    found = comparing.compare(request.actor, across.items, wanted)
    kept = {
        OWNER: scope.owner,
        ENVIRONMENT: scope.environment,
        SHOW: ALL if wanted.shows_all else "",
        ACROSS: str(across.number) if across.number > 1 else "",
    }
    context = long_lists.context(request, found.page, **kept) | {
        "comparison": found,
        "rows": rows_of(found.page.items),
        "across": across,
        "owners": compared_universes.owners(request.actor),
        "groups": _groups(across.items),
        "scope": scope,
        "environments": _choices(asked.search, kept),
        "everything": _address(asked.search, kept | {SHOW: ALL}),
        "differences": _address(asked.search, kept | {SHOW: ""}),
        "before": _address(asked.search, kept | {ACROSS: str(across.previous or "")}),
        "after": _address(asked.search, kept | {ACROSS: str(across.next or "")}),
        "shows_all": wanted.shows_all,
    }
    return render(request, "comparison/comparison.html", context)


def _scope(request: ActorRequest) -> Scope:
    environment = request.GET.get(ENVIRONMENT, "")
    return Scope(
        owner=request.GET.get(OWNER, "")[:LONGEST_OWNER].replace("\0", ""),
        environment=environment if environment in ENVIRONMENTS else "",
        number=long_lists.number_in(request, ACROSS),
    )


def _choices(search: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    """The environments, each with the address of the same for it alone."""
    return [
        {
            "words": words,
            "address": _address(search, kept | {ENVIRONMENT: name, ACROSS: ""}),
            "is_chosen": kept[ENVIRONMENT] == name,
        }
        for name, words in ENVIRONMENTS.items()
    ]


def _address(search: str, kept: dict[str, str]) -> str:
    given = {name: text for name, text in ({"q": search} | kept).items() if text}
    query = f"?{urlencode(given)}" if given else ""
    return f"{reverse('compare')}{query}"


def _groups(universes: Sequence[Universe]) -> list[dict[str, Any]]:
    """Whose they are, with how many columns each has."""
    groups: list[dict[str, Any]] = []
    for universe in universes:
        if groups and groups[-1][OWNER] == universe.owner:
            groups[-1]["columns"] += 1
        else:
            groups.append({OWNER: universe.owner, "columns": 1})
    return groups


@require_http_methods(METHODS)
def replace(request: ActorRequest) -> HttpResponse:
    """The ticked cells lead to the page that gives them one value; a GET only leads back."""
    compared_universes.check_sees_some(request.actor)
    back = redirect(came_from(request, reverse("compare")))
    if request.method != "POST":
        return back
    try:
        cells = cells_of(request.actor, request.POST)
    except Correctable as refusal:
        messages.warning(request, str(refusal))
        return back
    names = {name for _, name in cells}
    if len(names) > 1:
        messages.warning(request, "Tick cells of one name to replace its value.")
        return back
    places = [("universe", str(each.pk)) for each, _ in cells]
    chosen = urlencode([("name", names.pop()), *places])
    return redirect(f"{reverse('replace_everywhere')}?{chosen}")


@require_http_methods(METHODS)
def not_needed(request: ActorRequest) -> HttpResponse:
    """Those that are ticked are rightly missing; a GET only leads back."""
    return _told(request, absences.accept, "Marked as not needed: {}.")


@require_http_methods(METHODS)
def needed(request: ActorRequest) -> HttpResponse:
    """Take that back; a GET only leads back."""
    return _told(request, absences.withdraw, "Marked as needed again: {}.")


def _told(
    request: ActorRequest,
    act: Callable[[Actor, Sequence[tuple[Universe, str]]], int],
    sentence: str,
) -> HttpResponse:
    absences.check_may_say(request.actor)
    if request.method == "POST":
        try:
            count = act(request.actor, cells_of(request.actor, request.POST))
            told = "1 missing secret" if count == 1 else f"{count} missing secrets"
            messages.success(request, sentence.format(told))
        except Correctable as refusal:
            messages.warning(request, str(refusal))
    return redirect(came_from(request, reverse("compare")))
