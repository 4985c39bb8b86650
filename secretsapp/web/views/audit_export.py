"""Exports of what the filters of the audit log's page find: first how many, then the file."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.adapters import export_slots
from secretsapp.adapters.export_slots import Sending
from secretsapp.core.errors import Correctable, InvalidInput
from secretsapp.log import exporting, reading
from secretsapp.log.export_texts import Form
from secretsapp.log.exporting import Asked
from secretsapp.log.index import questions
from secretsapp.models import Universe
from secretsapp.universes import loading
from secretsapp.web.forms.audit import AuditFilterForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.audit import address_of, filter_form, log_form

TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.NDJSON: "application/x-ndjson"}


@require_http_methods(form_pages.METHODS)
def log(request: ActorRequest) -> HttpResponseBase:
    """Export of the audit log."""
    return _answer(request, log_form(request, questions.basis(request.actor)))


@require_http_methods(form_pages.METHODS)
def activity(request: ActorRequest, universe_id: int) -> HttpResponseBase:
    """Export of the log of one universe, or of the histories of its secrets."""
    universe = loading.get(request.actor, universe_id)
    within = reading.within(request.actor, universe)
    own = questions.basis(request.actor, of_histories=within.of_histories)
    return _answer(request, filter_form(request, own, within), universe)


@require_safe
def running(request: ActorRequest) -> HttpResponse:
    """How far one's own exports are; the page asks again while there are any."""
    context = {"running": export_slots.running(request.actor)}
    return render(request, "log/_exports_running.html", context)


def _answer(
    request: ActorRequest, form: AuditFilterForm, universe: Universe | None = None
) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid():
        try:
            return _file(request, form, universe)
        except Correctable as refusal:
            form.add_error(None, str(refusal))
    return _page(request, form, universe)


def _page(request: ActorRequest, form: AuditFilterForm, universe: Universe | None) -> HttpResponse:
    back = request.path.removesuffix("export/")
    context: dict[str, Any] = {
        "universe": universe,
        "active": form.active() if form.is_valid() else [],
        "back": address_of(back, form),
        "to": address_of(request.path, form),
        "running": export_slots.running(request.actor),
    }
    if form.is_valid():
        context["found"] = exporting.find(request.actor, form.wanted())
    return form_pages.page(request, "log/export.html", form, context)


def _file(
    request: ActorRequest, form: AuditFilterForm, universe: Universe | None
) -> StreamingHttpResponse:
    asked = Asked(address_of("", form).removeprefix("?"), form.wanted(), universe)
    kind = _kind(request.POST.get("format", ""))
    place = export_slots.take(request.actor)
    try:
        found, pieces = exporting.export(request.actor, asked, kind)
    except BaseException:
        export_slots.give_back(place)
        raise
    answer = StreamingHttpResponse(Sending(place, pieces, found.events), content_type=TYPES[kind])
    about = f"activity-{universe.pk}" if universe else "audit-log"
    name = f"{about}-to-{found.up_to}.{kind.value}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _kind(text: str) -> Form:
    if text not in TYPES:
        raise InvalidInput("Choose CSV or NDJSON.")
    return Form(text)
