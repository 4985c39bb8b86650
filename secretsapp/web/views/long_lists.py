"""Lists that are looked through and paged by the server: what is asked is in the address."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from secretsapp.rules.paging import LAST_NUMBER, LONGEST_SEARCH, Asked, Page

SEARCH, NUMBER = "q", "page"


@dataclass(frozen=True)
class Pager:
    """Where the pages beside this one are; empty where there is none.

    `kept` is what is in the address beside the search and the number, for the form to keep.
    """

    previous: str
    next: str
    kept: dict[str, str]


def asked(request: HttpRequest) -> Asked:
    """What the address asks for; a number that is none asks for the first page."""
    return Asked(
        search=request.GET.get(SEARCH, "").strip()[:LONGEST_SEARCH],
        number=number_in(request, NUMBER),
    )


def number_in(request: HttpRequest, name: str) -> int:
    """The number of a page that the address has under that name; 1 without one."""
    number = request.GET.get(name, "")
    is_number = number.isascii() and number.isdigit() and len(number) <= len(str(LAST_NUMBER))
    return int(number) if is_number else 1


def context(request: HttpRequest, page: Page[Any], **kept: str) -> dict[str, Any]:
    """What the parts of such a list need; `kept` are the other choices that narrow it."""
    choices = {name: value for name, value in kept.items() if value}
    return {
        "page": page,
        "search": asked(request).search,
        "pager": Pager(
            previous=_address(request, page.previous, choices),
            next=_address(request, page.next, choices),
            kept=choices,
        ),
    }


def _address(request: HttpRequest, number: int | None, kept: dict[str, str]) -> str:
    if number is None:
        return ""
    parts = {SEARCH: asked(request).search} | kept | {NUMBER: str(number)}
    return f"{request.path}?{urlencode({name: text for name, text in parts.items() if text})}"


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page that a small form was sent from, if it is one of ours."""
    address = request.POST.get("next", "")
    ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if ours else otherwise
