"""Several universes chosen from the games of a group, or from what a key opens."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from secretsapp.api_keys import key_listing
from secretsapp.core.errors import Correctable, NotFound
from secretsapp.models import ApiKey, Universe
from secretsapp.rules.paging import PAGE_SIZE, cut_list
from secretsapp.universes import picking
from secretsapp.universes.picking import Choice
from secretsapp.web.forms.picking import GroupForm, PickForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists

GROUP, KEY = "group", "key"


@require_http_methods(form_pages.METHODS)
def pick(request: ActorRequest) -> HttpResponse:
    """The games of a group to tick, or what a key opens; those that are ticked are added."""
    keys = key_listing.choices(request.actor)
    if KEY in request.GET:
        return _of_key(request, request.GET[KEY], keys)
    is_asked = GROUP in request.GET or request.method == "POST"
    group = GroupForm(request.GET if is_asked else None)
    choices = _choices(request, group)
    if choices is None:
        return form_pages.page(request, "universes/pick.html", group, {"keys": keys})
    form = PickForm(form_pages.posted(request), choices, keys)
    return _added(request, form) or _picking(request, group, form, choices, keys)


def _of_key(request: ActorRequest, key_id: str, keys: Sequence[ApiKey]) -> HttpResponse:
    """What the key opens and isn't here, to be added with that key."""
    api_key = next((each for each in keys if str(each.pk) == key_id), None)
    if api_key is None:
        raise NotFound("This API key isn’t in Sealroom any more.")
    choices = picking.opened_by(request.actor, api_key)
    form = PickForm(form_pages.posted(request), choices, [api_key])
    if answer := _added(request, form):
        return answer
    page = cut_list(choices, long_lists.asked(request).number, PAGE_SIZE)
    page = replace(page, items=picking.named(request.actor, page.items))
    shown = long_lists.context(request, page, key=key_id)
    context = shown | {"api_key": api_key, "keys": [api_key], "most": picking.ADDED_AT_ONCE}
    return form_pages.page(request, "universes/pick_opened.html", form, context)


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
