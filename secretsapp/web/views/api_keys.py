"""The API keys that open universes: listed, added, tried, replaced, removed, and never shown."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.api_keys import (
    authorizing,
    connecting,
    key_listing,
    key_upkeep,
    looking,
    server_address,
    stored_keys,
)
from secretsapp.api_keys.key_listing import KeyView
from secretsapp.api_keys.key_reports import KeyReport
from secretsapp.core.errors import StaleVersion
from secretsapp.core.upkeep_errors import NothingToSay
from secretsapp.home import first_steps
from secretsapp.models import ApiKey
from secretsapp.rules.paging import Asked
from secretsapp.web.forms.api_keys import AddKeyForm, EditKeyForm, ReplaceKeyForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, guide, long_lists
from secretsapp.web.views.form_pages import Done

# So many are named where a new key is to cover them.
UNIVERSES_NAMED = 20
ADDED_FROM = ("name", "value", "note", "ends_at", "is_meant")


@require_safe
def api_keys(request: ActorRequest) -> HttpResponse:
    """Every key with what it serves."""
    context = {"views": key_listing.overview(request.actor), "connects": authorizing.is_set_up()}
    return render(request, "api_keys/list.html", context)


@require_http_methods(form_pages.METHODS)
def create(request: ActorRequest) -> HttpResponse:
    """A new key, also from the guide."""
    keys = key_listing.visible(request.actor)
    form = AddKeyForm(form_pages.posted(request), is_first=not keys)

    def add() -> Done:
        words = {field: form.cleaned_data[field] for field in ADDED_FROM}
        with form.asking_whether_meant():
            api_key = stored_keys.add(request.actor, **words)
        if guide.is_asked_for(request):
            return Done(f"Saved the key “{api_key.name}”.", guide.to_universe(api_key), form.told)
        sentence = f"Saved the key “{api_key.name}”. Add a universe to test it."
        return Done(sentence, _address(api_key.pk), form.told)

    answer = form_pages.submitted(request, form, add)
    if answer is None and guide.is_asked_for(request):
        return guide.page(request, guide.Filled(key_form=form))
    return answer or form_pages.page(request, "api_keys/add.html", form, {})


@require_safe
def api_key(request: ActorRequest, api_key_id: UUID) -> HttpResponse:
    """What is known of a key, and what it serves."""
    view = key_listing.view(request.actor, api_key_id)
    asked = Asked(number=long_lists.asked(request).number)
    page = key_listing.universes_of(request.actor, view.api_key, asked)
    context = long_lists.context(request, page) | {"view": view}
    return render(request, "api_keys/api_key.html", context)


@require_http_methods(form_pages.METHODS)
def edit(request: ActorRequest, api_key_id: UUID) -> HttpResponse:
    """Name, note and end of a key."""
    view = key_listing.view(request.actor, api_key_id)
    found = view.api_key
    form = EditKeyForm(found, form_pages.posted(request))

    def save() -> Done:
        words = {field: form.cleaned_data[field] for field in ("name", "note", "ends_at")}
        try:
            stored_keys.edit(request.actor, found, **words, seen_version=form.cleaned_data["seen"])
        except StaleVersion:
            form.start_again(key_listing.view(request.actor, api_key_id).api_key)
            raise
        return Done("Changes saved.", _address(api_key_id))

    return form_pages.submitted(request, form, save) or _page(
        request, "api_keys/edit.html", form, view
    )


@require_http_methods(form_pages.METHODS)
def replace(request: ActorRequest, api_key_id: UUID) -> HttpResponse:
    """Another key in the place of this one, once it opens the same universes."""
    view = key_listing.view(request.actor, api_key_id)
    form = ReplaceKeyForm(form_pages.posted(request))

    def put() -> Done:
        value, ends_at = form.cleaned_data["value"], form.cleaned_data["ends_at"]
        is_meant = form.cleaned_data["is_meant"]
        with form.asking_whether_meant():
            stored_keys.replace(
                request.actor, view.api_key, value, ends_at=ends_at, is_meant=is_meant
            )
        if view.count:
            sentence = "Key replaced. Sealroom has deleted the old key: delete it at Roblox too."
            return Done(sentence, _address(api_key_id), form.told)
        is_first_run = not first_steps.sees_any(request.actor)
        address = reverse("guide") if is_first_run else _address(api_key_id)
        return Done("Replaced.", address, form.told)

    return form_pages.submitted(request, form, put) or _replacing(request, form, view)


def _replacing(request: ActorRequest, form: Form, view: KeyView) -> HttpResponse:
    """The page that leads through a replacement: what the new key needs, and where it goes."""
    universes = key_listing.universes_of(request.actor, view.api_key, Asked())
    server = server_address.server_address(request.actor)
    told = {"server": server, "opened": universes.items[:UNIVERSES_NAMED]}
    return _page(request, "api_keys/replace.html", form, view, **told)


@require_http_methods(form_pages.METHODS)
def test(request: ActorRequest, api_key_id: UUID) -> HttpResponse:
    """Try the key on every universe it serves; a GET only leads to its page."""
    found = key_listing.view(request.actor, api_key_id).api_key
    if request.method == "POST":
        try:
            report = stored_keys.test(request.actor, found)
        except StaleVersion as stale:
            messages.warning(request, str(stale))
        else:
            _tell(request, report)
    return redirect("api_key", api_key_id=api_key_id)


@require_http_methods(form_pages.METHODS)
def fixed(request: ActorRequest, api_key_id: UUID) -> HttpResponse:
    """Someone changed the key at Roblox: forget what Roblox told before, and try it."""
    found = key_listing.view(request.actor, api_key_id).api_key
    if request.method == "POST":
        try:
            key_upkeep.say_fixed(request.actor, found)
        except NothingToSay as refusal:
            messages.warning(request, str(refusal))
        else:
            return test(request, api_key_id)
    return redirect("api_key", api_key_id=api_key_id)


@require_http_methods(form_pages.METHODS)
def old_deleted(request: ActorRequest, api_key_id: UUID) -> HttpResponse:
    """Someone deleted the key before this one at Roblox."""
    found = key_listing.view(request.actor, api_key_id).api_key
    if request.method == "POST":
        try:
            key_upkeep.say_old_deleted(request.actor, found)
        except NothingToSay as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "Noted. The replacement is complete.")
    return redirect("api_key", api_key_id=api_key_id)


@require_http_methods(form_pages.METHODS)
def check_all(request: ActorRequest) -> HttpResponse:
    """Let the worker look at every key soon; a GET only leads to the list."""
    key_listing.require_to_manage(request.actor)
    if request.method == "POST":
        count = looking.look_soon(request.actor)
        keys = f"{count} API key{'' if count == 1 else 's'}"
        messages.success(request, f"Sealroom checks {keys}, starting within a minute.")
    return redirect("api_keys")


def _tell(request: ActorRequest, report: KeyReport) -> None:
    """Say what came of a test; what failed the page itself says."""
    if report.passed:
        messages.success(request, f"Test passed: {report.result}. {report.end.sentence}")
    elif report.passed is None:
        messages.warning(request, "Nothing to test: no universe uses this key yet.")


@require_http_methods(form_pages.METHODS)
def remove(request: ActorRequest, api_key_id: UUID) -> HttpResponse:
    """Forget a key that opens nothing, or disconnect an access."""
    view = key_listing.view(request.actor, api_key_id)
    found = view.api_key
    form = Form(form_pages.posted(request))

    def forget() -> Done:
        if found.is_oauth:
            return _disconnected(request, found)
        stored_keys.remove(request.actor, found)
        sentence = f"Removed the key “{found.name}”. Delete it at Roblox too."
        return Done(sentence, reverse("api_keys"))

    return form_pages.submitted(request, form, forget) or _page(
        request, "api_keys/remove.html", form, view
    )


def _disconnected(request: ActorRequest, found: ApiKey) -> Done:
    is_revoked = connecting.disconnect(request.actor, found)
    sentence = f"Disconnected “{found.name}”."
    return Done(sentence, reverse("api_keys"), "" if is_revoked else connecting.UNREVOKED)


def _page(
    request: ActorRequest, template: str, form: Form, view: KeyView, **told: object
) -> HttpResponse:
    """The page of a form about a key, which is asked for again: a refusal may know more."""
    if form.is_bound:
        view = key_listing.view(request.actor, view.api_key.pk)
    return form_pages.page(request, template, form, {"view": view, **told})


def _address(api_key_id: UUID) -> str:
    return reverse("api_key", args=[api_key_id])
