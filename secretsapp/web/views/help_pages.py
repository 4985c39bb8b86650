"""Help: roles, keys, and what changed in Sealroom. Everyone who is signed in may know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secretsapp.access import role_table
from secretsapp.operation import release_notes
from secretsapp.web import single_keys
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """The roles in a sentence each, and the table of their permissions."""
    return render(request, "help/roles.html", {"roles": role_table.table()})


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed from version to version."""
    return render(request, "help/changes.html", {"releases": release_notes.releases()})


@require_safe
def shortcuts(request: ActorRequest) -> HttpResponse:
    """What single keys do, as a page or above the one that asks for it."""
    template = "help/_sheet.html" if wants_fragment(request) else "help/shortcuts.html"
    return render(request, template, {"places": single_keys.places(request.actor)})
