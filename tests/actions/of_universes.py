"""The actions on universes, API keys and drift."""

from collections.abc import Callable
from functools import partial

from django.utils import timezone

from secretsapp.api_keys import key_reports, locating, probing, stored_keys, trial_steps, trials
from secretsapp.api_keys.key_uses import Uses
from secretsapp.api_keys.trial_steps import Evidence
from secretsapp.core.actor import Actor
from secretsapp.core.references import Kind, Reference
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.client import Client
from secretsapp.rules.paging import FIRST
from secretsapp.secrets import absences, details, drift, filling, outside
from secretsapp.secrets.details import NewDetails
from secretsapp.universes import managing, shortcuts
from tests.actions.acting import VALUE, Action, Stage, nothing_done
from tests.stage import ROLES_IN_HARBOR, STAGEHAND


def mark_changed(stage: Stage) -> None:
    """Let a secret be one that was changed elsewhere."""
    stage.universe.secrets.filter(name="PAY_KEY").update(drifted_at=timezone.now())


def let_be_not_needed(stage: Stage) -> None:
    """Let there be a name of which someone said that it isn't needed."""
    absences.accept(STAGEHAND, [(stage.universe, "NEW_KEY")])


def add_second_key(_stage: Stage) -> None:
    """Let there be a key that opens nothing."""
    stored_keys.add(STAGEHAND, name="second", value=VALUE, is_meant=True)


def list_candidates(stage: Stage) -> list[int]:
    """What a universe id can mean."""
    with Client(stage.emulator.url, VALUE) as client:
        return list(locating.candidates(client, HARBOR))


def ask_of_key(stage: Stage) -> object:
    """What Roblox tells of a key that it does not know."""
    with Client(stage.emulator.url, VALUE) as client:
        return probing.hint_of(client)


def kept_by_viewer(act: Callable[[Actor, Universe], object], stage: Stage) -> object:
    """Let the viewer keep something of the universe for their own sidebar."""
    return act(stage.cast["viewer"].actor, stage.universe)


HARBOR = Reference(6930499524, Kind.UNIVERSE)
NOTHING_TOLD = Evidence(HARBOR, None, None, None, None)

UNIVERSE_ACTIONS: list[Action] = [
    Action(
        "managing.remove",
        lambda stage: managing.remove(stage.cast["admin"].actor, stage.universe),
        (
            *(
                f"grant.revoked | admin@example.com | Harbor |  | {role}@example.com"
                for role in ROLES_IN_HARBOR
            ),
            "universe.removed | admin@example.com | Harbor |  | ",
        ),
    ),
    Action(
        "stored_keys.edit",
        lambda stage: stored_keys.edit(
            stage.cast["admin"].actor, stage.api_key, name="Robot", note="", ends_at=None
        ),
        ("api_key.changed | admin@example.com |  |  | Robot",),
    ),
    Action(
        "stored_keys.remove",
        lambda stage: stored_keys.remove(
            stage.cast["admin"].actor, ApiKey.objects.get(name="second")
        ),
        ("api_key.removed | admin@example.com |  |  | second",),
        before=add_second_key,
    ),
    Action("probing.hint_of", ask_of_key),
    Action("key_reports.end_of", lambda _stage: key_reports.end_of(None)),
    Action(
        "key_reports.report_on",
        lambda stage: key_reports.report_on(None, Uses([stage.universe], [])),
    ),
    Action(
        "stored_keys.count_as_test",
        lambda stage: stored_keys.count_as_test(stage.api_key, stage.universe, None),
    ),
    Action("stored_keys.version", lambda stage: stored_keys.version(stage.api_key)),
    Action("managing.version", lambda stage: managing.version(stage.universe)),
    Action("locating.candidates", list_candidates),
    Action(
        "locating.universe_id_of",
        lambda stage: locating.universe_id_of(stage.cast["admin"].actor, stage.api_key, HARBOR),
    ),
    Action(
        "trials.run", lambda stage: trials.run(stage.cast["admin"].actor, stage.api_key, HARBOR)
    ),
    Action("trial_steps.steps_of", lambda _stage: trial_steps.steps_of(NOTHING_TOLD, lambda: "")),
    Action(
        "drift.acknowledge",
        lambda stage: drift.acknowledge(stage.cast["editor"].actor, stage.universe, "PAY_KEY"),
        ("secret.drift.acknowledged | editor@example.com | Harbor | PAY_KEY | ",),
        before=mark_changed,
    ),
    Action(
        "outside.review",
        lambda stage: outside.review(
            stage.cast["editor"].actor,
            seen={(stage.universe.pk, "PAY_KEY"): None},
            new=NewDetails(note="mine"),
        ),
        (
            "secret.drift.acknowledged | editor@example.com | Harbor | PAY_KEY | ",
            "secret.details.changed | editor@example.com | Harbor | PAY_KEY | ",
        ),
        before=mark_changed,
    ),
    Action(
        "outside.check_may_review",
        lambda stage: outside.check_may_review(stage.cast["editor"].actor),
    ),
    Action("outside.changed", lambda stage: outside.changed(stage.cast["editor"].actor, FIRST)),
    Action(
        "drift.acknowledge_locked",
        lambda stage: drift.acknowledge_locked(
            nothing_done(stage), stage.universe, stage.universe.secrets.get(name="PAY_KEY"), None
        ),
        before=mark_changed,
    ),
    Action(
        "details.set_locked",
        lambda stage: details.set_locked(
            nothing_done(stage),
            stage.universe,
            stage.universe.secrets.get(name="PAY_KEY"),
            NewDetails(note="mine"),
        ),
    ),
    Action(
        "drift.acknowledge_several",
        lambda stage: drift.acknowledge_several(
            stage.cast["editor"].actor, stage.universe, {"PAY_KEY": None, "PAY_WEBHOOK": None}
        ),
        ("secret.drift.acknowledged | editor@example.com | Harbor | PAY_KEY | ",),
        before=mark_changed,
    ),
    Action(
        "absences.accept",
        lambda stage: absences.accept(
            stage.cast["editor"].actor, [(stage.universe, "NEW_KEY"), (stage.universe, "PAY_KEY")]
        ),
        ("secret.absence.accepted | editor@example.com | Harbor | NEW_KEY | ",),
    ),
    Action(
        "absences.withdraw",
        lambda stage: absences.withdraw(
            stage.cast["editor"].actor, [(stage.universe, "NEW_KEY"), (stage.universe, "OTHER")]
        ),
        ("secret.absence.withdrawn | editor@example.com | Harbor | NEW_KEY | ",),
        before=let_be_not_needed,
    ),
    Action(
        "absences.check_may_say",
        lambda stage: absences.check_may_say(stage.cast["editor"].actor),
    ),
    Action(
        "filling.export",
        lambda stage: filling.export(stage.cast["viewer"].actor, [stage.universe], []),
        ("universe.names_exported | viewer@example.com | Harbor |  | ",),
    ),
    # What is only for someone's own sidebar is told nobody.
    *(
        Action(f"shortcuts.{act.__name__}", partial(kept_by_viewer, act))
        for act in (shortcuts.pin, shortcuts.unpin, shortcuts.note_opened)
    ),
]
