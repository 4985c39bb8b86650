"""What people change of their own accounts: their name and their password."""

from django.db import transaction

from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.events import Event
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.models import SignedIn, User
from secretsapp.people import accounts, one_time_codes, sessions
from secretsapp.rules import audit
from secretsapp.rules.locks import lock_person
from secretsapp.rules.policy import refusal


def rename(actor: Actor, person: User, name: str) -> None:
    """Give oneself another name, or none; raises Forbidden for others, and InvalidInput."""
    _require_self(actor, person)
    wanted = name.strip()
    if wanted:
        input_rules.check_person_name(wanted, field="name", limit=accounts.NAME_LIMIT)
    if wanted == person.name:
        return
    with transaction.atomic():
        detail = {"fields": "name", "name_before": person.name, "name": wanted}
        person.name = wanted
        person.save(update_fields=["name"])
        audit.append(audit.Entry(Event.PERSON_CHANGED, actor, subject=person, detail=detail))


def change_password(actor: Actor, person: User, password: Plaintext, stored_key: str) -> None:
    """Set one's own password and end one's sessions, all but the one under that key, and links.

    Whoever calls it has asked for the password of now. Raises Forbidden for others, and
    InvalidInput for a password that will not do.
    """
    _require_self(actor, person)
    accounts.hash_password(person, password)
    with transaction.atomic():
        lock_person(person)
        one_time_codes.discard(person)
        person.save(update_fields=["password"])
        others = SignedIn.objects.filter(person=person).exclude(pk=stored_key)
        count = sessions.delete(others)
        entries = [audit.Entry(Event.PERSON_PASSWORD_SET, actor, subject=person)]
        if count:
            entries.append(sessions.ended(actor, person, count))
        audit.append(*entries)


def _require_self(actor: Actor, person: User) -> None:
    if actor.person_id != person.pk:
        raise refusal(Permission.MANAGE_PEOPLE)
