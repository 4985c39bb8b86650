"""Finds the domain that a secret had before someone changed it outside, for one to be chosen."""

from secretsapp.core.actor import Actor
from secretsapp.core.errors import DomainChanged, LogBroken
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.input_rules import is_same_domain, is_storable
from secretsapp.core.roles import Permission
from secretsapp.models import AuditEvent, Secret, Universe
from secretsapp.rules.policy import require

_FOUND = (SecretEvent.SECRET_DRIFT_CHANGED, SecretEvent.SECRET_DRIFT_APPEARED)
# From here on it is as someone here wanted it, or knows it.
_KNOWN = (
    SecretEvent.SECRET_CREATE_SUCCEEDED,
    SecretEvent.SECRET_ROTATE_SUCCEEDED,
    SecretEvent.SECRET_DRIFT_ACKNOWLEDGED,
)
# A secret that was changed more often without a review has a domain that no one chose anyway.
MOST_FOUND = 100


def known_domain(actor: Actor, universe: Universe, name: str) -> str | None:
    """The domain that the secret has as far as is known; None where that is not known for sure.

    Raises DomainChanged if it was changed outside and no one has reviewed that yet: its host may
    belong to the person who did so. Raises Forbidden for actors who can't rotate it, and
    LogBroken where what the log tells of it can't be read.
    """
    require(actor, Permission.ROTATE_SECRET, universe.pk, name)
    found = Secret.objects.filter(universe=universe, name=name, unsure=False)
    secret = found.first() if is_storable(name) else None
    if secret is None:
        return None
    before, now = _domain_before(secret), secret.domain
    if is_same_domain(before, now):
        return now
    raise DomainChanged(
        f"Nothing was sent: the allowed host of {name} was changed outside Sealroom, from "
        f"{_shown(before)} to {_shown(now)}. Choose which one it should have.",
        before=before,
        now=now,
        field="domain",
    )


def _domain_before(secret: Secret) -> str:
    """The domain before the first of the changes that no one has looked at, else that of now."""
    before = secret.domain
    if secret.drifted_at is None:
        return before
    events = AuditEvent.objects.filter(
        universe_id=str(secret.universe_id),
        secret_name=secret.name,
        tag__in=[event.tag for event in (*_FOUND, *_KNOWN)],
    )
    for event in events.order_by("-sequence")[:MOST_FOUND]:
        if event.tag in {known.tag for known in _KNOWN}:
            break
        detail = read_detail(event.detail)
        if detail is None:
            raise LogBroken(
                f"Nothing was sent: an event about {secret.name} was edited in the database. Run "
                "`manage.py verify_audit` to find it."
            )
        before = detail.get("domain_before", before)
    return before


def _shown(domain: str) -> str:
    return domain or "no host"
