"""Many values at once from a file or from text: a preview first, and then a batch.

Nothing is kept between the two: the file is sent again, and marks say that it is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from secretsapp.batches import everywhere, import_marks, importing, making
from secretsapp.batches.importing import ImportRow, Preview
from secretsapp.batches.making import Wanted
from secretsapp.core.errors import Correctable, InvalidInput
from secretsapp.core.imports import reading
from secretsapp.core.imports.decoding import too_large
from secretsapp.core.imports.rows import Form
from secretsapp.core.value_gate import caution_of
from secretsapp.home import at_hand
from secretsapp.models import Universe
from secretsapp.universes import loading
from secretsapp.web.forms.importing import ImportForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.uploads import is_too_large, receive, size_of
from secretsapp.web.views import form_pages

_ANOTHER = (
    "Nothing was sent: this isn’t what the preview was of, or other universes were chosen. This is "
    "the preview of what you gave now."
)
_PLAN_CHANGED = "Nothing was sent: something has changed since the preview. This is how it is now."


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview, as it is ticked and with the host that is in its field."""

    found: ImportRow
    is_ticked: bool
    host: str

    @property
    def caution(self) -> str:
        """What there is to know of the host that is proposed."""
        proposed = self.found.proposed
        return caution_of(proposed) if proposed else ""


@csrf_exempt
@require_http_methods(form_pages.METHODS)
def page(request: ActorRequest) -> HttpResponse:
    """The form; a POST answers with the preview, or makes the batch that was confirmed.

    Who may import nowhere is refused before anything that they sent is read.
    """
    everywhere.check_may_replace(request.actor)
    opened_from = _opened_from(request)
    receive(request)
    return _page(request, opened_from)


@csrf_protect
def _page(request: ActorRequest, opened_from: Universe | None) -> HttpResponse:
    form = _form(request, opened_from)
    context: dict[str, Any] = {"universe": opened_from}
    if form.is_bound:
        try:
            answer = _answer(request, form, context)
        except Correctable as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if answer:
                return answer
    return _rendered(request, form, context)


def _opened_from(request: ActorRequest) -> Universe | None:
    """The universe from whose page it was opened."""
    text = request.GET.get("universe", "")
    return loading.get(request.actor, int(text)) if _is_id(text) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19


def _form(request: ActorRequest, opened_from: Universe | None) -> ImportForm:
    found = at_hand.choose(request.actor)
    universes = [each for each in found.universes if importing.may_import(request.actor, each)]
    if opened_from and opened_from not in universes:
        universes.insert(0, opened_from)
    is_sent = request.method == "POST"
    return ImportForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        universes=universes,
        find=partial(importing.universes_of, request.actor),
        is_all=found.is_all,
        chosen=[opened_from.pk] if opened_from else [],
    )


def _answer(
    request: ActorRequest, form: ImportForm, context: dict[str, Any]
) -> HttpResponse | None:
    """A redirect where a batch was made; else the preview is in the context."""
    if is_too_large(request):
        raise too_large(size_of(request))
    if not form.is_valid():
        return None
    content, universes = form.cleaned_data["content"], form.cleaned_data["universes"]
    kind = form.cleaned_data["format"]
    read = reading.read(content, Form(kind) if kind else None)
    found = importing.preview(request.actor, reading=read, universes=universes)
    context |= {"preview": found, "universes": universes}
    marks = (
        import_marks.mark_of_content(request.actor, content, kind, universes),
        import_marks.mark_of_plan(request.actor, found),
    )
    context["content_mark"], context["plan_mark"] = marks
    if not form.is_confirmed:
        return None
    _check_marks(form, *marks)
    return _made(request, form, found)


def _check_marks(form: ImportForm, content: str, plan: str) -> None:
    if not constant_time_compare(form.cleaned_data["content_mark"], content):
        raise InvalidInput(_ANOTHER)
    if not constant_time_compare(form.cleaned_data["plan_mark"], plan):
        raise InvalidInput(_PLAN_CHANGED)


def _made(request: ActorRequest, form: ImportForm, found: Preview) -> HttpResponse:
    wanted = importing.choose(
        found, numbers=form.rows, hosts=form.hosts, host=form.cleaned_data["host"]
    )
    batch = making.make(request.actor, wanted=wanted, reason=form.cleaned_data["reason"])
    for caution in _cautions(wanted):
        messages.warning(request, caution)
    messages.success(
        request, f"Started. {batch.size} change{'s' if batch.size > 1 else ''} will be made."
    )
    return redirect("batch", batch.pk)


def _cautions(wanted: Sequence[Wanted]) -> list[str]:
    """What there is to know of the hosts that were chosen, each once."""
    domains = dict.fromkeys(each.domain for each in wanted if each.domain)
    return [f"{domain}: {said}" for domain in domains if (said := caution_of(domain))]


def _rendered(request: ActorRequest, form: ImportForm, context: dict[str, Any]) -> HttpResponse:
    found: Preview | None = context.get("preview")
    rows = [_shown(row, form) for row in found.rows] if found else []
    is_fragment = wants_fragment(request)
    told = {"form": form, "rows": rows, "is_fragment": is_fragment, "fails_at": "", **context}
    template = "batches/_import_preview.html" if is_fragment else "batches/import.html"
    return render(request, template, told, status=422 if form.errors else 200)


def _shown(row: ImportRow, form: ImportForm) -> ShownRow:
    """As it was ticked and typed if that was sent, else as it is proposed."""
    is_ticked = row.number in form.rows if form.is_confirmed else row.is_clear
    return ShownRow(row, is_ticked, form.hosts.get(row.number, row.proposed_as_typed))
