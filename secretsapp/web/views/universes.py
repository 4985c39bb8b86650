"""The list of a universe's secrets."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.api_keys import key_health, key_listing
from secretsapp.models import Change, Universe
from secretsapp.models.universes import Environment
from secretsapp.secrets import extent, waiting
from secretsapp.secrets import listing as secrets
from secretsapp.secrets.arranging import (
    ANY_HOST,
    ATTENTION,
    MANY,
    NO_OWNER,
    OLD,
    OUTSIDE,
    TO_ROTATE,
    Wanted,
    arranged,
    prefixes,
)
from secretsapp.secrets.open_changes import Watched, told, watch
from secretsapp.servers import rollouts
from secretsapp.universes import loading, refreshing, shortcuts
from secretsapp.web.checklist import Step
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views.secret_rows import SecretRow, rows_of

log = logging.getLogger(__name__)

LOOKED_FOR, LOOKED_FOR_AT_MOST = "change", 50
MARK_LENGTH = 16
COLUMNS = (("name", "Name"), ("changed", "Updated"), ("owner", "Owner"))
ORDERS = (
    ("name", "Name"),
    ("-name", "Name, Z to A"),
    ("-changed", "Updated, newest first"),
    ("changed", "Updated, oldest first"),
    ("owner", "Owner"),
    ("-owner", "Owner, Z to A"),
    ("who", "Updated by"),
    ("-who", "Updated by, Z to A"),
)
STATES = (
    ("", "All"),
    (ATTENTION, "Needs attention"),
    (OUTSIDE, "Changed outside"),
    (TO_ROTATE, "To rotate"),
    (ANY_HOST, "Any host"),
    (OLD, "Older than a year"),
    (NO_OWNER, "No owner"),
)


@require_safe
def universe(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The list of secrets as the mirror has it; the page itself asks for a refresh."""
    found = loading.get(request.actor, universe_id)
    context = _listing(request, found, Wanted.from_query(request.GET))
    context["is_pinned"] = _note_opened(request, found)
    context["unreached"] = rollouts.unreached(request.actor, found)
    context["part"] = extent.part(request.actor, found)
    context["key_trouble"] = key_health.trouble_in(found)
    context["manages_keys"] = key_listing.manages(request.actor)
    watched = watching(request, found, is_open=context["listing"].open)
    return render(request, "secrets/list.html", context | _drawn(request, context) | watched)


def _note_opened(request: ActorRequest, found: Universe) -> bool:
    """Note it for the person's own sidebar, and say whether they pinned it.

    What cannot be noted is left out.
    """
    try:
        return shortcuts.note_opened(request.actor, found)
    except DatabaseError as error:
        log.warning("An opened universe could not be noted: %s", type(error).__name__)
        return False


@require_safe
def open_changes(request: ActorRequest, universe_id: int) -> HttpResponse:
    """What is said of open changes, for a page that looks again until they are settled.

    No content where it would be the same; else the list of secrets is told that it is old.
    """
    found = loading.get(request.actor, universe_id)
    context = watching(request, found, request.GET.get("name", ""))
    if sorted(context["watched"].marks) == sorted(request.GET.getlist(LOOKED_FOR)):
        return HttpResponse(status=204)
    answer = render(request, "secrets/_open_changes.html", context)
    answer.headers["HX-Trigger"] = "changes-settled"
    return answer


def watching(
    request: ActorRequest, found: Universe, name: str = "", is_open: Iterable[Change] | None = None
) -> dict[str, Any]:
    """What a page says of open changes: in the universe, or of one secret.

    `is_open` are the open ones where the page has read them: then none are read again, unless the
    address names some that may be settled by now.
    """
    ids = [_id_of(mark) for mark in request.GET.getlist(LOOKED_FOR)[:LOOKED_FOR_AT_MOST]]
    known = [each for each in ids if each is not None]
    if known or is_open is None:
        watched = watch(request.actor, found, name=name, ids=known)
    else:
        watched = Watched(open=told(is_open), settled=[])
    query = [("name", name), *((LOOKED_FOR, mark) for mark in watched.marks)]
    return {"universe": found, "watched": watched, "watched_query": urlencode(query)}


