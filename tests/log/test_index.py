"""The index of the log: with it the same events are found as without, for everyone, all ways."""

import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date
from itertools import combinations
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from secretsapp.access import grants
from secretsapp.core.actor import Door, person, system
from secretsapp.core.errors import LogBroken
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Result
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.roles import Role
from secretsapp.log import counting, exporting, reading, streaming
from secretsapp.log.filters import AuditFilter, parse
from secretsapp.log.index import asking, bits, building, daily, terms
from secretsapp.models import (
    ApiKey,
    AuditBlock,
    AuditEvent,
    AuditPosting,
    AuditShelf,
    AuditTerm,
    Universe,
)
from secretsapp.models import audit as audit_tables
from secretsapp.models.universes import Environment
from secretsapp.rules import audit
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, Person, engage

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

NAMES = ("PAY_KEY", "PAY_WEBHOOK", "pay_key", "CHAT_TOKEN", "ZOË")
EVENTS = (
    SecretEvent.SECRET_ROTATE_STARTED,
    SecretEvent.SECRET_ROTATE_SUCCEEDED,
    SecretEvent.SECRET_DETAILS_CHANGED,
    SecretEvent.SECRET_DRIFT_CHANGED,
    AccessEvent.ACCESS_REFUSED,
    SecretEvent.SECRET_CREATE_STARTED,
)


@pytest.fixture
def quay(api_key: ApiKey) -> Universe:
    """Another universe, of another environment."""
    staging = Environment.STAGING
    return Universe.objects.create(id=77, name="Quay", api_key=api_key, environment=staging)


