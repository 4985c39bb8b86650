"""Settles changes whose outcome is open, by reading Roblox and never by repeating a write."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from django.utils import timezone

from secretsapp.core import settlement
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound, SealroomError
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.events.secrets import change_event
from secretsapp.core.roles import Permission
from secretsapp.core.settlement import Attempt, Judgement, Reading, Verdict
from secretsapp.models import AuditEvent, Change, Secret
from secretsapp.models.secrets import OPEN_STATES, ChangeState
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS, SETTLE_AFTER
from secretsapp.opencloud.types import RemoteSecret
from secretsapp.rules import connections
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.locks import claim, lock_universe, unclaimed
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import in_our_words
from secretsapp.rules.sql import words
from secretsapp.secrets.attempts import domains, overlaps, settle_row
from secretsapp.universes import mirror

SETTLE_AFTER_SECONDS = int(SETTLE_AFTER.total_seconds())
CLAIM = timedelta(seconds=4 * LONGEST_CALL_SECONDS)
TO_SETTLE = Right(Permission.MANAGE_UNIVERSES)


def settle(actor: Actor, *, older_than_seconds: int = SETTLE_AFTER_SECONDS) -> list[Change]:
    """Settle the open changes that started longer ago than that; return those settled.

    Any number of processes may do this at once: each claims what it works on. A change whose
    universe cannot be read stays open for the next time, and so does one that may still be on
    its way, unless it is seen to have taken effect.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    claimed = _claim(timedelta(seconds=older_than_seconds))
    settled: list[Change] = []
    for _, changes in groupby(claimed, key=lambda change: change.universe_id):
        settled += _settle_universe(actor, list(changes))
    return settled


def _claim(age: timedelta) -> list[Change]:
    """The open changes old enough, by universe, that no other process is working on."""
    still_open = Change.objects.filter(state__in=words(*OPEN_STATES))
    waiting = still_open.filter(unclaimed(), started_at__lte=timezone.now() - age)
    return [
        change
        for change in waiting.select_related("universe__api_key").order_by(
            "universe_id", "started_at"
        )
        if claim(still_open.filter(pk=change.pk), lasting=CLAIM)
    ]


def _settle_universe(actor: Actor, changes: list[Change]) -> list[Change]:
    universe = changes[0].universe
    began = timezone.now()
    try:
        with in_our_words(), connections.client_of(actor, universe.api_key) as client:
            listing = client.list_secrets(universe.pk)
    except SealroomError:
        _release(changes)
        return []
    found = {secret.name: secret for secret in listing}
    try:
        settled = [
            change for change in changes if _settle(actor, change, found.get(change.name), began)
        ]
    except NotFound:
        # The universe was removed, and its changes with it.
        return []
    _release(set(changes) - set(settled))
    return settled


def _release(changes: Iterable[Change]) -> None:
    ids = [change.pk for change in changes]
    Change.objects.filter(pk__in=ids).update(claimed_until=None)


def _settle(actor: Actor, change: Change, found: RemoteSecret | None, began: datetime) -> bool:
    """Store the judgement of one change; False where it stays open or another process was first.

    Until its time is over a write may still take effect, so only success is seen before that.
    """
    with acting(actor, TO_SETTLE) as act:
        lock_universe(change.universe)
        attempt = _attempt(change)
        judgement = settlement.judge(attempt, _reading(found))
        if judgement.verdict is not Verdict.SUCCEEDED and began < attempt.ends:
            return False
        if not settle_row(change, ChangeState(judgement.verdict), judgement.reason):
            return False
        _mirror_reading(change, found)
        _tell(act, change, judgement, found)
    return True


def _attempt(change: Change) -> Attempt:
    seen = Reading(change.seen_create_time, change.seen_update_time, change.seen_domain)
    return Attempt(
        kind=change.kind,
        domain=change.domain,
        seen=seen if change.seen else None,
        starts=change.started_at,
        ends=change.started_at + SETTLE_AFTER,
        overlapped=_may_be_overlapped(change),
    )


def _may_be_overlapped(change: Change) -> bool:
    """Whether another write may have come to the same name since this one began.

    After a backup was restored there may have been writes that no one here knows of any more.
    """
    restored = AuditEvent.objects.filter(
        tag=InstallationEvent.INSTALLATION_RESTORED.tag, time__gte=change.started_at
    )
    return overlaps(change) or restored.exists()


def _reading(found: RemoteSecret | None) -> Reading | None:
    return Reading(found.create_time, found.update_time, found.domain) if found else None


def _tell(act: Act, change: Change, judgement: Judgement, found: RemoteSecret | None) -> None:
    """Tell of the judgement, with what was read before the write and what is read now."""
    evidence = {
        **domains(change),
        **change.provenance,
        "reason": judgement.reason,
        "settled": "by reading",
        "started_by": change.actor_name,
        "starter_id": str(change.actor_id or ""),
        "update_time_before": change.seen_update_time,
        "update_time_found": found.update_time if found else "",
        "found": "yes" if found else "no",
    }
    event = change_event(change.kind, judgement.verdict)
    act.tell(event, change.universe, change.name, change_id=str(change.pk), detail=evidence)


def _mirror_reading(change: Change, found: RemoteSecret | None) -> None:
    """Bring the mirror to what was read, unless a younger write of ours may have overtaken it."""
    secret = Secret.objects.filter(universe=change.universe, name=change.name).first()
    if _may_be_overlapped(change):
        _doubt(secret, change, found)
    elif found is None:
        Secret.objects.filter(universe=change.universe, name=change.name).delete()
    else:
        secret = secret or mirror.new_row(change.universe, change.name)
        mirror.adopt(secret, found)
        if change.state == ChangeState.SUCCEEDED:
            secret.last_change, secret.drifted_at = change, None
        mirror.keep(secret)


def _doubt(secret: Secret | None, change: Change, found: RemoteSecret | None) -> None:
    """Let the next refresh take over what it reads, also of a secret that has no row yet."""
    if secret is None and found is not None:
        secret = mirror.new_row(change.universe, change.name)
        mirror.adopt(secret, found)
    if secret is not None:
        secret.unsure = True
        mirror.keep(secret)
