"""What there is to know of a domain, and of a value that is the address of another host."""

import pytest

from secretsapp.core.plaintext import Plaintext
from secretsapp.core.value_gate import caution_of, cautions, covers, never_let_through

WEBHOOK = "https://discord.com/api/webhooks/1/abc"


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("*", "sent to any host: anyone who can change the game’s code"),
        ("", "No request can use it: its allowed host is empty"),
        ("*.com", "Anyone can have a name under com, so anyone who"),
        ("*.co.uk", "Anyone can have a name under co.uk"),
        ("*.github.io", "Anyone can have a name under github.io"),
        ("*.GitHub.io.", "Anyone can have a name under github.io"),
        ("*.xn--p1ai", "Anyone can have a name under xn--p1ai"),
        ("*.no-such-ending", "Anyone can have a name under no-such-ending"),
        ("localhost", "localhost is the machine that sends the request"),
        ("api.localhost", "localhost is the machine that sends the request"),
        ("192.0.2.7", "This is an IP address"),
        ("2130706433", "This is an IP address"),
        ("0x7f.1", "This is an IP address"),
        ("*.0.2.7", "This is an IP address"),
        ("intranet", "A host without a dot"),
    ],
)
def test_a_domain_that_reaches_too_far_or_nowhere_is_told(domain: str, words: str) -> None:
    assert words in caution_of(domain)


@pytest.mark.parametrize(
    "domain",
    ["api.example.com", "*.example.com", "*.someone.github.io", "github.io", "co.uk", "a b", "**"],
)
def test_of_other_domains_nothing_is_told(domain: str) -> None:
    assert caution_of(domain) == ""


@pytest.mark.parametrize(
    ("domain", "host", "is_covered"),
    [
        ("*", "discord.com", True),
        ("discord.com", "discord.com", True),
        ("*.discord.com", "api.discord.com", True),
        ("*.discord.com", "discord.com", False),
        ("*.discord.com", "notdiscord.com", False),
        ("discord.com", "api.discord.com", False),
        ("", "discord.com", False),
    ],
)
def test_a_domain_covers_the_hosts_that_it_says(domain: str, host: str, is_covered: bool) -> None:
    assert covers(domain, host) == is_covered


@pytest.mark.parametrize(
    ("value", "domain", "is_lost"),
    [
        (WEBHOOK, "api.example.com", True),
        (f"  {WEBHOOK}", "api.example.com", True),
        (WEBHOOK.upper(), "*.discord.com", True),
        (WEBHOOK, "Discord.COM.", False),
        (WEBHOOK, "*", False),
        ("https://", "api.example.com", False),
        ("discord.com/api", "api.example.com", False),
        ("\udcff", "api.example.com", False),
    ],
)
def test_an_address_that_its_domain_lets_nobody_reach_is_found(
    value: str, domain: str, is_lost: bool
) -> None:
    plaintext = Plaintext(value.encode("utf-8", "surrogateescape"))
    assert never_let_through(plaintext, domain) == is_lost


def test_what_is_said_afterwards_has_nothing_of_the_value_in_it() -> None:
    said = cautions(Plaintext(WEBHOOK.encode()), "*.github.io")
    assert "Anyone can have a name under github.io" in said
    assert "doesn’t cover the host in it" in said
    assert "discord" not in said


def test_of_a_domain_that_stays_nothing_is_said_again() -> None:
    value = Plaintext(b"abc")
    assert cautions(value, "*.github.io", before="*.GitHub.io") == ""
    assert cautions(value, "", before="") == ""
    assert "No request can use it" in cautions(value, "", before="*")
