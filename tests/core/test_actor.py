"""Who is acting: plain data that says by itself whether rights come from grants."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, replace
from typing import Any

import pytest

from secretsapp.core.actor import Actor, ActorKind, Door, command, person, remembering, system


def test_a_person_is_known_by_id_address_and_door() -> None:
    editor = person(7, "editor@example.com", Door.BROWSER, "192.0.2.7")
    assert editor == Actor(
        ActorKind.PERSON, "editor@example.com", Door.BROWSER, person_id=7, address="192.0.2.7"
    )
    assert editor.is_person


def test_a_command_comes_through_the_shell_and_needs_no_grant() -> None:
    actor, again = (command("setup", account="deploy on vault-1") for _ in range(2))
    assert replace(actor, request_id="") == Actor(
        ActorKind.COMMAND, "deploy on vault-1 (command setup)", Door.SHELL
    )
    assert not actor.is_person
    assert len({actor.request_id, again.request_id, ""}) == 3


@pytest.mark.parametrize("door", Door)
def test_the_system_may_come_through_any_door(door: Door) -> None:
    assert system("refresh", door) == Actor(ActorKind.SYSTEM, "Sealroom (refresh)", door)
    assert not system("refresh").is_person
    assert system("refresh").door is Door.WORKER


def test_an_actor_cannot_be_changed() -> None:
    actor = command("setup", account="deploy on vault-1")
    with pytest.raises(FrozenInstanceError):
        actor.name = "another"  # type: ignore[misc]  # the refusal is the test


def test_who_is_remembered_is_nobody_else() -> None:
    editor = person(7, "editor@example.com", Door.BROWSER, "192.0.2.7")
    known = remembering(editor)
    assert known.memory is not None
    known.memory.rights = "loaded"
    assert (known, hash(known), repr(known)) == (editor, hash(editor), repr(editor))
    assert editor.memory is None


def test_each_request_remembers_for_itself() -> None:
    first = remembering(person(7, "editor@example.com", Door.BROWSER))
    assert first.memory is not None
    first.memory.rights = "loaded"
    second = remembering(first)
    assert second.memory is not None
    assert second.memory.rights is None


@pytest.mark.parametrize("store", [pickle.dumps, copy.deepcopy, asdict])
def test_what_is_remembered_is_never_stored(store: Callable[[Any], object]) -> None:
    known = remembering(person(7, "editor@example.com", Door.BROWSER))
    with pytest.raises(TypeError):
        store(known)
