"""The actions on teams: who makes them, who is in them, and what ends with them."""

from secretsapp.access import grants, teams
from secretsapp.core.roles import Role
from secretsapp.models import Team
from tests.actions.acting import Action, Stage
from tests.granting import Terms

MANAGER, STRANGER = "manager@example.com", "stranger@example.com"


def make(stage: Stage) -> Team:
    """Let there be a team with someone in it."""
    actor, people = stage.cast["manager"].actor, [stage.cast["stranger"].user]
    return teams.create(actor, name="Build", people=people)


def make_with_access(stage: Stage) -> None:
    """Let that team rotate the secrets of Harbor."""
    actor = stage.cast["manager"].actor
    grants.add(actor, make(stage), stage.universe, Terms(Role.ROTATOR))


def team() -> Team:
    """The team that was made."""
    return Team.objects.get()


TEAM_ACTIONS = [
    Action(
        "teams.create",
        make,
        (
            f"team.created | {MANAGER} |  |  | Build",
            f"team.member_added | {MANAGER} |  |  | {STRANGER}",
        ),
    ),
    Action(
        "teams.edit",
        lambda stage: teams.edit(stage.cast["manager"].actor, team(), name="Art", note=""),
        (f"team.changed | {MANAGER} |  |  | Art",),
        before=make_with_access,
    ),
    Action(
        "teams.add_people",
        lambda stage: teams.add_people(
            stage.cast["manager"].actor, team(), [stage.cast["viewer"].user]
        ),
        (f"team.member_added | {MANAGER} |  |  | viewer@example.com",),
        before=make_with_access,
    ),
    Action(
        "teams.remove_person",
        lambda stage: teams.remove_person(
            stage.cast["manager"].actor, team(), stage.cast["stranger"].user
        ),
        (f"team.member_removed | {MANAGER} |  |  | {STRANGER}",),
        before=make_with_access,
    ),
    Action(
        "teams.leave",
        lambda stage: teams.leave(
            stage.cast["stranger"].actor, stage.cast["stranger"].user, team()
        ),
        (f"team.member_left | {STRANGER} |  |  | {STRANGER}",),
        before=make,
    ),
    Action(
        "teams.delete",
        lambda stage: teams.delete(stage.cast["manager"].actor, team()),
        (
            f"grant.revoked | {MANAGER} | Harbor |  | Build",
            f"team.deleted | {MANAGER} |  |  | Build",
        ),
        before=make_with_access,
    ),
    # What follows writes no event of its own.
    Action("teams.version", lambda _stage: teams.version(team()), before=make),
]
