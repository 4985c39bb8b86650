"""Several universes chosen from the games of a group."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from secretsapp.api_keys import key_listing
from secretsapp.core.errors import Correctable
from secretsapp.models import ApiKey, Universe
from secretsapp.rules.paging import PAGE_SIZE, cut_list
from secretsapp.universes import picking
from secretsapp.universes.picking import Choice
from secretsapp.web.forms.picking import GroupForm, PickForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists

GROUP = "group"


@require_http_methods(form_pages.METHODS)
def pick(request: ActorRequest) -> HttpResponse:
    """The games of a group to tick; those that are ticked are added."""
    keys = key_listing.choices(request.actor)
    is_asked = GROUP in request.GET or request.method == "POST"
    group = GroupForm(request.GET if is_asked else None)
    choices = _choices(request, group)
    if choices is None:
        return form_pages.page(request, "universes/pick.html", group, {"keys": keys})
    form = PickForm(form_pages.posted(request), choices, keys)
    return _added(request, form) or _picking(request, group, form, choices, keys)


def _choices(request: ActorRequest, group: GroupForm) -> list[Choice] | None:
    """The games of the group that was named; None without one, or where Roblox refuses."""
    if not group.is_valid():
        return None
    try:
        return picking.games_of(request.actor, group.cleaned_data[GROUP])
    except Correctable as refusal:
        group.add_error(GROUP, str(refusal))
        return None


def _added(request: ActorRequest, form: PickForm) -> HttpResponse | None:
    """Add what was ticked and lead to where it is; None where nothing could be added."""
    if not form.is_valid():
        return None
    try:
        added = picking.add_several(
            request.actor,
            form.cleaned_data["game"],
            api_key=form.cleaned_data["api_key"],
            environment=form.cleaned_data["environment"],
        )
    except Correctable as refusal:
        form.add_error(None, str(refusal))
        return None
    if not added.universes:
        for refusal_words in added.refusals:
            form.add_error(None, f"Couldn’t add {refusal_words}")
        return None
    _tell(request, added.universes, added.refusals)
    return redirect("universes")


def _tell(request: ActorRequest, universes: Sequence[Universe], refusals: Sequence[str]) -> None:
    names = ", ".join(universe.name for universe in universes)
    messages.success(request, f"Added {names}.")
    for words in refusals:
        messages.warning(request, f"Couldn’t add {words}")


def _picking(
    request: ActorRequest,
    group: GroupForm,
    form: PickForm,
    choices: Sequence[Choice],
    keys: Sequence[ApiKey],
) -> HttpResponse:
    page = cut_list(choices, long_lists.asked(request).number, PAGE_SIZE)
    shown: dict[str, Any] = long_lists.context(request, page, group=request.GET[GROUP])
    context = shown | {"group": group, "keys": keys, "most": picking.ADDED_AT_ONCE}
    return form_pages.page(request, "universes/pick.html", form, context)
