"""Names and domains at the shell's door: refused with what to write, or told of as a warning."""

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from tests.core.domains import HOPELESS, INTERNATIONAL, ONE_FORM, PROPOSED
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID

VALUE = b"value"
WEBHOOK = b"https://discord.com/api/webhooks/1/abc"


@pytest.mark.parametrize("name", ["MY KEY", "MY-KEY", "my.key", "2ND_KEY", "CL\u00c9", "N" * 65])
def test_a_name_that_roblox_would_refuse_is_refused(
    shell: Shell, universe: Universe, emulator: Emulator, name: str
) -> None:
    emulator.clear_requests()
    sentence = shell.refuse("create_secret", HARBOR_ID, name, "--domain", "", piped=VALUE)
    assert "A name " in sentence
    assert emulator.requests == []


def test_a_name_is_trimmed_before_it_is_looked_for(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    shell.run("create_secret", HARBOR_ID, " MAIL_KEY ", "--domain", "*", piped=VALUE)
    assert "MAIL_KEY" in harbor.secrets
    shell.run("rotate_secret", HARBOR_ID, "MAIL_KEY ", piped=b"other")
    assert harbor.values["MAIL_KEY"] == b"other"
    shell.run("delete_secret", HARBOR_ID, "MAIL_KEY ", "--yes")
    assert "MAIL_KEY" not in harbor.secrets


def test_a_name_nearly_that_of_another_has_to_be_said_to_be_meant(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    creating = ("create_secret", HARBOR_ID, "pay_key", "--domain", "api.example.com")
    sentence = shell.refuse(*creating, piped=VALUE)
    assert "named PAY_KEY, which differs from pay_key only in upper and lower case" in sentence
    assert sentence.endswith("in - and _. Add --similar-name to create it anyway.")
    assert "pay_key" not in harbor.secrets
    shell.run(*creating, "--similar-name", piped=VALUE)
    assert "pay_key" in harbor.secrets


@pytest.mark.parametrize(("typed", "host"), PROPOSED.items())
def test_the_host_in_what_was_pasted_is_offered(
    shell: Shell, universe: Universe, emulator: Emulator, typed: str, host: str
) -> None:
    emulator.clear_requests()
    for command in (("create_secret", HARBOR_ID, "NEW"), ("rotate_secret", HARBOR_ID, "PAY_KEY")):
        sentence = shell.refuse(*command, "--domain", typed, piped=VALUE)
        assert sentence.endswith(f" Did you mean {host}?")
    assert emulator.requests == []


@pytest.mark.parametrize("typed", HOPELESS)
def test_what_is_no_host_is_refused(shell: Shell, universe: Universe, typed: str) -> None:
    sentence = shell.refuse("create_secret", HARBOR_ID, "NEW", "--domain", typed, piped=VALUE)
    assert "Did you mean" not in sentence


@pytest.mark.parametrize(("typed", "form"), (ONE_FORM | INTERNATIONAL).items())
def test_roblox_is_sent_the_one_form(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse, typed: str, form: str
) -> None:
    said = shell.run("create_secret", HARBOR_ID, "NEW", "--domain", typed, "--json", piped=VALUE)
    assert said.json["domain"] == form
    assert harbor.secrets["NEW"].domain == form


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("*", "It can be sent to any host"),
        ("", "No request can use it: its allowed host is empty"),
        ("*.com", "Anyone can have a name under com"),
        ("*.co.uk", "Anyone can have a name under co.uk"),
        ("*.github.io", "Anyone can have a name under github.io"),
        ("localhost", "localhost is the machine that sends the request"),
        ("192.0.2.7", "This is an IP address"),
        ("intranet", "A host without a dot"),
    ],
)
def test_a_domain_that_reaches_too_far_or_nowhere_is_told_as_a_warning(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse, domain: str, words: str
) -> None:
    said = shell.run("create_secret", HARBOR_ID, "NEW", "--domain", domain, piped=VALUE)
    assert said.output == "Created NEW in Harbor.\n"
    assert words in said.errors
    said = shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", "--domain", domain, piped=VALUE)
    assert words in said.errors
    assert shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=VALUE).errors == ""
    assert harbor.secrets["PAY_KEY"].domain == domain


def test_a_value_whose_host_its_domain_does_not_let_through_is_told(
    shell: Shell, universe: Universe
) -> None:
    creating = ("create_secret", HARBOR_ID, "HOOK", "--domain", "api.example.com")
    said = shell.run(*creating, piped=WEBHOOK)
    assert "doesn’t cover the host in it" in said.errors
    assert "discord" not in said.errors
    said = shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=WEBHOOK)
    assert "doesn’t cover the host in it" in said.errors
    moved = ("rotate_secret", HARBOR_ID, "PAY_KEY", "--domain", "discord.com")
    assert shell.run(*moved, piped=WEBHOOK).errors == ""
