"""Guessing passwords ends soon, and keeps nobody out who knows theirs on a known device."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from secretsapp.adapters import limits
from secretsapp.adapters.cache import JsonCache
from secretsapp.models import User
from secretsapp.people import accounts, known_devices, password_mail, sign_ins, ways_in
from tests import stage
from tests.pages.reading import words
from tests.stage import Cast

pytestmark = pytest.mark.django_db

SIGN_IN, COOKIE = "/sign-in/", "device"
NEW_PASSWORD = "a lantern on the pier"


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no attempt of an earlier test count, and no answer wait."""
    monkeypatch.setattr(password_mail, "ANSWER_SECONDS", 0)
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0)
    cache.clear()


def typed(role: str, password: str) -> dict[str, str]:
    """What is typed at the sign-in."""
    return {"login": f"{role}@example.com", "password": password}


def guess(role: str, address: str, times: int, device: str = "") -> int:
    """Fail to sign in, that many times; how often the password was looked at."""
    client = Client(REMOTE_ADDR=address)
    if device:
        client.cookies[COOKIE] = device
    answers = [words(client.post(SIGN_IN, typed(role, "wrong password"))) for _ in range(times)]
    return sum("Email or password is incorrect." in answer for answer in answers)


def stage_tries(role: str, address: str, times: int, device: str = "") -> None:
    """Let so many tries stand in the counts: the first as the door counts it, the others beside it.

    That the door itself closes is shown where every try goes through it.
    """
    request = RequestFactory(REMOTE_ADDR=address).post(SIGN_IN)
    request.COOKIES[COOKIE] = device
    taken = limits.take_password(request, f"{role}@example.com")
    for one in taken.usage if taken else ():
        counted = [*cache.get(one.cache_key), *[one.timestamp] * (times - 1)]
        cache.set(one.cache_key, sorted(counted, reverse=True), one.cache_duration)


def is_let_in(role: str, password: str, address: str, device: str = "") -> bool:
    """Whether the right password signs that person in from there."""
    client = Client(REMOTE_ADDR=address)
    if device:
        client.cookies[COOKIE] = device
    client.post(SIGN_IN, typed(role, password))
    return "_auth_user_id" in client.session


def device_of(role: str, password: str) -> str:
    """The cookie of a device from which that person signed in."""
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.post(SIGN_IN, typed(role, password))
    return client.cookies[COOKIE].value


def close(role: str, first: int = 1) -> None:
    """Try from so many networks that the account is closed for devices that are not known."""
    for number in range(first, first + 11):
        stage_tries(role, f"203.0.113.{number}", times=10)


def test_all_networks_of_a_home_together_have_few_tries(cast: Cast, password: str) -> None:
    looked_at = sum(guess("admin", f"2001:db8:0:f{n:x}::1", times=11) for n in range(4))
    assert looked_at == 20
    assert not is_let_in("admin", password, "2001:db8:0:ff::2")
    assert is_let_in("admin", password, "198.51.100.7")
    assert is_let_in("admin", password, "2001:db8:1::1")


def test_a_network_of_ipv6_is_counted_as_64_as_56_and_as_48_bits(cast: Cast) -> None:
    def guess_from(address: str) -> int:
        stage_tries("viewer", address, times=9)
        return guess("viewer", address, times=2)

    assert guess_from("2001:db8::1") == 1
    assert guess("viewer", "2001:db8::2", times=1) == 0
    assert guess_from("2001:db8:0:1::1") == 1
    assert guess("viewer", "2001:db8:0:2::1", times=1) == 0
    assert [guess_from(f"2001:db8:0:{n}00::1") for n in range(1, 5)] == [1, 1, 0, 0]
    assert guess("viewer", "2001:db8:0:900::1", times=1) == 0
    assert guess("viewer", "2001:db8:1::1", times=1) == 1


