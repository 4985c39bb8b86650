"""Who is acting and through which door: plain data, passed along and never looked up."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NoReturn
from uuid import uuid4

# How long the ids of sessions and runs are, in hexadecimal.
TRACE_LENGTH = 16


class ActorKind(StrEnum):
    """The three kinds of actor that the audit log knows."""

    PERSON = "person"
    COMMAND = "command"
    SYSTEM = "system"


class Door(StrEnum):
    """The way by which an actor came in."""

    BROWSER = "browser"
    SHELL = "shell"
    WORKER = "worker"


class Memory:
    """What was looked up about an actor during one request, to be used again within it.

    It is over once something is asked for as it is now, which begins a write that may change the
    very thing, and once Roblox is asked, which may take long. It cannot be copied or stored.
    """

    def __init__(self) -> None:
        self.rights: object = None
        self.grants: object = None
        self.at_hand: object = None
        self.universes: object = None
        self.is_over = False

    def __reduce__(self) -> NoReturn:
        raise TypeError("What is remembered for a request cannot be stored or copied.")


@dataclass(frozen=True)
class Actor:
    """Someone or something that acts.

    `name` is a person's email address, the name of the task, or who ran which command;
    `person_id` is set for people alone; `address` is the network address the person came from, if
    any. `session_id` names the session of a browser and `request_id` the request, or the run of a
    command; neither opens anything. `run_by` is the account of the operating system that runs a
    command with a person's rights, who is not that person. `memory` is there where a door lets
    their rights be remembered, and is no part of who they are.
    """

    kind: ActorKind
    name: str
    door: Door
    person_id: int | None = None
    address: str = ""
    session_id: str = ""
    request_id: str = ""
    run_by: str = ""
    memory: Memory | None = field(default=None, compare=False, repr=False)

    @property
    def is_person(self) -> bool:
        """Whether rights come from grants; commands and the system hold the keys anyway."""
        return self.kind is ActorKind.PERSON

    def forget(self) -> None:
        """Remember nothing from here on: what is asked for is looked up as it is then."""
        if self.memory is not None:
            self.memory.is_over = True


def person(person_id: int, email: str, door: Door, address: str = "") -> Actor:
    """A person, by the id and email address of their account."""
    return Actor(ActorKind.PERSON, email, door, person_id, address)


def remembering(actor: Actor) -> Actor:
    """The same actor, whose rights are loaded once for all reads: for one request and no longer."""
    return replace(actor, memory=Memory())


def command(name: str, *, account: str) -> Actor:
    """A management command without a sign-in: anyone who can run it has the keys.

    `account` is what the operating system says of who runs it (`operation/system_account.py`).
    """
    return of_run(Actor(ActorKind.COMMAND, f"{account} (command {name})", Door.SHELL))


def of_run(actor: Actor) -> Actor:
    """The same actor in one run of a command, which is named in all that it does."""
    return replace(actor, request_id=uuid4().hex[:TRACE_LENGTH])


def system(task: str, door: Door = Door.WORKER) -> Actor:
    """The product itself, at a task of its own."""
    return Actor(ActorKind.SYSTEM, f"Sealroom ({task})", door)
