"""Tells the log what happened to people who did nothing, such as refusals, in bounded numbers.

Strangers can bring these about as often as they like. So each kind of them has a number that is
told in a minute, and one event says how many more there were. The counts are in the database, for
all processes together: one row for each kind, which only those wait for who note the same. What
people do never waits for it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor
from secretsapp.core.events import BY_TAG
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.networks import networks_around
from secretsapp.models import Tally, Universe
from secretsapp.rules import audit
from secretsapp.rules.audit import Entry, Subject
from secretsapp.rules.locks import lock_tally

EQUAL_WITHIN = timedelta(minutes=1)
# Where more is noted than is told, the next minute is twice as long, up to this.
LONGEST_MINUTES = 16
CLOCKS_DIFFER_BY = timedelta(minutes=1)
NETWORKS_COUNTED = 100

_BETWEEN = " "


@dataclass(frozen=True)
class _Kind:
    """What shares a number: events of one tag, by whether and how they concern someone known."""

    event: Event
    concerns: str

    @property
    def key(self) -> str:
        return f"{self.event.tag}{_BETWEEN}{self.concerns}"


# How many are told of whom no one knows; of an account, its first in a minute; and its further
# ones. Each is counted apart, so a flood of one hides none of the others.
NOBODY, FIRST, FURTHER = "nobody", "first", "further"
TOLD = {NOBODY: 5, FIRST: 20, FURTHER: 10}
WORDS = {
    AccessEvent.ACCESS_REFUSED: ("denied action", "denied actions"),
    PersonEvent.PERSON_SIGN_IN_FAILED: ("failed sign-in", "failed sign-ins"),
    PersonEvent.PERSON_SECOND_FACTOR_FAILED: ("wrong second factor", "wrong second factors"),
    PersonEvent.PERSON_LINK_ASKED: (
        "request for a password link",
        "requests for a password link",
    ),
    PersonEvent.CODE_REFUSED: (
        "one-time code that did not work",
        "one-time codes that did not work",
    ),
}


def note(
    actor: Actor,
    event: Event,
    universe: Universe | None = None,
    name: str = "",
    *,
    subject: Subject = None,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Let the log hold what happened to an actor who did nothing, or count it.

    It is counted alone where an equal event, by the same door and from the same address, is younger
    than a minute, or where enough of its kind were told.
    """
    entry = Entry(event, actor, universe, name, subject, "", detail or {})
    kind = _kind_of(entry)
    with transaction.atomic(durable=True):
        tally = lock_tally(kind.key)
        entries = _begin_again_if_over(tally)
        is_told = tally.told < TOLD[kind.concerns] and not audit.has_equal(entry, since=_recently())
        if is_told:
            tally.told += 1
            entries.append(entry)
        else:
            _count(tally, actor.address)
        tally.save()
        audit.append(*entries)


def tell_counted() -> int:
    """Tell of what was counted and not told, of each kind whose time is over; gives how many."""
    waiting = Tally.objects.filter(untold__gt=0).values_list("kind", flat=True)
    return sum(_tell_counted(kind) for kind in waiting)


def _tell_counted(kind: str) -> int:
    with transaction.atomic(durable=True):
        tally = lock_tally(kind)
        entries = _begin_again_if_over(tally)
        tally.save()
        audit.append(*entries)
    return len(entries)


def _kind_of(entry: Entry) -> _Kind:
    if entry.subject is None and entry.actor.person_id is None:
        return _Kind(entry.event, NOBODY)
    is_further = audit.has_alike(entry, since=_recently())
    return _Kind(entry.event, FURTHER if is_further else FIRST)


def _recently() -> datetime:
    return timezone.now() - EQUAL_WITHIN


def _begin_again_if_over(tally: Tally) -> list[Entry]:
    """Where its time is over, give the event that says what was not told, and count from now on.

    The time is read under the lock. It is over too where the clock was put back further than those
    of two machines differ: a count must not stand forever.
    """
    now = timezone.now()
    ends_at = tally.began_at + timedelta(minutes=tally.minutes)
    if tally.began_at - CLOCKS_DIFFER_BY <= now < ends_at:
        return []
    tag, _, concerns = tally.kind.partition(_BETWEEN)
    entries = [_summary(tally, BY_TAG[tag])] if tally.untold else []
    is_flooded = tally.untold > 0 and tally.told >= TOLD[concerns]
    tally.minutes = min(2 * tally.minutes, LONGEST_MINUTES) if is_flooded else 1
    tally.began_at, tally.told, tally.untold, tally.networks = now, 0, 0, "[]"
    return entries


def _summary(tally: Tally, event: Event) -> Entry:
    networks = len(json.loads(tally.networks))
    detail = {
        "count": str(tally.untold),
        "what": WORDS[event][tally.untold > 1],
        "since": f"{tally.began_at:%H:%M} UTC",
        "networks": f"{networks} or more" if networks == NETWORKS_COUNTED else str(networks),
    }
    return Entry(InstallationEvent.LOG_COUNTED, actors.system("log"), detail=detail)


def _count(tally: Tally, address: str) -> None:
    tally.untold += 1
    networks = json.loads(tally.networks)
    network = networks_around(address)[-1]
    if network not in networks and len(networks) < NETWORKS_COUNTED:
        tally.networks = json.dumps([*networks, network])