@pytest.mark.parametrize(
    ("door", "sent", "refused"),
    [
        (SIGN_IN, {}, 60),
        ("/password/", {"code": "0" * 24, "password": NEW_PASSWORD}, 40),
        ("/password/forgotten/", {"email": "nobody@example.com"}, 40),
    ],
)
def test_all_networks_of_a_home_together_flood_no_door(
    cast: Cast, settings: Settings, door: str, sent: dict[str, str], refused: int
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    client = Client()
    statuses = [
        client.post(door, sent, REMOTE_ADDR=f"2001:db8:0:f{n // 5:x}::1").status_code
        for n in range(refused + 7)
    ]
    assert statuses.index(429) == refused
    assert set(statuses[refused:]) == {429}


def test_guessing_from_many_networks_keeps_nobody_out_on_a_known_device(
    cast: Cast, password: str
) -> None:
    device = device_of("admin", password)
    close("admin")
    assert not is_let_in("admin", password, "198.51.100.8")
    for address in ("198.51.100.7", "203.0.113.1", "2001:db8::1"):
        assert is_let_in("admin", password, address, device)
    assert is_let_in("editor", password, "198.51.100.8")


def test_a_flood_from_the_same_network_keeps_no_known_device_out(cast: Cast, password: str) -> None:
    device = device_of("admin", password)
    flood = Client(REMOTE_ADDR="198.51.100.7")
    assert [flood.post(SIGN_IN, {}).status_code for _ in range(31)][-1] == 429
    guess("viewer", "198.51.100.7", times=11)
    assert not is_let_in("admin", password, "198.51.100.7")
    assert is_let_in("admin", password, "198.51.100.7", device)


def test_a_device_is_known_for_its_person_alone(cast: Cast, password: str) -> None:
    device = device_of("viewer", password)
    close("admin")
    assert not is_let_in("admin", password, "198.51.100.8", device)
    stage_tries("editor", "198.51.100.9", times=9, device=device)
    assert guess("editor", "198.51.100.9", times=2, device=device) == 1
    assert guess("editor", "198.51.100.9", times=1) == 0


def test_a_stolen_cookie_lifts_no_limit_and_opens_nothing(cast: Cast, password: str) -> None:
    device = device_of("admin", password)
    thief = Client()
    thief.cookies[COOKIE] = device
    assert thief.get("/").headers["Location"].startswith(SIGN_IN)
    # It has the tries of one device, and then those of the network that it comes from.
    assert guess("admin", "192.0.2.1", times=30, device=device) == 20
    assert guess("admin", "192.0.2.2", times=11, device=device) == 10
    # Its owner is on a device that is not known then, as before there were any.
    assert is_let_in("admin", password, "198.51.100.7", device)


def test_a_device_keeps_its_tries_when_it_signs_in_again(cast: Cast, password: str) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.post(SIGN_IN, typed("viewer", password))
    first = client.cookies[COOKIE].value
    stage_tries("viewer", "192.0.2.1", times=10, device=first)
    client.post("/sign-out/")
    client.post(SIGN_IN, typed("viewer", password))
    second = client.cookies[COOKIE].value
    stage_tries("viewer", "192.0.2.2", times=9, device=second)
    assert guess("viewer", "192.0.2.2", times=2, device=second) == 1


def test_a_device_knows_the_few_people_who_used_it_last(cast: Cast, password: str) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    roles = ["admin", "manager", "editor", "rotator", "viewer"]
    for role in roles:
        client.post(SIGN_IN, typed(role, password))
        client.post("/sign-out/")
    cookie = client.cookies[COOKIE].value
    found = [bool(known_devices.find(cookie, f"{role}@example.com")) for role in roles]
    assert found == [False, True, True, True, True]


Way = Callable[[Client, User, str], object]


def end_others(client: Client, _person: User, _password: str) -> None:
    """End all other sessions."""
    client.post("/me/sessions/end-others/")


def change_password(client: Client, _person: User, password: str) -> None:
    """Change one's own password, to another and back."""
    for now, then in ((password, NEW_PASSWORD), (NEW_PASSWORD, password)):
        client.post("/me/password/", {"current": now, "password": then})


def be_disabled(_client: Client, person: User, _password: str) -> None:
    """Be disabled for a while."""
    accounts.disable(stage.STAGEHAND, person)
    accounts.enable(stage.STAGEHAND, person)


@pytest.mark.parametrize("way", [end_others, change_password, be_disabled])
def test_other_devices_are_known_no_more_where_all_else_ends(
    cast: Cast, password: str, way: Way
) -> None:
    elsewhere, here = device_of("viewer", password), Client()
    here.post(SIGN_IN, typed("viewer", password))
    way(here, cast["viewer"].user, password)
    close("viewer")
    assert not is_let_in("viewer", password, "198.51.100.7", elsewhere)
    # The one on which they did it goes on to be known.
    own = here.cookies[COOKIE].value
    assert is_let_in("viewer", password, "198.51.100.7", own) == (way is not be_disabled)


def test_a_link_opens_an_account_that_others_closed(cast: Cast, password: str) -> None:
    close("admin")
    code = ways_in.make_link(stage.STAGEHAND, cast["admin"].user).code
    owner = Client(REMOTE_ADDR="198.51.100.7")
    owner.post("/password/", {"code": code, "password": NEW_PASSWORD})
    assert is_let_in("admin", NEW_PASSWORD, "198.51.100.8")
    # And the device on which it was used is known, so that going on closes nothing for it.
    close("admin", first=20)
    assert not is_let_in("admin", NEW_PASSWORD, "198.51.100.9")
    owner.post(SIGN_IN, typed("admin", NEW_PASSWORD))
    assert "_auth_user_id" in owner.session


def test_a_password_of_ones_own_is_changed_whatever_others_try(cast: Cast, password: str) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.post(SIGN_IN, typed("viewer", password))
    close("viewer")
    stage_tries("editor", "198.51.100.7", times=10)
    assert guess("editor", "198.51.100.7", times=1) == 0
    answer = client.post("/me/password/", {"current": password, "password": NEW_PASSWORD})
    assert answer.headers["Location"] == "/me/"


def test_the_cookie_is_for_the_server_alone(cast: Cast, password: str, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    client.post(SIGN_IN, typed("viewer", password))
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert cookie["max-age"] == timedelta(days=180).total_seconds()
    assert "viewer" not in cookie.value


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "1" + token,
        lambda token: token.replace(".", "..", 1),
        lambda token: signing.TimestampSigner(salt="another purpose").sign(token.split(":")[0]),
        lambda token: signing.TimestampSigner(salt=known_devices.PURPOSE).sign("x"),
        lambda _token: "|" * 500,
        lambda _token: "\x00\u0130",
        lambda _token: "",
    ],
)
def test_a_token_that_is_not_ours_makes_no_device_known(
    cast: Cast, password: str, forge: Callable[[str], str]
) -> None:
    device = device_of("viewer", password)
    assert known_devices.find(device, "Viewer@example.com")
    assert known_devices.find(forge(device), "viewer@example.com") is None


