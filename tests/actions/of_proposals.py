"""The actions on protected universes and on what is proposed for them."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.roles import Permission
from secretsapp.models import Proposal
from secretsapp.models.secrets import ProposalState
from secretsapp.rules.policy import Rights
from secretsapp.secrets import approving, forcing, proposals
from secretsapp.universes import protection
from tests.actions.acting import Action, Stage, nothing_done, rotate
from tests.secrets.proposing import propose, protect, stored

ADMIN, EDITOR, ROTATOR = "admin@example.com", "editor@example.com", "rotator@example.com"


def protect_harbor(stage: Stage) -> None:
    """Let Harbor be protected."""
    protect(stage.universe)


def leave_waiting(stage: Stage) -> None:
    """Let the rotator have proposed a rotation, of a secret rotated before."""
    rotate(stage)
    protect(stage.universe)
    propose(stage.cast["rotator"], stage.universe)


def leave_old(stage: Stage) -> None:
    """Let it have waited too long."""
    leave_waiting(stage)
    Proposal.objects.update(lapses_at=timezone.now() - timedelta(seconds=1))


def waiting() -> Proposal:
    """The proposal that waits."""
    return stored(Proposal.objects.get())


def on_waiting(name: str, *arguments: object) -> Callable[[Stage], object]:
    """Call a function of `proposals` with the one that waits."""
    return lambda _stage: getattr(proposals, name)(waiting(), *arguments)


PROPOSAL_ACTIONS = [
    Action(
        "protection.protect",
        lambda stage: protection.protect(stage.cast["admin"].actor, stage.universe),
        (f"universe.protected | {ADMIN} | Harbor |  | ",),
    ),
    Action(
        "proposals.propose_unprotecting",
        lambda stage: proposals.propose_unprotecting(stage.cast["admin"].actor, stage.universe),
        (f"universe.unprotect.proposed | {ADMIN} | Harbor |  | {ADMIN}",),
        before=protect_harbor,
    ),
    Action(
        "approving.approve",
        lambda stage: approving.approve(stage.cast["editor"].actor, waiting()),
        (
            f"proposal.approved | {EDITOR} | Harbor | PAY_KEY | {ROTATOR}",
            f"secret.rotate.started | {EDITOR} | Harbor | PAY_KEY | ",
            f"secret.rotate.succeeded | {EDITOR} | Harbor | PAY_KEY | ",
        ),
        before=leave_waiting,
    ),
    Action(
        "proposals.decline",
        lambda stage: proposals.decline(stage.cast["editor"].actor, waiting()),
        (f"proposal.declined | {EDITOR} | Harbor | PAY_KEY | {ROTATOR}",),
        before=leave_waiting,
    ),
    Action(
        "proposals.withdraw",
        lambda stage: proposals.withdraw(stage.cast["rotator"].actor, waiting()),
        (f"proposal.withdrawn | {ROTATOR} | Harbor | PAY_KEY | {ROTATOR}",),
        before=leave_waiting,
    ),
    Action(
        "proposals.lapse",
        on_waiting("lapse", "a reason"),
        (f"proposal.lapsed | Sealroom (proposals) | Harbor | PAY_KEY | {ROTATOR}",),
        before=leave_waiting,
    ),
    Action(
        "proposals.lapse_old",
        lambda _stage: proposals.lapse_old(),
        (f"proposal.lapsed | Sealroom (proposals) | Harbor | PAY_KEY | {ROTATOR}",),
        before=leave_old,
    ),
    Action(
        "forcing.unprotect",
        lambda stage: forcing.unprotect(stage.cast["admin"].actor, stage.universe, "a reason"),
        (f"universe.unprotect.forced | {ADMIN} | Harbor |  | ",),
        before=protect_harbor,
    ),
    # What follows writes no event of its own.
    Action("protection.is_protected", lambda stage: protection.is_protected(stage.universe.pk)),
    Action(
        "protection.was_removed_protected",
        lambda stage: protection.was_removed_protected(stage.universe),
    ),
    Action("protection.caution", lambda stage: protection.caution(stage.universe)),
    Action(
        "protection.conclude",
        lambda _stage: protection.conclude(waiting(), ProposalState.LAPSED),
        before=leave_waiting,
    ),
    Action(
        "protection.end_waiting",
        lambda stage: protection.end_waiting(nothing_done(stage), Proposal.objects.all(), "so"),
        before=leave_waiting,
    ),
    Action(
        "protection.lift",
        lambda stage: protection.lift(nothing_done(stage), stage.universe),
        before=leave_waiting,
    ),
    Action(
        "protection.tell",
        lambda stage: protection.tell(nothing_done(stage), SecretEvent.PROPOSAL_LAPSED, waiting()),
        before=leave_waiting,
    ),
    Action(
        "proposals.proposing", lambda stage: proposals.proposing(stage.cast["rotator"].actor, "why")
    ),
    Action(
        "proposals.person_id_of",
        lambda stage: proposals.person_id_of(stage.cast["rotator"].actor),
    ),
    Action("proposals.digest_of", on_waiting("digest_of"), before=leave_waiting),
    Action("proposals.changes_domain", on_waiting("changes_domain"), before=leave_waiting),
    Action("proposals.rights_for", on_waiting("rights_for"), before=leave_waiting),
    Action(
        "proposals.without",
        lambda stage: proposals.without(
            Rights(()), stage.cast["admin"].user, stage.cast["editor"].actor
        ),
    ),
    Action("proposals.proposed_event", on_waiting("proposed_event"), before=leave_waiting),
    Action(
        "proposals.propose_for_universe",
        lambda stage: proposals.propose_for_universe(
            stage.cast["admin"].actor,
            Proposal(kind="unprotect", universe=stage.universe),
            "why",
            need=protection.TO_MANAGE,
        ),
        (f"universe.unprotect.proposed | {ADMIN} | Harbor |  | {ADMIN}",),
        before=protect_harbor,
    ),
    Action("proposals.over", on_waiting("over"), before=leave_waiting),
    Action(
        "approving.check_not_own",
        lambda stage: approving.check_not_own(stage.cast["editor"].actor, waiting()),
        before=leave_waiting,
    ),
    Action("forcing.broken_glass", lambda _stage: forcing.broken_glass("a reason")),
    Action("forcing.alone", lambda stage: forcing.alone(stage.universe, "")),
    Action("forcing.forced_lately", lambda stage: forcing.forced_lately(stage.cast["admin"].actor)),
    Action(
        "forcing.tell_of_forced_change",
        lambda stage: forcing.tell_of_forced_change(
            stage.cast["admin"].actor,
            stage.universe,
            "PAY_KEY",
            Permission.ROTATE_SECRET,
            what="rotation",
        ),
    ),
]
