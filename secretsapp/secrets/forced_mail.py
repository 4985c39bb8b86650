"""Tells people by mail that a change was made without the approval that they could have given."""

from collections.abc import Iterable

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import LONGEST_ABOUT, About, Kind
from secretsapp.models import OutgoingMail, Universe, User
from secretsapp.rules.holders import people_with


def queue(
    actor: Actor, universe: Universe, name: str, permission: Permission, *, what: str
) -> list[User]:
    """Queue a mail to everyone who could have approved it, within the act; gives who they are."""
    people = people_with(permission, universe.pk, name)
    told = [person for person in people if person.pk != actor.person_id]
    outbox.queue_all(_mails(told, _about(actor, universe, name, permission) | {"what": what}))
    return told


def _mails(people: Iterable[User], about: dict[str, str]) -> list[OutgoingMail]:
    return [outbox.mail(KIND, person, about) for person in people]


def _about(actor: Actor, universe: Universe, name: str, permission: Permission) -> dict[str, str]:
    return {
        "universe": str(universe.pk),
        "name": name,
        "permission": str(permission),
        "who": actor.name[:LONGEST_ABOUT],
    }


def _write(person: User | None, about: About) -> Letter | None:
    """The words, for who could approve it still; what was removed meanwhile is told to no one."""
    universe = Universe.objects.filter(pk=about["universe"]).first()
    permission, name = Permission(about["permission"]), about["name"]
    if universe is None or person not in people_with(permission, universe.pk, name):
        return None
    where = universe.name_and_environment
    what = f"{about['what']} of {name}" if name else about["what"]
    words = {"who": about["who"], "what": what, "where": where, "universe": universe.pk}
    return Letter(f"Changed without approval in {where}", words)


KIND = Kind("change_forced", _write)