@pytest.fixture
def _long_log(
    universe: Universe, quay: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log of several blocks and a part of one, of all kinds of events."""
    monkeypatch.setattr(audit_tables, "BLOCK_SIZE", 16)
    monkeypatch.setattr(audit_tables, "SHELF_SIZE", 2)
    monkeypatch.setattr(reading, "PAGE_SIZE", 15)
    editor = cast["editor"].user
    for number in range(75):
        event = EVENTS[number % len(EVENTS)]
        is_seen = event is SecretEvent.SECRET_DRIFT_CHANGED
        # Of a change all but the event is alike; of some the beginning has a word more.
        half = number - number % 6 + max(number % 6, 1)
        who, address = half % 4, f"192.0.2.{half % 3}"
        actor = person(editor.pk + who, f"p{who}@example.com", Door.BROWSER, address)
        change = str(UUID(int=number // 6)) if number % 6 < 2 else ""
        with transaction.atomic():
            audit.append(
                audit.Entry(
                    event,
                    system("refresh") if is_seen else actor,
                    (universe, quay)[number // 6 % 2],
                    NAMES[number // 6 % len(NAMES)],
                    subject=editor if half % 5 == 0 else None,
                    change_id=change,
                    detail={
                        "reason": "Roblox is away" if half % 7 else "Grüße 99 contractors",
                        "how": "" if number % 12 else "By hand",
                    },
                )
            )


QUERIES = {
    "q": ("contract", "roblox away", "grü", "pay", "zebra", "99", "hand"),
    "universe": ("77", "78"),
    "environment": ("staging", "none"),
    "person": ("p1@", "system", "stage"),
    "about": ("editor", "nobody"),
    "door": ("worker", "browser"),
    "address": ("192.0.2.1", "192.0.2.*", "198.51.100.1"),
    "secret": ("PAY_*", "pay_key", "CHAT_TOKEN", "NONE_*"),
    "event": ("secret", "secret.rotate", "secret.create.started", "universe.removed"),
    "result": tuple(str(result) for result in Result),
    "since": ("1h",),
    "from": ("2999-01-01",),
    "attempts": ("on",),
}
SINGLE = [{}, *({name: text} for name, texts in QUERIES.items() for text in texts)]
PAIRS = [
    one | other
    for one, other in combinations(SINGLE[1:], 2)
    if one.keys() != other.keys() and not {"since", "from"} <= (one | other).keys()
]


def readers(universe: Universe, quay: Universe, cast: Cast) -> list[Person]:
    """Who reads everything, one universe, some names, several of each, and histories alone."""
    of_names, mixed = engage("names"), engage("mixed")
    grants.give(STAGEHAND, of_names.user, None, Terms(Role.AUDITOR, "PAY_*"))
    grants.give(STAGEHAND, mixed.user, universe, Terms(Role.AUDITOR, "CHAT_TOKEN"))
    grants.give(STAGEHAND, mixed.user, quay, Terms(Role.AUDITOR))
    return [cast["admin"], cast["auditor"], of_names, mixed]


def pages(reader: Person, wanted: AuditFilter) -> list[list[int]]:
    """The numbers on each page, from the newest to the oldest and back."""
    shown = reading.page(reader.actor, wanted)
    found = [[event.sequence for event in shown.events]]
    while shown.older is not None:
        shown = reading.page(reader.actor, wanted, before=shown.older)
        found.append([event.sequence for event in shown.events])
    while shown.newer is not None:
        shown = reading.page(reader.actor, wanted, after=shown.newer)
        found.append([event.sequence for event in shown.events])
    return found


@pytest.mark.long
@pytest.mark.usefixtures("_long_log")
def test_with_the_index_the_same_is_found_as_without_by_everyone(
    universe: Universe, quay: Universe, cast: Cast
) -> None:
    # Days are counted back from the present one, which must not end meanwhile.
    with time_machine.travel(timezone.now(), tick=False):
        _compare_with_and_without(universe, quay, cast)


def _compare_with_and_without(universe: Universe, quay: Universe, cast: Cast) -> None:
    people = readers(universe, quay, cast)
    queries = [parse(query).wanted for query in (*SINGLE, *PAIRS[::53])]
    # Each query for every other reader, so that all are asked by someone who sees little.
    asked = [
        (reader, wanted)
        for number, reader in enumerate(people)
        for wanted in queries[number % 2 :: 2]
    ]
    within = AuditFilter(universe_id=universe.pk, of_histories=True)
    asked += [(cast["viewer"], within), (cast["rotator"], AuditFilter(of_histories=True))]
    before = [pages(*each) for each in asked]
    counted = [counting.count(each[0].actor, each[1]) for each in asked]
    assert building.extend() == AuditEvent.objects.count() // 16
    assert building.extend() == 0
    for each, numbers, counts in zip(asked, before, counted, strict=True):
        assert pages(*each) == numbers, each
        assert counting.count(each[0].actor, each[1]) == counts, each
        assert counts.total == len({number for page in numbers for number in page}), each
    for (reader, wanted), numbers in list(zip(asked, before, strict=True))[::3]:
        found = exporting.find(reader.actor, wanted)
        exported = [row[0] for rows in streaming.rows(found.search, 0, found.up_to) for row in rows]
        assert exported == sorted({number for page in numbers for number in page})
        assert found.events == len(exported)
    assert any(len(found) > 5 for found in before), "of which some are long"


@pytest.mark.usefixtures("_long_log")
def test_a_row_of_the_index_shows_nothing_that_the_log_does_not_say(
    universe: Universe, cast: Cast
) -> None:
    building.extend()
    # But for what leaves beginnings out: an index that someone edited can always show less.
    over = AuditTerm.objects.filter(kind=terms.IS_OVER).values("pk")
    AuditPosting.objects.exclude(term_id__in=over).update(bits=bits.stored((1 << 16) - 1))
    AuditShelf.objects.exclude(term_id__in=over).update(bits=bits.stored((1 << 32) - 1))
    shown = reading.page(cast["auditor"].actor, AuditFilter(secret="CHAT_TOKEN")).events
    assert {(event.universe_name, event.secret_name) for event in shown} == {
        ("Harbor", "CHAT_TOKEN")
    }


@pytest.mark.usefixtures("_long_log")
def test_a_beginning_is_folded_where_the_index_does_not_know_of_its_outcome(cast: Cast) -> None:
    wanted = [AuditFilter(), AuditFilter(words=frozenset({"pay"})), AuditFilter(door="browser")]
    before = [pages(cast["auditor"], each) for each in wanted]
    building.extend()
    over = AuditTerm.objects.filter(kind=terms.IS_OVER).values("pk")
    for rows in (AuditPosting, AuditShelf):
        rows.objects.filter(term_id__in=over).delete()
    assert [pages(cast["auditor"], each) for each in wanted] == before


@pytest.mark.usefixtures("_long_log")
def test_an_index_that_someone_edited_is_told_or_left_alone(cast: Cast) -> None:
    building.extend()
    actor, wanted = cast["auditor"].actor, AuditFilter(secret="CHAT_TOKEN")
    whole = [event.sequence for event in reading.page(actor, wanted).events]
    apart = AuditBlock.objects.create(block=10**6, first_time=0, last_time=1, times=b"")
    assert [event.sequence for event in reading.page(actor, wanted).events] == whole
    apart.delete()
    AuditTerm.objects.create(kind=terms.TAG, value=b"\xff")
    AuditBlock.objects.filter(block=0).update(first_time=-(10**18))
    counting.count(actor, wanted)
    AuditBlock.objects.filter(block=0).update(last_time=-(10**18))
    assert counting.count(actor, wanted).total == len(whole)
    bomb = b"\x02" + zlib.compress(b"\xff" * 10**6)
    for junk in (b"\x00" + b"\xff" * 500, b"\x01\x00", b"\x01\xff\xff", b"\x02junk", bomb):
        AuditPosting.objects.update(bits=junk)
        AuditShelf.objects.update(bits=junk)
        for ask in (reading.page, counting.count):
            with pytest.raises(LogBroken, match="index of the audit log can’t be read"):
                ask(actor, wanted)
    for rows in (AuditPosting, AuditShelf, AuditTerm, AuditBlock):
        rows.objects.all().delete()
    assert building.extend()
    assert [event.sequence for event in reading.page(actor, wanted).events] == whole


@pytest.mark.usefixtures("_long_log")
def test_rows_with_words_and_the_blocks_of_days_are_read_once(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    building.extend()
    search = reading.looking_for(cast["admin"].actor, parse({"q": "roblox"}).wanted)
    with django_assert_num_queries(1):
        assert search.tail(search.end, 50)
    # The tags, what is known of them, and the blocks, which are of one day.
    everything = asking.Everything()
    with django_assert_num_queries(3):
        counted = daily.count(everything, search.blocks, UTC, date.min)
    assert counted.total() == 16 * len(search.blocks)


class _Few:
    """A question to which the answer is few events of each shelf; it notes what it is asked."""

    def __init__(self, events: int) -> None:
        self.asked: list[list[int]] = []
        self._bits = (1 << events) - 1

    def among(self, shelves: Sequence[int]) -> asking.Bits:
        """As many of each."""
        self.asked.append(list(shelves))
        return dict.fromkeys(shelves, self._bits)

    @property
    def held(self) -> Iterator[asking.Held]:
        """Nothing."""
        return iter(())


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(("events", "most"), [(0, 64), (1, 60), (20, 3), (500, 1)])
def test_every_shelf_is_asked_about_once_and_as_many_at_once_as_a_page_needs(
    events: int, most: int, newest_first: bool
) -> None:
    whole = audit_tables.SHELF_SIZE * audit_tables.BLOCK_SIZE
    node = _Few(events)
    found = list(asking.numbers(node, range(1, 200 * whole + 1), newest_first=newest_first))
    assert [number for each in found for number in each] == sorted(
        (shelf * whole + place + 1 for shelf in range(200) for place in range(events)),
        reverse=newest_first,
    )
    asked = node.asked[::-1] if newest_first else node.asked
    assert [shelf for each in asked for shelf in each] == list(range(200))
    assert len(node.asked[0]) == asking.FIRST_SHELVES
    assert max(map(len, node.asked[1:])) == most