def _id_of(mark: str) -> UUID | None:
    """The id in a mark such as `ID.unknown`, or None where there is none."""
    try:
        return UUID(mark.partition(".")[0])
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def refresh(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Read the list from Roblox; a GET, as after signing in again, only leads to the list."""
    found = loading.get(request.actor, universe_id)
    if request.method != "POST":
        return redirect("universe", universe_id=universe_id)
    refreshing.refresh(request.actor, found)
    wanted = Wanted.from_query(request.POST)
    if wants_fragment(request):
        found = loading.get(request.actor, universe_id)
        return _refreshed(request, _listing(request, found, wanted))
    return redirect(f"{reverse('universe', args=[found.pk])}{wanted.query}")


def _refreshed(request: ActorRequest, context: dict[str, Any]) -> HttpResponse:
    """The list after a refresh; where it would look the same, only what is said of it above.

    So nothing moves under the hand of someone who is in the list, nor is it drawn twice.
    """
    drawn = _drawn(request, context)
    is_same = request.POST.get("drawn") == drawn["mark"]
    context |= drawn | {"is_fragment": True, "is_same": is_same}
    answer = render(request, "secrets/_refreshed.html", context)
    if is_same:
        answer.headers["HX-Reswap"] = "none"
    return answer


def _drawn(request: ActorRequest, context: dict[str, Any]) -> dict[str, str]:
    """The list as it is drawn, and a mark that another has only if it looks the same."""
    drawn = render_to_string("secrets/_listing.html", context, request)
    return {"drawn": drawn, "mark": sha256(drawn.encode()).hexdigest()[:MARK_LENGTH]}


def _listing(request: ActorRequest, found: Universe, wanted: Wanted) -> dict[str, Any]:
    """Every secret in the wanted order; what is not looked for is there too, and hidden.

    So the page can show it at once when someone looks for something else, and each row says at
    its place by each column.
    """
    listing = secrets.listing(request.actor, found)
    views = arranged(listing.secrets, wanted)
    proposed = waiting.names_waiting(request.actor, found)
    rows = rows_of(found, views, wanted, request.actor.person_id, proposed)
    return {
        "universe": found,
        "listing": listing,
        "wanted": wanted,
        "rows": rows,
        "shown": sum(row["is_shown"] for row in rows),
        "columns": [_column(wanted, name, words) for name, words in COLUMNS],
        "orders": ORDERS,
        "steps": list(_steps(found)) if listing.may_create and not rows else [],
        "states": list(_states(found, wanted, rows)),
        "capacity": extent.capacity(request.actor, found, listing.present),
        "is_long": len(rows) > MANY,
        "prefixes": [_prefix(wanted, *each) for each in prefixes(listing.secrets)],
    }


def _steps(found: Universe) -> Iterator[Step]:
    """What leads to the first secret of a universe that has none to show."""
    yield Step("Add the universe", is_done=True)
    yield Step("Read its list from Roblox", is_done=found.synced_at is not None)
    yield Step("Create a secret")


def _column(wanted: Wanted, name: str, words: str) -> dict[str, str]:
    """A column by which the list can be sorted: its heading, and where its link leads."""
    direction = "descending" if wanted.is_descending else "ascending"
    return {
        "name": name,
        "words": words,
        "sorted": direction if wanted.column == name else "",
        "query": wanted.sorted_by(name).query,
    }


def _prefix(wanted: Wanted, words: str, count: int) -> dict[str, Any]:
    """How many names begin so, and the address of the list of these."""
    asked = wanted.beginning(words)
    return {
        "words": words,
        "count": count,
        "is_chosen": not asked.search,
        "query": asked.query,
    }


def _states(found: Universe, wanted: Wanted, rows: list[SecretRow]) -> Iterator[dict[str, Any]]:
    """The choices of which secrets are shown; what is beside the matter, where it has some.

    A count is amber where it asks for something: what is only worth a look does in production.
    """
    in_amber = {ATTENTION, OUTSIDE, TO_ROTATE}
    if found.environment == Environment.PRODUCTION:
        in_amber |= {ANY_HOST, OLD, NO_OWNER}
    counts = Counter(state for row in rows for state in row["states"])
    for state, words in STATES:
        count = counts[state] if state else len(rows)
        if count or state in ("", ATTENTION, wanted.state):
            yield {
                "name": state,
                "words": words,
                "count": count,
                "is_amber": count and state in in_amber,
                "is_chosen": wanted.state == state,
                "query": wanted.in_state(state).query,
            }
