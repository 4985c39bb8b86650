"""What people change of their own accounts: their name and their password."""

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import User
from secretsapp.people import accounts, passwords, sessions
from secretsapp.rules.acting import Oneself, acting
from secretsapp.rules.policy import require_oneself
from secretsapp.rules.versions import differences


def rename(actor: Actor, person: User, name: str) -> None:
    """Give oneself another name, or none; raises Forbidden for others, and InvalidInput."""
    wanted = name.strip()
    with acting(actor, Oneself(person)) as act:
        if wanted:
            labels.check_person_name(wanted, field="name", limit=accounts.NAME_LIMIT)
        if detail := differences({"name": person.name}, {"name": wanted}):
            person.name = wanted
            person.save(update_fields=["name"])
            act.tell(PersonEvent.PERSON_CHANGED, subject=person, detail=detail)


def change_password(actor: Actor, person: User, password: Plaintext, stored_key: str) -> None:
    """Set the actor's own password; end their links and sessions except the one with that key.

    The caller has asked for the current password. Raises Forbidden for others, and
    InvalidInput for a password that will not do.
    """
    require_oneself(actor, person)
    passwords.hash_password(person, password)
    with acting(actor, Oneself(person)) as act:
        sessions.tell_ended(act, person, passwords.store(act, person, keeping=stored_key))
