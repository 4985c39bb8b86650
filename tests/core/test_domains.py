"""Domains: empty, a star, a host, or a star for the subdomains of a host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import check_domain

LABEL_OF_63 = "a" * 63
HOST_OF_253 = ".".join([LABEL_OF_63] * 3 + ["a" * 61])
LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "*",
        "localhost",
        "api.example.com",
        "*.example.com",
        "API.Example.COM",
        "xn--bcher-kva.example",
        "192.0.2.7",
        "a-b.c--d.example",
        LABEL_OF_63 + ".example",
        HOST_OF_253,
    ],
)
def test_domains_that_roblox_takes_are_accepted(domain: str) -> None:
    check_domain(domain)


@pytest.mark.parametrize(
    ("domain", "rule"),
    [
        ("**", "can only be at the start"),
        ("*.*.example.com", "can only be at the start"),
        ("api.*.com", "can only be at the start"),
        ("*example.com", "can only be at the start"),
        ("example.*", "can only be at the start"),
        ("https://api.example.com", "only the host"),
        ("api.example.com/", "only the host"),
        ("api.example.com:443", "only the host"),
        ("[::1]", "only the host"),
        ("*.", "isn’t a host name"),
        (".", "isn’t a host name"),
        (".example.com", "isn’t a host name"),
        ("example.com.", "isn’t a host name"),
        ("api..example.com", "isn’t a host name"),
        ("-api.example.com", "isn’t a host name"),
        ("api-.example.com", "isn’t a host name"),
        ("api_1.example.com", "isn’t a host name"),
        ("bücher.example", "accept that host name"),
        ("api.example.com\n", "isn’t a host name"),
        (" api.example.com", "isn’t a host name"),
        ("user@example.com", "isn’t a host name"),
        ("a" * 64 + ".example", "isn’t a host name"),
        (HOST_OF_253 + "a", "isn’t a host name"),
        ("*." + HOST_OF_253, "isn’t a host name"),
    ],
)
def test_domains_that_roblox_refuses_are_refused_with_the_rule(domain: str, rule: str) -> None:
    with pytest.raises(InvalidInput, match=rule) as refusal:
        check_domain(domain)
    assert refusal.value.field == "domain"


def is_label(text: str) -> bool:
    """What stands between two dots of a host name."""
    inner = set(text) <= set(LETTERS_AND_DIGITS + "-")
    return 1 <= len(text) <= 63 and inner and text[0] != "-" != text[-1]


def is_documented_domain(text: str) -> bool:
    """Empty, a star, a host, or a star and a dot before a host; at most 253 characters."""
    host = text.removeprefix("*.")
    return text in ("", "*") or (len(text) <= 253 and all(map(is_label, host.split("."))))


def is_accepted(text: str) -> bool:
    """Whether the domain is let through."""
    try:
        check_domain(text)
    except InvalidInput:
        return False
    return True


pieces = st.sampled_from(["*", ".", "-", "a", "Z", "0", "example", ":", "/", "ü", "_", "\n"])


@given(st.lists(pieces, max_size=8).map("".join) | st.text(max_size=12) | st.from_regex(r"[a.*-]*"))
def test_a_domain_is_accepted_exactly_if_the_rule_is_kept(domain: str) -> None:
    assert is_accepted(domain) == is_documented_domain(domain)
