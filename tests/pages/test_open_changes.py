"""What a page says of changes that are open, and how it changes by itself once they are settled."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from emulator import Emulator, Fault, faults
from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.core.times import sentence_time
from secretsapp.models import Change, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.secrets import open_changes, settling
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast
from tests.support.plans import plans
from tests.support.unfinished import later, leave_open

NO_CHANGE = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"


def settle() -> None:
    """Let the worker find out what came of everything."""
    with later():
        settling.settle(STAGEHAND, older_than_seconds=0)


def next_look(page: str) -> str:
    """The address that the page asks by itself; empty where it asks no more."""
    found = re.search(r'hx-get="([^"]*open-changes[^"]*)" hx-trigger="every 5s"', page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize(
    ("kind", "noun", "name"),
    [
        ("create", "creation", "NEW_KEY"),
        ("rotate", "rotation", "PAY_KEY"),
        ("delete", "deletion", "PAY_KEY"),
    ],
)
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(faults.cut_after(), "took effect."), (faults.cut_before(), "didn’t take effect: ")],
)
def test_the_list_names_an_open_change_and_tells_by_itself_what_came_of_it(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
    kind: str,
    noun: str,
    name: str,
    fault: Fault,
    outcome: str,
) -> None:
    change = leave_open(kind, fault, emulator, cast, universe)
    client = client_for("viewer")
    page = client.get(address_of("universe"))
    what = f"The {noun} of {name} by manager@example.com at {sentence_time(change.started_at)}"
    assert f"{what} was sent to Roblox" in words(page)
    assert f"Sealroom checks at {sentence_time(change.started_at + SETTLE_AFTER)}" in words(page)
    look = next_look(body(page))
    assert client.get(look).status_code == 204
    settle()
    told = client.get(look)
    assert f"{what} {outcome}" in words(told)
    assert told.headers["HX-Trigger"] == "changes-settled"
    assert next_look(body(told)) == ""


def test_without_a_script_a_reload_tells_what_came_of_ones_change(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator
) -> None:
    client = client_for("rotator")
    emulator.inject(faults.cut_after(), method="PATCH")
    sent = client.post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    page = sent.headers["Location"]
    assert "The rotation of PAY_KEY by you at" in words(client.get(page))
    settle()
    assert "took effect. Running servers use it after they restart." in words(client.get(page))
    assert "The rotation of PAY_KEY" not in words(client.get(address_of("universe")))


def test_a_creation_under_way_is_a_row_of_the_list(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
) -> None:
    leave_open("create", faults.cut_after(), emulator, cast, universe)
    client = client_for("viewer")
    told = words(client.get(address_of("universe")))
    assert "NEW_KEY Being created Outcome unknown" in told
    assert "4 secrets" in told
    assert 'secrets/NEW_KEY/"' not in body(client.get(address_of("universe")))
    assert client.get(address_of("secret", "NEW_KEY")).status_code == 404
    settle()
    told = words(client.get(address_of("universe")))
    assert "Being created" not in told
    assert 'secrets/NEW_KEY/"' in body(client.get(address_of("universe")))


def test_a_creation_that_did_nothing_is_no_row_any_more(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
) -> None:
    leave_open("create", faults.cut_before(), emulator, cast, universe)
    settle()
    assert "NEW_KEY" not in words(client_for("viewer").get(address_of("universe")))


def test_the_page_of_a_secret_tells_of_its_own_changes_alone(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    client = client_for("viewer")
    page = client.get(address_of("secret", "PAY_KEY"))
    assert "The rotation of PAY_KEY by manager@example.com" in words(page)
    assert client.get(next_look(body(page))).status_code == 204
    assert "The rotation of" not in words(client.get(address_of("secret", "PAY_WEBHOOK")))
    settle()
    told = client.get(next_look(body(page)))
    assert "The rotation of PAY_KEY" in words(told)
    assert "took effect." in words(told)


def test_a_form_tells_of_it_and_is_left_alone(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    for form in ("secret_rotate", "secret_delete"):
        page = client_for("manager").get(address_of(form, "PAY_KEY"))
        assert "The rotation of PAY_KEY by you at" in words(page)
        assert next_look(body(page)) == ""


def test_nobody_is_told_of_secrets_they_may_not_list(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
) -> None:
    change = leave_open("create", faults.cut_after(), emulator, cast, universe)
    terms = Terms(Role.VIEWER, "PAY_*")
    grants.give(STAGEHAND, cast["stranger"].user, universe, terms)
    client = client_for("stranger")
    look = f"{address_of('universe_open_changes')}?change={change.pk}"
    assert "NEW_KEY" not in body(client.get(address_of("universe")))
    assert "NEW_KEY" not in body(client.get(look))
    settle()
    assert "NEW_KEY" not in body(client.get(look))
    assert "NEW_KEY" in body(client_for("viewer").get(look))


def test_what_takes_longer_than_it_may_is_called_so(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    client = client_for("viewer")
    look = next_look(body(client.get(address_of("universe"))))
    with later():
        told = client.get(look)
    assert "is overdue: Roblox can’t be read, or manage.py work isn’t running" in words(told)
    assert next_look(body(told))


@pytest.mark.parametrize("state", [ChangeState.STARTED, ChangeState.UNDETERMINED])
def test_every_other_state_is_told_as_what_it_is(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
    state: ChangeState,
) -> None:
    change = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    Change.objects.update(state=state, reason="there was no time")
    told = words(client_for("viewer").get(f"{address_of('universe')}?change={change.pk}"))
    words_of = {
        ChangeState.STARTED: "is waiting for an answer from Roblox. If none comes, Sealroom checks",
        ChangeState.UNDETERMINED: "couldn’t confirm that it took effect: there was no time. If in",
    }
    assert words_of[state] in told


@pytest.mark.parametrize(
    "mark", ["", "x", "<b>x</b>", NO_CHANGE, f"{NO_CHANGE}.unknown", "0" * 5000, "\x00"]
)
def test_what_is_no_change_is_left_out(
    client_for: ClientFor, address_of: AddressOf, mark: str
) -> None:
    client: Client = client_for("viewer")
    for page in ("universe", "universe_open_changes"):
        answer = client.get(address_of(page), {"change": [mark] * 99, "name": mark})
        assert answer.status_code == 200
        assert "at Roblox" not in words(answer)
        assert "took effect" not in words(answer)
        assert "<b>x</b>" not in body(answer)


def test_changes_that_are_not_settled_are_asked_for_once(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as asked:
        open_changes.visible(cast["admin"].actor)
    assert sum('FROM "secretsapp_change"' in query["sql"] for query in asked) == 1


@pytest.mark.engine
@pytest.mark.parametrize("role", ["admin", "manager"])
def test_changes_that_are_not_settled_are_found_by_their_own_indexes(
    cast: Cast, universe: Universe, emulator: Emulator, role: str
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    with plans("secretsapp_change") as found:
        assert len(open_changes.visible(cast[role].actor, universe).open) == 1
    (plan,) = found
    assert {"change_open", "change_undetermined"} <= set(re.findall(r"change_\w+", plan))
    assert not re.search(r"SCAN secretsapp_change\b|Seq Scan on secretsapp_change ", plan), plan
