"""What needs an actor: changes outside Sealroom, unknown outcomes, failing syncs and API keys."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from secretsapp.api_keys import key_health
from secretsapp.api_keys.key_ends import WARN_BEFORE, end_at
from secretsapp.channels import listing as channels
from secretsapp.core.actor import Actor
from secretsapp.core.key_verdicts import FAILING, has_passed
from secretsapp.core.roles import Permission
from secretsapp.core.times import start_of_day
from secretsapp.due import listing
from secretsapp.home.needs import Need, Trouble
from secretsapp.models import ApiKey, Change, Channel, Secret, Universe
from secretsapp.models.secrets import OPEN_STATES, UNUSUAL, ChangeState
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.ordering import in_order
from secretsapp.rules.policy import Rights, rights_of
from secretsapp.secrets.secret_view import drift_of

# A write that has not been answered for so long is not just being made.
OPEN_FOR = timedelta(minutes=1)
DOUBTED_FOR = timedelta(days=7)
# Where secrets of more universes need someone, the list of universes tells of all.
UNIVERSES_TOLD = 10


_URGENCY = {trouble: place for place, trouble in enumerate(Trouble)}

# What it takes to end the trouble of a secret; what is unknown is found out by itself.
_ENDED_WITH = {
    Trouble.MISSING: Permission.EDIT_DETAILS,
    Trouble.DRIFTED: Permission.EDIT_DETAILS,
    Trouble.UNDETERMINED: Permission.ROTATE_SECRET,
}


@dataclass(frozen=True)
class _Finding:
    """One secret in one trouble."""

    trouble: Trouble
    universe: Universe
    name: str
    time: datetime
    is_listed: bool = True
    found: str = ""

    def may_be_fixed(self, rights: Rights) -> bool:
        """Whether who has these rights may end the trouble, or no one has to."""
        permission = _ENDED_WITH.get(self.trouble)
        return permission is None or rights.allows(permission, self.universe.pk, self.name)

    @property
    def group(self) -> tuple[Trouble, int, str]:
        """What is told in one line: what cannot be found in the list has a line of its own."""
        alone = self.trouble is Trouble.UNDETERMINED
        return self.trouble, self.universe.pk, self.name if alone else ""


def find_keys(actor: Actor) -> list[ApiKey]:
    """The API keys that may need someone, for who manages them.

    They failed, have ended, end soon or at a time unknown, or Roblox told what they may do.
    """
    if not rights_of(actor).allows_installation(Permission.MANAGE_API_KEYS):
        return []
    ends = Q(ends_at__lte=timezone.now() + WARN_BEFORE) | Q(ends_at=None)
    found = ApiKey.objects.filter(Q(check_verdict__in=FAILING) | ends | ~Q(told=""))
    opened = Exists(Universe.objects.filter(api_key=OuterRef("pk")))
    return list(found.annotate(opens=opened).defer("encrypted_value").order_by("name"))


def find_needs(
    actor: Actor, api_keys: Iterable[ApiKey], universe_ids: Sequence[int] = ()
) -> list[Need]:
    """What needs the actor, the most pressing first, in at most six queries.

    `api_keys` are those of `find_keys`. Secrets changed outside Sealroom are listed for at most
    UNIVERSES_TOLD universes, and of those whose ids are given.
    """
    now = timezone.now()
    findings = [
        *_changed_elsewhere(actor, universe_ids, and_most_pressing=True),
        *_in_doubt(actor, now),
    ]
    needs = [
        *_grouped(rights_of(actor), findings),
        *_failed_syncs(actor),
        *_failing_keys(api_keys),
        *(_stopped(channel) for channel in channels.stopped(actor)),
        *_due(actor),
    ]
    return sorted(needs, key=_urgency)


def find_marked(actor: Actor, universe_ids: Sequence[int]) -> list[Need]:
    """What needs the actor about secrets of these universes alone, in two queries."""
    findings = [
        *_changed_elsewhere(actor, universe_ids),
        *_in_doubt(actor, timezone.now(), universe_ids),
    ]
    return list(_grouped(rights_of(actor), findings))


def count(actor: Actor, needs: Sequence[Need]) -> int:
    """How many secrets, unread universes and API keys need attention, in one query at most.

    `needs` are those that were found, which leave out secrets where there are very many.
    """
    changed = _named(need for need in needs if need.trouble in (Trouble.MISSING, Trouble.DRIFTED))
    others = sum(len(need.unread) + need.due + bool(need.api_key or need.channel) for need in needs)
    further = len(_named(needs) - changed) + others
    if len({universe_id for universe_id, _ in changed}) < UNIVERSES_TOLD:
        return len(changed) + further
    unusual = narrowed(actor, Secret.objects.filter(UNUSUAL).order_by(), Permission.LIST_SECRETS)
    return unusual.count() + further


def _named(needs: Iterable[Need]) -> set[tuple[int, str]]:
    return {(need.universe.pk, name) for need in needs if need.universe for name in need.names}


def names_by_universe(needs: Iterable[Need]) -> dict[int, set[str]]:
    """The secrets that lists mark as needing attention, by the id of their universe."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for need in needs:
        if need.universe is not None and need.is_marked_in_list:
            found[need.universe.pk] |= set(need.listed)
    return found


def _urgency(need: Need) -> tuple[int, float]:
    """Among the like, what was noticed last comes first; of keys, the one that ends first."""
    seconds = need.time.timestamp() if need.time else 0.0
    return _URGENCY[need.trouble], seconds if need.trouble is Trouble.KEY_ENDS else -seconds


