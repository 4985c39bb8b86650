"""What a request says of where it comes from, and how: believed from trusted proxies alone."""

import ipaddress

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from secretsapp.adapters.addresses import client_address
from secretsapp.models import AuditEvent
from tests.stage import PASSWORD, Cast

PROXY = "10.0.0.1"
ELSEWHERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def behind_a_proxy(settings: Settings) -> None:
    """Settings as they are for HTTPS behind proxies in 10.0.0.0/8."""
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (ELSEWHERE, "198.51.100.1", ELSEWHERE),
        (PROXY, "", PROXY),
        (PROXY, "198.51.100.1", "198.51.100.1"),
        (PROXY, "198.51.100.1, 192.0.2.9", "192.0.2.9"),
        (PROXY, "198.51.100.1, 192.0.2.9, 10.1.1.1", "192.0.2.9"),
        (PROXY, "198.51.100.1, nonsense", PROXY),
        (PROXY, "10.2.2.2", "10.2.2.2"),
        ("", "198.51.100.1", ""),
        ("2001:db8::1", "", "2001:db8::1"),
        ("2001:DB8:0::1", "", "2001:db8::1"),
        ("::ffff:192.0.2.7", "", ELSEWHERE),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (PROXY, "::ffff:198.51.100.1", "198.51.100.1"),
        (PROXY, "198.51.100.1:54321", "198.51.100.1"),
        (PROXY, "192.0.2.9, 198.51.100.1:54321 , 10.1.1.1:80", "198.51.100.1"),
        (PROXY, "[2001:db8::1]:54321", "2001:db8::1"),
        (PROXY, "[2001:DB8:0::1]", "2001:db8::1"),
        (PROXY, "2001:db8::1", "2001:db8::1"),
        (PROXY, "[::ffff:198.51.100.1]:443, [::ffff:10.0.0.2]:443", "198.51.100.1"),
        (PROXY, "198.51.100.1:", PROXY),
        (PROXY, "198.51.100.1:port", PROXY),
        (PROXY, "198.51.100.1:123456", PROXY),
        (PROXY, "[198.51.100.1", PROXY),
        (PROXY, "[]:443", PROXY),
        (PROXY, "[[2001:db8::1]]:443", PROXY),
        (PROXY, "[fe80::1%eth0]:443", PROXY),
        (f"{PROXY}:54321", "198.51.100.1", ""),
        (PROXY, "fe80::1%eth0", PROXY),
        (PROXY, f"fe80::1%{'x' * 1000}", PROXY),
        (PROXY, "198.51.100.1, ::ffff:192.0.2.9%1", PROXY),
        ("fe80::1%eth0", "198.51.100.1", ""),
    ],
)
def test_the_address_is_the_nearest_that_is_no_trusted_proxy(
    peer: str, forwarded: str, address: str
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_an_address_too_long_for_the_log_does_not_keep_an_attempt_out_of_it(cast: Cast) -> None:
    Client(REMOTE_ADDR=PROXY).post(
        "/sign-in/",
        {"login": "viewer@example.com", "password": "wrong password"},
        headers={"X-Forwarded-For": f"fe80::1%{'x' * 1000}", "X-Forwarded-Proto": "https"},
    )
    assert AuditEvent.objects.get(tag="person.sign_in_failed").address == PROXY


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [("198.51.100.1:{}", "198.51.100.1"), ("[2001:db8::1]:{}", "2001:db8::1")],
)
def test_log_and_limits_count_an_address_whatever_its_port(
    cast: Cast, forwarded: str, address: str
) -> None:
    wrong = {"login": "viewer@example.com", "password": "wrong password"}
    answers = [
        Client(REMOTE_ADDR=PROXY).post(
            "/sign-in/",
            wrong,
            headers={"X-Forwarded-For": forwarded.format(port), "X-Forwarded-Proto": "https"},
        )
        for port in range(40000, 40012)
    ]
    assert "Too many failed" in answers[-1].content.decode()
    failed = AuditEvent.objects.filter(tag="person.sign_in_failed")
    assert set(failed.values_list("address", flat=True)) == {address}
    right = {"login": "viewer@example.com", "password": PASSWORD}
    hops = {"X-Forwarded-For": "198.51.100.2:40000", "X-Forwarded-Proto": "https"}
    assert Client(REMOTE_ADDR=PROXY).post("/sign-in/", right, headers=hops).status_code == 302


@pytest.mark.parametrize("peer", [PROXY, "::ffff:10.0.0.1"])
def test_a_trusted_proxy_says_that_a_request_came_over_https(cast: Cast, peer: str) -> None:
    client = Client(REMOTE_ADDR=peer, headers={"X-Forwarded-Proto": "https"})
    assert client.get("/sign-in/").status_code == 200


@pytest.mark.parametrize("peer", [ELSEWHERE, "", "fe80::1%eth0"])
def test_nobody_else_says_that_a_request_came_over_https(db: None, peer: str) -> None:
    client = Client(REMOTE_ADDR=peer, headers={"X-Forwarded-Proto": "https"})
    answer = client.get("/sign-in/")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://testserver/sign-in/"


def test_what_a_trusted_proxy_says_of_plain_http_is_believed_too(db: None) -> None:
    client = Client(REMOTE_ADDR=PROXY, headers={"X-Forwarded-Proto": "http"})
    assert client.get("/sign-in/").status_code == 301
