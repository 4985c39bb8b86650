"""Marks what changed in a group as reviewed."""

from secretsapp.core.actor import Actor
from secretsapp.core.events.secrets import GroupEvent
from secretsapp.core.roles import Permission
from secretsapp.groups.seeing import group_of
from secretsapp.models import GroupNotice, Universe
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.policy import require_installation

TO_REVIEW = Right(Permission.MANAGE_UNIVERSES)


def check_may_review(actor: Actor, universe: Universe) -> None:
    """Raise Forbidden for who doesn't manage all universes: a group's changes are about each."""
    require_installation(actor, Permission.MANAGE_UNIVERSES, universe.pk)


def review(actor: Actor, universe: Universe, *, seen: int | None = None) -> int:
    """Mark the changes of the universe's group as reviewed, up to the one that the person saw.

    They are about every universe of the group, so it takes the right to manage universes. Gives how
    many there were; without any nothing is written. Raises Forbidden, and NoGroup.
    """
    group = group_of(universe)
    with acting(actor, TO_REVIEW) as act:
        notices = GroupNotice.objects.filter(group=group)
        if seen is not None:
            notices = notices.filter(pk__lte=seen)
        count = notices.delete()[0]
        if count:
            detail = {"name": group.title, "count": str(count)}
            act.tell(GroupEvent.GROUP_REVIEWED, subject=group, detail=detail)
    return count
