"""Adds, edits and removes the witnesses of the log, who are given each checkpoint."""

from django.db import IntegrityError
from django.utils import timezone

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.cosignatures import read_key
from secretsapp.core.errors import AlreadyExists, InvalidInput, StillInUse
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.roles import Permission
from secretsapp.log.witness_listing import version
from secretsapp.models import Witness
from secretsapp.outgoing.targets import read_url
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.locks import lock_all, lock_witness
from secretsapp.rules.policy import require_installation
from secretsapp.rules.versions import differences, refuse_stale

TO_MANAGE = Right(Permission.MANAGE_API_KEYS)
NAME_LIMIT = 60
# With the signatures of so many, the longest of them, a note can still be read by everyone.
WITNESSES_AT_MOST = 12
CHANGED_MEANWHILE = "Someone else changed this witness"


def add(actor: Actor, *, name: str, address: str, key: str) -> Witness:
    """Let a witness be given each checkpoint from now on.

    Raises Forbidden, InvalidInput, AlreadyExists, and StillInUse where there are too many.
    """
    require_installation(actor, TO_MANAGE.permission)
    made = _read(Witness(added_at=timezone.now()), name, address, key)
    try:
        with acting(actor, TO_MANAGE) as act:
            lock_all(Witness.objects.all())
            if Witness.objects.count() >= WITNESSES_AT_MOST:
                raise StillInUse(
                    f"There are {WITNESSES_AT_MOST} witnesses already: remove one first."
                )
            made.save(force_insert=True)
            act.tell(ProofEvent.WITNESS_ADDED, detail=_words_of(made))
    except IntegrityError:
        raise _taken(made.name) from None
    return made


def edit(
    actor: Actor, witness: Witness, *, name: str, address: str, key: str, seen_version: str = ""
) -> Witness:
    """Change what a witness is called, where it is, or its key, and ask it again soon.

    Another address or key is of someone who remembers nothing of this log. Raises as `add` does,
    NotFound, and StaleVersion where another version than `seen_version` is stored.
    """
    require_installation(actor, TO_MANAGE.permission)
    wanted = _read(Witness(), name, address, key)
    try:
        with acting(actor, TO_MANAGE) as act:
            stored = lock_witness(witness)
            refuse_stale(seen_version, version(stored), what=CHANGED_MEANWHILE)
            before = _words_of(stored)
            if detail := differences(before, _words_of(wanted)):
                _take_over(stored, wanted)
                stored.save()
                act.tell(ProofEvent.WITNESS_CHANGED, detail={"name": wanted.name} | detail)
    except IntegrityError:
        raise _taken(wanted.name) from None
    return stored


def _take_over(stored: Witness, wanted: Witness) -> None:
    """The new words; what another address or key remembers of the log is found out by asking."""
    is_another = (stored.address, stored.verifier) != (wanted.address, wanted.verifier)
    stored.name, stored.address, stored.verifier = wanted.name, wanted.address, wanted.verifier
    if is_another:
        stored.number, stored.size, stored.cosigned_at = 0, 0, None
        stored.failures, stored.failure, stored.alarm, stored.next_try_at = 0, "", "", None


def remove(actor: Actor, witness: Witness) -> None:
    """Give a witness nothing more; what it has signed stays. Raises Forbidden and NotFound."""
    with acting(actor, TO_MANAGE) as act:
        stored = lock_witness(witness)
        Witness.objects.filter(pk=stored.pk).delete()
        act.tell(ProofEvent.WITNESS_REMOVED, detail={"name": stored.name})


def try_again(actor: Actor, witness: Witness) -> None:
    """Let the worker ask the witness in its next round; raises Forbidden."""
    require_installation(actor, TO_MANAGE.permission)
    Witness.objects.filter(pk=witness.pk).update(next_try_at=None)


def _read(witness: Witness, name: str, address: str, key: str) -> Witness:
    """Put what was entered into the row, in its one form; raises InvalidInput."""
    witness.name = name.strip()
    labels.check_label(witness.name, field="name", what="a name for the witness", limit=NAME_LIMIT)
    target = read_url(address)
    if "?" in target.path:
        raise InvalidInput("Enter the address without a ? and what follows it.", field="address")
    witness.address = target.url
    witness.verifier = read_key(key).text
    return witness


def _words_of(witness: Witness) -> dict[str, str]:
    return {"name": witness.name, "address": witness.address, "key": witness.verifier}


def _taken(name: str) -> AlreadyExists:
    return AlreadyExists(
        f"There is already a witness named “{name}”. Choose another name.", field="name"
    )
