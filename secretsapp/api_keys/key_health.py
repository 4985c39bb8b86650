"""What is wrong with a key, made of what its last look found and what Roblox told of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from secretsapp.api_keys.key_ends import end_at
from secretsapp.api_keys.probing import READ, WRITE, lacks_write
from secretsapp.api_keys.remembered import ids_in, remembered
from secretsapp.core.key_findings import KeyFinding
from secretsapp.core.key_verdicts import OF_THE_WAY, KeyVerdict
from secretsapp.core.times import sentence_time
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.types import Introspection

# From here on a key that nobody uses is told of: half of what Roblox allows is over.
UNUSED_FROM_DAYS = 30
NAMED = 5
# What Sealroom can use: secrets, looking at servers and restarting them, publishing, and groups.
USEFUL = frozenset(
    {
        READ,
        WRITE,
        "universe:read",
        "universe:write",
        "universe-places:write",
        "group:read",
        "legacy-group:manage",
    }
)

_BY_VERDICT = {
    KeyVerdict.REFUSED: KeyFinding.REFUSED,
    KeyVerdict.DISABLED: KeyFinding.DISABLED,
    KeyVerdict.ENDED: KeyFinding.EXPIRED,
    KeyVerdict.NOT_FROM_HERE: KeyFinding.NOT_FROM_HERE,
}
_READS_ONLY = (KeyVerdict.READS_ONLY, KeyVerdict.READS_ONLY_SOMEWHERE)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a sentence, what to do about it, and as of when it is known.

    Where it can be fixed in several ways, `cures` has each.
    """

    kind: KeyFinding
    sentence: str
    cures: tuple[str, ...]
    known_at: datetime | None

    @property
    def cure(self) -> str:
        """What to do about it, in one text."""
        return " ".join(self.cures)

    @property
    def stops(self) -> bool:
        """Whether the key can't do its work."""
        return self.kind.stops


@dataclass(frozen=True)
class _Facts:
    """A key with what it opens here, and which of the universes it could open are here at all."""

    api_key: ApiKey
    hint: Introspection | None
    opened: Sequence[Universe]
    here: frozenset[int]
    advice: str


def findings(api_key: ApiKey, *, advice: str = "") -> list[Finding]:
    """What is wrong with the key; see `findings_of`."""
    return findings_of([api_key], advice=advice)[api_key.pk]


def findings_of(api_keys: Iterable[ApiKey], *, advice: str = "") -> dict[UUID, list[Finding]]:
    """What is wrong with each key, the most pressing first; `advice` is about our own address.

    What Roblox told of a key counts until it tells something else, or someone says it is fixed.
    """
    hints = {api_key: remembered(api_key) for api_key in api_keys}
    told = frozenset().union(*map(ids_in, hints.values()))
    here = frozenset(Universe.objects.filter(pk__in=told).values_list("pk", flat=True))
    opened = _opened([api_key for api_key, hint in hints.items() if hint])
    return {
        api_key.pk: _all_of(_Facts(api_key, hint, opened.get(api_key.pk, []), here, advice))
        for api_key, hint in hints.items()
    }


def _opened(api_keys: list[ApiKey]) -> dict[UUID, list[Universe]]:
    """The universes of each key, of which only their names are loaded."""
    found: dict[UUID, list[Universe]] = {}
    universes = Universe.objects.filter(api_key__in=api_keys).only("name", "api_key_id")
    for universe in universes.order_by("name", "pk"):
        found.setdefault(universe.api_key_id, []).append(universe)
    return found


def _all_of(facts: _Facts) -> list[Finding]:
    order = list(KeyFinding)
    found = [*_of_last_look(facts), *_of_time(facts), *_of_hint(facts)]
    if facts.api_key.is_oauth:
        found = [replace(each, cures=each.kind.cures_of_access) for each in found]
    return sorted(found, key=lambda each: order.index(each.kind))


