"""The writes to a secret that is there: rotate, delete."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.core import input_rules
from secretsapp.core.errors import StaleVersion
from secretsapp.core.roles import Permission
from secretsapp.core.value_gate import cautions
from secretsapp.models import Universe
from secretsapp.secrets import changes, secret_view
from secretsapp.secrets.secret_view import SecretView
from secretsapp.universes import loading
from secretsapp.web.forms.secrets import DeleteForm, VersionedForm, rotate_form
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done


@require_http_methods(form_pages.METHODS)
def rotate(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """A new value, and for those who may also another domain."""
    universe = loading.get(request.actor, universe_id)
    view = secret_view.get(request.actor, universe, name, Permission.ROTATE_SECRET)
    input_rules.check_sendable(name)
    form = rotate_form(view, form_pages.posted(request))

    def write() -> Done:
        value = form.cleaned_data["value"]
        with starting_again_if_stale(request, form, universe, name):
            change = changes.rotate(
                actor=request.actor,
                universe=universe,
                name=name,
                value=value,
                domain=form.cleaned_data.get("domain"),
                seen_version=form.cleaned_data["version"],
            )
        sentence = f"Rotated {name}. Running servers keep the old value until they restart."
        warning = cautions(value, change.domain, before=change.seen_domain)
        return Done(sentence, _address(universe, name), warning)

    answer = form_pages.submitted(request, form, write, universe)
    return answer or page(request, "secrets/rotate.html", form, universe, view)


@require_http_methods(form_pages.METHODS)
def delete(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """The end of a secret, confirmed by typing its name."""
    universe = loading.get(request.actor, universe_id)
    view = secret_view.get(request.actor, universe, name, Permission.DELETE_SECRET)
    input_rules.check_sendable(name)
    form = DeleteForm(view.secret, form_pages.posted(request))

    def write() -> Done:
        version = form.cleaned_data["version"]
        with starting_again_if_stale(request, form, universe, name):
            changes.delete(actor=request.actor, universe=universe, name=name, seen_version=version)
        sentence = f"Deleted {name}. Running servers keep it until they restart."
        return Done(sentence, reverse("universe", args=[universe.pk]))

    answer = form_pages.submitted(request, form, write, universe)
    return answer or page(request, "secrets/delete.html", form, universe, view)


@contextmanager
def starting_again_if_stale(
    request: ActorRequest, form: VersionedForm, universe: Universe, name: str
) -> Iterator[None]:
    """After someone else's change, show what holds now and let the person decide again."""
    try:
        yield
    except StaleVersion:
        form.start_again(secret_view.get(request.actor, universe, name).secret)
        raise


def page(
    request: ActorRequest, template: str, form: VersionedForm, universe: Universe, view: SecretView
) -> HttpResponse:
    """The page of a form about a secret, which is asked for again: a refusal may know more."""
    if form.is_bound:
        view = secret_view.get(request.actor, universe, view.secret.name)
    context = {"universe": universe, "view": view, "secret": view.secret}
    return form_pages.page(request, template, form, context)


def _address(universe: Universe, name: str) -> str:
    return reverse("secret", args=[universe.pk, name])
