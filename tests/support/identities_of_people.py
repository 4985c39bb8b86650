"""Accounts of people at a provider of single sign-on that nobody asks."""

from secretsapp.core.providers import Claims, Provider
from secretsapp.models import User
from secretsapp.people import identities
from tests.support.apps_of_people import actor_of

# An address that is nobody's, so whoever asked it would be refused at once.
ISSUER = "https://127.0.0.1:9/"
ACME = Provider("acme", "Acme", ISSUER, "sealroom-tests", "no secret: of tests")
THERE = Claims(ISSUER, "1001", "viewer@acme.example")


def give_identity(person: User, claims: Claims = THERE) -> int:
    """Connect the account there to the person's; gives the id."""
    identities.connect(actor_of(person), person, ACME, claims, "")
    person.refresh_from_db()
    return person.identities.get().pk
