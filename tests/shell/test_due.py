"""Due dates at the shell: what the pages do, with the same rights, words and events."""

from datetime import timedelta

import pytest

from secretsapp.models import RotationPolicy, Secret, Team, Universe
from tests.due.dating import age, cover, today
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast

pytestmark = pytest.mark.django_db

HARBOR = str(HARBOR_ID)
IN_HARBOR = ("--universe", HARBOR)
UNTIL = (today() + timedelta(days=3)).isoformat()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (("--all",), "Saved when the secrets of all universes are due."),
        (("--environment", "Production"), "Saved when the secrets of Production are due."),
        (IN_HARBOR, "Saved when the secrets of Harbor are due."),
        ((*IN_HARBOR, "--secret", "PAY_KEY"), "Saved when PAY_KEY in Harbor is due."),
    ],
)
def test_a_policy_is_set_and_removed(
    shell: Shell, universe: Universe, where: tuple[str, ...], said: str
) -> None:
    assert shell.run("set_policy", *where, "--days", "30").output == f"{said}\n"
    again = shell.run("set_policy", *where, "--days", "30", "--json").json
    assert (again["rule"], again["changed"]) == ("every", False)
    assert Secret.objects.get(name="PAY_KEY").rotate_days == 30
    shell.run("remove_policy", *where)
    assert not RotationPolicy.objects.exists()
    assert "no policy of its own" in shell.refuse("remove_policy", *where)


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        (("--all",), "Choose when"),
        (("--all", "--days", "0"), "number of days"),
        (("--all", "--ends", UNTIL), "Choose when"),
        (("--all", "--secret", "PAY_KEY", "--never"), "Name the universe"),
        ((*IN_HARBOR, "--secret", "NOT_THERE", "--never"), "no secret with that name"),
        ((*IN_HARBOR, "--days", "9", "--hint", "ask"), "Only a single secret"),
    ],
)
def test_what_makes_no_sense_is_refused(
    shell: Shell, universe: Universe, rule: tuple[str, ...], refused: str
) -> None:
    assert refused in shell.refuse("set_policy", *rule)
    assert not RotationPolicy.objects.exists()


def test_a_policy_of_many_has_a_team_reminded(shell: Shell, universe: Universe) -> None:
    Team.objects.create(name="Build")
    said = shell.run("set_policy", "--all", "--days", "30", "--team", "build", "--json").json
    assert said["team"] == "Build"
    assert RotationPolicy.objects.get().team == Team.objects.get()
    one = (*IN_HARBOR, "--secret", "PAY_KEY", "--days", "9", "--team", "Build")
    assert "A single secret has an owner" in shell.refuse("set_policy", *one)
    assert "no team with that name" in shell.refuse("set_policy", "--all", "--team", "Buildings")
    shell.run("set_policy", "--all", "--days", "30")
    assert RotationPolicy.objects.get().team is None


def test_a_secret_has_an_end_and_a_hint(shell: Shell, universe: Universe) -> None:
    one = (*IN_HARBOR, "--secret", "PAY_KEY")
    shell.run("set_policy", *one, "--ends", UNTIL, "--hint", "Ask the provider.")
    policy = RotationPolicy.objects.get()
    assert (policy.rule, policy.hint) == ("ends", "Ask the provider.")
    shell.run("set_policy", *one, "--hint", "Ask someone else.")
    assert RotationPolicy.objects.get().rule == "follows"


def test_what_is_due_is_listed_and_put_off(shell: Shell, universe: Universe) -> None:
    assert shell.run("list_due").output == "Nothing is due.\n"
    cover(universe)
    age("PAY_KEY", 100)
    age("PAY_WEBHOOK", 80)
    due = shell.run("list_due", *IN_HARBOR, "--json").json["due"]
    assert [(each["state"], each["name"]) for each in due] == [
        ("overdue", "PAY_KEY"),
        ("soon", "PAY_WEBHOOK"),
    ]
    assert "overdue" in shell.run("list_due", "--state", "overdue").output
    shell.run("snooze", HARBOR, "PAY_KEY", "--until", UNTIL, "--reason", "away")
    assert "PAY_KEY" not in shell.run("list_due").output
    assert UNTIL in str(shell.run("list_due", "--state", "snoozed", "--json").json)
    assert "nothing to put off" in shell.refuse(
        "snooze", HARBOR, "SIGNING_SEED", "--until", UNTIL, "--reason", "away"
    )


def test_commands_act_with_the_rights_of_who_is_named(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    cover(universe)
    age("PAY_KEY", 100)
    as_rotator = ("--as", "rotator@example.com")
    assert "PAY_KEY" in shell.run("list_due", *as_rotator).output
    assert "You can’t" in shell.refuse("set_policy", "--all", "--days", "9", *as_rotator)
    put_off = ("snooze", HARBOR, "PAY_KEY", "--until", UNTIL, "--reason", "x")
    assert "You can’t" in shell.refuse(*put_off, *as_rotator)
    assert shell.run("list_due", "--as", "stranger@example.com").output == "Nothing is due.\n"
