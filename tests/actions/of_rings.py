"""The actions on the key rings, and those of checkpoints, witnesses and evidence."""

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor
from secretsapp.log import checkpoints, evidence, growing, witnesses, witnessing
from secretsapp.log.choosing import Chosen
from secretsapp.log.filters import AuditFilter
from secretsapp.models import AuditEvent, Checkpoint, Witness
from secretsapp.operation import audit_keys, checkpoint_keys, ring_changes
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring
from tests.actions.acting import Action, Stage
from tests.stage import STAGEHAND
from tests.support.witness import NAME, verifier_line

ADMIN = "admin@example.com"
WORDS = {
    "name": "Tides",
    "address": "https://127.0.0.1:9/",
    "key": verifier_line(NAME, b"\x04", bytes(32)),
}


def add_key(_stage: Stage) -> None:
    """Let there be an audit key that does not write yet."""
    ring_changes.add(STAGEHAND, Ring.AUDIT)


def add_checkpoint_key(_stage: Stage) -> None:
    """Let there be a checkpoint that a key of its own has signed, and another key."""
    ring_changes.add(STAGEHAND, Ring.CHECKPOINT)
    checkpoints.make(STAGEHAND)


def add_witness(actor: Actor) -> None:
    """Let there be a witness at an address that nothing may be sent to."""
    witnesses.add(actor, **WORDS)


def refuse_and_sign(_stage: Stage) -> None:
    """Let that witness wait for a checkpoint."""
    add_witness(STAGEHAND)
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
    Action(
        "evidence.make_of_archived",
        lambda stage: evidence.make_of_archived(
            stage.cast["admin"].actor, Chosen(list(AuditEvent.objects.order_by("sequence"))), ""
        ),
        (f"evidence.made | {ADMIN} |  |  | ", f"checkpoint.made | {ADMIN} |  |  | "),
    ),
    Action(
        "witnesses.add",
        lambda stage: add_witness(stage.cast["admin"].actor),
        (f"witness.added | {ADMIN} |  |  | ",),
    ),
    Action(
        "witnesses.edit",
        lambda stage: witnesses.edit(
            stage.cast["admin"].actor, Witness.objects.get(), **WORDS | {"name": "Ebb"}
        ),
        (f"witness.changed | {ADMIN} |  |  | ",),
        before=lambda _stage: add_witness(STAGEHAND),
    ),
    Action(
        "witnesses.remove",
        lambda stage: witnesses.remove(stage.cast["admin"].actor, Witness.objects.get()),
        (f"witness.removed | {ADMIN} |  |  | ",),
        before=lambda _stage: add_witness(STAGEHAND),
    ),
    Action(
        "witnesses.try_again",
        lambda stage: witnesses.try_again(stage.cast["admin"].actor, Witness.objects.get()),
        before=lambda _stage: add_witness(STAGEHAND),
    ),
    Action("witnessing.ask_due", lambda _stage: witnessing.ask_due(), before=refuse_and_sign),
    Action(
        "witnessing.ask_now",
        lambda _stage: witnessing.ask_now(Checkpoint.objects.get()),
        before=refuse_and_sign,
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
