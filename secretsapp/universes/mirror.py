"""Keeps the mirror of what Roblox lists, and reports changes outside Sealroom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.secrets import SecretEvent, UniverseEvent
from secretsapp.core.input_rules import is_same_domain
from secretsapp.core.times import CLOCK_TOLERANCE, credible, is_older
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import OPEN_STATES, ChangeKind
from secretsapp.opencloud.types import RemoteSecret, WriteReceipt
from secretsapp.rules.acting import Act, NoRight, acting
from secretsapp.rules.locks import lock_universe

# Roblox's list may lag behind a write, and clocks of two machines differ a little; for so long a
# name that was just written here is left alone.
GRACE = CLOCK_TOLERANCE

_MIRRORED = ["domain", "key_id", "create_time", "update_time"]
_DUE = ["valued_on", "is_covered", "rotate_days", "due_on", "due_soon_on", "snoozed_until"]
_STATE = ["last_change", "drifted_at", "missing_since", "unsure", *_DUE]


def store(universe: Universe, listing: Sequence[RemoteSecret], *, began: datetime) -> None:
    """Make the mirror equal to a listing whose reading began at `began`.

    Names with a change open since a little before are left alone. The first listing is a
    baseline, one event; later differences that no one here made are drift, one event each.
    """
    with acting(_system(), NoRight("nobody chose what is found")) as act:
        stored = lock_universe(universe)
        universe.rotate_days = stored.rotate_days
        busy = _busy_names(universe, began)
        remote = {secret.name: secret for secret in listing if secret.name not in busy}
        if stored.synced_at and stored.synced_at > began:
            return
        first = stored.synced_at is None
        differences = _Differences(act, universe, began, is_baseline=first)
        differences.compare(remote, _mirror(universe, busy))
        differences.save()
        Universe.objects.filter(pk=universe.pk).update(synced_at=began)
        if first:
            act.tell(UniverseEvent.UNIVERSE_BASELINE, universe, detail={"count": str(len(listing))})


def _busy_names(universe: Universe, began: datetime) -> set[str]:
    since = began - GRACE
    open_since = Q(state__in=OPEN_STATES) | Q(settled_at__gte=since) | Q(started_at__gte=since)
    changes = Change.objects.filter(open_since, universe=universe)
    return set(changes.values_list("name", flat=True))


def _mirror(universe: Universe, busy: set[str]) -> dict[str, Secret]:
    secrets = Secret.objects.filter(universe=universe)
    return {secret.name: secret for secret in secrets if secret.name not in busy}


def _system() -> Actor:
    return actors.system("refresh", Door.WORKER)


@dataclass
class _Differences:
    """What a listing changes in the mirror, gathered and then saved at once."""

    act: Act
    universe: Universe
    began: datetime
    is_baseline: bool
    created: list[Secret] = field(default_factory=list)
    changed: list[Secret] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)

    def compare(self, remote: dict[str, RemoteSecret], mirror: dict[str, Secret]) -> None:
        for name in sorted(remote.keys() | mirror.keys()):
            secret, found = mirror.get(name), remote.get(name)
            if secret is None and found is not None:
                self._appeared(found)
            elif secret is not None and found is None:
                self._vanished(secret)
            elif secret is not None and found is not None:
                self._is_there(secret, found)

    def save(self) -> None:
        Secret.objects.bulk_create(self.created)
        Secret.objects.bulk_update(self.changed, _MIRRORED + _STATE, batch_size=100)
        Secret.objects.filter(pk__in=self.dropped).delete()

    def _appeared(self, found: RemoteSecret) -> None:
        secret = Secret.in_universe(self.universe, found.name)
        adopt(secret, found)
        if not self.is_baseline:
            self._drift(secret, SecretEvent.SECRET_DRIFT_APPEARED, _times("", found.update_time))
        self.created.append(secret)

    def _vanished(self, secret: Secret) -> None:
        if secret.unsure:
            self.dropped.append(secret.pk)
        elif secret.missing_since is None:
            self._drift(secret, SecretEvent.SECRET_DRIFT_VANISHED, _times(secret.update_time, ""))
            secret.missing_since = self.began
            self.changed.append(secret)

    def _is_there(self, secret: Secret, found: RemoteSecret) -> None:
        if secret.unsure:
            adopt(secret, found)
        elif secret.missing_since:
            self._found_changed(secret, found, SecretEvent.SECRET_DRIFT_APPEARED)
        elif _differs(secret, found):
            self._found_changed(secret, found, SecretEvent.SECRET_DRIFT_CHANGED)
        elif not any([_learn_times(secret, found), _learn_spelling(secret, found)]):
            return
        self.changed.append(secret)

    def _found_changed(self, secret: Secret, found: RemoteSecret, event: Event) -> None:
        """Tell of it and take it over; without a time of its own it keeps the one to compare."""
        before = secret.update_time
        times = _times(before, found.update_time)
        self._drift(secret, event, times | _domains(secret.domain, found.domain))
        adopt(secret, found)
        secret.update_time = secret.update_time or before

    def _drift(self, secret: Secret, event: Event, detail: dict[str, str]) -> None:
        secret.drifted_at = self.began
        secret.last_change = None
        self.act.tell(event, self.universe, secret.name, detail=detail)


def take_over(change: Change, receipt: WriteReceipt | None, *, is_sure: bool) -> None:
    """Bring the mirror up to date with a write that succeeded.

    Where another was under way (`is_sure` is false), the next refresh says what holds.
    """
    if change.kind == ChangeKind.DELETE and is_sure:
        Secret.objects.filter(universe=change.universe, name=change.name).delete()
        return
    secret = Secret.objects.filter(universe=change.universe, name=change.name).first()
    secret = secret or new_row(change.universe, change.name)
    _learn(secret, change, receipt, is_sure=is_sure)
    keep(secret)


def take_over_all(
    universe: Universe, written: Sequence[tuple[Change, WriteReceipt | None]]
) -> None:
    """Take over several writes that succeeded, with nothing else under way; in three queries."""
    names = [change.name for change, _ in written]
    rows = Secret.objects.filter(universe=universe, name__in=names)
    found = {secret.name: secret for secret in rows}
    gone = [change.name for change, _ in written if change.kind == ChangeKind.DELETE]
    if gone:
        rows.filter(name__in=gone).delete()
    kept = list[Secret]()
    for change, receipt in written:
        if change.kind != ChangeKind.DELETE:
            secret = found.get(change.name) or new_row(universe, change.name)
            _learn(secret, change, receipt, is_sure=True)
            # Its row is found by its name, and keeps what people wrote beside it.
            secret.pk = None
            kept.append(secret)
    Secret.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["universe", "name"],
        update_fields=_MIRRORED + _STATE,
    )


def new_row(universe: Universe, name: str) -> Secret:
    """The row of a secret that has none yet, which is due as its universe says by now."""
    universe.refresh_from_db(fields=["rotate_days"])
    return Secret.in_universe(universe, name)


def _learn(secret: Secret, change: Change, receipt: WriteReceipt | None, *, is_sure: bool) -> None:
    if receipt is not None:
        _take_over(secret, change, receipt)
    is_known = receipt is not None and bool(credible(receipt.update_time, timezone.now()))
    secret.unsure = not (is_sure and is_known)


def _take_over(secret: Secret, change: Change, receipt: WriteReceipt) -> None:
    now = timezone.now()
    updated = credible(receipt.update_time, now)
    if is_older(updated, credible(secret.update_time, now)):
        return
    secret.domain = change.domain if receipt.domain is None else receipt.domain
    created = credible(receipt.create_time, now) or change.seen_create_time
    secret.take_times(receipt.update_time, created, is_written=True)
    secret.last_change = change
    secret.drifted_at = secret.missing_since = None


def adopt(secret: Secret, found: RemoteSecret) -> None:
    """Take over what Roblox lists of a secret, but for a time that cannot be."""
    secret.domain = found.domain
    secret.key_id = found.key_id
    secret.take_times(found.update_time, found.create_time)
    secret.missing_since = None
    secret.unsure = False


def keep(secret: Secret) -> None:
    """Store a row of the mirror, and leave alone what people wrote beside it."""
    if secret._state.adding:
        secret.save(force_insert=True)
    else:
        secret.save(update_fields=_MIRRORED + _STATE)


def knows_newer(universe: Universe, seen: RemoteSecret, read_at: datetime) -> bool:
    """Whether the mirror holds a write that the list did not show which was asked for then.

    A list lags for a moment only: an older time that it keeps on showing is what Roblox holds.
    """
    secret = Secret.objects.filter(universe=universe, name=seen.name).first()
    return holds_newer(secret, seen, read_at)


def holds_newer(secret: Secret | None, seen: RemoteSecret, read_at: datetime) -> bool:
    """Whether this row of the mirror, if there is one, holds such a write."""
    if secret is None or secret.updated_at is None:
        return False
    updated = _moments(secret, seen)[0]
    return is_older(updated.found, updated.kept) and secret.updated_at >= read_at - GRACE


def _differs(secret: Secret, found: RemoteSecret) -> bool:
    """Whether it was written elsewhere.

    Another domain says so whatever the times are. A time that Roblox leaves out now, or that
    cannot be, says nothing, and an older one only that the list lags.
    """
    if not is_same_domain(secret.domain, found.domain):
        return True
    updated, created = _moments(secret, found)
    if is_older(updated.found, updated.kept):
        return False
    return updated.moved or created.moved


@dataclass(frozen=True)
class _Moment:
    """One time of a secret, as it is kept here and as Roblox lists it; empty is not known."""

    kept: str
    found: str

    @property
    def moved(self) -> bool:
        return bool(self.kept and self.found) and self.kept != self.found


def _moments(secret: Secret, found: RemoteSecret) -> tuple[_Moment, _Moment]:
    """When it was updated and when created, as far as these are evidence."""
    now = timezone.now()
    return (
        _Moment(credible(secret.update_time, now), credible(found.update_time, now)),
        _Moment(credible(secret.create_time, now), credible(found.create_time, now)),
    )


def _learn_times(secret: Secret, found: RemoteSecret) -> bool:
    """Take over the times that were not known, which is no drift; say whether there were any.

    Without them no later change could be told by its time.
    """
    updated, created = _moments(secret, found)
    before = (secret.update_time, secret.create_time)
    after = (updated.kept or updated.found, created.kept or created.found)
    if after != before:
        secret.take_times(*after)
    return after != before


def _learn_spelling(secret: Secret, found: RemoteSecret) -> bool:
    """Show the same domain in another form as Roblox has it, which is no drift; say if it is."""
    if secret.domain == found.domain or is_older(found.update_time, secret.update_time):
        return False
    secret.domain = found.domain
    return True


def _domains(before: str, after: str) -> dict[str, str]:
    """What the log is told where someone let it be sent elsewhere."""
    return {} if is_same_domain(before, after) else {"domain": after, "domain_before": before}


def _times(before: str, after: str) -> dict[str, str]:
    return {"update_time_before": before, "update_time_after": after}
