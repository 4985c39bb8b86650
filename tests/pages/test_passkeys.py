"""Passkeys: added, listed, renamed, removed, and used after a password and alone."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from secretsapp.core.plaintext import Plaintext
from secretsapp.models import AuditEvent, OutgoingMail, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.operation import master_keys, ring_changes
from secretsapp.operation.encrypted import Kind
from secretsapp.operation.master_keys import Moved
from secretsapp.people import not_me, one_time_codes, passkeys, sign_ins, ways_in, webauthn
from secretsapp.people.sign_ins import AccountShut
from secretsapp.rules.keys import Ring, current_master_key_id
from tests.pages.conftest import ClientFor
from tests.pages.proving import (
    ADD,
    ALONE,
    CODES,
    ME,
    SECOND,
    SIGN_IN,
    VIEWER,
    add,
    alone,
    is_signed_in,
    prove,
    with_password,
)
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast
from tests.support.apps_of_people import give_app
from tests.support.passkeys_of_people import Device, give_passkey, options_on
from tests.support.rings import use_copies


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no attempt of an earlier test count, and no answer wait."""
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0)
    cache.clear()


@pytest.fixture
def device(cast: Cast) -> Device:
    """The device with the viewer's passkey."""
    return give_passkey(cast["viewer"].user)


def events(prefix: str) -> list[str]:
    """The tags of events that begin so, the oldest first."""
    found = AuditEvent.objects.filter(tag__startswith=prefix).order_by("pk")
    return list(found.values_list("tag", flat=True))


def by() -> list[str]:
    """By what people signed in, as the log says."""
    found = AuditEvent.objects.filter(tag="person.signed_in").order_by("pk")
    return [json.loads(event.detail)["by"] for event in found]


def test_the_first_passkey_brings_recovery_codes_and_ends_other_sessions(
    client_for: ClientFor, cast: Cast
) -> None:
    client, other = client_for("viewer"), Client()
    other.force_login(cast["viewer"].user)
    assert add(client, Device()).headers["Location"] == CODES
    assert body(client.get(CODES)).count("<li><code>") == 10
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert "Laptop · added" in words(client.get(ME))
    assert add(client, Device(), "Phone").headers["Location"] == ME
    assert events("person.factor") == ["person.factor_added"] * 3


def test_a_passkey_added_beside_an_app_leaves_its_recovery_codes(
    client_for: ClientFor, cast: Cast
) -> None:
    give_app(cast["viewer"].user)
    client = client_for(cast["viewer"])
    before = client.get(CODES)
    assert add(client, Device()).headers["Location"] == ME
    assert "10 of your recovery codes" in words(client.get(CODES))
    assert body(before).count("<li><code>") == 10


def test_a_passkey_is_asked_for_beside_a_code_and_the_log_says_by_what(
    device: Device, password: str
) -> None:
    client = with_password(password)
    assert not is_signed_in(client)
    page = client.get(SECOND)
    assert "Use a passkey" in words(page)
    assert 'id="id_code"' in body(page)
    assert prove(client, device).headers["Location"] == "/"
    assert is_signed_in(client)
    assert by() == ["password, passkey"]


def test_a_passkey_alone_signs_in_and_counts_as_both_factors(device: Device) -> None:
    client = alone(device)
    assert is_signed_in(client)
    assert by() == ["passkey alone"]


def test_no_passkey_signs_in_to_a_shut_account_until_a_new_password_is_set(
    device: Device, cast: Cast
) -> None:
    """Someone else who was in it may have added one."""
    viewer, week = cast["viewer"].user, timedelta(days=7)
    code = one_time_codes.issue(CodePurpose.NOT_ME, viewer, good_for=week, address=viewer.email)
    not_me.shut(cast["viewer"].actor, Plaintext.from_text(code.text))
    assert not is_signed_in(alone(device))
    assert events("person.")[-1] == "person.sign_in_failed"
    link = ways_in.make_link(STAGEHAND, viewer)
    new = Plaintext(b"a lantern on the pier")
    ways_in.set_password(cast["viewer"].actor, Plaintext.from_text(link.code), new)
    assert is_signed_in(alone(device))


def test_a_shut_account_lets_nobody_in_by_whichever_way(cast: Cast) -> None:
    viewer, week = cast["viewer"], timedelta(days=7)
    email = viewer.user.email
    code = one_time_codes.issue(CodePurpose.NOT_ME, viewer.user, good_for=week, address=email)
    not_me.shut(viewer.actor, Plaintext.from_text(code.text))
    with pytest.raises(AccountShut, match="Nobody is signed in"):
        sign_ins.record_sign_in(viewer.actor, viewer.user, "some other way")


