"""Ends what signs people in by single sign-on, also for someone else."""

from django.conf import settings

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.roles import Permission
from secretsapp.models import Identity, User
from secretsapp.people import identity_mail, sessions
from secretsapp.rules.acting import Act, Right, acting


def disconnect_all(actor: Actor, person: User) -> bool:
    """Let no account at a provider sign someone in, and end their sessions; whether there was one.

    Raises Forbidden for those who do not manage people, and InvalidInput for one's own.
    """
    with acting(actor, Right(Permission.MANAGE_PEOPLE), people=[person]) as act:
        if person.pk == actor.person_id:
            raise InvalidInput("Disconnect your own accounts under “Your account”.")
        rows = list(person.identities.order_by("created_at"))
        for row in rows:
            end(act, person, row)
        if rows:
            sessions.end_all_but(act, person, "")
        return bool(rows)


def end(act: Act, person: User, row: Identity) -> None:
    """Let that identity of a person, whom the act has locked, sign nobody in any more.

    Their address connects none from then on; they can, under “Your account”.
    """
    name = name_of(row.issuer)
    detail = {"provider": name, "account": row.shown}
    row.delete()
    User.objects.filter(pk=person.pk).update(connects_by_address=False)
    act.tell(PersonEvent.PERSON_IDENTITY_DISCONNECTED, subject=person, detail=detail)
    identity_mail.queue(person, f"An account at {name} was disconnected from yours")


def name_of(issuer: str) -> str:
    """What a provider is called; its issuer where it isn't set up any more."""
    return next((each.name for each in settings.SSO_PROVIDERS if each.issuer == issuer), issuer)
