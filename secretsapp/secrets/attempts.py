"""One attempt to change a secret: written down, sent once, and its outcome stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import HeldUp, OutcomeUnknown, SealroomError, StaleVersion
from secretsapp.core.events.secrets import UniverseEvent, change_event
from secretsapp.core.input_rules import is_same_domain
from secretsapp.core.sealing import Sealed
from secretsapp.core.times import credible, is_older
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import OPEN_STATES, ChangeKind, ChangeState
from secretsapp.opencloud import answers
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import RemoteSecret, WriteReceipt
from secretsapp.rules.acting import AT_ONCE, Act, NoRight, Passage, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.roblox import outcome_unknown, translate
from secretsapp.universes import mirror

# A write that is sent later than this after it was written down could reach Roblox when it is
# already being settled: a stopped process, a sleeping machine, a database that made it wait.
SEND_WITHIN = timedelta(seconds=10)

TO_STORE = NoRight("what was sent is told, whatever its sender may by now")
_LOOK_AGAIN = "Nothing was sent. Check whether you still need your change."
_LATE = {"late": "the answer came after a judgement by reading, which this puts right"}


class Intent(Protocol):
    """What is to be written: a creation, a rotation or a deletion, which knows how to be sent.

    `seen` is what Roblox listed of the secret just before, if it was there, and `read_at` when
    that was asked for; `sealed` is the value, if there is one.
    """

    @property
    def kind(self) -> ChangeKind: ...
    @property
    def universe(self) -> Universe: ...
    @property
    def name(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def seen(self) -> RemoteSecret | None: ...
    @property
    def read_at(self) -> datetime: ...
    @property
    def sealed(self) -> Sealed | None: ...
    @property
    def needs(self) -> tuple[Right, ...]: ...
    def send(self, client: Client) -> WriteReceipt | None:
        """Send it once; raises OpenCloudError."""


@dataclass(frozen=True)
class Sent:
    """What came of sending a change once: the receipt of Roblox, or the error; both may be none."""

    receipt: WriteReceipt | None = None
    error: answers.OpenCloudError | None = None
    is_late: bool = False


def attempt(actor: Actor, intent: Intent, client: Client, passage: Passage = AT_ONCE) -> Change:
    """Store the intent, send it exactly once, store the outcome.

    If the first cannot be stored, nothing is sent; nor is what is only proposed, which comes back
    unsaved. Raises the refusal of a failed write, and OutcomeUnknown where it was sent and the
    outcome is not known or could not be stored.
    """
    change = begin(actor, intent, passage)
    if passage.sends:
        end(actor, change, send(intent, change, client))
    return change


def begin(actor: Actor, intent: Intent, passage: Passage) -> Change:
    """Write the change down, if it may pass, the actor still may and no one overtook them.

    Reading Roblox took a while; under the universe's lock nothing else is written down or settled.
    """
    needs = (*intent.needs, *passage.needs)
    with acting(actor, *needs, people=passage.people) as act:
        universe = lock_universe(intent.universe)
        if intent.seen is not None:
            _refuse_if_overtaken(intent.universe, intent.seen, intent.read_at)
        change = change_of(actor, intent)
        passage.admit(act, universe, change, intent.sealed)
        if not passage.sends:
            return change
        change.save(force_insert=True)
        tell_started(act, universe, change, intent.sealed)
    return change


def tell_started(act: Act, universe: Universe, change: Change, sealed: Sealed | None) -> None:
    """Tell of what was written down, and of a new public key; `universe` is as it is stored."""
    if sealed is not None:
        _note_key(act, universe, change, sealed)
    tell_plain(act, change, ChangeState.STARTED, **_key_of(sealed))


def tell_plain(act: Act, change: Change, state: ChangeState, **key: str) -> None:
    """Tell that it came to a state, with nothing else under way that could be of the secret."""
    _tell(act, change, state, _domains_of(change, change.seen_domain) | change.provenance | key)


def send(intent: Intent, change: Change, client: Client) -> Sent:
    """Send what was written down, once, unless that is too long ago; the database isn't asked."""
    if timezone.now() - change.started_at > SEND_WITHIN:
        return Sent(is_late=True)
    try:
        return Sent(receipt=intent.send(client))
    except answers.OpenCloudError as error:
        return Sent(error=error)


