"""Changes what only Sealroom knows of a secret: its note and its owner."""

from collections.abc import Collection
from dataclasses import dataclass

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, SecretGone
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe, User
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import require
from secretsapp.rules.versions import differences


@dataclass(frozen=True)
class NewDetails:
    """What several secrets are to have: a note, where it is one, and an owner, where it is set."""

    note: str | None = None
    owner: User | None = None
    sets_owner: bool = False


def edit(
    *, actor: Actor, universe: Universe, secret: Secret, note: str, owner: User | None
) -> None:
    """Set note and owner of a secret; the event names the fields, and a new owner.

    The note's text stays out of the log, which cannot be corrected if it held too much. Raises
    Forbidden, InvalidInput, SecretGone where the secret was deleted meanwhile, or NotFound where
    its universe was removed.
    """
    require(actor, Permission.EDIT_DETAILS, universe.pk, secret.name)
    labels.check_remark(note, field="note", limit=labels.NOTE_LIMIT)
    _check_owner(owner)
    before, after = _fields(secret.note, secret.owner), _fields(note, owner)
    detail = differences(before, after, unsaid=after)
    if not detail:
        return
    with acting(actor, Right(Permission.EDIT_DETAILS, universe.pk, secret.name)) as act:
        # Who reviews or edits several at once has read what they have, and writes it again.
        lock_universe(universe)
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


def edit_several(
    actor: Actor, *, universe: Universe, names: Collection[str], new: NewDetails
) -> int:
    """Set the same note or owner of several secrets, with one event each: of all or of none.

    Gives of how many that changed anything. Raises Forbidden, InvalidInput, or SecretGone as `edit`
    does.
    """
    for name in names:
        require(actor, Permission.EDIT_DETAILS, universe.pk, name)
    labels.check_remark(new.note or "", field="note", limit=labels.NOTE_LIMIT)
    _check_owner(new.owner)
    if not names:
        return 0
    needs = [Right(Permission.EDIT_DETAILS, universe.pk, name) for name in names]
    with acting(actor, *needs) as act:
        lock_universe(universe)
        rows = Secret.objects.filter(universe=universe, name__in=names).select_related("owner")
        if len(found := list(rows)) < len(set(names)):
            raise SecretGone("Nothing was saved: some of these secrets no longer exist.")
        return sum(set_locked(act, universe, secret, new) for secret in found)


def set_locked(act: Act, universe: Universe, secret: Secret, new: NewDetails) -> bool:
    """Set what is new of a secret whose universe is locked; says whether that changes anything."""
    before = _fields(secret.note, secret.owner)
    secret.note = secret.note if new.note is None else new.note
    secret.owner = new.owner if new.sets_owner else secret.owner
    after = _fields(secret.note, secret.owner)
    if detail := differences(before, after, unsaid=after):
        secret.save(update_fields=["note", "owner"])
        owner = secret.owner if before["owner"] != after["owner"] else None
        event = SecretEvent.SECRET_DETAILS_CHANGED
        act.tell(event, universe, secret.name, subject=owner, detail=detail)
    return bool(detail)


def _check_owner(owner: User | None) -> None:
    if owner is not None and not owner.is_active:
        raise InvalidInput("That account is disabled. Choose another owner.", field="owner")


def _fields(note: str, owner: User | None) -> dict[str, str]:
    return {"note": note, "owner": str(owner.pk) if owner else ""}
