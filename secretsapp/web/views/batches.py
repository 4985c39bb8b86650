"""Batches: the list, one of them with its progress, and one value for many universes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.batches import everywhere, making, progress, steering
from secretsapp.batches.everywhere import Choice
from secretsapp.batches.planning import Planned
from secretsapp.core.errors import DecidedMeanwhile, InvalidInput
from secretsapp.models import Batch
from secretsapp.models.batches import ItemState
from secretsapp.web.forms.batches import (
    CHANGED,
    EverywhereForm,
    WhichForm,
    parted,
    tick_of,
    ticked,
)
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done

STATE, TICK = "state", "universe"
# So many universes can be named in an address.
MOST_NAMED = 1000


@require_safe
def batches(request: ActorRequest) -> HttpResponse:
    """Those that one may see, the newest first."""
    page = progress.batches(request.actor, long_lists.asked(request))
    return render(request, "batches/list.html", long_lists.context(request, page))


@require_safe
def batch(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """How far it is, and its items: all, or those in one state."""
    return render(request, "batches/batch.html", _context(request, batch_id))


@require_safe
def batch_progress(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """The part of the page that changes while it runs."""
    return render(request, "batches/_progress.html", _context(request, batch_id))


def _context(request: ActorRequest, batch_id: UUID) -> dict[str, Any]:
    view = progress.get(request.actor, batch_id)
    wanted = request.GET.get(STATE, "")
    state = wanted if wanted in ItemState.values else ""
    page = progress.items_of(view.batch, long_lists.asked(request), state)
    states = [(each, view.counts[each]) for each in ItemState if each in view.counts]
    context = {"view": view, "batch": view.batch, "state": state, "states": states}
    return context | long_lists.context(request, page, state=state)


@require_http_methods(form_pages.METHODS)
def steer(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Pause it, let it go on, cancel the rest or try again; a GET only leads to its page."""
    found = progress.get(request.actor, batch_id).batch
    if request.method == "POST":
        try:
            messages.success(request, _steered(request, found))
        except (DecidedMeanwhile, InvalidInput) as refusal:
            messages.warning(request, str(refusal))
    return redirect("batch", batch_id)


def _steered(request: ActorRequest, found: Batch) -> str:
    choice = request.POST.get("choice", "")
    if choice == "pause":
        steering.pause(request.actor, found)
        return "Paused. Nothing more is sent until you resume it."
    if choice == "resume":
        steering.go_on(request.actor, found)
        return "It goes on."
    if choice == "cancel":
        count = steering.cancel(request.actor, found)
        if not count:
            return "Wiped the values that were left: nothing of it can be tried again."
        return f"Cancelled. {count} of {found.size} weren’t sent, and their values are wiped."
    if choice == "retry":
        count = steering.retry(request.actor, found)
        return f"{count} of {found.size} wait for their turn again."
    raise InvalidInput("Choose what to do. Nothing was changed.")


@require_http_methods(form_pages.METHODS)
def replace(request: ActorRequest) -> HttpResponse:
    """One value for many universes: which, what would happen in each, and then the value."""
    owners = everywhere.owners(request.actor)
    which = WhichForm(request.GET, owners)
    choice, name = which.choice, which.secret
    rows = _rows(request, name, choice) if name else []
    form = EverywhereForm(form_pages.posted(request))

    def write() -> Done:
        chosen, is_same = ticked(rows, request.POST.getlist(TICK))
        if not is_same:
            raise InvalidInput(CHANGED)
        data = form.cleaned_data
        wanted = everywhere.wanted(chosen, data["value"], data["domain"])
        made = making.make(request.actor, wanted=wanted, reason=data["reason"])
        return Done(f"Started. {name} gets its new value in {made.size} places.", _at(made.pk))

    answer = form_pages.submitted(request, form, write)
    context = {
        "which": which if name else WhichForm(None, owners),
        "name": name,
        "doable": sum(not row.refused for row in rows),
    }
    context |= _shown(request, rows)
    return answer or form_pages.page(request, "batches/replace.html", form, context)


def _shown(request: ActorRequest, rows: list[Planned]) -> dict[str, Any]:
    """The rows with what ticks each, and the rest of them; all are ticked at first."""
    ticks = set(request.POST.getlist(TICK)) if request.method == "POST" else None
    shown, rest = parted(rows)
    return {
        "rows": [(row, tick_of(row), ticks is None or tick_of(row) in ticks) for row in shown],
        "rest": rest,
        "is_rest_ticked": ticks is None or rest.tick in ticks,
    }


def _rows(request: ActorRequest, name: str, choice: Choice) -> list[Planned]:
    named = request.GET.getlist(TICK)[:MOST_NAMED]
    ids = {int(text) for text in named if text.isascii() and text.isdigit() and len(text) < 19}
    if ids:
        return everywhere.chosen(request.actor, name, ids)
    return everywhere.candidates(request.actor, name, choice)


def _at(batch_id: UUID) -> str:
    return reverse("batch", args=[batch_id])
