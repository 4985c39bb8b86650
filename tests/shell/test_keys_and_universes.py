"""API keys and universes from the shell."""

from datetime import timedelta

import pytest
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.models import ApiKey, Universe
from tests.shell.conftest import Said, Shell
from tests.stage import API_KEY, GROUP_ID, HARBOR_ID, Cast

HARBOR_IN = ("add_universe", HARBOR_ID, "--api-key", "automation")


def test_piped_key_opens_a_universe(shell: Shell, harbor: EmulatedUniverse) -> None:
    added = shell.run("add_api_key", "automation", piped=f"{API_KEY}\n".encode())
    assert "“automation”" in added.output
    said = shell.run(*HARBOR_IN, "--environment", "Production", "--json")
    assert said.json == {
        "universe": HARBOR_ID,
        "name": "Harbor",
        "environment": "production",
        "owner": "groups/1234567",
    }
    assert Universe.objects.get().secrets.count() == len(harbor.secrets)


def test_key_is_stored_encrypted_and_never_said(shell: Shell) -> None:
    said = shell.run("add_api_key", "automation", "--json", piped=API_KEY.encode())
    assert said.json == {"api_key": "automation"}
    assert API_KEY.encode() not in bytes(ApiKey.objects.get().encrypted_value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("automation", API_KEY.encode(), "already"),
        ("", b"key", "Enter a name"),
        ("another", b"", "Enter the API key"),
        ("another", b"two words", "isn’t an API key"),
        ("another", b"\xff\x00", "isn’t an API key"),
    ],
)
def test_unusable_keys_are_refused(
    shell: Shell, api_key: ApiKey, name: str, value: bytes, words: str
) -> None:
    assert words in shell.refuse("add_api_key", name, piped=value)
    assert ApiKey.objects.get() == api_key


def test_universe_has_the_name_it_is_given(
    shell: Shell, api_key: ApiKey, harbor: EmulatedUniverse
) -> None:
    said = shell.run(*HARBOR_IN, "--name", "The Harbor")
    assert said.output == f"Added the universe The Harbor ({HARBOR_ID}).\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((42, "--api-key", "automation"), "Roblox"),
        ((HARBOR_ID, "--api-key", "nothing"), "no API key named “nothing”"),
        ((HARBOR_ID, "--api-key", "automation", "--name", "two\nlines"), "one line"),
    ],
)
def test_universe_that_cannot_be_added_is_not_stored(
    shell: Shell,
    api_key: ApiKey,
    harbor: EmulatedUniverse,
    arguments: tuple[object, ...],
    words: str,
) -> None:
    assert words in shell.refuse("add_universe", *arguments)
    assert not Universe.objects.exists()


def test_universe_is_added_once(shell: Shell, universe: Universe) -> None:
    assert "is already in Sealroom" in shell.refuse(*HARBOR_IN)


def test_several_universes_are_added_and_one_that_is_refused_keeps_no_other_out(
    shell: Shell, api_key: ApiKey, harbor: EmulatedUniverse, emulator: Emulator
) -> None:
    emulator.add_universe(77, name="Pier", group_id=GROUP_ID)
    command = ("add_universes", HARBOR_ID, 42, 77, 77, "--api-key", "automation")
    refused = shell.refuse(*command, "--environment", "staging")
    assert "1 of 3 weren’t added. 42: " in refused
    kept = Universe.objects.order_by("name").values_list("name", "environment")
    assert list(kept) == [("Harbor", "staging"), ("Pier", "staging")]
    Universe.objects.get(pk=77).delete()
    said = shell.run("add_universes", 77, "--api-key", "automation", "--json")
    assert said.json == {"universes": [{"universe": 77, "name": "Pier"}], "refusals": []}
    many = range(1000, 1021)
    assert "Choose 20 games at most." in shell.refuse(
        "add_universes", *many, "--api-key", "automation"
    )


def test_working_key_passes_its_test(shell: Shell, universe: Universe) -> None:
    said = shell.run("test_api_key", "automation")
    passed = "The API key “automation” passed its test: it can read 1 universe."
    assert said == Said(f"{passed} Roblox doesn’t say when it expires.\n", "")
    assert set(shell.run("test_api_key", "automation", "--json").json) == {
        "api_key",
        "result",
        "ends_at",
    }


