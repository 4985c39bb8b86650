"""The audit log, that of one universe and of oneself: newest first, filtered by the address."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.home import at_hand
from secretsapp.log import choices, counting, reading, standing
from secretsapp.log.counting import Counts, Day
from secretsapp.log.filters import AuditFilter
from secretsapp.log.index import questions
from secretsapp.log.index.questions import Basis
from secretsapp.log.reading import AuditPage
from secretsapp.log.searching import Search
from secretsapp.models import Universe
from secretsapp.secrets import open_changes
from secretsapp.universes import loading
from secretsapp.web.event_labels import TONES, VERB_LABELS
from secretsapp.web.forms.audit import PLACES, AuditFilterForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages

LIST, NEW = "audit-list", "audit-new"
NEW_AT_MOST = 99
LONGEST_ID = len(str(UNIVERSE_ID_LIMIT))
NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address of the same log without it."""

    words: str
    address: str


@dataclass(frozen=True)
class Piece:
    """A piece of a bar: the events of one tone, where it begins from above, and how high it is."""

    tone: str
    words: str
    count: int
    top: float
    height: float


@dataclass(frozen=True)
class Bar:
    """A day of the chart, in pieces from below, and the address of its events."""

    day: Day
    pieces: list[Piece]
    address: str


@require_safe
def log(request: ActorRequest) -> HttpResponse:
    """A page of events; for htmx the list alone, or the events to be put behind those there."""
    own = questions.basis(request.actor)
    return _answer(request, own, log_form(request, own), {})