def end(actor: Actor, change: Change, sent: Sent) -> None:
    """Store what came of it; raises the refusal of a failed write, or OutcomeUnknown."""
    refusal = _refusal(change, sent)
    if refusal is None:
        _store(actor, change, ChangeState.SUCCEEDED, receipt=sent.receipt)
        return
    state = ChangeState.UNKNOWN if isinstance(refusal, OutcomeUnknown) else ChangeState.FAILED
    _store(actor, change, state, reason=str(refusal))
    raise refusal


def _refusal(change: Change, sent: Sent) -> SealroomError | None:
    if sent.is_late:
        return HeldUp("Nothing was sent: this server was held up for too long. Try again.")
    if sent.error is None:
        return None
    if isinstance(sent.error, answers.Refused | answers.NothingSent):
        return translate(sent.error)
    return outcome_unknown(change, "was sent", "no usable answer came back")


def _note_key(act: Act, universe: Universe, change: Change, sealed: Sealed) -> None:
    """Remember for which public key values are sealed, and tell of one that is not the last.

    `universe` is as it is stored, and locked. A key that was asked for before the last one was
    first met may be the older of the two, and says nothing: so each change of keys is told once.
    """
    known, since = universe.key_fingerprint, universe.key_since
    if sealed.fingerprint == known or (since and sealed.asked_at <= since):
        return
    universe.key_fingerprint, universe.key_before = sealed.fingerprint, known
    universe.key_since = sealed.sealed_at
    universe.save(update_fields=["key_fingerprint", "key_before", "key_since"])
    if known:
        detail = _key_of(sealed) | {"key_fingerprint_before": known}
        event = UniverseEvent.UNIVERSE_KEY_CHANGED
        act.tell(event, universe, change.name, change_id=str(change.pk), detail=detail)


def _key_of(sealed: Sealed | None) -> dict[str, str]:
    return {"key_id": sealed.key_id, "key_fingerprint": sealed.fingerprint} if sealed else {}


def _refuse_if_overtaken(universe: Universe, seen: RemoteSecret, read_at: datetime) -> None:
    """Raise StaleVersion where what Roblox listed as `seen` when it was read is out of date.

    It would put back a domain that was just closed, or replace a value that no one looked at. A
    change that is open since before does not count, for an open change never blocks a later one,
    and neither does a mirror that is older than what was read: that is a change elsewhere.
    """
    other = _change_since(universe, seen.name, read_at)
    if other is not None:
        words = "is being changed" if other.state in OPEN_STATES else "has just been changed"
        raise StaleVersion(f"{seen.name} {words} by {other.actor_name}. {_LOOK_AGAIN}")
    if mirror.knows_newer(universe, seen, read_at):
        raise StaleVersion(f"{seen.name} has just been changed outside Sealroom. {_LOOK_AGAIN}")


def _change_since(universe: Universe, name: str, read_at: datetime) -> Change | None:
    """The newest change that began or was settled since; one that failed did nothing."""
    since = Q(started_at__gte=read_at) | Q(settled_at__gt=read_at)
    changes = Change.objects.filter(since, universe=universe, name=name)
    return changes.exclude(state=ChangeState.FAILED).order_by("-started_at").first()


