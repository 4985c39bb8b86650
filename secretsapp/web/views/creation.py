"""A new secret, with its note and its owner where they are given at once."""

from typing import cast

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.core.errors import SealroomError
from secretsapp.core.value_gate import cautions
from secretsapp.models import Universe, User
from secretsapp.secrets import changes, details, extent, listing, secret_view
from secretsapp.universes import loading
from secretsapp.web.forms.creation import CreateForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done

CREATED_FROM = ("name", "value", "domain", "similar_is_meant")


@require_http_methods(form_pages.METHODS)
def create(request: ActorRequest, universe_id: int) -> HttpResponse:
    """A new secret."""
    universe = loading.get(request.actor, universe_id)
    listing.check_may_create(request.actor, universe)
    names = listing.names(request.actor, universe)
    form = CreateForm(form_pages.posted(request), names, request.GET.get("name", ""))

    def write() -> Done:
        sent = {field: form.cleaned_data[field] for field in CREATED_FROM}
        with form.asking_whether_similar_is_meant():
            change = changes.create(actor=request.actor, universe=universe, **sent)
        sentence = f"Created {change.name}. Running servers get it after they restart."
        untold = say_whose(request, universe, change.name, form)
        warning = " ".join(filter(None, (cautions(sent["value"], change.domain), untold)))
        return Done(sentence, reverse("secret", args=[universe.pk, change.name]), warning)

    answer = form_pages.submitted(request, form, write, universe)
    capacity = extent.capacity(request.actor, universe, len(names))
    context = {"universe": universe, "capacity": capacity}
    return answer or form_pages.page(request, "secrets/create.html", form, context)


def say_whose(request: ActorRequest, universe: Universe, name: str, form: Form) -> str:
    """Store note and owner; the secret is there by now, so what fails is only told."""
    note, is_mine = form.cleaned_data.get("note", ""), form.cleaned_data.get("is_mine")
    if not (note or is_mine):
        return ""
    try:
        secret = secret_view.get(request.actor, universe, name).secret
        owner = cast("User", request.user) if is_mine else None
        details.edit(actor=request.actor, universe=universe, secret=secret, note=note, owner=owner)
    except SealroomError as refusal:
        return f"Note and owner were not saved: {refusal}"
    return ""
