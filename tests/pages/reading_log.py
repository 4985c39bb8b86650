"""What stands on a page of the audit log, and a log to be read there."""

import re

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from secretsapp.models import AuditEvent, Universe
from secretsapp.secrets import details
from tests.stage import Cast


def sequences(page: str) -> list[int]:
    """The numbers of the events on a page, in the order they stand there."""
    return [int(number) for number in re.findall(r'id="event-(\d+)"', page)]


def link_to(page: str, part: str) -> str:
    """The first address in which that stands."""
    addresses: list[str] = re.findall(r'href="([^"]*)"', page)
    return next(each for each in addresses if part in each).replace("&amp;", "&")


def newest_event(client: Client, **about: str) -> HttpResponseBase:
    """The page of the event that came last, of those with these columns."""
    newest = AuditEvent.objects.filter(**about).latest("sequence")
    return client.get(reverse("event", args=[newest.sequence]))


def link(page: str, words: str) -> str:
    """Where the link of that name leads."""
    found = re.search(rf'href="([^"]*)"[^>]*>{words}</a>', page)
    assert found is not None, words
    return found.group(1).replace("&amp;", "&")


def fill_log(universe: Universe, cast: Cast, events: int) -> None:
    """So many events more."""
    secret = universe.secrets.get(name="PAY_KEY")
    for number in range(events):
        details.edit(
            actor=cast["editor"].actor,
            universe=universe,
            secret=secret,
            note=f"note {number}",
            owner=None,
        )
