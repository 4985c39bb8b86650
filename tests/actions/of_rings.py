"""The actions on the key rings, and those of checkpoints and evidence."""

from secretsapp.core import actor as actors
from secretsapp.log import checkpoints, evidence, growing
from secretsapp.log.filters import AuditFilter
from secretsapp.operation import audit_keys, checkpoint_keys, ring_changes
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring
from tests.actions.acting import Action, Stage
from tests.stage import STAGEHAND

ADMIN = "admin@example.com"


def add_key(_stage: Stage) -> None:
    """Let there be an audit key that does not write yet."""
    ring_changes.add(STAGEHAND, Ring.AUDIT)


def add_checkpoint_key(_stage: Stage) -> None:
    """Let there be a checkpoint that a key of its own has signed, and another key."""
    ring_changes.add(STAGEHAND, Ring.CHECKPOINT)
    checkpoints.make(STAGEHAND)


KEY_ACTIONS: list[Action] = [
    Action(
        "ring_changes.add",
        lambda stage: ring_changes.add(stage.cast["admin"].actor, Ring.MASTER),
        (f"master_key.added | {ADMIN} |  |  | ",),
    ),
    Action(
        "ring_changes.drop",
        lambda stage: ring_changes.drop(
            stage.cast["admin"].actor, Ring.AUDIT, keys.key_ids(Ring.AUDIT)[-1]
        ),
        (f"audit_key.dropped | {ADMIN} |  |  | ",),
        before=add_key,
    ),
    Action(
        "audit_keys.rotate",
        lambda stage: audit_keys.rotate(stage.cast["admin"].actor, keys.key_ids(Ring.AUDIT)[-1]),
        (f"audit_key.rotated | {ADMIN} |  |  | ",),
        before=add_key,
    ),
    Action(
        "checkpoints.make",
        lambda stage: checkpoints.make(stage.cast["admin"].actor),
        (f"checkpoint.made | {ADMIN} |  |  | ",),
    ),
    Action(
        "checkpoints.make_due",
        lambda _stage: checkpoints.make_due(actors.system("checkpoint")),
        ("checkpoint.made | Sealroom (checkpoint) |  |  | ",),
    ),
    Action(
        "evidence.make",
        lambda stage: evidence.make(stage.cast["admin"].actor, AuditFilter(tag="grant"), ""),
        (f"evidence.made | {ADMIN} |  |  | ", f"checkpoint.made | {ADMIN} |  |  | "),
    ),
    Action("growing.extend", lambda _stage: growing.extend()),
    Action(
        "checkpoint_keys.rotate",
        lambda stage: checkpoint_keys.rotate(
            stage.cast["admin"].actor, keys.key_ids(Ring.CHECKPOINT)[-1]
        ),
        (f"checkpoint.made | {ADMIN} |  |  | ", f"checkpoint_key.rotated | {ADMIN} |  |  | "),
        before=add_checkpoint_key,
    ),
]
