"""The rows of the list of secrets, prepared: a template has only to write each of them down.

There are hundreds, so whatever is asked of one is asked here once, in plain Python.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypedDict

from django.urls import reverse
from django.utils import timezone

from secretsapp.core.input_rules import ANY_DOMAIN, NEVER_SENDABLE
from secretsapp.core.times import sentence_time
from secretsapp.core.value_gate import caution_of
from secretsapp.models import Universe
from secretsapp.secrets.arranging import Wanted, places
from secretsapp.secrets.listing import SecretView
from secretsapp.web.times import age


class SecretRow(TypedDict):
    """What stands in the row of a secret; `place_…` is where it stands by that column.

    `caution` is what to know of its domain, `changed` is empty where Roblox does not say when, and
    `who` where it was changed elsewhere, and not through Sealroom. It is a dictionary, in which a
    template looks a word up several times as fast as in anything else.
    """

    key: str
    name: str
    link: str
    is_sendable: bool
    is_under_way: bool
    note: str
    searched: str
    place_by_name: str
    place_by_change: str
    place_by_who: str
    is_shown: bool
    needs_attention: bool
    is_open: bool
    is_missing: bool
    is_drifted: bool
    domain: str
    is_any_domain: bool
    caution: str
    changed: str
    changed_exactly: str
    changed_ago: str
    who: str
    is_by_oneself: bool


def rows_of(
    universe: Universe, views: Sequence[SecretView], wanted: Wanted, own_name: str
) -> list[SecretRow]:
    """The rows of these secrets in their order; `own_name` is that of whoever looks."""
    return list(_rows(universe, views, wanted, own_name))


def _rows(
    universe: Universe, views: Sequence[SecretView], wanted: Wanted, own_name: str
) -> Iterator[SecretRow]:
    page = _address(universe, "_").removesuffix("_/")
    now = timezone.now()
    for view, at in zip(views, places(list(views)), strict=True):
        secret, time, is_sendable = view.secret, view.changed_at, view.is_sendable
        changed, exactly, ago = _times(time, now)
        yield SecretRow(
            key=str(secret.pk),
            name=secret.name,
            link=f"{page}{secret.name}/" if is_sendable else _address(universe, secret.name),
            is_sendable=is_sendable,
            is_under_way=view.is_under_way,
            note=view.note_line,
            searched=view.searched,
            place_by_name=str(at["name"]),
            place_by_change=str(at["changed"]),
            place_by_who=str(at["who"]),
            is_shown=wanted.shows(view),
            needs_attention=view.needs_attention,
            is_open=view.is_open,
            is_missing=secret.missing_since is not None,
            is_drifted=secret.drifted_at is not None,
            domain="" if secret.domain == NEVER_SENDABLE else secret.domain,
            is_any_domain=secret.domain == ANY_DOMAIN,
            caution=caution_of(secret.domain),
            changed=changed,
            changed_exactly=exactly,
            changed_ago=ago,
            who=view.changed_by,
            is_by_oneself=bool(view.changed_by) and view.changed_by == own_name,
        )


def _address(universe: Universe, name: str) -> str:
    """The page of the secret; that of any documented name differs in the name alone."""
    return reverse("secret", args=[universe.pk, name])


def _times(time: datetime | None, now: datetime) -> tuple[str, str, str]:
    """A time for machines, in words, and how long ago it was; nothing where it is not known."""
    return ("", "", "") if time is None else (time.isoformat(), sentence_time(time), age(time, now))