def test_a_device_is_forgotten_after_half_a_year(cast: Cast, password: str) -> None:
    device, now = device_of("viewer", password), timezone.now()
    with time_machine.travel(now + timedelta(days=179)):
        assert known_devices.find(device, "viewer@example.com")
    with time_machine.travel(now + timedelta(days=181)):
        assert known_devices.find(device, "viewer@example.com") is None


def test_another_spelling_of_an_address_is_no_limit_of_its_own(cast: Cast, password: str) -> None:
    for spelling in ("v\N{LATIN SMALL LETTER DOTLESS I}ewer", "edito\N{LATIN SMALL LETTER LONG S}"):
        assert not is_let_in(spelling, password, "198.51.100.7")
    guess("VIEWER", "192.0.2.1", times=5)
    assert guess("viewer", "192.0.2.1", times=6) == 5


def test_where_tries_cannot_be_counted_nobody_is_let_in(
    cast: Cast, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = device_of("viewer", password)

    def fail(*_arguments: object, **_named: object) -> bool:
        raise DatabaseError("the cache is away")

    monkeypatch.setattr(JsonCache, "add", fail)
    for cookie in ("", device):
        client = Client(raise_request_exception=False)
        client.cookies[COOKIE] = cookie
        answer = client.post(SIGN_IN, typed("viewer", password))
        assert answer.status_code == 503
        assert "_auth_user_id" not in client.session
