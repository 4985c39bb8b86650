"""Proposals of protected universes: the list, one of them, decisions, and the protection itself."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.access import refusals
from secretsapp.core.errors import Correctable, Forbidden, OutcomeUnknown, SealroomError
from secretsapp.secrets import forcing, proposals, waiting
from secretsapp.secrets.waiting import ProposalView
from secretsapp.servers import restart_proposals
from secretsapp.universes import loading, protection
from secretsapp.web.forms.proposals import (
    APPROVE,
    DECLINE,
    PROPOSE,
    PROTECT,
    DecisionForm,
    ProtectionForm,
    ids_of,
)
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done

MOST_AT_ONCE = 10
# So many of those that wait in all universes are on one page.
LISTED = 50
CHOSEN = "p"
_DONE = {
    "create": "Approved, and created {}. Running servers get it after they restart.",
    "rotate": "Approved, and rotated {}. Running servers keep the old value until they restart.",
    "delete": "Approved, and deleted {}. Running servers keep it until they restart.",
    "unprotect": "Approved. Changes need no approval any more.",
    "restart": "Approved, and sent the restart to Roblox.",
}


@require_safe
def universe(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The proposals of a universe, those that wait first."""
    found = loading.get(request.actor, universe_id)
    page = waiting.of_universe(request.actor, found, long_lists.asked(request))
    context = {
        "universe": found,
        "views": page.items,
        "approvable": sum(view.may_approve for view in page.items),
        "may_manage": waiting.may_force(request.actor),
    }
    return render(request, "proposals/list.html", context | long_lists.context(request, page))


@require_safe
def waiting_for(request: ActorRequest) -> HttpResponse:
    """What waits for the person in all universes: the oldest, where there is much."""
    views = waiting.waiting_for(request.actor)
    later = len(views) - LISTED
    return render(request, "proposals/waiting.html", {"views": views[:LISTED], "later": later})


@require_safe
def proposal(request: ActorRequest, proposal_id: UUID) -> HttpResponse:
    """What is proposed, by whom and why, and what can be done about it."""
    return _page(request, waiting.get(request.actor, proposal_id), DecisionForm())


@require_http_methods(form_pages.METHODS)
def decide(request: ActorRequest, proposal_id: UUID) -> HttpResponse:
    """Approve, decline or withdraw; a GET, as after signing in again, only leads to the page."""
    view = waiting.get(request.actor, proposal_id)
    waiting.check_may_decide(request.actor, view)
    address = reverse("proposal", args=[proposal_id])
    if request.method != "POST":
        return redirect(address)
    form = DecisionForm(request.POST)

    def write() -> Done:
        choice, remark = form.cleaned_data["choice"], form.cleaned_data["remark"]
        if choice == APPROVE:
            untold = restart_proposals.approve(request.actor, view.proposal, remark)
            return Done(_DONE[view.proposal.kind].format(view.proposal.name), address, untold)
        if choice == DECLINE:
            proposals.decline(request.actor, view.proposal, remark)
            return Done(f"Declined. {_left(view)}", address)
        proposals.withdraw(request.actor, view.proposal)
        return Done(f"Withdrawn. {_left(view)}", address)

    answer = form_pages.submitted(request, form, write, view.proposal.universe)
    return answer or _page(request, waiting.get(request.actor, proposal_id), form)


def _left(view: ProposalView) -> str:
    """What became of what was proposed."""
    return "The proposed value is deleted." if view.proposal.key_id else "Nothing was sent."


def _page(request: ActorRequest, view: ProposalView, form: DecisionForm) -> HttpResponse:
    context = {"view": view, "proposal": view.proposal, "universe": view.proposal.universe}
    return form_pages.page(request, "proposals/proposal.html", form, context)


@require_http_methods(form_pages.METHODS)
def approve_several(request: ActorRequest, universe_id: int | None = None) -> HttpResponse:
    """One confirmation with each of those that were ticked, and then what became of each.

    They are of one universe, or of several.
    """
    found = None if universe_id is None else loading.get(request.actor, universe_id)
    back = reverse("proposals", args=[found.pk]) if found else reverse("proposals_waiting")
    sent = request.POST if request.method == "POST" else request.GET
    ids = ids_of(sent.getlist(CHOSEN), most=MOST_AT_ONCE)
    views = waiting.chosen(request.actor, found, ids[:MOST_AT_ONCE])
    missing = len(ids) - len(views)
    context: dict[str, Any] = {"universe": found, "views": views, "back": back, "missing": missing}
    if len(ids) > MOST_AT_ONCE or not views:
        many = f"Choose at most {MOST_AT_ONCE} at once. Nothing was approved."
        few = "Choose proposals that are waiting and that you can approve. Nothing was approved."
        messages.warning(request, many if len(ids) > MOST_AT_ONCE else few)
        return redirect(back)
    places = {view.proposal.universe_id: view.proposal.universe for view in views}
    context["places"] = places.values()
    if request.method == "POST":
        context["results"] = [(view, _result(request, view)) for view in views]
    return render(request, "proposals/several.html", context)


def _result(request: ActorRequest, view: ProposalView) -> str:
    """What became of one of several: empty where it was done."""
    try:
        if untold := restart_proposals.approve(request.actor, view.proposal):
            messages.warning(request, untold)
    except Forbidden as refusal:
        refusals.record(request.actor, refusal)
        return str(refusal)
    except (Correctable, OutcomeUnknown) as refusal:
        return str(refusal)
    except SealroomError as refusal:
        return f"Not approved: {refusal}"
    return ""


@require_http_methods(form_pages.METHODS)
def protect(request: ActorRequest, universe_id: int) -> HttpResponse:
    """What it means that a universe is protected, and how it begins and ends."""
    found = loading.get(request.actor, universe_id)
    waiting.check_may_manage(request.actor, found)
    form = ProtectionForm(form_pages.posted(request))

    def write() -> Done:
        choice = form.cleaned_data["choice"]
        if choice == PROTECT:
            protection.protect(request.actor, found)
            sentence = f"{found.name} is protected. Changes need two people from now on."
            return Done(sentence, request.path, protection.caution(found))
        if choice == PROPOSE:
            why = form.cleaned_data["why"]
            made = proposals.propose_unprotecting(request.actor, found, why)
            sentence = "Proposed. The universe stays protected until another admin approves it."
            return Done(sentence, reverse("proposal", args=[made.pk]))
        forcing.unprotect(request.actor, found, form.cleaned_data["reason"])
        return Done(f"{found.name} is no longer protected.", request.path)

    answer = form_pages.submitted(request, form, write, found)
    context = {"universe": found, "caution": protection.caution(found)}
    return answer or form_pages.page(request, "universes/protection.html", form, context)
