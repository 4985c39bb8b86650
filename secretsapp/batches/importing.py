"""What an import would do, row by row, and the changes that someone chooses of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from secretsapp.batches.making import Wanted
from secretsapp.batches.planning import WRITES, Planned, plan
from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.imports.reading import NO_HOST, Reading
from secretsapp.core.imports.rows import Row
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.models.secrets import ChangeKind
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.policy import rights_of
from secretsapp.universes import loading

# Forty universes that are full, as a batch can have.
MOST_UNIVERSES = 40
# More places than these no one looks at in each row.
AT_MOST = 5

_CHANGED_OUTSIDE = (
    "It was changed outside Sealroom, and its allowed host may be someone else’s. Review it on its "
    "page first."
)
_HOST_STAYS = (
    "The file gives another allowed host than the secret has. An import doesn’t change that: "
    "rotate the secret on its page."
)
_NONE_CHOSEN = "Nothing was sent: tick the rows that are to be imported."
_LOOK_AGAIN = (
    "Nothing was sent: a row was ticked that can’t be imported. Look at the preview again."
)


@dataclass(frozen=True)
class Outcome:
    """What one value would do alike in some universes, each with its last change, if it is known.

    `refused` is a sentence where it would do nothing.
    """

    kind: ChangeKind
    refused: str
    needs_approval: bool
    places: Sequence[tuple[Universe, datetime | None]]

    @property
    def shown(self) -> Sequence[tuple[Universe, datetime | None]]:
        """The first places, as many as someone looks at."""
        return self.places[:AT_MOST]

    @property
    def more(self) -> int:
        """How many places there are beside those."""
        return max(0, len(self.places) - AT_MOST)


@dataclass(frozen=True)
class ImportRow:
    """A row with what would come of it; `proposed` is the allowed host if it is new somewhere."""

    number: int
    row: Row
    planned: Sequence[Planned] = ()
    proposed: str | None = None

    @cached_property
    def possible(self) -> list[Planned]:
        """What isn't refused."""
        return [] if self.row.fault else [each for each in self.planned if not each.refused]

    @property
    def length(self) -> int:
        """How many bytes the value has; nothing where none was read."""
        return 0 if self.row.value is None else len(self.row.value)

    @property
    def creates(self) -> bool:
        """Whether it would be new somewhere, so that an allowed host is needed."""
        return any(each.kind is ChangeKind.CREATE for each in self.possible)

    @property
    def doubts(self) -> list[str]:
        """What is asked about before it is imported."""
        similar = (
            f"{each.universe.name} has a secret named {each.is_similar_to}, which differs only in "
            "upper and lower case or in - and _."
            for each in self.possible
            if each.is_similar_to
        )
        return [*self.row.doubts, *similar]

    @property
    def notes(self) -> list[str]:
        """What was decided."""
        given = self.row.host
        rotated = (each for each in self.possible if each.kind is ChangeKind.ROTATE)
        keeps = given is not None and any(
            not input_rules.is_same_domain(each.domain, given) for each in rotated
        )
        return [*self.row.notes, *([_HOST_STAYS] if keeps else [])]

    @property
    def proposed_as_typed(self) -> str:
        """The proposed host as someone would type it; nothing where none is known."""
        return NO_HOST if self.proposed == input_rules.NEVER_SENDABLE else self.proposed or ""

    @property
    def is_clear(self) -> bool:
        """Whether it can be imported somewhere, and nothing has to be asked."""
        return bool(self.possible) and self.row.is_clear and not self.doubts

    @property
    def outcomes(self) -> list[Outcome]:
        """What it would do, the same together."""
        found: dict[tuple[ChangeKind, str, bool], list[Planned]] = defaultdict(list)
        for each in self.planned:
            found[each.kind, each.refused, each.needs_approval].append(each)
        return [
            Outcome(*key, [(each.universe, each.updated_at) for each in alike])
            for key, alike in found.items()
        ]


@dataclass(frozen=True)
class Preview:
    """The rows of an import in the universes that were chosen for it; nothing was sent."""

    rows: Sequence[ImportRow]
    notes: Sequence[str]

    @property
    def clear(self) -> list[ImportRow]:
        """The rows that can be imported without a question."""
        return [row for row in self.rows if row.is_clear]

    @property
    def asked(self) -> list[ImportRow]:
        """The rows that can be imported if someone says that they are meant."""
        return [row for row in self.rows if row.possible and not row.is_clear]

    @property
    def refused(self) -> int:
        """How many rows can't be imported."""
        return sum(not row.possible for row in self.rows)

    @property
    def needs_host(self) -> bool:
        """Whether a row needs an allowed host, and none is known for it."""
        return any(row.creates and row.proposed is None for row in self.rows)


def may_import(actor: Actor, universe: Universe) -> bool:
    """Whether the actor may create or rotate some secret of the universe."""
    rights = rights_of(actor)
    return any(rights.allows_somewhere(each, universe.pk) for each in WRITES)