def change_of(actor: Actor, intent: Intent) -> Change:
    """The row of a change that begins now; it is not stored yet."""
    seen, now = intent.seen, timezone.now()
    return Change(
        kind=intent.kind,
        state=ChangeState.STARTED,
        universe=intent.universe,
        name=intent.name,
        domain=intent.domain,
        seen=seen is not None,
        seen_domain=seen.domain if seen else "",
        seen_create_time=credible(seen.create_time, now) if seen else "",
        seen_update_time=credible(seen.update_time, now) if seen else "",
        actor_kind=actor.kind,
        actor_id=actor.person_id,
        actor_name=actor.name,
        door=actor.door,
        address=actor.address,
        started_at=now,
    )


def _store(
    actor: Actor,
    change: Change,
    state: ChangeState,
    *,
    reason: str = "",
    receipt: WriteReceipt | None = None,
) -> None:
    """Store the outcome; a failure to do so leaves the change open, for the sweep to settle."""
    try:
        with acting(actor, TO_STORE) as act:
            lock_universe(change.universe)
            late = not settle_row(change, state, reason)
            if late and not _outweighs(change, state, reason):
                return
            why = {"reason": reason} if reason else {}
            detail = domains(change, receipt) | change.provenance | why | (_LATE if late else {})
            if state is ChangeState.SUCCEEDED:
                mirror.take_over(change, receipt, is_sure=not overlaps(change))
            _tell(act, change, state, detail)
    except (DatabaseError, SealroomError):
        words = "may have been sent", "its outcome could not be stored here"
        raise outcome_unknown(change, *words) from None


def settle_row(change: Change, state: ChangeState, reason: str) -> bool:
    """Move an open change to `state` unless another process did; say whether this one did."""
    change.state, change.reason = state, reason
    change.settled_at = None if state is ChangeState.UNKNOWN else timezone.now()
    return bool(
        Change.objects.filter(pk=change.pk, state__in=OPEN_STATES).update(
            state=state, reason=reason, settled_at=change.settled_at, claimed_until=None
        )
    )


def _outweighs(change: Change, state: ChangeState, reason: str) -> bool:
    """Put a judgement by reading right that Roblox's own, late answer contradicts.

    Say whether there was anything to fix; an answer that tells nothing outweighs nothing.
    """
    if state is ChangeState.UNKNOWN:
        change.refresh_from_db()
        return False
    judged_otherwise = Change.objects.filter(pk=change.pk).exclude(state=state)
    return bool(judged_otherwise.update(state=state, reason=reason, settled_at=change.settled_at))


def _tell(act: Act, change: Change, state: ChangeState, detail: Mapping[str, str]) -> None:
    event = change_event(change.kind, state)
    act.tell(event, change.universe, change.name, change_id=str(change.pk), detail=detail)


def overlaps(change: Change) -> bool:
    """Whether another write to the same name was under way since this one began.

    One that failed did nothing, so it does not count.
    """
    since_then = Q(settled_at__isnull=True) | Q(settled_at__gte=change.started_at)
    return _others(change).filter(since_then).exclude(state=ChangeState.FAILED).exists()


def domains(change: Change, receipt: WriteReceipt | None = None) -> dict[str, str]:
    """The domain that was sent, and the one before where a rotation gave another."""
    return _domains_of(change, _domain_before(change, receipt))


def _domains_of(change: Change, before: str) -> dict[str, str]:
    if change.kind != ChangeKind.ROTATE or is_same_domain(before, change.domain):
        return {"domain": change.domain}
    return {"domain": change.domain, "domain_before": before}


def _domain_before(change: Change, receipt: WriteReceipt | None) -> str:
    succeeded = _others(change).filter(
        state=ChangeState.SUCCEEDED, settled_at__gte=change.started_at
    )
    between = succeeded.exclude(kind=ChangeKind.DELETE).order_by("-settled_at").first()
    secret = Secret.objects.filter(universe=change.universe_id, name=change.name).first()
    came_later = receipt and secret and is_older(receipt.update_time, secret.update_time)
    return change.seen_domain if between is None or came_later else between.domain


def _others(change: Change) -> QuerySet[Change]:
    return Change.objects.filter(universe=change.universe_id, name=change.name).exclude(
        pk=change.pk
    )
