"""The one way to act: who acts is locked and asked for their rights, then it is done, then told.

Nothing is written before the rights are known under the lock, so that no action of someone who
was disabled a moment ago is still carried out; and events come last, as the head of the log wants
it. Beside `noting`, for those who did nothing, only this module appends to the log, so an action
cannot forget any of that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from django.db import transaction

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NeedsApproval
from secretsapp.core.events.kinds import Event
from secretsapp.core.roles import Permission, refusal
from secretsapp.core.sealing import Sealed
from secretsapp.models import AuditEvent, Change, Place, Universe, User
from secretsapp.rules import audit
from secretsapp.rules.audit import Entry, Subject
from secretsapp.rules.locks import lock_people
from secretsapp.rules.policy import Rights, require_oneself, rights_now


@dataclass
class Act:
    """What is being done: by whom, with which rights, and what the log is to be told of it.

    `rights` are those that the needs are about. `people` are the rows that were locked, by id.
    `events` are there once it is done, and `before_commit` is called then, for what is no row and
    must not be without its event.
    """

    actor: Actor
    rights: Rights
    people: Mapping[int, User]
    entries: list[Entry] = field(default_factory=list)
    before_commit: Callable[[], object] = lambda: None
    events: list[AuditEvent] = field(default_factory=list)

    def tell(
        self,
        event: Event,
        universe: Universe | None = None,
        name: str = "",
        *,
        subject: Subject = None,
        change_id: str = "",
        detail: Mapping[str, str] | None = None,
    ) -> None:
        """Let the log hold that event; it is appended once everything else is done.

        `name` is that of a secret of the universe.
        """
        entry = Entry(event, self.actor, universe, name, subject, change_id, detail or {})
        self.entries.append(entry)


class Need(Protocol):
    """What an action takes; `check` raises Forbidden where it is lacking."""

    def check(self, act: Act) -> None:
        """Raise Forbidden unless the act is allowed."""


@dataclass(frozen=True)
class Right:
    """A permission: on a secret, on some name of a universe, or in all universes."""

    permission: Permission
    universe_id: int | None = None
    name: str | None = None

    def check(self, act: Act) -> None:
        """Raise Forbidden unless the actor has it now."""
        if not self._is_held(act.rights):
            raise refusal(self.permission, self.universe_id, self.name or "")

    def _is_held(self, rights: Rights) -> bool:
        if self.universe_id is None:
            return rights.allows_installation(self.permission)
        if self.name is None:
            return rights.allows_somewhere(self.permission, self.universe_id)
        return rights.allows(self.permission, self.universe_id, self.name)


@dataclass(frozen=True)
class RightSomewhere:
    """A permission in some universe, whichever it is, be it for some of its names alone."""

    permission: Permission

    def check(self, act: Act) -> None:
        """Raise Forbidden unless there is one now."""
        if act.rights.universes_with(self.permission) == set():
            raise refusal(self.permission)


@dataclass(frozen=True)
class Oneself:
    """That the actor is the person whom it is about, with an account that is not disabled.

    `person` is as their session knew them: it may have been thrown out since. A sign-in has none
    yet, and what it makes is worth nothing then.
    """

    person: User
    is_signing_in: bool = False

    def check(self, act: Act) -> None:
        """Raise Forbidden for everyone else."""
        require_oneself(act.actor, self.person)
        found = act.people.get(self.person.pk)
        if found is None or not found.is_active or self._is_thrown_out(found):
            raise refusal(Permission.MANAGE_PEOPLE)

    def _is_thrown_out(self, found: User) -> bool:
        return not self.is_signing_in and found.generation != self.person.generation


@dataclass(frozen=True)
class NoRight:
    """That no right is asked for, and the reason why none has to be."""

    reason: str

    def check(self, act: Act) -> None:
        """Let everyone pass."""


class Passage(Protocol):
    """How a change passes into its universe: at once, proposed, approved, or by force.

    `people` are locked beside the actor, `needs` are asked beside those of the change, and where it
    only waits for someone, `sends` is false: nothing of the change is stored or sent.
    """

    @property
    def sends(self) -> bool: ...
    @property
    def people(self) -> Iterable[User]: ...
    @property
    def needs(self) -> tuple[Need, ...]: ...
    def admit(self, act: Act, universe: Universe, change: Change, sealed: Sealed | None) -> None:
        """Raise unless it passes; `universe` is locked and as it is stored."""


@dataclass(frozen=True)
class AtOnce:
    """That a change needs no one else: every universe lets it pass that isn't protected."""

    sends: ClassVar = True
    people: ClassVar[tuple[User, ...]] = ()
    needs: ClassVar[tuple[Need, ...]] = ()

    def admit(self, _act: Act, universe: Universe, _change: object, _sealed: Sealed | None) -> None:
        """Raise NeedsApproval in a protected universe."""
        if universe.protected:
            raise NeedsApproval(
                f"{universe.name} is protected, so nothing was sent: someone else must approve "
                "the change. Propose it instead."
            )


AT_ONCE = AtOnce()


@contextmanager
def acting(actor: Actor, need: Need, *further: Need, people: Iterable[User] = ()) -> Iterator[Act]:
    """A transaction, the outermost, in which the actor does what takes these needs, one at least.

    The actor's account and the `people` are locked first. Raises Forbidden before anything is
    done, LogBroken where the log cannot be appended to, and then nothing was done either.
    """
    with transaction.atomic(durable=True):
        act = _permitted(actor, (need, *further), people)
        yield act
        act.events = audit.append(*act.entries)
        act.before_commit()


def _permitted(actor: Actor, needs: Iterable[Need], people: Iterable[User]) -> Act:
    ids = {person.pk for person in people}
    if actor.person_id is not None:
        ids.add(actor.person_id)
    act = Act(actor, Rights(()), lock_people(ids) if ids else {})
    asked = tuple(needs)
    act.rights = rights_now(actor, _about(asked))
    for need in asked:
        need.check(act)
    return act


def _about(needs: tuple[Need, ...]) -> Place | None:
    """Where all of the needs are rights: no others are loaded then; None where they are more."""
    places = {Place(need.universe_id) for need in needs if isinstance(need, Right)}
    is_all = len(places) == 1 and all(isinstance(need, Right) for need in needs)
    return places.pop() if is_all else None
