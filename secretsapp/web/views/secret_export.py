"""The list of a universe's secrets as a file: which form, then the file."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from secretsapp.secrets import exporting
from secretsapp.secrets.exporting import Form
from secretsapp.universes import loading
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views.form_pages import METHODS

TYPES = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.JSON: "application/json",
    Form.ENV: "text/plain; charset=utf-8",
}


@require_http_methods(METHODS)
def page(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Say what an export has; a POST with a `format` answers with the file."""
    universe = loading.get(request.actor, universe_id)
    if request.method != "POST":
        return render(request, "secrets/export.html", {"universe": universe})
    form = exporting.form_of(request.POST.get("format", ""))
    answer = HttpResponse(exporting.export(request.actor, universe, form), TYPES[form])
    name = f"secrets-{universe.pk}.{form.value}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
