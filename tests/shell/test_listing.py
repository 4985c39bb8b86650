"""The list of secrets from the shell: read from Roblox now, and never a value."""

from typing import Any

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Secret, Universe
from secretsapp.operation import system_account
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID


def test_list_for_people_shows_no_value(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(note="Live key.\nEnds in May.")
    lines = shell.run("list_secrets", HARBOR_ID).output.splitlines()
    assert lines[0].split() == [
        "NAME",
        "DOMAIN",
        "CHANGED",
        "(UTC)",
        "CHANGED",
        "BY",
        "STATE",
        "NOTE",
    ]
    assert [line.split()[0] for line in lines[1:]] == ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"]
    assert lines[1].endswith("Live key.")
    assert "nowhere" in lines[3]
    assert not any(value.decode() in line for value in harbor.values.values() for line in lines)


def test_list_as_json(shell: Shell, universe: Universe, harbor: EmulatedUniverse) -> None:
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    listed: dict[str, Any] = shell.run("list_secrets", HARBOR_ID, "--json").json
    assert (listed["universe"], listed["name"], listed["failure"]) == (HARBOR_ID, "Harbor", "")
    assert listed["room"] == 497
    assert listed["secrets"][0] == {
        "name": "PAY_KEY",
        "domain": "api.pay.example",
        "create_time": harbor.secrets["PAY_KEY"].create_time,
        "update_time": harbor.secrets["PAY_KEY"].update_time,
        "changed_by": f"{system_account.describe_account()} (command rotate_secret)",
        "outcome_unknown": False,
        "being_created": False,
        "missing_since": None,
        "changed_elsewhere_at": None,
        "owner": "",
        "note": "",
    }


def test_a_creation_under_way_is_listed(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_after(), method="POST")
    create = ("create_secret", HARBOR_ID, "NEW_KEY", "--domain", "*")
    sentence = shell.refuse(*create, piped=b"first", status=3)
    assert sentence.startswith("The creation of NEW_KEY was sent at ")
    assert " UTC to find out; do not send it again before that." in sentence
    emulator.inject(faults.status(503), times=9, method="GET")
    said = shell.run("list_secrets", HARBOR_ID)
    assert "being created, outcome unknown" in said.output.splitlines()[1]
    listed = shell.run("list_secrets", HARBOR_ID, "--json").json["secrets"]
    assert (listed[0]["name"], listed[0]["being_created"]) == ("NEW_KEY", True)


def test_list_reads_roblox_and_tells_what_changed_elsewhere(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    harbor.put("PAY_KEY", b"another", "api.pay.example")
    harbor.remove("SIGNING_SEED")
    lines = shell.run("list_secrets", HARBOR_ID).output.splitlines()
    assert "changed outside" in lines[1]
    assert "missing" in lines[3]


def test_open_outcome_is_shown_in_the_list(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_after(), method="PATCH")
    shell.refuse("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second", status=3)
    assert "outcome unknown" in shell.run("list_secrets", HARBOR_ID).output.splitlines()[1]


def test_list_says_as_of_when_if_roblox_cannot_be_reached(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    emulator.inject(faults.status(401), times=9)
    said = shell.run("list_secrets", HARBOR_ID)
    assert said.errors.startswith("Last read ")
    assert "Roblox refused the API key" in said.errors
    assert "PAY_KEY" in said.output


def test_empty_list_is_a_sentence(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    Secret.objects.all().delete()
    for name in list(harbor.secrets):
        harbor.remove(name)
    said = shell.run("list_secrets", HARBOR_ID)
    assert said.output == "There are no secrets that you can see.\n"


def test_names_from_elsewhere_cannot_steer_the_terminal(shell: Shell, universe: Universe) -> None:
    Universe.objects.update(name="Har\x1b[2Jbor")
    said = shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    assert "\x1b" not in said.output
    assert "Har?[2Jbor" in said.output
