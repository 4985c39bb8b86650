"""Changes what only Sealroom knows of a secret: its note and its owner."""

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, SecretGone
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe, User
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.policy import require
from secretsapp.rules.versions import differences


def edit(
    *, actor: Actor, universe: Universe, secret: Secret, note: str, owner: User | None
) -> None:
    """Set note and owner of a secret; the event names the fields, and a new owner.

    The note's text stays out of the log, which cannot be corrected if it held too much. Raises
    Forbidden, InvalidInput, or SecretGone where the secret was deleted meanwhile.
    """
    require(actor, Permission.EDIT_DETAILS, universe.pk, secret.name)
    labels.check_remark(note, field="note", limit=labels.NOTE_LIMIT)
    if owner is not None and not owner.is_active:
        raise InvalidInput("That account is disabled. Choose another owner.", field="owner")
    before, after = _fields(secret.note, secret.owner), _fields(note, owner)
    detail = differences(before, after, unsaid=after)
    if not detail:
        return
    with acting(actor, Right(Permission.EDIT_DETAILS, universe.pk, secret.name)) as act:
        if not Secret.objects.filter(pk=secret.pk).update(note=note, owner=owner):
            raise SecretGone(f"{secret.name} no longer exists. Check the list.")
        secret.note, secret.owner = note, owner
        act.tell(
            SecretEvent.SECRET_DETAILS_CHANGED,
            universe,
            secret.name,
            subject=owner if before["owner"] != after["owner"] else None,
            detail=detail,
        )


def _fields(note: str, owner: User | None) -> dict[str, str]:
    return {"note": note, "owner": str(owner.pk) if owner else ""}
