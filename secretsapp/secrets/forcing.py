"""Breaks the glass: an admin changes a protected universe without approval, and all are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.kinds import RUN_BY, read_detail
from secretsapp.core.events.secrets import SecretEvent, UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.core.sealing import Sealed
from secretsapp.models import AuditEvent, Change, Universe, User
from secretsapp.models.secrets import ChangeKind, ProposalKind
from secretsapp.rules.acting import AT_ONCE, Act, AtOnce, Need, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.secrets import forced_mail
from secretsapp.universes.protection import TO_MANAGE, WHAT, lift

RECENT = timedelta(days=7)
MOST = 20
_FORCED = (SecretEvent.SECRET_CHANGE_FORCED.tag, UniverseEvent.UNIVERSE_UNPROTECT_FORCED.tag)
_TAKES = {
    ChangeKind.CREATE: Permission.CREATE_SECRET,
    ChangeKind.ROTATE: Permission.ROTATE_SECRET,
    ChangeKind.DELETE: Permission.DELETE_SECRET,
}


@dataclass(frozen=True)
class Forced:
    """That an admin, or who has the shell, changes a protected universe alone, and says why."""

    reason: str
    sends: ClassVar = True
    people: ClassVar[tuple[User, ...]] = ()
    needs: ClassVar[tuple[Need, ...]] = (TO_MANAGE,)

    def admit(self, act: Act, universe: Universe, change: Change, _sealed: Sealed | None) -> None:
        """Mark the change and tell of it, where the universe is protected."""
        if not universe.protected:
            return
        change.forced_because = self.reason
        permission = _TAKES[ChangeKind(change.kind)]
        what = WHAT[ProposalKind(change.kind)]
        told = tell_of_forced_change(act.actor, universe, change.name, permission, what=what)
        act.tell(
            SecretEvent.SECRET_CHANGE_FORCED,
            universe,
            change.name,
            change_id=str(change.pk),
            detail={"what": what, "reason": self.reason, "could_have_approved": str(told)},
        )


def broken_glass(reason: str) -> Forced:
    """How a change passes without approval; raises InvalidInput without a reason."""
    labels.check_remark(reason, field="reason", limit=labels.REASON_LIMIT)
    if not reason.strip():
        raise InvalidInput(
            "Nothing was sent. Say why this can’t wait for approval: the log keeps the reason.",
            field="reason",
        )
    return Forced(reason.strip())


SinglePassage = Forced | AtOnce


def alone(universe: Universe, reason: str) -> SinglePassage:
    """How a change passes that one person makes: forced where the universe is protected."""
    return broken_glass(reason) if universe.protected else AT_ONCE


def unprotect(actor: Actor, universe: Universe, reason: str) -> None:
    """Take the protection off without approval; raises Forbidden, and InvalidInput without why."""
    forced = broken_glass(reason)
    with acting(actor, TO_MANAGE) as act:
        stored = lock_universe(universe)
        if not stored.protected:
            return
        lift(act, stored)
        what = WHAT[ProposalKind.UNPROTECT]
        needed = Permission.MANAGE_UNIVERSES
        told = tell_of_forced_change(actor, stored, "", needed, what=what)
        detail = {"what": what, "reason": forced.reason, "could_have_approved": str(told)}
        act.tell(UniverseEvent.UNIVERSE_UNPROTECT_FORCED, stored, detail=detail)


def tell_of_forced_change(
    actor: Actor, universe: Universe, name: str, permission: Permission, *, what: str
) -> int:
    """Tell everyone who could have approved it, within the act; gives how many they are.

    They find it on their own first page, by `forced_lately`, and are told by mail where that is
    set up.
    """
    return len(forced_mail.queue(actor, universe, name, permission, what=what))


@dataclass(frozen=True)
class ForcedChange:
    """A change that an admin made without approval: who, what and why."""

    event: AuditEvent
    what: str
    reason: str
    run_by: str = ""

    @property
    def who(self) -> str:
        """Who did it, by name where it is a person who has one; else as the log names them."""
        name: str = getattr(self.event, "person_name", None) or self.event.actor_name
        return f"{self.run_by} as {name}" if self.run_by else name

    @property
    def at(self) -> datetime:
        """When it was."""
        return self.event.time


def forced_lately(actor: Actor) -> list[ForcedChange]:
    """What was changed without approval within a week, newest first, in one query.

    It is told to those who could have rotated the secret, for who can approve anything can do that.
    """
    recent = AuditEvent.objects.filter(tag__in=_FORCED, time__gte=timezone.now() - RECENT)
    others = recent if actor.person_id is None else recent.exclude(actor_id=str(actor.person_id))
    seen = narrowed(actor, others, Permission.ROTATE_SECRET, name="secret_name")
    # The log has the id as text, which may be anything where someone edited it.
    accounts = User.objects.annotate(text=Cast("pk", CharField()))
    by = accounts.filter(text=OuterRef("actor_id")).values("name")
    newest = seen.annotate(person_name=Subquery(by)).order_by("-sequence")
    return [_told(event) for event in newest[:MOST]]


def _told(event: AuditEvent) -> ForcedChange:
    detail = read_detail(event.detail) or {}
    what, reason = detail.get("what", "change"), detail.get("reason", "")
    return ForcedChange(event, what, reason, detail.get(RUN_BY, ""))
