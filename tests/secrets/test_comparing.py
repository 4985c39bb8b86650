"""The same names in many universes: what is said of each, and to whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Role
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeKind, ChangeState
from secretsapp.secrets import absences, comparing
from secretsapp.secrets.compared_universes import Scope, across, every_one, owners
from secretsapp.secrets.comparing import Comparison, Wanted
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

OLD, NEW = "2026-03-01T10:00:00Z", "2026-11-01T10:00:00.5Z"
SAME_DAY = "2026-11-01T22:00:00Z"
HOST = "api.pay.example"
DIFFERENCES, EVERYTHING = Wanted(), Wanted(shows_all=True)


@pytest.fixture
def quays(universe: Universe) -> list[Universe]:
    """Harbor in production and two more universes of its group, all without secrets."""
    Secret.objects.all().delete()
    for number, environment in ((1, "staging"), (2, "development")):
        Universe.objects.create(
            id=number,
            name=f"Quay {number}",
            api_key=universe.api_key,
            owner=universe.owner,
            environment=environment,
        )
    return every_one(STAGEHAND, Scope())


def put(
    universe: Universe, name: str, updated: str = NEW, host: str = HOST, **more: object
) -> None:
    Secret.objects.create(universe=universe, name=name, update_time=updated, domain=host, **more)


def compared(actor: Actor, wanted: Wanted = DIFFERENCES) -> Comparison:
    return comparing.compare(actor, every_one(actor, Scope()), wanted)


def told(actor: Actor, wanted: Wanted = DIFFERENCES) -> dict[str, list[str]]:
    """What is said of each name, a word or two for each universe."""
    return {
        row.name: [" ".join(cell.differences) if cell.is_seen else "unseen" for cell in row.cells]
        for row in compared(actor, wanted).page.items
    }


def test_only_what_differs_is_shown_and_how_many_are_the_same(
    quays: list[Universe], cast: Cast
) -> None:
    harbor, one, two = quays
    for each, updated in ((harbor, NEW), (one, SAME_DAY), (two, NEW)):
        put(each, "SAME", updated)
        put(each, "OLDER", OLD if each is one else NEW)
        put(each, "HOST", host="*" if each is two else HOST)
    put(harbor, "MISSING")
    put(harbor, "CHANGED", drifted_at=timezone.now())
    put(one, "CHANGED")
    put(two, "CHANGED", missing_since=timezone.now())
    admin = cast["admin"].actor
    assert told(admin) == {
        "CHANGED": ["changed", "", "deleted"],
        "HOST": ["", "", "other_host"],
        "MISSING": ["", "missing", "missing"],
        "OLDER": ["", "older", ""],
    }
    assert compared(admin).same == 1
    everything = told(admin, EVERYTHING)
    assert list(everything) == ["CHANGED", "HOST", "MISSING", "OLDER", "SAME"]
    assert everything["SAME"] == ["", "", ""]


def test_of_two_hosts_that_are_as_frequent_each_is_another(
    quays: list[Universe], cast: Cast
) -> None:
    put(quays[0], "HOST")
    put(quays[1], "HOST", host="")
    assert told(cast["admin"].actor)["HOST"] == ["other_host", "other_host", "missing"]


def test_an_age_that_nobody_knows_is_no_difference(quays: list[Universe], cast: Cast) -> None:
    for each in quays:
        put(each, "KEY", "" if each is quays[1] else NEW)
    assert told(cast["admin"].actor) == {}


def test_what_is_rightly_missing_is_no_difference(quays: list[Universe], cast: Cast) -> None:
    harbor, one, two = quays
    put(harbor, "KEY")
    put(one, "KEY")
    absences.accept(STAGEHAND, [(two, "KEY")])
    admin = cast["admin"].actor
    assert told(admin) == {}
    (row,) = compared(admin, EVERYTHING).page.items
    assert [cell.absence is not None for cell in row.cells] == [False, False, True]
    # It says nothing of a secret that is there.
    put(two, "KEY", OLD)
    assert told(admin) == {"KEY": ["", "", "older"]}
    absences.withdraw(STAGEHAND, [(two, "KEY")])
    Secret.objects.filter(universe=two).delete()
    assert told(admin) == {"KEY": ["", "", "missing"]}


def test_a_change_whose_outcome_is_open_is_said(quays: list[Universe], cast: Cast) -> None:
    for each in quays:
        put(each, "KEY")
    for each, name in ((quays[1], "KEY"), (quays[2], "BORN")):
        Change.objects.create(
            universe=each,
            name=name,
            kind=ChangeKind.CREATE,
            state=ChangeState.UNKNOWN,
            seen=False,
            started_at=timezone.now() - timedelta(minutes=1),
        )
    assert told(cast["admin"].actor) == {
        "BORN": ["missing", "missing", "open"],
        "KEY": ["", "open", ""],
    }


def test_no_name_is_told_that_may_not_be_listed(quays: list[Universe], cast: Cast) -> None:
    harbor, one, two = quays
    for name in ("PAY_KEY", "AD_KEY"):
        put(harbor, name)
        put(two, name)
    viewer = cast["viewer"].user
    grants.give(STAGEHAND, viewer, one, Terms(Role.VIEWER, "PAY_*"))
    assert told(cast["viewer"].actor) == {"PAY_KEY": ["", "missing"]}
    # Where only the name's other universe can't be asked, nothing is missing.
    assert [row.name for row in compared(cast["viewer"].actor, EVERYTHING).page.items] == [
        "AD_KEY",
        "PAY_KEY",
    ]
    everything = told(cast["viewer"].actor, EVERYTHING)
    assert everything["AD_KEY"] == ["", "unseen"]
    absences.accept(STAGEHAND, [(one, "AD_KEY"), (one, "PAY_KEY")])
    assert told(cast["viewer"].actor) == {}
    assert told(cast["stranger"].actor) == {}


def test_a_cell_leads_to_what_can_be_done_about_it(quays: list[Universe], cast: Cast) -> None:
    harbor, one, two = quays
    put(one, "KEY")
    put(harbor, "OLDER", OLD)
    put(one, "OLDER")
    put(one, "odd/name")
    for each, role in ((one, Role.VIEWER), (two, Role.VIEWER)):
        grants.give(STAGEHAND, cast["editor"].user, each, Terms(role))

    def fixes(who: str) -> dict[str, list[str]]:
        rows = compared(cast[who].actor).page.items
        return {row.name: [cell.fix.value for cell in row.cells] for row in rows}

    assert fixes("admin") == {
        "KEY": ["create", "look", "create"],
        "odd/name": ["", "look", ""],
        "OLDER": ["rotate", "look", "create"],
    }
    assert fixes("editor")["KEY"] == ["create", "look", ""]


def test_names_are_found_as_in_a_list_and_come_a_page_at_a_time(
    quays: list[Universe], cast: Cast
) -> None:
    for number in range(45):
        put(quays[0], f"{'PAY' if number % 3 else 'AD'}_{number:02}")
    admin = cast["admin"].actor
    assert compared(admin, Wanted("pay_*")).page.count == 30
    assert compared(admin, Wanted("ad 03")).page.count == 1
    page = comparing.compare(admin, quays, Wanted(number=9), size=20).page
    assert (page.number, page.first, page.last, page.next) == (3, 41, 45, None)


def test_universes_are_narrowed_by_owner_and_environment(quays: list[Universe], cast: Cast) -> None:
    Universe.objects.filter(pk=2).update(owner="groups/1")
    admin = cast["admin"].actor
    assert owners(admin) == ["groups/1", quays[0].owner]
    assert [each.pk for each in across(admin, Scope(owner="groups/1")).items] == [2]
    assert [each.pk for each in across(admin, Scope(environment="staging")).items] == [1]
    assert [each.pk for each in across(cast["viewer"].actor, Scope()).items] == [quays[0].pk]
    assert owners(cast["stranger"].actor) == []


def test_the_queries_are_as_many_for_hundreds_of_names(quays: list[Universe], cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            compared(cast["admin"].actor)
        return len(captured)

    put(quays[0], "KEY")
    few = queries()
    Secret.objects.bulk_create(
        Secret(universe=each, name=f"KEY_{number}") for each in quays[:2] for number in range(200)
    )
    assert queries() == few
