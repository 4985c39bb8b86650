"""The audit log: newest first, filtered by the address, a page at a time."""

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from secretsapp.forms.audit import AuditFilterForm
from secretsapp.htmx import wants_fragment
from secretsapp.middleware import ActorRequest
from secretsapp.queries import audit, universes
from secretsapp.queries.audit import AuditFilter, AuditPage
from secretsapp.views import forms


@require_safe
def log(request: ActorRequest) -> HttpResponse:
    """A page of events; for htmx only the events, to be put behind those that stand there."""
    form = AuditFilterForm(request.GET, universes.visible(request.actor))
    page = _page(request, form)
    fragment = wants_fragment(request)
    context = {
        "page": page,
        "events": page.events,
        "older": _older(request, page),
        "focus_first": fragment,
    }
    template = "_events.html" if fragment else "audit.html"
    return forms.page(request, template, form, context)


def _page(request: ActorRequest, form: AuditFilterForm) -> AuditPage:
    """The page asked for; a filter that cannot be used finds nothing, for those who may read."""
    if form.is_valid():
        return audit.page(request.actor, form.wanted(), form.cleaned_data["before"])
    audit.page(request.actor, AuditFilter(), before=1)
    return AuditPage(events=[], older=None)


def _older(request: ActorRequest, page: AuditPage) -> str:
    """The query of the next page, or nothing where this is the last."""
    if page.older is None:
        return ""
    query: QueryDict = request.GET.copy()
    query["before"] = str(page.older)
    return query.urlencode()
