"""The audit log: newest first, filtered by the address, a page at a time."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.home import at_hand
from secretsapp.log import reading
from secretsapp.log.reading import AuditFilter, AuditPage
from secretsapp.secrets import open_changes
from secretsapp.web.forms.audit import AuditFilterForm
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages

LIST = "audit-list"
LONGEST_ID = len(str(UNIVERSE_ID_LIMIT))

# What says which page it is, and what the last one ended with: no part of a filter.
PLACES = ("before", "after", "day")


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address of the same log without it."""

    words: str
    address: str


@require_safe
def log(request: ActorRequest) -> HttpResponse:
    """A page of events; for htmx the list alone, or the events to be put behind those there."""
    asked = request.GET.get("universe", "")[:LONGEST_ID]
    form = AuditFilterForm(request.GET, at_hand.to_choose_from(request.actor, asked))
    context = _context(request, form, _page(request, form))
    # After the back button htmx asks for the whole page, which has to be told from its fragments.
    if not wants_fragment(request) or "HX-History-Restore-Request" in request.headers:
        context["unsettled"] = open_changes.visible(request.actor)
        return form_pages.page(request, "log/log.html", form, context)
    if request.headers.get("HX-Target") != LIST:
        return form_pages.page(request, "log/_events.html", form, context | {"focus_first": True})
    answer = form_pages.page(request, "log/_list.html", form, context | {"announced": True})
    answer.headers["HX-Push-Url"] = _address(request)
    return answer


def _context(request: ActorRequest, form: AuditFilterForm, page: AuditPage) -> dict[str, Any]:
    return {
        "page": page,
        "events": page.events,
        "by_day": True,
        "last_day": request.GET.get("day", ""),
        "older": "" if page.older is None else _address(request, before=page.older),
        "newer": "" if page.newer is None else _address(request, after=page.newer),
        "newest": _address(request),
        "chips": [
            Chip(active.words, _address(request, **{active.field: ""})) for active in form.active()
        ],
    }


def _page(request: ActorRequest, form: AuditFilterForm) -> AuditPage:
    """The page asked for; a filter that cannot be used finds nothing, for those who may read."""
    if form.is_valid():
        before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        return reading.page(request.actor, form.wanted(), before, after)
    reading.page(request.actor, AuditFilter(), before=1)
    return AuditPage(events=[])


def _address(request: ActorRequest, **changes: object) -> str:
    """The address of the log with what is looked for now, but for the changes."""
    query = {name: request.GET[name] for name in request.GET if name not in PLACES}
    query |= {name: str(value) for name, value in changes.items()}
    given = urlencode({name: text for name, text in query.items() if text})
    return f"{reverse('audit')}?{given}" if given else reverse("audit")
