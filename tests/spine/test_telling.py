"""Every act and every refusal is told to the log once: by whom, and about what."""

from collections.abc import Callable

import pytest
from django.test import Client

from emulator import Emulator
from secretsapp.models import AuditEvent, Universe
from tests.spine.acts import Telling
from tests.spine.doors import DOORS, EVERYBODY, SEND, Door
from tests.spine.telling import ANSWERED_ELSEWHERE, NEEDS_MAIL, TELLINGS
from tests.stage import Cast
from tests.support.watch import Watch, detail

SignIn = Callable[[str], Client]
BY_NAME = {door.name: door for door in DOORS}
SECRET = "PAY_KEY"


def told(event: AuditEvent, by: str) -> str:
    """The event as the table has it; who did it is named where it isn't that person."""
    named = (event.tag, event.universe_name, event.secret_name, event.subject_name)
    words = " ".join(filter(None, (*named, detail(event).get("address", ""))))
    return words if event.actor_name == by else f"{words}, by {event.actor_name}"


def test_every_address_that_takes_a_form_is_in_this_table() -> None:
    taking = {door.name for door in DOORS if SEND in door.allowed}
    assert {telling.door for telling in TELLINGS} == taking - ANSWERED_ELSEWHERE - NEEDS_MAIL


@pytest.mark.long
@pytest.mark.parametrize("telling", TELLINGS, ids=lambda each: f"{each.door} by {each.by}")
def test_an_act_and_its_refusal_are_told_once_by_whom_and_about_what(
    telling: Telling, client_for: SignIn, cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    emulator.add_universe(42, name="Elsewhere").put(SECRET, b"x", "*")
    door = BY_NAME[telling.door]
    sent = {"reach": "host", "domain": "api.pay.example"} | door.sent
    sent |= telling.sent | telling.prepare(universe, cast)
    address = sent.pop("at", "") or door.address(universe, SECRET)
    for role in who_may_not(door):
        status, events = answered(client_for(role), role, address, sent)
        assert status in {403, 404}, role
        assert events == ((refused(door),) if status == 403 else ()), role
    status, events = answered(client_for(telling.by), telling.by, address, sent)
    assert status in {200, 302}
    assert events == telling.tells


def answered(
    client: Client, who: str, address: str, sent: dict[str, str]
) -> tuple[int, tuple[str, ...]]:
    """The status of what someone sends, and what the log was told with it."""
    watch = Watch()
    status = client.post(address, sent).status_code
    return status, tuple(told(event, f"{who}@example.com") for event in watch.events)


def who_may_not(door: Door) -> list[str]:
    """Someone with the highest role that may not pass, and a stranger if they may not."""
    roles = [role for role in EVERYBODY if role not in door.may_pass][:1]
    return [*roles, *({"stranger"} - set(door.may_pass))]


def refused(door: Door) -> str:
    """The event of a refusal at that door, about what its address names."""
    is_there = door.is_in_universe or door.about == "request"
    where = ["Harbor"] if is_there else []
    what = [SECRET] if door.about in {"secret", "proposal"} else []
    return " ".join(("access.refused", *where, *what))
