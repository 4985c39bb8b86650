"""The audit log, and that of one universe: newest first, filtered by the address, in pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.home import at_hand
from secretsapp.log import counting, reading, standing
from secretsapp.log.counting import Counts, Day
from secretsapp.log.reading import AuditFilter, AuditPage
from secretsapp.models import Universe
from secretsapp.secrets import open_changes
from secretsapp.universes import loading
from secretsapp.web.event_labels import TONES
from secretsapp.web.forms.audit import PLACES, AuditFilterForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages

LIST = "audit-list"
LONGEST_ID = len(str(UNIVERSE_ID_LIMIT))
NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address of the same log without it."""

    words: str
    address: str


@dataclass(frozen=True)
class Bar:
    """A day of the chart: where its bar begins, from above, and the address of its events."""

    day: Day
    top: int
    address: str


@require_safe
def log(request: ActorRequest) -> HttpResponse:
    """A page of events; for htmx the list alone, or the events to be put behind those there."""
    universes = at_hand.to_choose_from(request.actor, request.GET.get("universe", "")[:LONGEST_ID])
    return _answer(request, _form(request, AuditFilter(), universes), {})


@require_safe
def activity(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The log of one universe; for people who can't read it, the histories of its secrets."""
    found = loading.get(request.actor, universe_id)
    within = reading.within(request.actor, found)
    about = {"universe": found, "is_log": not within.of_histories}
    return _answer(request, _form(request, within), about)


def _form(
    request: ActorRequest, within: AuditFilter, universes: Iterable[Universe] = ()
) -> AuditFilterForm:
    people = reading.people(request.actor, within)
    return AuditFilterForm(request.GET.dict(), within, universes, people)


def _answer(request: ActorRequest, form: AuditFilterForm, about: dict[str, Any]) -> HttpResponse:
    actor, path = request.actor, request.path
    # After the back button htmx asks for the whole page, which has to be told from its fragments.
    is_whole = not wants_fragment(request) or "HX-History-Restore-Request" in request.headers
    if not wants_fragment(request) and "" in request.GET.dict().values():
        return redirect(_address(path, form, _place(request)))
    context = about | _context(path, form, _page(request, form), request.GET.get("day", ""))
    if not is_whole and request.headers.get("HX-Target") != LIST:
        return form_pages.page(request, "log/_events.html", form, context | {"focus_first": True})
    if form.is_valid():
        context |= _counted(path, form, counting.count(actor, form.wanted()))
    if is_whole:
        context["unsettled"] = open_changes.visible(actor, context.get("universe"))
        if "universe" not in context:
            context["standing"] = standing.look(actor)
        return form_pages.page(request, "log/log.html", form, context)
    answer = form_pages.page(request, "log/_list.html", form, context | {"announced": True})
    answer.headers["HX-Push-Url"] = _address(path, form)
    return answer


def _context(path: str, form: AuditFilterForm, page: AuditPage, last_day: str) -> dict[str, Any]:
    return {
        "page": page,
        "events": page.events,
        "by_day": True,
        "last_day": last_day,
        "older": "" if page.older is None else _address(path, form, {"before": page.older}),
        "newer": "" if page.newer is None else _address(path, form, {"after": page.newer}),
        "newest": _address(path, form),
        "all": path,
        "tones": TONES,
        "chips": [
            Chip(active.words, _address(path, form, {active.field: ""})) for active in form.active()
        ],
    }


def _counted(path: str, form: AuditFilterForm, counts: Counts) -> dict[str, Any]:
    """How many there are, and the bars of the chart from left to right."""
    bars = [
        Bar(
            day,
            top=100 - day.height,
            address=_address(path, form, {"since": "", "from": day.day, "to": day.day}),
        )
        for day in counts.days
    ]
    return {"counts": counts, "bars": bars}


def _page(request: ActorRequest, form: AuditFilterForm) -> AuditPage:
    """The page asked for; a filter that cannot be used finds nothing, for those who may read."""
    if form.is_valid():
        before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        return reading.page(request.actor, form.wanted(), before, after)
    return AuditPage(events=[])


def _place(request: ActorRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in PLACES if name in request.GET}


def _address(path: str, form: AuditFilterForm, changes: Mapping[str, object] = NOTHING) -> str:
    """The address of the log at that path with what is looked for now, but for the changes."""
    query = form.query() | {name: str(value) for name, value in changes.items()}
    given = urlencode({name: text for name, text in query.items() if text})
    return f"{path}?{given}" if given else path
