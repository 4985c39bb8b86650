"""What someone can do, and who can do something with a secret: as a page, and as a file."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsapp.access import effective, exporting
from secretsapp.core.roles import Permission
from secretsapp.models import User
from secretsapp.people import directory
from secretsapp.rules.paging import ON_PAPER, Asked, Page
from secretsapp.secrets import secret_view
from secretsapp.universes import loading
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import long_lists

CSV = "csv"
# In the address: all on one page, to be printed.
ALL = "all"


@require_safe
def of_person(request: ActorRequest, person_id: int) -> HttpResponseBase:
    """What a person can do, for who manages people, or of the universes where one gives access."""
    person = effective.person_of(request.actor, person_id)
    return _of(request, person, reverse("person_access", args=[person_id]))


@require_safe
def own(request: ActorRequest) -> HttpResponseBase:
    """What one can do oneself."""
    return _of(request, effective.oneself(request.actor), reverse("me_access"))


def _of(request: ActorRequest, person: User, address: str) -> HttpResponseBase:
    page = effective.what_can(request.actor, person, _asked(request))
    if _wants_file(request):
        return _file(exporting.export_person(request.actor, person), f"access-of-{person.pk}")
    context = {
        "person": person,
        "found": page.items,
        "is_own": address == reverse("me_access"),
        "sees_people": directory.may_manage(request.actor),
    }
    return render(request, "access/what_can.html", context | _paged(request, page, address))


@require_safe
def of_secret(request: ActorRequest, universe_id: int, name: str) -> HttpResponseBase:
    """Who can do something with a secret, for who gives access to it."""
    universe = loading.get(request.actor, universe_id)
    secret = secret_view.get(request.actor, universe, name, Permission.MANAGE_GRANTS).secret
    if _wants_file(request):
        lines = exporting.export_secret(request.actor, universe, name)
        return _file(lines, f"access-to-{universe.pk}")
    page = effective.who_can(request.actor, universe, name, _asked(request))
    context = {"universe": universe, "secret": secret, "found": page.items}
    return render(request, "access/who_can.html", context | _paged(request, page, request.path))


def _asked(request: ActorRequest) -> Asked:
    """A page, or all on one that is to be printed."""
    asked = long_lists.asked(request)
    return Asked(search=asked.search, size=ON_PAPER) if ALL in request.GET else asked


def _paged(request: ActorRequest, page: Page[Any], address: str) -> dict[str, Any]:
    context = long_lists.context(request, page)
    whole = urlencode({"q": context["search"], ALL: "1"})
    return context | {
        "file_address": f"{address}?format={CSV}",
        "paper_address": f"{address}?{whole}" if page.count > len(page.items) else "",
        "is_on_paper": ALL in request.GET,
    }


def _wants_file(request: ActorRequest) -> bool:
    return request.method == "GET" and request.GET.get("format") == CSV


def _file(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
