"""The audit log as people may read it: their scopes, paging, filters, histories."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies

from secretsapp.access import grants
from secretsapp.core import patterns
from secretsapp.core.actor import remembering
from secretsapp.core.errors import Forbidden
from secretsapp.core.events import EVENTS
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Event, Result, Severity, Verb
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.roles import Role
from secretsapp.log import reading, refused
from secretsapp.log.event_view import EventView
from secretsapp.log.filters import AuditFilter
from secretsapp.log.reading import (
    HISTORY_SIZE,
    PAGE_SIZE,
    history,
    may_read,
    page,
    refusals,
)
from secretsapp.models import ApiKey, AuditEvent, Secret, Universe
from secretsapp.rules import audit
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.unfinished import make

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

AssertQueries = Callable[[int], AbstractContextManager[object]]

EVERYTHING = AuditFilter()
NAMES = ["PAY_KEY", "PAY_WEBHOOK", "pay_key", "PAYX", "PAY", "SIGNING_SEED"]


@pytest.fixture
def quay(api_key: ApiKey) -> Universe:
    """Another universe."""
    return Universe.objects.create(id=77, name="Quay", api_key=api_key)


def record(
    universe: Universe | None, *names: str, event: Event = AccessEvent.ACCESS_REFUSED
) -> None:
    """Let events about those names be in the log."""
    with transaction.atomic():
        audit.append(*[audit.Entry(event, STAGEHAND, universe, name) for name in names])


def auditor_of(universe: Universe | None, pattern: str = "") -> Person:
    """Someone who reads the log of that scope."""
    person = engage("reader")
    grants.give(STAGEHAND, person.user, universe, Terms(Role.AUDITOR, pattern))
    return person


def seen(person: Person, wanted: AuditFilter = EVERYTHING) -> list[EventView]:
    """Every event that they are shown, page after page, newest first."""
    found: list[EventView] = []
    shown = page(person.actor, wanted)
    found += shown.events
    while shown.older is not None:
        shown = page(person.actor, wanted, before=shown.older)
        found += shown.events
    return found


def test_an_admin_reads_the_whole_log_newest_first(cast: Cast) -> None:
    shown = [event.sequence for event in seen(cast["admin"])]
    assert shown == list(range(AuditEvent.objects.count(), 0, -1))


@pytest.mark.parametrize("who", ["editor", "rotator", "viewer", "stranger"])
def test_who_may_read_no_part_of_it_is_refused(cast: Cast, who: str) -> None:
    assert not may_read(cast[who].actor)
    with pytest.raises(Forbidden) as caught:
        page(cast[who].actor, EVERYTHING)
    assert caught.value.permission == "read_audit"


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_a_universes_readers_see_the_events_about_it_alone(
    universe: Universe, quay: Universe, cast: Cast, who: str
) -> None:
    record(quay, "PAY_KEY")
    assert may_read(cast[who].actor)
    shown = seen(cast[who])
    assert {event.universe_id for event in shown} == {universe.pk}
    assert len(shown) == AuditEvent.objects.filter(universe_id=str(universe.pk)).count()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("PAY_*", {"PAY_KEY", "PAY_WEBHOOK"}),
        ("pay_*", {"pay_key"}),
        ("PAY*", {"PAY_KEY", "PAY_WEBHOOK", "PAYX", "PAY"}),
        ("PAY", {"PAY"}),
        ("PAY_KEY", {"PAY_KEY"}),
        ("pay_key", {"pay_key"}),
        ("NOTHING*", set()),
    ],
)
def test_a_pattern_shows_its_names_and_capitals_count(
    universe: Universe, quay: Universe, pattern: str, expected: set[str]
) -> None:
    record(universe, *NAMES)
    record(quay, *NAMES)
    shown = seen(auditor_of(universe, pattern))
    assert {event.secret_name for event in shown} == expected
    assert {event.universe_id for event in shown} <= {universe.pk}


def test_a_pattern_in_all_universes_reaches_every_one_but_nothing_else(
    universe: Universe, quay: Universe
) -> None:
    record(universe, *NAMES)
    record(quay, *NAMES)
    shown = seen(auditor_of(None, "PAY_*"))
    assert {event.universe_id for event in shown} == {universe.pk, quay.pk}
    assert {event.secret_name for event in shown} == {"PAY_KEY", "PAY_WEBHOOK"}


def test_several_scopes_add_up(universe: Universe, quay: Universe) -> None:
    record(universe, *NAMES)
    record(quay, *NAMES)
    person = auditor_of(universe, "PAY_*")
    grants.give(STAGEHAND, person.user, quay, Terms(Role.AUDITOR, "SIGNING_SEED"))
    assert {(event.universe_name, event.secret_name) for event in seen(person)} == {
        ("Harbor", "PAY_KEY"),
        ("Harbor", "PAY_WEBHOOK"),
        ("Quay", "SIGNING_SEED"),
    }


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pattern=strategies.from_regex(r"[pP][aA][yY]?(_[kKwW]?)?\*?", fullmatch=True))
def test_the_log_shows_the_names_that_the_pattern_matches(universe: Universe, pattern: str) -> None:
    if not AuditEvent.objects.filter(secret_name="PAYX").exists():
        record(universe, *NAMES)
    reader = auditor_of(universe, pattern)
    shown = {event.secret_name for event in seen(reader)}
    reader.user.delete()
    assert shown == {name for name in NAMES if patterns.matches(pattern, name)}


def test_pages_follow_each_other_without_gaps_or_repeats(universe: Universe) -> None:
    reader = auditor_of(universe)
    record(universe, *[f"S_{number}" for number in range(2 * PAGE_SIZE)])
    first = page(reader.actor, EVERYTHING)
    assert len(first.events) == PAGE_SIZE
    assert first.older == first.events[-1].sequence
    # What is appended between two pages moves nothing.
    record(universe, "MEANWHILE")
    second = page(reader.actor, EVERYTHING, before=first.older)
    assert second.events[0].sequence == first.older - 1
    whole = [event.sequence for event in seen(reader)]
    assert whole == sorted(set(whole), reverse=True)
    assert len(whole) == AuditEvent.objects.filter(universe_id=str(universe.pk)).count()


def test_a_page_that_is_just_full_is_the_last(universe: Universe) -> None:
    reader = auditor_of(universe, "S_*")
    record(universe, *[f"S_{number}" for number in range(PAGE_SIZE)])
    shown = page(reader.actor, EVERYTHING)
    assert (len(shown.events), shown.older) == (PAGE_SIZE, None)


@pytest.mark.parametrize("before", [0, 1, -5, 10**30])
def test_any_number_may_be_asked_before(cast: Cast, before: int) -> None:
    shown = page(cast["admin"].actor, EVERYTHING, before=before)
    assert (shown.events == []) == (before <= 1)
    assert (shown.newer is None) == (before == 10**30)


def test_filters_narrow_by_universe_person_and_event(
    universe: Universe, quay: Universe, cast: Cast
) -> None:
    make("rotate", cast, universe)
    record(quay, "PAY_KEY")
    admin = cast["admin"]
    of_quay = seen(admin, AuditFilter(universe_id=quay.pk))
    assert {event.universe_name for event in of_quay} == {"Quay"}
    by_manager = seen(admin, AuditFilter(person="MANAGER@"))
    assert {event.actor_name for event in by_manager} == {"manager@example.com"}
    rotations = seen(admin, AuditFilter(tag="secret.rotate"))
    assert [event.tag for event in rotations] == ["secret.rotate.succeeded"]
    assert len(seen(admin, AuditFilter(tag="secret.rotate.started"))) == 1
    assert seen(admin, AuditFilter(tag="secret.rot")) == []
    both = AuditFilter(universe_id=universe.pk, person="manager", tag="secret")
    assert len(seen(admin, both)) == 1


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ("PAY_*", {"PAY_KEY", "PAY_WEBHOOK"}),
        ("pay_*", {"pay_key"}),
        ("PAY_KEY", {"PAY_KEY"}),
        ("SIGNING_SEED", set()),
        ("PAY\x00", set()),
    ],
)
def test_a_secret_is_looked_for_as_a_pattern_is_within_ones_own(
    universe: Universe, secret: str, expected: set[str]
) -> None:
    record(universe, *NAMES)
    reader = auditor_of(universe, "PAY_*")
    grants.give(STAGEHAND, reader.user, None, Terms(Role.AUDITOR, "pay_*"))
    shown = seen(reader, AuditFilter(secret=secret))
    assert {event.secret_name for event in shown} == expected


def test_a_filter_reaches_nothing_beyond_ones_scope(quay: Universe, cast: Cast) -> None:
    record(quay, "PAY_KEY")
    assert seen(cast["auditor"], AuditFilter(universe_id=quay.pk)) == []
    assert seen(cast["auditor"], AuditFilter(tag="person")) == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; --", "ß"])
def test_what_is_special_to_the_database_is_only_text(cast: Cast, text: str) -> None:
    shown = seen(cast["admin"], AuditFilter(person=text))
    assert all(text in event.actor_name for event in shown)
    assert seen(cast["admin"], AuditFilter(tag=text)) == []


def test_a_view_tells_the_event_in_words(universe: Universe, cast: Cast) -> None:
    make("rotate", cast, universe)
    event = page(cast["auditor"].actor, EVERYTHING).events[0]
    assert (event.actor_name, event.sentence) == ("manager@example.com", "rotated PAY_KEY")
    assert (event.verb, event.result) == (Verb.ROTATE, Result.SUCCEEDED)
    assert (event.severity, event.door, event.address) == (Severity.NOTICE, "browser", "127.0.0.1")
    assert (event.universe_name, event.detail) == ("Harbor", {"domain": "api.pay.example"})


@pytest.mark.parametrize("tag", ["moon.landed", "secret.rotate.postponed", "secret.rotate"])
def test_an_event_of_a_later_version_is_shown_by_its_tag(
    universe: Universe, cast: Cast, tag: str
) -> None:
    record(universe, "PAY_KEY")
    latest = AuditEvent.objects.order_by("-sequence")[0]
    later = AuditEvent(tag=tag, detail='{"started_by": "manager@example.com"}')
    later.__dict__ |= {
        name: value
        for name, value in latest.__dict__.items()
        if name not in ("_state", "tag", "detail", "sequence")
    }
    later.sequence = latest.sequence + 1
    later.save(force_insert=True)
    event = page(cast["admin"].actor, EVERYTHING).events[0]
    assert (event.sentence, event.severity) == (tag, Severity.INFO)
    assert (event.verb, event.result) == (None, None)
    for result in Result:
        found = page(cast["admin"].actor, AuditFilter(result=result)).events
        assert event.sequence not in {view.sequence for view in found}


@pytest.mark.parametrize("result", Result)
def test_a_filter_by_result_finds_every_event_of_it_and_no_other(
    universe: Universe, result: Result
) -> None:
    for event in EVENTS:
        record(universe, "PAY_KEY", event=event)
    found = seen(auditor_of(universe), AuditFilter(result=result))
    assert {event.tag for event in found} == {
        event.tag for event in EVENTS if event.result is result
    }


def test_names_are_linked_where_one_may_look_in_so_many_queries(
    universe: Universe, quay: Universe, django_assert_num_queries: AssertQueries
) -> None:
    reader = auditor_of(universe, "PAY_*")
    record(universe, "PAY_KEY", "PAY_GONE", event=SecretEvent.SECRET_DETAILS_CHANGED)
    grants.give(STAGEHAND, reader.user, quay, Terms(Role.AUDITOR, "ODD*"))
    Secret.objects.create(universe=quay, name="ODD-NAME")
    record(quay, "ODD-NAME")
    with django_assert_num_queries(7):
        shown = page(remembering(reader.actor), EVERYTHING).events
    assert [(view.secret_name, view.links_universe, view.links_secret) for view in shown] == [
        ("ODD-NAME", True, True),
        ("PAY_GONE", True, False),
        ("PAY_KEY", True, True),
    ]


def test_a_removed_universe_is_named_and_not_linked(universe: Universe, quay: Universe) -> None:
    reader = auditor_of(None)
    record(quay, "PAY_KEY")
    quay.delete()
    view = page(reader.actor, EVERYTHING).events[0]
    assert (view.universe_name, view.links_universe, view.links_secret) == ("Quay", False, False)


def test_a_history_is_of_one_secret_and_bounded(
    universe: Universe, quay: Universe, cast: Cast
) -> None:
    record(universe, "PAY_WEBHOOK", "pay_key")
    record(quay, "PAY_KEY")
    make("rotate", cast, universe)
    tags = [event.tag for event in history(cast["viewer"].actor, universe, "PAY_KEY")]
    assert tags == ["secret.rotate.succeeded"]
    record(universe, *["PAY_KEY"] * HISTORY_SIZE, event=SecretEvent.SECRET_DRIFT_CHANGED)
    assert len(history(cast["viewer"].actor, universe, "PAY_KEY")) == HISTORY_SIZE


def refuse(person: Person, universe: Universe) -> None:
    """Let a refusal of that person about PAY_KEY be in the log."""
    with transaction.atomic():
        audit.append(audit.Entry(AccessEvent.ACCESS_REFUSED, person.actor, universe, "PAY_KEY"))


@pytest.mark.parametrize("who", ["editor", "rotator", "viewer"])
def test_who_reads_no_log_sees_no_addresses_and_no_refusals_of_others(
    universe: Universe, cast: Cast, who: str
) -> None:
    make("rotate", cast, universe)
    for name in ("editor", "rotator", "viewer", "stranger"):
        refuse(cast[name], universe)
    record(universe, "PAY_KEY")
    shown = history(cast[who].actor, universe, "PAY_KEY")
    assert [(event.tag, event.actor_name) for event in shown] == [
        ("secret.rotate.succeeded", "manager@example.com"),
    ]
    assert {event.address for event in shown} == {""}
    with pytest.raises(Forbidden):
        page(cast[who].actor, AuditFilter(of_histories=True, address="127.*"))
    (own,) = refusals(cast[who].actor, universe, "PAY_KEY")
    assert (own.newest.actor_name, own.count) == (f"{who}@example.com", 1)


@pytest.mark.parametrize("who", ["admin", "manager", "auditor"])
def test_who_reads_the_log_sees_all_of_a_history(universe: Universe, cast: Cast, who: str) -> None:
    make("rotate", cast, universe)
    refuse(cast["viewer"], universe)
    shown = history(cast[who].actor, universe, "PAY_KEY")
    assert [event.tag for event in shown] == ["secret.rotate.succeeded"]
    assert {event.address for event in shown} == {"127.0.0.1"}
    (others,) = refusals(cast[who].actor, universe, "PAY_KEY")
    assert (others.newest.actor_name, others.newest.tag) == ("viewer@example.com", "access.refused")


def test_refusals_are_grouped_and_take_no_place_of_changes(
    universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("rotate", cast, universe)
    for _ in range(3):
        refuse(cast["viewer"], universe)
    refuse(cast["editor"], universe)
    refuse(cast["viewer"], universe)
    monkeypatch.setattr(reading, "HISTORY_SIZE", 1)
    shown = history(cast["auditor"].actor, universe, "PAY_KEY")
    assert [event.tag for event in shown] == ["secret.rotate.succeeded"]
    groups = refusals(cast["auditor"].actor, universe, "PAY_KEY")
    assert [(each.newest.actor_name, each.count) for each in groups] == [
        ("viewer@example.com", 4),
        ("editor@example.com", 1),
    ]
    assert all(each.is_of_one_secret for each in groups)
    monkeypatch.setattr(refused, "READ_AT_MOST", 2)
    cut = refusals(cast["auditor"].actor, universe, "PAY_KEY")
    assert [each.count for each in cut] == [1, 1]


def test_reading_the_log_of_other_names_shows_no_more_of_this_one(
    universe: Universe, cast: Cast
) -> None:
    person = auditor_of(None, "SIGNING_*")
    grants.give(STAGEHAND, person.user, universe, Terms(Role.VIEWER))
    refuse(cast["viewer"], universe)
    assert history(person.actor, universe, "PAY_KEY") == []
    assert refusals(person.actor, universe, "PAY_KEY") == []


def test_the_history_of_what_one_may_not_see_is_refused(universe: Universe, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        history(cast["stranger"].actor, universe, "PAY_KEY")
    cashier = engage("cashier")
    grants.give(STAGEHAND, cashier.user, universe, Terms(Role.VIEWER, "PAY_*"))
    assert history(cashier.actor, universe, "PAY_KEY") == []
    for read in (history, refusals):
        with pytest.raises(Forbidden):
            read(cashier.actor, universe, "SIGNING_SEED")
        assert read(cashier.actor, universe, "PAY_\x00") == []
