"""Adds, edits and removes the witnesses of the audit log."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.core.errors import StaleVersion
from secretsapp.log import witness_listing, witnesses
from secretsapp.web.forms.witnesses import WitnessForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done


@require_http_methods(form_pages.METHODS)
def add(request: ActorRequest) -> HttpResponse:
    """A new witness, which the worker asks within a minute."""
    witness_listing.require_managing(request.actor)
    form = WitnessForm(form_pages.posted(request))

    def write() -> Done:
        sent = form.cleaned_data
        made = witnesses.add(
            request.actor, name=sent["name"], address=sent["address"], key=sent["key"]
        )
        return Done(f"Added the witness {made.name}.", reverse("checkpoints"))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "log/witness.html", form, {})


@require_http_methods(form_pages.METHODS)
def edit(request: ActorRequest, witness_id: int) -> HttpResponse:
    """Another name, address or key."""
    found = witness_listing.get(request.actor, witness_id)
    form = WitnessForm(form_pages.posted(request), found)

    def write() -> Done:
        sent = form.cleaned_data
        words = {"name": sent["name"], "address": sent["address"], "key": sent["key"]}
        try:
            witnesses.edit(request.actor, found, **words, seen_version=sent["seen"])
        except StaleVersion:
            form.start_again(witness_listing.get(request.actor, witness_id))
            raise
        return Done("Changes saved.", reverse("checkpoints"))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "log/witness.html", form, {"witness": found})


@require_http_methods(form_pages.METHODS)
def remove(request: ActorRequest, witness_id: int) -> HttpResponse:
    """The end of a witness, confirmed on a page that says what it is."""
    found = witness_listing.get(request.actor, witness_id)
    form = Form(form_pages.posted(request))

    def write() -> Done:
        witnesses.remove(request.actor, found)
        return Done(f"Removed the witness {found.name}.", reverse("checkpoints"))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "log/witness_remove.html", form, {"witness": found})


@require_http_methods(form_pages.METHODS)
def try_again(request: ActorRequest, witness_id: int) -> HttpResponse:
    """Let the worker ask it now; a GET, as after signing in again, only leads to the page."""
    found = witness_listing.get(request.actor, witness_id)
    if request.method == "POST":
        witnesses.try_again(request.actor, found)
        messages.success(request, f"The worker asks {found.name} within a minute.")
    return redirect("checkpoints")
