"""Verifies the log since its newest checkpoint, which takes no longer with a longer log."""

from dataclasses import dataclass

from secretsapp.core import merkle
from secretsapp.core.actor import Actor
from secretsapp.core.errors import LogBroken, NotFound
from secretsapp.core.roles import Permission
from secretsapp.log import archive_checks, proofs, proving, standing, tree, verifying, witness_rows
from secretsapp.log.checking import Anchor
from secretsapp.models import Checkpoint
from secretsapp.rules import keys, pending_migrations, schema
from secretsapp.rules.policy import require_installation

AT_ONCE = 1000


@dataclass(frozen=True)
class Since:
    """A checkpoint that holds, and the head of the log behind it."""

    checkpoint: Checkpoint
    head: Anchor


def verify(actor: Actor) -> Since:
    """Check the newest checkpoint against the stored tree, and each event behind it.

    What the events before it say is not read again: they were verified when it was signed. Raises
    NotFound without a checkpoint, and what `verifying.verify` does.
    """
    require_installation(actor, Permission.READ_AUDIT)
    pending_migrations.check()
    schema.check()
    verifying.check_triggers()
    found = standing.latest()
    if found is None:
        raise NotFound("No checkpoint was signed yet. Run `manage.py verify_audit`.")
    archive_checks.check()
    witness_rows.check()
    proving.check_told(found)
    if not proofs.is_by(keys.checkpoint_keys(), found):
        raise LogBroken(f"Checkpoint {found.number} was signed by a key that is not here.")
    if merkle.root(tree.Stored(), found.size).hex() != found.root:
        raise LogBroken(f"Checkpoint {found.number} doesn't match the tree over the audit log.")
    return Since(found, _followed(found.size))


def _followed(size: int) -> Anchor:
    """The head of the log, to which each event behind the checkpoint leads."""
    head = verifying.head()
    for first in range(size + 1, head.sequence + 1, AT_ONCE):
        last = tree.verify(first, min(first + AT_ONCE - 1, head.sequence))[-1]
        if last.sequence == head.sequence and last.link != head.link:
            raise LogBroken(f"The head of the log doesn't match event {last.sequence}.")
    return Anchor(head.sequence, head.link)