@pytest.mark.parametrize(
    ("days", "words", "to_do"),
    [
        (31, "It expires on ", ""),
        (29.5, "It expires in 29 days, on ", "replace this one: `manage"),
        (6.5, "It expires in 6 days, on ", "replace this one now: `manage"),
        (1.5, "It expires in 1 day, on ", "replace this one now: `manage"),
        (0.5, "It expires within a day, on ", "replace this one now: `manage"),
        (-1, "It expired on ", "replace this one now: `manage"),
    ],
)
def test_a_test_says_when_the_key_expires_and_warns_in_time(
    shell: Shell, universe: Universe, emulator: Emulator, days: float, words: str, to_do: str
) -> None:
    ApiKey.objects.update(ends_at=timezone.now() + timedelta(days=days))
    said = shell.run("test_api_key", "automation")
    assert f" {words}" in said.output
    assert said.errors.strip().endswith("replace_api_key`.") is bool(to_do)
    assert to_do in said.errors
    emulator.inject(faults.status(401), times=9)
    assert (words in shell.refuse("test_api_key", "automation")) is (days < 0)


def test_key_that_fails_its_test_fails_the_command_and_is_marked(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    emulator.inject(faults.status(401), times=9)
    sentence = shell.refuse("test_api_key", "automation")
    assert "failed its test: Roblox refused the API key" in sentence
    assert ApiKey.objects.get().check_verdict == KeyVerdict.REFUSED


def test_replacing_key_must_open_every_universe(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    before = bytes(ApiKey.objects.get().encrypted_value)
    refused = shell.refuse("replace_api_key", "automation", piped=b"wrong-key")
    assert "Roblox refused the API key" in refused
    assert bytes(ApiKey.objects.get().encrypted_value) == before
    emulator.add_api_key("second-key")
    said = shell.run("replace_api_key", "automation", piped=b"second-key\n")
    assert said.output == (
        "Replaced the API key “automation”: it can read 1 universe. Roblox doesn’t say when "
        "it expires.\n"
    )
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    assert emulator.requests[-1].headers["x-api-key"] == "second-key"


@pytest.mark.parametrize(
    ("command", "arguments", "proposed"),
    [
        ("test_api_key", ("Automation",), "“automation”"),
        ("list_secrets", (6930499542,), f"{HARBOR_ID} (Harbor)"),
        ("password_link", ("veiwer@example.com",), "viewer@example.com"),
        ("list_secrets", (HARBOR_ID, "--as", "admim@example.com"), "admin@example.com"),
    ],
)
def test_what_was_probably_meant_is_proposed_and_not_taken_for_it(
    shell: Shell, cast: Cast, command: str, arguments: tuple[object, ...], proposed: str
) -> None:
    assert shell.refuse(command, *arguments).endswith(f" Did you mean {proposed}?")


def test_nothing_is_proposed_that_one_may_not_see(shell: Shell, cast: Cast) -> None:
    for command, name, who in (
        ("list_secrets", 6930499542, "stranger"),
        ("password_link", "veiwer@example.com", "auditor"),
        ("test_api_key", "Automation", "manager"),
    ):
        assert "mean" not in shell.refuse(command, name, "--as", f"{who}@example.com")


def test_every_key_is_checked_and_what_is_wrong_is_said(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    emulator.add_api_key(API_KEY, universes=[universe.pk, 5])
    said = shell.run("check_keys").output
    assert "automation: it can read 1 universe. Roblox doesn’t say when it expires." in said
    assert "It also works for universe 5, which Sealroom doesn’t have. Add what belongs" in said
    (found,) = shell.run("check_keys", "--json").json["api_keys"]
    assert found["account"] == "7654321"
    assert [finding["kind"] for finding in found["findings"]] == ["opens_others"]
    emulator.add_api_key(API_KEY, enabled=False)
    assert "1 of 1 API keys failed: automation." in shell.refuse("check_keys")


def test_without_a_key_there_is_nothing_to_check(shell: Shell, db: None) -> None:
    assert shell.run("check_keys").output == "No API keys.\n"


def test_the_games_of_a_group_are_listed_with_their_ids(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    emulator.add_universe(5, name="Isle")
    said = shell.run("list_group_games", "https://www.roblox.com/groups/1234567/x").output
    assert f"{HARBOR_ID}  Harbor  yes" in said
    assert "5           Isle    no" in said
    (harbor, isle) = shell.run("list_group_games", "1234567", "--json").json["games"]
    assert isle == {"universe": 5, "name": "Isle", "is_here": False}
    assert harbor["is_here"]
    assert "lists no games" in shell.run("list_group_games", "99").output
    assert "That isn’t a group." in shell.refuse("list_group_games", "x")
