"""Keeps and deletes searches of the audit log, and goes back to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.core.errors import Correctable
from secretsapp.log import reading, saved
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages


@require_http_methods(form_pages.METHODS)
def searches(request: ActorRequest) -> HttpResponse:
    """Keep the search of a page or delete one's own; a GET only leads to the log."""
    reading.readable(request.actor)
    if request.method != "POST":
        return redirect("audit")
    try:
        if chosen := request.POST.get("delete"):
            saved.delete(request.actor, request.user, name=chosen)  # type: ignore[arg-type]  # signed in
            messages.success(request, f"Deleted the search {chosen}.")
        else:
            return _saved(request)
    except Correctable as refusal:
        messages.error(request, str(refusal))
    return redirect("audit")


def _saved(request: ActorRequest) -> HttpResponse:
    kept = saved.save(
        request.actor,
        request.user,  # type: ignore[arg-type]  # signed in, so a person
        name=request.POST.get("name", ""),
        text=request.POST.get("query", ""),
        is_shared=bool(request.POST.get("shared")),
    )
    messages.success(request, f"Saved the search {kept.name}.")
    return redirect(f"{reverse('audit')}?{kept.text}")