def universes_of(actor: Actor, ids: Collection[int]) -> list[Universe]:
    """The universes with these ids, in their order; raises NotFound as looking at one does."""
    found = Universe.objects.select_related("api_key").in_bulk(ids)
    rights = rights_of(actor)
    return [
        found[pk]
        if pk in found and rights.allows_somewhere(Permission.LIST_SECRETS, pk)
        else loading.get(actor, pk)
        for pk in ids
    ]


def preview(actor: Actor, *, reading: Reading, universes: Sequence[Universe]) -> Preview:
    """What the rows would do in these universes, in a bounded number of queries.

    Raises InvalidInput where there are none, or too many.
    """
    _check_universes(universes)
    fine = [row for row in reading.rows if not row.fault]
    names = list(dict.fromkeys(row.name for row in fine))
    pairs = [(universe, name) for name in names for universe in universes]
    by_name: dict[str, list[Planned]] = defaultdict(list)
    for each in plan(actor, pairs=pairs):
        by_name[each.name].append(_held_back(each))
    hosts = _hosts_elsewhere(actor, names)
    rows = [
        ImportRow(number, row)
        if row.fault
        else ImportRow(number, row, by_name[row.name], _proposed(row, hosts))
        for number, row in enumerate(reading.rows, start=1)
    ]
    return Preview(rows, reading.notes)


def _check_universes(universes: Sequence[Universe]) -> None:
    if not universes:
        raise InvalidInput("Choose at least one universe.", field="universe")
    if len(universes) > MOST_UNIVERSES:
        raise InvalidInput(f"Choose {MOST_UNIVERSES} universes at most.", field="universe")


def _held_back(planned: Planned) -> Planned:
    """The same, refused where its host may be that of someone who changed it outside."""
    is_free = planned.refused or not planned.is_drifted
    return planned if is_free else replace(planned, refused=_CHANGED_OUTSIDE)


def _hosts_elsewhere(actor: Actor, names: Sequence[str]) -> dict[str, set[str]]:
    """The allowed hosts that these names have anywhere, as far as the actor may list them."""
    there = Secret.objects.filter(name__in=names, missing_since=None, drifted_at=None).order_by()
    seen = narrowed(actor, there, Permission.LIST_SECRETS)
    hosts: dict[str, set[str]] = defaultdict(set)
    for name, domain in seen.values_list("name", "domain").distinct():
        hosts[name].add(domain)
    return hosts


def _proposed(row: Row, hosts: Mapping[str, Collection[str]]) -> str | None:
    """What the file says, else what the name has elsewhere, if that is the same everywhere."""
    if row.host is not None:
        return row.host
    known = list(hosts.get(row.name, ()))
    return known[0] if len(known) == 1 else None


def choose(
    found: Preview, *, numbers: Collection[int], hosts: Mapping[int, str], host: str
) -> list[Wanted]:
    """The changes of the rows with these numbers.

    `hosts` are the allowed hosts of new secrets as they were typed, by the numbers of their rows;
    `host` is that of the others. Raises InvalidInput where a row can't be imported, two have one
    name, or a host is missing or is none.
    """
    chosen = [row for row in found.rows if row.number in numbers]
    _check_chosen(chosen)
    return [
        wanted
        for row in chosen
        if row.row.value is not None
        for wanted in _wanted(row, row.row.value, hosts.get(row.number, "").strip() or host.strip())
    ]


def _check_chosen(chosen: Sequence[ImportRow]) -> None:
    if not chosen:
        raise InvalidInput(_NONE_CHOSEN)
    names = set()
    for row in chosen:
        if not row.possible:
            raise InvalidInput(_LOOK_AGAIN)
        if row.row.name in names:
            raise InvalidInput(
                f"Nothing was sent: {row.row.name} is ticked twice. Tick the line with the value "
                "that is meant."
            )
        names.add(row.row.name)


def _wanted(row: ImportRow, value: Plaintext, host: str) -> list[Wanted]:
    domain = _domain(row.row.name, host) if row.creates else None
    return [
        Wanted(each, value, domain if each.kind is ChangeKind.CREATE else None)
        for each in row.possible
    ]


def _domain(name: str, typed: str) -> str:
    if not typed:
        raise InvalidInput(
            f"Nothing was sent: {name} is new, so it needs an allowed host. Enter one in its row, "
            "or one for all new secrets.",
            field="host",
        )
    try:
        return domain_of(typed)
    except InvalidInput as fault:
        raise InvalidInput(f"Nothing was sent. {name}: {fault}", field="host") from None


def domain_of(typed: str) -> str:
    """The domain that was typed, of which `none` is that for no requests; raises InvalidInput."""
    if typed.strip().lower() == NO_HOST:
        return input_rules.NEVER_SENDABLE
    domain = input_rules.one_form(typed)
    input_rules.check_domain(domain)
    return domain