@require_safe
def activity(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The log of one universe; for people who can't read it, the histories of its secrets."""
    found = loading.get(request.actor, universe_id)
    within = reading.within(request.actor, found)
    own = questions.basis(request.actor, of_histories=within.of_histories)
    about = {"universe": found, "is_log": not within.of_histories}
    return _answer(request, own, filter_form(request, own, within), about)


@require_safe
def own(request: ActorRequest) -> HttpResponse:
    """What one did oneself, for everyone."""
    universes = _universes(request)
    form = AuditFilterForm(request.GET, reading.own(request.actor), universes, (), {})
    basis = questions.basis(request.actor, of_own=True)
    return _answer(request, basis, form, {"is_own": True})


@require_safe
def event(request: ActorRequest, sequence: int) -> HttpResponse:
    """One event with all that is known of it; for htmx that alone, for the row that is there."""
    found, within = reading.one(request.actor, sequence)
    if within.of_own:
        leads, words = reverse("me_activity"), "Your activity"
    elif within.of_histories:
        leads, words = reverse("universe_activity", args=[found.universe_id]), "Activity"
    else:
        leads, words = reverse("audit"), "Audit log"
    context = {"event": found, "leads": leads, "log_words": words}
    template = "log/_facts.html" if wants_fragment(request) else "log/event.html"
    return render(request, template, context)


def log_form(request: ActorRequest, own: Basis) -> AuditFilterForm:
    """The filters of the whole log, as far as the actor reads it."""
    return filter_form(request, own, AuditFilter(), _universes(request))


def _universes(request: ActorRequest) -> list[Universe]:
    return at_hand.to_choose_from(request.actor, request.GET.get("universe", "")[:LONGEST_ID])


def filter_form(
    request: ActorRequest, own: Basis, within: AuditFilter, universes: Iterable[Universe] = ()
) -> AuditFilterForm:
    """The filters of the address, and what there is to choose from."""
    people = choices.people(request.actor, within, own)
    removed = choices.removed(request.actor) if within.universe_id is None else {}
    return AuditFilterForm(request.GET, within, universes, people, removed)


def _answer(
    request: ActorRequest, own: Basis, form: AuditFilterForm, about: dict[str, Any]
) -> HttpResponse:
    actor, path = request.actor, request.path
    # After the back button htmx asks for the whole page, which has to be told from its fragments.
    is_whole = not wants_fragment(request) or "HX-History-Restore-Request" in request.headers
    if not wants_fragment(request) and "" in request.GET.dict().values() and form.is_valid():
        return redirect(address_of(path, form, _place(request)))
    search = reading.looking_for(actor, form.wanted(), own) if form.is_valid() else None
    if not is_whole and request.headers.get("HX-Target") == NEW:
        return form_pages.page(request, "log/_new.html", form, _new(request, form, search))
    is_more = not is_whole and request.headers.get("HX-Target") != LIST
    # What is counted reads the newest events, so that the page needn't.
    counts = None if search is None or is_more else _counts(request, form, search)
    page = _page(request, form, search)
    context = about | _context(path, form, page, request.GET.get("day", ""))
    if is_more:
        return form_pages.page(request, "log/_events.html", form, context | {"focus_first": True})
    if not about:
        query = urlencode(form.query()) if form.is_valid() else ""
        context |= {"saved": list(choices.searches(actor)), "query": query}
    if counts is not None:
        context |= _counted(path, form, counts)
    if is_whole:
        if "is_own" not in about:
            context["unsettled"] = open_changes.visible(actor, context.get("universe"))
        if not about:
            context["standing"] = standing.look(actor)
        return form_pages.page(request, "log/log.html", form, context)
    answer = form_pages.page(request, "log/_list.html", form, context | {"announced": True})
    answer.headers["HX-Push-Url"] = address_of(path, form)
    return answer


def _context(path: str, form: AuditFilterForm, page: AuditPage, last_day: str) -> dict[str, Any]:
    return {
        "page": page,
        "events": page.events,
        "by_day": True,
        "last_day": last_day,
        "older": "" if page.older is None else address_of(path, form, {"before": page.older}),
        "newer": "" if page.newer is None else address_of(path, form, {"after": page.newer}),
        "newest": address_of(path, form),
        "all": path,
        "export": "" if form.within.of_own else address_of(f"{path}export/", form),
        "evidence": _evidence(form),
        "watch": _watch(path, form, page),
        "tones": TONES,
        "chips": [
            Chip(active.words, address_of(path, form, {active.field: ""}))
            for active in form.active()
        ],
    }


def _evidence(form: AuditFilterForm) -> str:
    """Where evidence of these events is made; histories leave out what it needs."""
    if form.within.of_histories or form.within.of_own:
        return ""
    universe = form.within.universe_id
    changes = NOTHING if universe is None else {"universe": universe}
    return address_of(reverse("evidence"), form, changes)


def _watch(path: str, form: AuditFilterForm, page: AuditPage) -> str:
    """Where what comes after the newest page can be asked for."""
    if page.newer is not None or not page.events:
        return ""
    return address_of(path, form, {"after": page.events[0].sequence, "known": 0})


def _new(request: ActorRequest, form: AuditFilterForm, search: Search | None) -> dict[str, Any]:
    """How many events came after one; said aloud only where that is more than before."""
    after = form.cleaned_data.get("after")
    if search is None or after is None:
        return {"watch": ""}
    found = len(search.next(NEW_AT_MOST + 1, after))
    new = min(found, NEW_AT_MOST)
    return {
        "newest": address_of(request.path, form),
        "new": new,
        "is_many": found > new,
        "announces": f"{new}" != request.GET.get("known"),
        "watch": address_of(request.path, form, {"after": after, "known": new}),
    }


def _counts(request: ActorRequest, form: AuditFilterForm, search: Search) -> Counts:
    return counting.count(request.actor, form.wanted(), form.days_of, search)


def _counted(path: str, form: AuditFilterForm, counts: Counts) -> dict[str, Any]:
    """How many there are, and the bars of the chart from left to right."""
    bars = [
        Bar(
            day,
            _pieces(day),
            address_of(path, form, {"since": "", "from": day.day, "to": day.day}),
        )
        for day in counts.days
    ]
    by_tone = [{piece.tone: piece.count for piece in bar.pieces} for bar in bars]
    shown = [tone for tone in TONES if any(tone in each for each in by_tone)]
    rows = [
        (bar.day, [each.get(tone, "") for tone in shown])
        for bar, each in zip(bars, by_tone, strict=True)
        if bar.day.count != 0
    ]
    heads = [TONES[tone] for tone in shown]
    return {"counts": counts, "bars": bars, "chart_heads": heads, "chart_rows": rows}


def _pieces(day: Day) -> list[Piece]:
    """What the day's bar consists of: as much of its height as there is of its events."""
    by_tone: Counter[str] = Counter()
    for verb, number in day.verbs.items():
        by_tone[VERB_LABELS[verb].tone] += number
    pieces, top = [], 100.0
    for tone, words in TONES.items():
        if by_tone[tone]:
            height = day.height * by_tone[tone] / by_tone.total()
            top -= height
            pieces.append(Piece(tone, words, by_tone[tone], round(top, 1), round(height, 1)))
    return pieces


def _page(request: ActorRequest, form: AuditFilterForm, search: Search | None) -> AuditPage:
    """The page asked for; a filter that cannot be used finds nothing, for those who may read."""
    if search is None:
        return AuditPage(events=[])
    before, after = form.cleaned_data["before"], form.cleaned_data["after"]
    return reading.page(request.actor, form.wanted(), before, after, search)


def _place(request: ActorRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in PLACES if name in request.GET}


def address_of(path: str, form: AuditFilterForm, changes: Mapping[str, object] = NOTHING) -> str:
    """The address of the log at that path with what is looked for now, but for the changes."""
    query = form.query() | {name: str(value) for name, value in changes.items()}
    given = urlencode({name: text for name, text in query.items() if text})
    return f"{path}?{given}" if given else path