def test_a_passkey_alone_leads_where_one_wanted_to_go_within_the_site(device: Device) -> None:
    for there, led in (("/me/access/", "/me/access/"), ("https://evil.example.com/", "/")):
        client = Client()
        page = client.post(ALONE, {"next": there})
        sent = {"credential": device.use(options_on(page)), "next": there}
        assert client.post(ALONE, sent).headers["Location"] == led


def test_a_passkey_that_does_not_know_who_uses_it_is_a_second_factor_only(
    cast: Cast, password: str
) -> None:
    device = give_passkey(cast["viewer"].user, verifies=False)
    assert not is_signed_in(alone(device))
    client = with_password(password)
    prove(client, device)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("site", "host", "origin"),
    [
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
        ("https://Vault.example.com", "vault.example.com", "https://vault.example.com"),
        ("https://vault.example.com:443", "vault.example.com", "https://vault.example.com"),
        ("https://vault.example.com:8443", "vault.example.com", "https://vault.example.com:8443"),
    ],
)
def test_passkeys_are_for_the_host_and_origin_of_the_site(
    settings: Settings, site: str, host: str, origin: str
) -> None:
    settings.SITE_URL = site
    assert (webauthn.host(), webauthn.origin()) == (host, origin)


def test_at_a_mere_address_there_are_no_passkeys(
    settings: Settings, client_for: ClientFor, cast: Cast
) -> None:
    settings.SITE_URL = "https://192.0.2.1"
    client = client_for("viewer")
    assert "Add a passkey" not in words(client.get(ME))
    assert client.get(ADD).headers["Location"] == ME
    assert "passkey" not in words(Client().get(SIGN_IN))
    assert Client().post(ALONE).headers["Location"] == SIGN_IN


def test_there_are_twenty_passkeys_at_most(
    device: Device, client_for: ClientFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passkeys, "PASSKEYS_AT_MOST", 1)
    answer = add(client_for(cast["viewer"]), Device())
    assert "as many as can be" in words(answer)


def test_a_disabled_account_is_not_signed_in_by_its_passkey(device: Device) -> None:
    User.objects.filter(email=VIEWER).update(is_active=False)
    assert not is_signed_in(alone(device))


def test_a_passkey_is_renamed_and_removed_with_the_codes_of_the_last(
    device: Device, client_for: ClientFor, cast: Cast, password: str
) -> None:
    client = client_for(cast["viewer"])
    row = Authenticator.objects.get(type="webauthn")
    there = f"/me/passkeys/{row.pk}/"
    client.post(f"{there}rename/", {"name": "Phone"})
    assert "Phone · added" in words(client.get(ME))
    assert client.post(f"{there}rename/", {"name": "x" * 61}).status_code == 422
    assert "only second factor" in words(client.get(f"{there}remove/"))
    client.post(f"{there}remove/")
    assert not Authenticator.objects.exists()
    assert is_signed_in(client)
    assert is_signed_in(with_password(password))
    assert events("person.factor")[2:] == ["person.factor_renamed", "person.factor_removed"]


def test_admins_see_who_has_which_and_reset_passkeys_too(
    device: Device, client_for: ClientFor, cast: Cast
) -> None:
    person = cast["viewer"].user
    give_passkey(person, "Phone")
    give_app(person)
    admin, there = client_for("admin"), f"/people/{person.pk}/"
    assert "Authenticator app and 2 passkeys · Reset" in words(admin.get(there))
    admin.post(f"{there}second-factors/reset/")
    assert not Authenticator.objects.exists()
    assert not is_signed_in(alone(device))


def test_who_gets_a_passkey_is_told_by_mail(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    give_passkey(cast["viewer"].user)
    mail = OutgoingMail.objects.get(kind="factors_changed")
    assert "“Laptop” was added" in json.loads(mail.about)["what"]


def test_a_new_master_key_takes_passkeys_along(
    cast: Cast, settings: Settings, tmp_path: Any
) -> None:
    use_copies(settings, tmp_path / "keys")
    device = give_passkey(cast["viewer"].user)
    old, new = current_master_key_id(), ring_changes.add(STAGEHAND, Ring.MASTER)
    assert master_keys.rotate(STAGEHAND, new).of[Kind.FACTORS] == Moved(2, 2)
    ring_changes.drop(STAGEHAND, Ring.MASTER, old, ends_sessions=True)
    assert is_signed_in(alone(device))


def test_a_get_of_the_sign_in_by_passkey_leads_to_the_sign_in_and_keeps_nothing() -> None:
    client = Client()
    assert client.get(ALONE).headers["Location"] == SIGN_IN
    assert not client.cookies.get("sessionid")
