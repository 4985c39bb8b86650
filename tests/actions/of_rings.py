"""The actions on the key rings."""

from secretsapp.operation import audit_keys, ring_changes
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring
from tests.actions.acting import Action, Stage
from tests.stage import STAGEHAND

ADMIN = "admin@example.com"


def add_key(_stage: Stage) -> None:
    """Let there be an audit key that does not write yet."""
    ring_changes.add(STAGEHAND, Ring.AUDIT)


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
]
