"""Universes themselves: the guide to the first one, adding, trying, settings, removing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.api_keys import key_listing, locating, trials
from secretsapp.api_keys.key_reports import CANNOT_CHANGE
from secretsapp.api_keys.trials import Trial
from secretsapp.core.errors import (
    RobloxRefused,
    RobloxUnreachable,
    RobloxUnusable,
    SecretGone,
    StaleVersion,
)
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.references import Kind, Reference
from secretsapp.models import ApiKey
from secretsapp.universes import loading, managing
from secretsapp.web.forms.universes import AddUniverseForm, RemoveUniverseForm, SettingsForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views import guide as guides
from secretsapp.web.views.form_pages import Done

# The page tests by itself once universe and key are there.
BY_ITSELF = "by_itself"


class NotOpened(Exception):
    """Roblox does not open the universe; `trial` says step by step why not."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(
            "Connection test failed, so nothing was saved. The test below shows what to fix."
        )
        self.trial = trial


@require_safe
def guide(request: ActorRequest) -> HttpResponse:
    """From nothing to the first universe, or to another group."""
    return guides.page(request, guides.Filled())


@require_http_methods(form_pages.METHODS)
def create(request: ActorRequest) -> HttpResponse:
    """A universe to be managed here; where Roblox does not open it, a trial says why not."""
    keys = key_listing.choices(request.actor)
    form = AddUniverseForm(form_pages.posted(request), keys)

    def add() -> Done:
        reference, api_key = form.cleaned_data["universe"], form.cleaned_data["api_key"]
        with _telling_why(request, api_key, reference):
            added = managing.add(
                request.actor,
                universe_id=locating.universe_id_of(request.actor, api_key, reference),
                api_key=api_key,
                name=form.cleaned_data["name"],
                environment=form.cleaned_data["environment"],
            )
        only_reads = added.api_key.check_verdict == KeyVerdict.READS_ONLY
        return Done(
            f"Added {added.name}.",
            reverse("universe", args=[added.pk]),
            warning=CANNOT_CHANGE if only_reads else "",
        )

    try:
        return form_pages.submitted(request, form, add) or _adding(request, form, keys)
    except NotOpened as refusal:
        form.add_error(None, str(refusal))
        return _adding(request, form, keys, refusal.trial)


@require_http_methods(form_pages.METHODS)
def test(request: ActorRequest) -> HttpResponse:
    """Try a key on a universe that is not added; a GET, as after signing in again, leads back."""
    keys = key_listing.choices(request.actor)
    if request.method != "POST":
        return redirect("universe_create")
    form = AddUniverseForm(request.POST, keys, is_trial=True)
    trial = None
    if form.is_valid():
        reference, api_key = form.cleaned_data["universe"], form.cleaned_data["api_key"]
        trial = trials.run(request.actor, api_key, reference)
    if wants_fragment(request):
        context = {"trial": trial, "is_fragment": True}
        if BY_ITSELF in request.POST:
            # Nobody asked: what is not filled in yet is no error, and the focus stays.
            return render(request, "universes/_trial.html", context | {"by_itself": True})
        return form_pages.page(request, "universes/_trial.html", form, context)
    return _adding(request, form, keys, trial)


def _adding(
    request: ActorRequest, form: AddUniverseForm, keys: list[ApiKey], trial: Trial | None = None
) -> HttpResponse:
    """The page that the form was sent from, as it was filled in."""
    if guides.is_asked_for(request):
        return guides.page(request, guides.Filled(universe_form=form, trial=trial))
    return form_pages.page(request, "universes/add.html", form, {"keys": keys, "trial": trial})


@contextmanager
def _telling_why(request: ActorRequest, api_key: ApiKey, reference: Reference) -> Iterator[None]:
    """Where Roblox does not open a universe, let a trial find out what is wrong."""
    try:
        yield
    except (RobloxRefused, RobloxUnreachable, RobloxUnusable, SecretGone):
        raise NotOpened(trials.run(request.actor, api_key, reference)) from None


@require_http_methods(form_pages.METHODS)
def edit(request: ActorRequest, universe_id: int) -> HttpResponse:
    """What a universe is called, what it is for, and the key that opens it."""
    universe = loading.get(request.actor, universe_id)
    keys = key_listing.choices(request.actor, universe)
    form = SettingsForm(universe, keys, form_pages.posted(request))

    def save() -> Done:
        api_key = form.cleaned_data["api_key"] or universe.api_key
        with _telling_why(request, api_key, Reference(universe_id, Kind.UNIVERSE)):
            try:
                managing.edit(
                    request.actor,
                    universe,
                    name=form.cleaned_data["name"],
                    environment=form.cleaned_data["environment"],
                    api_key=api_key,
                    seen_version=form.cleaned_data["seen"],
                )
            except StaleVersion:
                form.start_again(loading.get(request.actor, universe_id))
                raise
        return Done("Settings saved.", reverse("universe", args=[universe_id]))

    context: dict[str, Any] = {"universe": universe, "trial": None}
    try:
        answer = form_pages.submitted(request, form, save, universe)
    except NotOpened as refusal:
        form.add_error(None, str(refusal))
        context["trial"], answer = refusal.trial, None
    return answer or form_pages.page(request, "universes/settings.html", form, context)


@require_http_methods(form_pages.METHODS)
def remove(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Remove a universe from Sealroom, confirmed by typing its name."""
    universe = loading.get(request.actor, universe_id)
    goes = loading.removal_of(request.actor, universe)
    form = RemoveUniverseForm(universe, form_pages.posted(request))

    def take_off() -> Done:
        managing.remove(request.actor, universe)
        sentence = f"Removed {universe.name} from Sealroom. Its secrets are still at Roblox."
        return Done(sentence, reverse("home"))

    answer = form_pages.submitted(request, form, take_off, universe)
    context = {"universe": universe, "removal": goes}
    return answer or form_pages.page(request, "universes/remove.html", form, context)
