"""The witnesses of the log: who is given each checkpoint, so that others remember it."""

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission
from secretsapp.models import Witness
from secretsapp.rules.policy import require_installation, rights_of
from secretsapp.rules.versions import version_of

TO_MANAGE = Permission.MANAGE_API_KEYS


def listed(actor: Actor) -> list[Witness]:
    """Every witness by name; raises Forbidden unless the actor can read the whole log."""
    require_installation(actor, Permission.READ_AUDIT)
    return list(Witness.objects.order_by("name"))


def may_manage(actor: Actor) -> bool:
    """Whether the actor can add, edit and remove witnesses."""
    return rights_of(actor).allows_installation(TO_MANAGE)


def require_managing(actor: Actor) -> None:
    """Raise Forbidden unless the actor can."""
    require_installation(actor, TO_MANAGE)


def get(actor: Actor, witness_id: int) -> Witness:
    """That witness, to be changed; raises Forbidden and NotFound."""
    require_managing(actor)
    return _found(pk=witness_id)


def named(actor: Actor, name: str) -> Witness:
    """The witness of that name, to be changed; raises Forbidden and NotFound."""
    require_managing(actor)
    return _found(name=name)


def _found(**wanted: object) -> Witness:
    found = Witness.objects.filter(**wanted).first()
    if found is None:
        raise NotFound("There is no such witness, or someone has removed it.")
    return found


def version(witness: Witness) -> str:
    """What tells whether the witness is still the one that a person saw."""
    return version_of(witness.name, witness.address, witness.verifier)
