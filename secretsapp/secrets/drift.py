"""Marks what was changed outside Sealroom as reviewed."""

from collections.abc import Mapping

from secretsapp.core.actor import Actor
from secretsapp.core.errors import StaleVersion
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.secrets.secret_view import drift_of


def acknowledge(actor: Actor, universe: Universe, name: str, seen: str | None = None) -> bool:
    """Mark a secret changed outside Sealroom as reviewed; a missing one leaves the list.

    Say whether there was anything to acknowledge; without it nothing is written. Raises
    Forbidden for those who may not edit the secret's details, and StaleVersion where something
    else was found since: `seen` is what the person saw (`drift_of`), None for whatever holds.
    """
    return bool(acknowledge_several(actor, universe, {name: seen}))


def acknowledge_several(
    actor: Actor, universe: Universe, seen: Mapping[str, str | None]
) -> list[str]:
    """The same of several names, each with what the person saw of it: of all of them or of none.

    Gives the names of which there was anything to acknowledge, with one event each.
    """
    needs = [Right(Permission.EDIT_DETAILS, universe.pk, name) for name in seen]
    if not needs:
        return []
    with acting(actor, *needs) as act:
        lock_universe(universe)
        found = Secret.objects.filter(universe=universe, name__in=seen).order_by("name")
        return [
            secret.name
            for secret in found
            if acknowledge_locked(act, universe, secret, seen[secret.name])
        ]


def acknowledge_locked(act: Act, universe: Universe, secret: Secret, seen: str | None) -> bool:
    """The same of one secret, in the transaction of who has locked its universe."""
    if not (secret.drifted_at or secret.missing_since):
        return False
    if seen is not None and seen != drift_of(secret):
        raise StaleVersion(
            f"{secret.name} was changed outside Sealroom again after you opened the page, so it "
            "is not marked as reviewed. Check its current state."
        )
    detail = {"found": "missing" if secret.missing_since else "changed"}
    if secret.missing_since:
        secret.delete()
    else:
        secret.drifted_at = None
        secret.save(update_fields=["drifted_at"])
    act.tell(SecretEvent.SECRET_DRIFT_ACKNOWLEDGED, universe, secret.name, detail=detail)
    return True