def trouble_in(universe: Universe) -> str:
    """What is wrong with the key of the universe there, in a sentence; empty where it works.

    A look that could not be made says nothing of the key.
    """
    api_key = universe.api_key
    verdict = KeyVerdict(api_key.check_verdict)
    if verdict.passed is not False or verdict in OF_THE_WAY:
        return ""
    if verdict is KeyVerdict.LACKS_SERVERS:
        return ""
    if api_key.broken_universe not in (None, universe.pk):
        return ""
    if verdict is KeyVerdict.READS_ONLY:
        return "Its API key can read secrets but not change them."
    if verdict is KeyVerdict.READS_ONLY_SOMEWHERE:
        lacks = lacks_write(remembered(api_key), universe.pk)
        return "Its API key can read secrets but not change them." if lacks else ""
    return "Its API key doesn’t work, so secrets can’t be read or changed."


def can_change_nothing(api_key: ApiKey) -> bool:
    """Whether Roblox told that the key can change secrets nowhere, though universes use it.

    To be asked of a key that comes with `opens`, whether there are such universes.
    """
    hint = remembered(api_key)
    is_used: bool = vars(api_key)["opens"]
    return bool(is_used and hint and hint.scopes and not hint.has(WRITE))


def _found(kind: KeyFinding, known_at: datetime | None, **words: object) -> Finding:
    sentence = kind.sentence.format(**words)
    cures = tuple(cure.format(**words) for cure in kind.cures)
    return Finding(kind, sentence[:1].upper() + sentence[1:], cures, known_at)


def _of_last_look(facts: _Facts) -> Iterable[Finding]:
    """What real calls showed."""
    api_key = facts.api_key
    verdict, checked_at = KeyVerdict(api_key.check_verdict), api_key.checked_at
    is_told = verdict in _READS_ONLY and facts.hint is not None
    if verdict.passed is not False or is_told:
        return
    kind = _BY_VERDICT.get(verdict, KeyFinding.FAILS)
    if kind is KeyFinding.EXPIRED and end_at(api_key.ends_at).is_over:
        return
    words = {"address": facts.advice, "when": "", "result": api_key.check_result}
    yield _found(kind, checked_at, **words)


def _of_time(facts: _Facts) -> Iterable[Finding]:
    """What follows from its end, and from when it was used here."""
    api_key, end = facts.api_key, end_at(facts.api_key.ends_at)
    if api_key.ends_at and end.is_over:
        yield _found(KeyFinding.EXPIRED, None, when=f" on {sentence_time(api_key.ends_at)}")
    elif api_key.ends_at and end.is_soon:
        days = end.days_left
        left = f"{days} day{'' if days == 1 else 's'}" if days else "less than a day"
        yield _found(KeyFinding.ENDS_SOON, None, left=left, when=sentence_time(api_key.ends_at))
    if api_key.is_oauth:
        # The rule of unused days is of keys.
        return
    days = (timezone.now() - (api_key.used_at or api_key.created_at)).days
    if days >= UNUSED_FROM_DAYS:
        yield _found(KeyFinding.UNUSED, None, days=days)


def _of_hint(facts: _Facts) -> Iterable[Finding]:
    """What Roblox told of the key's rights."""
    hint, told_at = facts.hint, facts.api_key.told_at
    if hint is None:
        return
    unchangeable = [each.name for each in facts.opened if lacks_write(hint, each.pk)]
    if unchangeable:
        yield _found(KeyFinding.LACKS_WRITE, told_at, where=_listed(unchangeable))
    if any(scope.opens_future for scope in hint.scopes):
        yield _found(KeyFinding.OPENS_ALL, told_at)
    if others := sorted(ids_in(hint) - facts.here):
        yield _found(KeyFinding.OPENS_OTHERS, told_at, which=_universes(others))
    if more := sorted({scope.name for scope in hint.scopes} - USEFUL):
        yield _found(KeyFinding.DOES_MORE, told_at, scopes=_listed(more))


def _universes(ids: list[int]) -> str:
    return f"{'universe' if len(ids) == 1 else 'universes'} {_listed(map(str, ids))}"


def _listed(words: Iterable[str]) -> str:
    """The first few of them, and how many more there are."""
    named = list(words)
    further = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return ", ".join(named[:NAMED]) + further
