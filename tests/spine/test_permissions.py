"""Every address, with every method, as every role: who is let in and who is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants, teams
from secretsapp.core.roles import Role
from secretsapp.models import AuditEvent, Grant, Universe
from secretsapp.people import accounts
from tests.granting import Terms
from tests.secrets.proposing import protect
from tests.spine.doors import DOORS, EVERYBODY, METHODS, OPEN_TO_ALL, SEND, Door, names_of_addresses
from tests.stage import STAGEHAND, Cast, engage

SignIn = Callable[[str], Client]
SECRET = "PAY_KEY"
WRITES = {"POST", "PATCH", "DELETE"}

doors_in_universes = [door for door in DOORS if door.is_in_universe]
doors_of_secrets = [door for door in DOORS if door.about == "secret"]


def ask(client: Client, door: Door, method: str, universe: Universe | int, name: str) -> int:
    """The status of a request at a door; a POST sends what the page is for."""
    address = door.address(universe, name)
    data = {"reach": "host", "domain": "api.pay.example"} | door.sent
    if method == SEND:
        return client.post(address, data).status_code
    return client.generic(method, address).status_code


def writes(emulator: Emulator) -> list[str]:
    """What was sent that could change something; asking what a key may do is a POST that can't."""
    sent = [request for request in emulator.requests if request.method in WRITES]
    return [request.method for request in sent if request.path != "/api-keys/v1/introspect"]


def test_every_address_is_in_this_table() -> None:
    assert names_of_addresses() == {door.name for door in DOORS} | OPEN_TO_ALL


@pytest.mark.long
@pytest.mark.parametrize("role", EVERYBODY)
def test_a_role_passes_where_it_may_and_is_refused_where_it_may_not(
    role: str, client_for: SignIn, universe: Universe, emulator: Emulator
) -> None:
    client = client_for(role)
    for door in DOORS:
        emulator.clear_requests()
        may_pass = role in door.may_pass
        read = ask(client, door, "GET", universe, SECRET)
        assert read == (door.read_answer if may_pass else door.denied), door.name
        # Who may delete the secret, and then the universe, does so at the last doors.
        if SEND in door.allowed:
            status = door.answer if may_pass else door.denied
            assert ask(client, door, SEND, universe, SECRET) == status, door.name
        if not may_pass:
            assert writes(emulator) == [], door.name


@pytest.mark.long
def test_the_doors_that_take_away_what_others_need_are_the_last() -> None:
    assert [door.name for door in DOORS][-2:] == ["secret_delete", "universe_remove"]


@pytest.mark.long
def test_other_methods_are_refused_to_those_who_may_pass(
    client_for: SignIn, universe: Universe, emulator: Emulator
) -> None:
    client = client_for("admin")
    emulator.clear_requests()
    for door in DOORS:
        for method in set(METHODS) - set(door.allowed):
            assert ask(client, door, method, universe, SECRET) == 405, (door.name, method)
    assert writes(emulator) == []


@pytest.mark.long
def test_a_stranger_finds_nothing(
    client_for: SignIn, universe: Universe, emulator: Emulator
) -> None:
    client = client_for("stranger")
    emulator.clear_requests()
    for door in DOORS:
        for method in door.allowed:
            status = ask(client, door, method, universe, SECRET)
            assert status == door.answer_to_stranger(method), (door.name, method)
    assert emulator.requests == []


