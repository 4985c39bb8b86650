"""The actions on groups: what is found in one is told, and a review of it."""

from datetime import timedelta

from secretsapp.core import actor as actors
from secretsapp.groups import (
    could,
    news,
    reading,
    reviewing,
    seeing,
    watching,
)
from secretsapp.models import Budget, RobloxGroup
from tests.actions.acting import Action, Stage
from tests.stage import GROUP_ID

WORKER = actors.system("groups")
ADMIN, VIEWER = "admin@example.com", "viewer@example.com"


def know_group(stage: Stage) -> None:
    """Let the group be read, and then have another owner."""
    group = stage.emulator.add_group(GROUP_ID, name="Works", owner_id=700)
    watching.read_due(WORKER)
    group.give_to(701)
    a_day = timedelta(days=1, minutes=1)
    row = RobloxGroup.objects.get()
    row.read_at = row.tried_at = (row.read_at or stage.universe.created_at) - a_day
    row.save()
    Budget.objects.all().delete()


def notice_owner(stage: Stage) -> None:
    """Let the other owner be noticed."""
    know_group(stage)
    watching.read_due(WORKER)


def read(stage: Stage) -> bool:
    """Read the group as a viewer."""
    actor, group = stage.cast["viewer"].actor, RobloxGroup.objects.get()
    return reading.read(actor, group, stage.universe, is_look=False)


def found_by(who: str) -> tuple[str, ...]:
    """The event of a new owner."""
    return (f"group.owner_changed | {who} |  |  | Works",)


GROUP_ACTIONS: list[Action] = [
    Action(
        "watching.read_due",
        lambda _stage: watching.read_due(WORKER),
        found_by("Sealroom (groups)"),
        before=know_group,
    ),
    Action(
        "reading.look",
        lambda stage: reading.look(stage.cast["viewer"].actor, stage.universe),
        found_by(VIEWER),
        before=know_group,
    ),
    Action("reading.read", read, found_by(VIEWER), before=know_group),
    Action(
        "reviewing.review",
        lambda stage: reviewing.review(stage.cast["admin"].actor, stage.universe),
        (f"group.reviewed | {ADMIN} |  |  | Works",),
        before=notice_owner,
    ),
    Action(
        "reviewing.check_may_review",
        lambda stage: reviewing.check_may_review(stage.cast["admin"].actor, stage.universe),
    ),
    Action(
        "could.of_universe",
        lambda stage: could.of_universe(stage.cast["viewer"].actor, stage.universe),
        before=notice_owner,
    ),
    Action(
        "could.of_universes",
        lambda stage: could.of_universes(stage.cast["viewer"].actor, [stage.universe.pk]),
    ),
    Action("news.for_actor", lambda stage: news.for_actor(stage.cast["viewer"].actor)),
    Action("seeing.group_of", lambda stage: seeing.group_of(stage.universe)),
]
