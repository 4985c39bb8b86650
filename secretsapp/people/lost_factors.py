"""Takes the second factors of people who lost them."""

from allauth.mfa.models import Authenticator

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.roles import Permission
from secretsapp.models import User
from secretsapp.people import factor_mail, sessions
from secretsapp.rules.acting import Right, acting


def reset(actor: Actor, person: User) -> bool:
    """Take all factors of someone who lost them, and end their sessions; whether they had any.

    They sign in with the password alone then. Raises Forbidden for those who do not manage people,
    and InvalidInput for one's own: a session left open is not to take them away.
    """
    with acting(actor, Right(Permission.MANAGE_PEOPLE), people=[person]) as act:
        if person.pk == actor.person_id:
            raise InvalidInput("Change your own second factors under “Your account”.")
        count, _by_table = Authenticator.objects.filter(user=person).delete()
        if count:
            act.tell(PersonEvent.PERSON_FACTORS_RESET, subject=person)
            factor_mail.queue(person, "An admin reset the second factors of your account")
            sessions.end_all_but(act, person, "")
        return bool(count)
