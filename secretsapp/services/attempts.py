"""One attempt to change a secret: written down, sent once, and its outcome stored."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from secretsapp import audit
from secretsapp.core.actor import Actor
from secretsapp.core.errors import OutcomeUnknown, SealroomError
from secretsapp.core.events import change_event
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.changes import OPEN_STATES, ChangeKind, ChangeState
from secretsapp.opencloud import errors
from secretsapp.opencloud.types import RemoteSecret, WriteReceipt
from secretsapp.services.mirror import lock
from secretsapp.services.roblox import translate

_OVERTAKEN = (
    "Roblox accepted the change so late that Sealroom had already judged it by reading. Look at "
    "the secret, and rotate it once more if in doubt."
)

Write = Callable[[], WriteReceipt | None]


@dataclass(frozen=True)
class Intent:
    """What is about to be written, by whom, and what Roblox listed just before."""

    actor: Actor
    kind: ChangeKind
    universe: Universe
    name: str
    domain: str
    seen: RemoteSecret | None


def attempt(intent: Intent, write: Write) -> Change:
    """Store the intent, send the write exactly once, store the outcome.

    If the first cannot be stored, nothing is sent. Raises the refusal of a failed write, and
    OutcomeUnknown where it was sent and the outcome is not known or could not be stored.
    """
    change = _begin(intent)
    try:
        receipt = write()
    except errors.OpenCloudError as error:
        refusal = translate(error)
        state = ChangeState.UNKNOWN if _is_open(error) else ChangeState.FAILED
        _store(intent, change, state, reason=str(refusal))
        raise refusal from None
    _store(intent, change, ChangeState.SUCCEEDED, receipt=receipt)
    if change.state != ChangeState.SUCCEEDED:
        raise OutcomeUnknown(_OVERTAKEN)
    return change


def _is_open(error: errors.OpenCloudError) -> bool:
    return not isinstance(error, errors.Refused | errors.NothingSent)


def _begin(intent: Intent) -> Change:
    change = _change_of(intent)
    with transaction.atomic(durable=True):
        lock(intent.universe)
        change.save(force_insert=True)
        audit.append(_entry(intent.actor, change, ChangeState.STARTED))
    return change


def _change_of(intent: Intent) -> Change:
    actor, seen = intent.actor, intent.seen
    return Change(
        kind=intent.kind,
        state=ChangeState.STARTED,
        universe=intent.universe,
        name=intent.name,
        domain=intent.domain,
        seen=seen is not None,
        seen_domain=seen.domain if seen else "",
        seen_create_time=seen.create_time if seen else "",
        seen_update_time=seen.update_time if seen else "",
        actor_kind=actor.kind,
        actor_id=actor.person_id,
        actor_name=actor.name,
        door=actor.door,
        address=actor.address,
        started_at=timezone.now(),
    )


def _store(
    intent: Intent,
    change: Change,
    state: ChangeState,
    *,
    reason: str = "",
    receipt: WriteReceipt | None = None,
) -> None:
    """Store the outcome; a failure to do so leaves the change open, for the sweep to settle."""
    try:
        with transaction.atomic(durable=True):
            lock(intent.universe)
            if not settle_row(change, state, reason):
                change.refresh_from_db()
                return
            if state is ChangeState.SUCCEEDED:
                _mirror_success(change, receipt)
            audit.append(_entry(intent.actor, change, state, reason))
    except (DatabaseError, SealroomError):
        raise OutcomeUnknown(
            "The change was sent to Roblox, and its outcome could not be stored here. Sealroom "
            "will find out by reading; look at the list in a few minutes."
        ) from None


def settle_row(change: Change, state: ChangeState, reason: str) -> bool:
    """Move an open change to `state` unless another process did; say whether this one did."""
    change.state, change.reason = state, reason
    change.settled_at = None if state is ChangeState.UNKNOWN else timezone.now()
    return bool(
        Change.objects.filter(pk=change.pk, state__in=OPEN_STATES).update(
            state=state, reason=reason, settled_at=change.settled_at, claimed_until=None
        )
    )


def _entry(actor: Actor, change: Change, state: ChangeState, reason: str = "") -> audit.Entry:
    return audit.Entry(
        change_event(change.kind, state),
        actor,
        change.universe,
        change.name,
        change_id=str(change.pk),
        detail=_detail(change, reason),
    )


def _detail(change: Change, reason: str) -> dict[str, str]:
    detail = {"domain": change.domain}
    if change.kind == ChangeKind.ROTATE and change.seen_domain != change.domain:
        detail["domain_before"] = change.seen_domain
    return detail | ({"reason": reason} if reason else {})


def overlaps(change: Change) -> bool:
    """Whether another write to the same name was under way since this one began.

    One that failed did nothing, so it does not count.
    """
    others = Change.objects.filter(universe=change.universe_id, name=change.name)
    since_then = Q(settled_at__isnull=True) | Q(settled_at__gte=change.started_at)
    return (
        others.filter(since_then).exclude(pk=change.pk).exclude(state=ChangeState.FAILED).exists()
    )


def _mirror_success(change: Change, receipt: WriteReceipt | None) -> None:
    """Bring the mirror up to date; where writes overlapped, the next refresh says what holds."""
    unsure = overlaps(change)
    if change.kind == ChangeKind.DELETE and not unsure:
        Secret.objects.filter(universe=change.universe, name=change.name).delete()
        return
    secret = Secret.objects.filter(universe=change.universe, name=change.name).first()
    secret = secret or Secret(universe=change.universe, name=change.name)
    if receipt is not None:
        _take_over(secret, change, receipt)
    secret.unsure = unsure or receipt is None or not receipt.update_time
    secret.save()


def _take_over(secret: Secret, change: Change, receipt: WriteReceipt) -> None:
    if _is_older(receipt.update_time, secret.update_time):
        return
    secret.domain = change.domain if receipt.domain is None else receipt.domain
    secret.create_time = receipt.create_time or change.seen_create_time
    secret.update_time = receipt.update_time
    secret.last_change = change
    secret.drifted_at = secret.missing_since = None


def _is_older(time: str, other: str) -> bool:
    first, second = parse_roblox_time(time), parse_roblox_time(other)
    return first is not None and second is not None and first < second
