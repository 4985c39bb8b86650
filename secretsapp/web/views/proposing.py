"""The forms of changes in a protected universe: each proposes, or an admin forces it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.core import input_rules
from secretsapp.core.errors import NeedsApproval
from secretsapp.core.roles import Permission
from secretsapp.models import Change, Universe
from secretsapp.secrets import changes, extent, listing, secret_view, waiting
from secretsapp.secrets.forcing import broken_glass
from secretsapp.secrets.proposals import proposing
from secretsapp.universes import loading, protection
from secretsapp.web.forms.creation import CreateForm
from secretsapp.web.forms.proposals import FORCE, AnyForm, to_propose
from secretsapp.web.forms.secrets import DeleteForm, rotate_form
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.changes import page, starting_again_if_stale
from secretsapp.web.views.creation import CREATED_FROM, say_whose
from secretsapp.web.views.form_pages import Done

View = Callable[..., HttpResponse]


def by_protection(at_once: View, proposed: View) -> View:
    """The view of a change: the second where its universe is protected, or the form proposes."""

    @wraps(at_once)
    def view(request: ActorRequest, universe_id: int, **place: Any) -> HttpResponse:
        proposes = "proposing" in request.POST or protection.is_protected(universe_id)
        return (proposed if proposes else at_once)(request, universe_id, **place)

    return view


@require_http_methods(form_pages.METHODS)
def create(request: ActorRequest, universe_id: int) -> HttpResponse:
    """A new secret, proposed."""
    universe = loading.get(request.actor, universe_id)
    listing.check_may_create(request.actor, universe)
    names = listing.names(request.actor, universe)
    posted = form_pages.posted(request)
    form = _form(request, CreateForm(posted, names, request.GET.get("name", "")))

    def write() -> Done:
        sent = {field: form.cleaned_data[field] for field in CREATED_FROM}
        with form.asking_whether_similar_is_meant():
            return _done(request, form, changes.create, universe, **sent)

    answer = form_pages.submitted(request, form, write, universe)
    capacity = extent.capacity(request.actor, universe, len(names))
    context = {"universe": universe, "capacity": capacity}
    return answer or form_pages.page(request, "secrets/create.html", form, context)


@require_http_methods(form_pages.METHODS)
def rotate(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """A new value, proposed."""
    universe = loading.get(request.actor, universe_id)
    view = secret_view.get(request.actor, universe, name, Permission.ROTATE_SECRET)
    input_rules.check_sendable(name)
    form = _form(request, rotate_form(view, form_pages.posted(request)))

    def write() -> Done:
        sent = {"value": form.cleaned_data["value"], "domain": form.cleaned_data.get("domain")}
        seen = form.cleaned_data["version"]
        with starting_again_if_stale(request, form, universe, name):
            return _done(
                request, form, changes.rotate, universe, name=name, seen_version=seen, **sent
            )

    answer = form_pages.submitted(request, form, write, universe)
    return answer or page(request, "secrets/rotate.html", form, universe, view)


@require_http_methods(form_pages.METHODS)
def delete(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """The end of a secret, proposed."""
    universe = loading.get(request.actor, universe_id)
    view = secret_view.get(request.actor, universe, name, Permission.DELETE_SECRET)
    input_rules.check_sendable(name)
    form = _form(request, DeleteForm(view.secret, form_pages.posted(request)))

    def write() -> Done:
        seen = form.cleaned_data["version"]
        with starting_again_if_stale(request, form, universe, name):
            return _done(request, form, changes.delete, universe, name=name, seen_version=seen)

    answer = form_pages.submitted(request, form, write, universe)
    return answer or page(request, "secrets/delete.html", form, universe, view)


def _form(request: ActorRequest, form: AnyForm) -> AnyForm:
    return to_propose(form, may_force=waiting.may_force(request.actor))


def _done(
    request: ActorRequest,
    form: Form,
    write: Callable[..., Change],
    universe: Universe,
    **what: Any,
) -> Done:
    """Propose the change, or force it where that button was pressed."""
    if not form.cleaned_data["proposing"]:
        raise NeedsApproval(
            f"{universe.name} was protected after you opened this page, so nothing was sent. Now "
            "you can propose the change."
        )
    is_forced = FORCE in request.POST
    if is_forced:
        waiting.check_may_manage(request.actor, universe)
        passage: Any = broken_glass(form.cleaned_data["reason"])
    else:
        passage = proposing(
            request.actor,
            form.cleaned_data["why"],
            note=form.cleaned_data.get("note", ""),
            is_mine=form.cleaned_data.get("is_mine", False),
        )
    change = write(actor=request.actor, universe=universe, passage=passage, **what)
    if not is_forced:
        sentence = "Proposed. Nothing is sent until someone else approves it."
        return Done(sentence, reverse("proposal", args=[change.pk]))
    sentence = f"Changed {change.name} without approval. The audit log says so, with your reason."
    untold = say_whose(request, universe, change.name, form)
    return Done(sentence, reverse("universe", args=[universe.pk]), untold)