@pytest.mark.long
def test_whoever_is_not_signed_in_is_sent_to_sign_in(
    cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    client = Client()
    emulator.clear_requests()
    for door in DOORS:
        for method in METHODS:
            assert ask(client, door, method, universe, SECRET) == 302, (door.name, method)
        response = client.get(door.address(universe, SECRET))
        assert response.headers["Location"].startswith("/sign-in/?next="), door.name
    assert emulator.requests == []


@pytest.mark.long
@pytest.mark.parametrize("role", ["admin", "manager"])
def test_foreign_and_unknown_universes_look_alike(
    role: str, client_for: SignIn, api_key: object
) -> None:
    client = client_for(role)
    for door in doors_in_universes:
        for universe_id in (1, 2**63 - 1):
            for method in door.allowed:
                status = ask(client, door, method, universe_id, SECRET)
                assert status == 404, (door.name, universe_id, method)


@pytest.mark.long
def test_a_role_in_one_universe_opens_no_other(
    client_for: SignIn, universe: Universe, emulator: Emulator
) -> None:
    other = _second_universe(universe, emulator)
    client = client_for("manager")
    for door in doors_in_universes:
        for method in door.allowed:
            assert ask(client, door, method, other, SECRET) == 404, (door.name, method)


def _second_universe(universe: Universe, emulator: Emulator) -> Universe:
    emulator.add_universe(42, name="Elsewhere").put(SECRET, b"x", "*")
    return Universe.objects.create(id=42, name="Elsewhere", api_key=universe.api_key)


@pytest.mark.long
@pytest.mark.parametrize("address", ["/universes/0/", f"/universes/{2**63}/", "/universes/x/"])
def test_what_is_no_universe_id_is_not_found(address: str, client_for: SignIn) -> None:
    assert client_for("admin").get(address).status_code == 404


@pytest.mark.long
def test_a_pattern_hides_the_other_names(
    cast: Cast, client_for: SignIn, universe: Universe, emulator: Emulator
) -> None:
    grants.give(STAGEHAND, cast["manager"].user, universe, Terms(Role.MANAGER, "PAY_*"))
    client = client_for("manager")
    emulator.clear_requests()
    for door in doors_of_secrets:
        for method in door.allowed:
            status = ask(client, door, method, universe, "SIGNING_SEED")
            assert status == 404, (door.name, method)
    assert emulator.requests == []
    for door in doors_of_secrets:
        assert ask(client, door, "GET", universe, SECRET) == door.read_answer, door.name


@pytest.mark.long
def test_a_pattern_bounds_what_may_be_created(
    cast: Cast, client_for: SignIn, universe: Universe, harbor: EmulatedUniverse
) -> None:
    grants.give(STAGEHAND, cast["editor"].user, universe, Terms(Role.EDITOR, "PAY_*"))
    address = f"/universes/{universe.pk}/new-secret/"
    sent = {"value": "a value", "reach": "any"}
    client = client_for("editor")
    assert client.post(address, sent | {"name": "pay_x"}).status_code == 403
    assert client.post(address, sent | {"name": "PAY_X"}).status_code == 302
    assert {"PAY_X"} == set(harbor.values) - {"PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"}


@pytest.mark.long
def test_a_rotator_cannot_change_the_domain(
    client_for: SignIn, universe: Universe, harbor: EmulatedUniverse
) -> None:
    address = f"/universes/{universe.pk}/secrets/{SECRET}/rotate/"
    response = client_for("rotator").post(address, {"value": "new", "reach": "any"})
    assert response.status_code == 403
    assert harbor.secrets[SECRET].domain == "api.pay.example"
    assert harbor.values[SECRET] == b"pay value"


def end_all(grants_of_someone: QuerySet[Grant]) -> None:
    """Let these grants have ended a second ago."""
    grants_of_someone.update(until=timezone.now() - timedelta(seconds=1))


@pytest.mark.long
def test_a_role_passes_through_a_team_alone_and_once_each_grant_has_ended_none_opens_anything(
    cast: Cast, client_for: SignIn, universe: Universe
) -> None:
    manager = cast["manager"].user
    team = teams.create(STAGEHAND, name="Managers", people=[manager])
    end_all(Grant.objects.filter(person=manager))
    grants.add(STAGEHAND, team, universe, Terms(Role.MANAGER))
    client = client_for("manager")
    # The doors of teams find this one, which has tests of its own.
    doors = [door for door in DOORS if not door.name.startswith("team")]
    for door in doors:
        may_pass = "manager" in door.may_pass
        status = door.read_answer if may_pass else door.denied
        assert ask(client, door, "GET", universe, SECRET) == status, door.name
    end_all(Grant.objects.filter(team=team))
    for door in doors:
        # A stranger is asked for the head of each as well.
        for method in set(door.allowed) - {"HEAD"}:
            status = ask(client, door, method, universe, SECRET)
            # A request there is the stranger's own.
            nothing = 404 if door.about == "request" else door.answer_to_stranger(method)
            assert status == nothing, (door.name, method)
    team.memberships.all().delete()
    for door in (door for door in DOORS if door not in doors):
        for method in set(door.allowed) - {"HEAD"}:
            status = ask(client, door, method, universe, SECRET)
            assert status == door.answer_to_stranger(method), (door.name, method)


@pytest.mark.long
@pytest.mark.parametrize("role", EVERYBODY)
def test_a_protected_universe_lets_the_same_people_in_and_sends_nothing(
    role: str, client_for: SignIn, universe: Universe, emulator: Emulator
) -> None:
    protect(universe)
    client = client_for(role)
    emulator.clear_requests()
    for door in doors_in_universes:
        may_pass = role in door.may_pass
        read = ask(client, door, "GET", universe, SECRET)
        assert read == (door.read_answer if may_pass else door.denied), door.name
        if SEND in door.allowed and not may_pass:
            assert ask(client, door, SEND, universe, SECRET) == door.denied, door.name
        elif door.name in {"secret_create", "secret_rotate", "secret_delete"}:
            # The form of before its universe was protected, and then that which proposes.
            assert ask(client, door, SEND, universe, SECRET) == 422, door.name
            proposing = replace(door, sent=door.sent | {"proposing": "yes"})
            assert ask(client, proposing, SEND, universe, SECRET) == 302, door.name
    assert writes(emulator) == []


@pytest.mark.long
def test_a_disabled_person_is_signed_out_at_once(
    cast: Cast, client_for: SignIn, universe: Universe
) -> None:
    client = client_for("manager")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/").status_code == 200
    accounts.disable(STAGEHAND, cast["manager"].user)
    # No request of those that follow ends it for the next.
    assert not Session.objects.exists()
    for door in DOORS:
        for method in door.allowed:
            client.cookies[settings.SESSION_COOKIE_NAME] = session
            assert ask(client, door, method, universe, SECRET) == 302, (door.name, method)


@pytest.mark.long
def test_a_forged_form_without_a_token_is_refused(
    cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["admin"].user)
    emulator.clear_requests()
    for door in DOORS:
        if SEND in door.allowed:
            assert ask(client, door, SEND, universe, SECRET) == 403, door.name
    assert emulator.requests == []


@pytest.mark.long
def test_a_refusal_is_recorded_once_a_minute(client_for: SignIn, universe: Universe) -> None:
    client = client_for("viewer")
    for _ in range(3):
        client.get(f"/universes/{universe.pk}/secrets/{SECRET}/delete/")
    event = AuditEvent.objects.get(tag="access.refused")
    assert (event.actor_name, event.secret_name) == ("viewer@example.com", SECRET)
    assert event.universe_name == "Harbor"


@pytest.mark.long
def test_an_auditor_of_everything_reads_also_what_is_about_no_universe(
    client_for: SignIn, cast: Cast
) -> None:
    overseer = engage("overseer")
    grants.give(STAGEHAND, overseer.user, None, Terms(Role.AUDITOR))
    client = Client()
    client.force_login(overseer.user)
    assert b"created the account of" in client.get("/audit/").content
    assert b"created the account of" not in client_for("auditor").get("/audit/").content
