"""Who is acting: plain data that says by itself whether rights come from grants."""

from dataclasses import FrozenInstanceError

import pytest

from secretsapp.core.actor import Actor, ActorKind, Door, command, person, system


def test_a_person_is_known_by_id_address_and_door() -> None:
    editor = person(7, "editor@example.com", Door.BROWSER, "192.0.2.7")
    assert editor == Actor(
        ActorKind.PERSON, "editor@example.com", Door.BROWSER, person_id=7, address="192.0.2.7"
    )
    assert editor.is_person


def test_a_command_comes_through_the_shell_and_needs_no_grant() -> None:
    assert command("setup") == Actor(ActorKind.COMMAND, "setup", Door.SHELL)
    assert not command("setup").is_person


@pytest.mark.parametrize("door", Door)
def test_the_system_may_come_through_any_door(door: Door) -> None:
    assert system("refresh", door) == Actor(ActorKind.SYSTEM, "Sealroom (refresh)", door)
    assert not system("refresh").is_person
    assert system("refresh").door is Door.WORKER


def test_an_actor_cannot_be_changed() -> None:
    actor = command("setup")
    with pytest.raises(FrozenInstanceError):
        actor.name = "another"  # type: ignore[misc]  # the refusal is the test
