"""Writes down and stores several plain changes of one universe in one transaction.

They are checked, written and told as `secrets/attempts.py` does it for one, with a query for all
of them instead of one for each. Whatever isn't plain is left to that: another change of the same
secret meanwhile, a refusal, an answer that came late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from secretsapp.batches.items import StillTheirs
from secretsapp.core.actor import Actor
from secretsapp.core.errors import SealroomError
from secretsapp.models import Batch, BatchItem, Change, Secret, Universe
from secretsapp.models.batches import BatchState, ItemState
from secretsapp.models.secrets import OPEN_STATES, ChangeState
from secretsapp.opencloud.types import WriteReceipt
from secretsapp.rules.acting import AT_ONCE, Act, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.secrets import attempts
from secretsapp.secrets.attempts import TO_STORE, Intent
from secretsapp.universes import mirror


@dataclass(frozen=True)
class Ready:
    """An item, and what it is to become."""

    item: BatchItem
    intent: Intent


@dataclass(frozen=True)
class Stored:
    """A change that Roblox accepted, and its receipt."""

    change: Change
    receipt: WriteReceipt | None


class _NotPlain(Exception):
    """Someone else has settled one of them: nothing was stored here."""


def begin_all(actor: Actor, batch: Batch, ready: Sequence[Ready]) -> list[Change]:
    """Write those down that are plain; gives their changes. The others were not touched.

    All are of one universe and one batch. Raises Halted, and NotFound where the universe is gone.
    """
    with acting(actor, StillTheirs(batch)) as act:
        universe = lock_universe(ready[0].intent.universe)
        doubtful = _doubtful(universe, ready)
        plain = [
            each
            for each in ready
            if each.intent.name not in doubtful and _may_pass(act, universe, each.intent)
        ]
        begun = _taken(plain)
        changes = [attempts.change_of(actor, each.intent) for each in begun]
        for change, each in zip(changes, begun, strict=True):
            change.item = each.item
        Change.objects.bulk_create(changes)
        for change, each in zip(changes, begun, strict=True):
            attempts.tell_started(act, universe, change, each.intent.sealed)
    return changes


def _doubtful(universe: Universe, ready: Sequence[Ready]) -> set[str]:
    """The names of which something else is known since they were read."""
    names = [each.intent.name for each in ready]
    since = min(each.intent.read_at for each in ready)
    found = _touched_since(universe, names, since)
    secrets = {each.name: each for each in Secret.objects.filter(universe=universe, name__in=names)}
    for each in ready:
        seen, secret = each.intent.seen, secrets.get(each.intent.name)
        if seen is not None and mirror.holds_newer(secret, seen, each.intent.read_at):
            found.add(each.intent.name)
    return found


def _touched_since(
    universe: Universe, names: Iterable[str], since: datetime, but: Iterable[Change] = ()
) -> set[str]:
    """Those of the names that another change was about since then, or is now."""
    began_or_ended = Q(started_at__gte=since) | Q(settled_at__gte=since) | Q(settled_at=None)
    changes = Change.objects.filter(began_or_ended, universe=universe, name__in=set(names))
    others = changes.exclude(pk__in=[change.pk for change in but])
    return set(others.exclude(state=ChangeState.FAILED).values_list("name", flat=True))


def _may_pass(act: Act, universe: Universe, intent: Intent) -> bool:
    if universe.api_key_id != intent.universe.api_key_id:
        return False
    try:
        for need in intent.needs:
            need.check(act)
        AT_ONCE.admit(act, universe, Change(), intent.sealed)
    except SealroomError:
        return False
    return True


def _taken(plain: Sequence[Ready]) -> list[Ready]:
    """Those whose items still wait, and are now ours."""
    waiting = BatchItem.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=[each.item.pk for each in plain],
        state=ItemState.WAITING,
        batch__state=BatchState.RUNNING,
    )
    ids = set(waiting.values_list("pk", flat=True))
    BatchItem.objects.filter(pk__in=ids).update(state=ItemState.STARTED)
    return [each for each in plain if each.item.pk in ids]


def succeed_all(actor: Actor, stored: Sequence[Stored]) -> list[Change]:
    """Store that Roblox accepted those that are plain; gives the changes of the others."""
    universe = stored[0].change.universe
    since = min(each.change.started_at for each in stored)
    names = [each.change.name for each in stored]
    but = [each.change for each in stored]
    try:
        with acting(actor, TO_STORE) as act:
            lock_universe(universe)
            doubtful = _touched_since(universe, names, since, but)
            plain = [each for each in stored if each.change.name not in doubtful]
            _store(act, universe, plain)
    except _NotPlain:
        return but
    return [each.change for each in stored if each.change.name in doubtful]


def _store(act: Act, universe: Universe, plain: Sequence[Stored]) -> None:
    now, ids = timezone.now(), [each.change.pk for each in plain]
    still_open = Change.objects.filter(pk__in=ids, state__in=OPEN_STATES)
    succeeded = still_open.update(
        state=ChangeState.SUCCEEDED, reason="", settled_at=now, claimed_until=None
    )
    if succeeded != len(ids):
        raise _NotPlain
    mirror.take_over_all(universe, [(each.change, each.receipt) for each in plain])
    BatchItem.objects.filter(pk__in=[each.change.item_id for each in plain]).update(
        state=ItemState.SUCCEEDED, box="", words="", ended_at=now
    )
    for each in plain:
        attempts.tell_plain(act, each.change, ChangeState.SUCCEEDED)
