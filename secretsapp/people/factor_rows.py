"""The rows of second factors, which are allauth's: of an app, of passkeys, and of recovery codes.

Recovery codes come with the first factor and go with the last: without one they are good for
nothing.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db.models import QuerySet

from secretsapp.core.events.people import PersonEvent
from secretsapp.models import User
from secretsapp.people import factor_storage
from secretsapp.people.directory import FACTORS
from secretsapp.rules.acting import Act

CODES = Authenticator.Type.RECOVERY_CODES


def of_type(person: User, *kinds: str) -> QuerySet[Authenticator]:
    """The person's rows of these kinds, the oldest first."""
    found = Authenticator.objects.filter(user=person, type__in=kinds)
    rows: QuerySet[Authenticator] = found.order_by("created_at", "pk")
    return rows


def bound_to(person: User, *kinds: str) -> list[Authenticator]:
    """The same without what was made for someone else.

    A row that was moved to another person in the database opens nothing.
    """
    rows = of_type(person, *kinds)
    return [row for row in rows if factor_storage.is_of(factor_storage.secret_of(row), person.pk)]


def new_row(person: User, kind: str, data: dict[str, object]) -> Authenticator:
    """A row of the person's, which is not stored yet."""
    return Authenticator(user=person, type=kind, data=data)


def begin_codes(act: Act, person: User) -> None:
    """Give recovery codes to someone who has a factor now; those that are there stay."""
    if not of_type(person, CODES).exists():
        replace_codes(act, person)


def replace_codes(act: Act, person: User) -> None:
    """Give new recovery codes, in place of those there were."""
    of_type(person, CODES).delete()
    seed = factor_storage.encrypt(RecoveryCodes.generate_seed(), person.pk)
    new_row(person, CODES, {"seed": seed, "used_mask": 0}).save()
    act.tell(PersonEvent.PERSON_FACTOR_ADDED, subject=person, detail={"factor": "recovery codes"})


def end_codes(person: User) -> None:
    """Take the recovery codes of someone who has no factor any more."""
    if not of_type(person, *FACTORS).exists():
        of_type(person, CODES).delete()