def _changed_elsewhere(
    actor: Actor, universe_ids: Sequence[int], *, and_most_pressing: bool = False
) -> Iterator[_Finding]:
    """Those of these universes, and of the few in which something was noticed last."""
    unusual = narrowed(actor, Secret.objects.filter(UNUSUAL), Permission.LIST_SECRETS)
    noticed = unusual.annotate(noticed_at=Coalesce("missing_since", "drifted_at"))
    wanted = Q(universe__in=universe_ids)
    if and_most_pressing:
        wanted |= Q(universe__in=_most_pressing(noticed))
    for secret in noticed.filter(wanted).select_related("universe"):
        trouble = Trouble.MISSING if secret.missing_since else Trouble.DRIFTED
        yield _Finding(
            trouble, secret.universe, secret.name, secret.noticed_at, found=drift_of(secret)
        )


def _most_pressing(unusual: QuerySet[Secret]) -> QuerySet[Secret, int]:
    """The ids of the universes in which secrets went missing or were changed last, to look in."""
    groups = unusual.order_by().values("universe_id")
    times = groups.annotate(gone=Max("missing_since"), latest=Max("noticed_at"))
    pressing = times.order_by(F("gone").desc(nulls_last=True), "-latest", "universe_id")
    return pressing.values_list("universe_id", flat=True)[:UNIVERSES_TOLD]


def _in_doubt(
    actor: Actor, now: datetime, universe_ids: Sequence[int] | None = None
) -> Iterator[_Finding]:
    """Changes whose outcome is not known, or could not be found out and was not fixed since."""
    same = {"universe": OuterRef("universe"), "name": OuterRef("name")}
    later = Change.objects.filter(
        **same, state=ChangeState.SUCCEEDED, started_at__gt=OuterRef("started_at")
    )
    is_open = Q(state=ChangeState.UNKNOWN) | Q(
        state__in=OPEN_STATES, started_at__lte=now - OPEN_FOR
    )
    is_doubted = Q(state=ChangeState.UNDETERMINED, settled_at__gte=now - DOUBTED_FOR)
    doubtful = Change.objects.filter(is_open | is_doubted & ~Exists(later))
    changes = narrowed(actor, doubtful, Permission.LIST_SECRETS)
    if universe_ids is not None:
        changes = changes.filter(universe__in=universe_ids)
    listed = Exists(Secret.objects.filter(**same))
    for change in changes.select_related("universe").annotate(is_listed=listed):
        doubted = change.state == ChangeState.UNDETERMINED
        yield _Finding(
            trouble=Trouble.UNDETERMINED if doubted else Trouble.UNKNOWN,
            universe=change.universe,
            name=change.name,
            time=change.started_at,
            is_listed=change.is_listed,
        )


def _grouped(rights: Rights, findings: Iterable[_Finding]) -> Iterator[Need]:
    """One need for each trouble in each universe."""

    def key(finding: _Finding) -> tuple[Trouble, int, str]:
        return finding.group

    for (trouble, _, _), alike in groupby(sorted(findings, key=key), key=key):
        group = list(alike)
        yield Need(
            trouble,
            max(finding.time for finding in group),
            universe=group[0].universe,
            names=tuple(sorted({finding.name for finding in group})),
            listed=frozenset(finding.name for finding in group if finding.is_listed),
            may_fix=any(finding.may_be_fixed(rights) for finding in group),
            found=group[0].found,
        )


def _failed_syncs(actor: Actor) -> Iterator[Need]:
    """One need for each reason: where Roblox is away, it is away for all universes."""
    told = ("name", "environment", "owner", "sync_failure", "synced_at")
    failed = in_order(Universe.objects.exclude(sync_failure="")).only(*told)
    by_reason: dict[str, list[Universe]] = {}
    for universe in narrowed_universes(actor, failed, Permission.LIST_SECRETS):
        by_reason.setdefault(universe.sync_failure, []).append(universe)
    for unread in by_reason.values():
        times = [universe.synced_at for universe in unread if universe.synced_at]
        yield Need(Trouble.SYNC_FAILED, max(times, default=None), unread=tuple(unread))


def _stopped(channel: Channel) -> Need:
    return Need(Trouble.CHANNEL_STOPPED, channel.failing_since, channel=channel)


def _due(actor: Actor) -> Iterator[Need]:
    """One line for all that is due, of whatever the actor can rotate: their page has each."""
    found = listing.to_rotate(actor)
    if found.since:
        yield Need(Trouble.DUE, start_of_day(found.since), due=found.count)


def _failing_keys(api_keys: Iterable[ApiKey]) -> Iterator[Need]:
    """Those that have ended, end soon, failed their last test or surely can't change secrets."""
    for api_key in api_keys:
        ends = api_key.ends_at
        if end_at(ends).is_over:
            yield Need(Trouble.KEY_ENDED, ends, api_key=api_key)
        elif has_passed(api_key.check_verdict) is False:
            yield Need(Trouble.KEY_FAILS, api_key.checked_at, api_key=api_key)
        elif key_health.can_change_nothing(api_key):
            yield Need(Trouble.KEY_LACKS, api_key.told_at, api_key=api_key)
        elif end_at(ends).is_soon:
            yield Need(Trouble.KEY_ENDS, ends, api_key=api_key)
