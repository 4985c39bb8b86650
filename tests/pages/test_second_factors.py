"""Second factors: set up, asked for at sign-in, used once, lost and reset."""

import json
import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db.models import F
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from secretsapp.adapters import limits
from secretsapp.adapters.limits import Limit
from secretsapp.models import AuditEvent, OutgoingMail, User
from secretsapp.operation import master_keys, ring_changes
from secretsapp.operation.encrypted import Kind
from secretsapp.operation.master_keys import Moved
from secretsapp.people import sign_ins
from secretsapp.rules.keys import Ring, current_master_key_id
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast
from tests.support.apps_of_people import code_of, give_app
from tests.support.rings import use_copies

SIGN_IN, SECOND = "/sign-in/", "/sign-in/second-factor/"
APP, REMOVE, CODES = (
    "/me/authenticator-app/",
    "/me/authenticator-app/remove/",
    "/me/recovery-codes/",
)
VIEWER = "viewer@example.com"


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no attempt of an earlier test count, and no answer wait."""
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0)
    cache.clear()


@pytest.fixture
def secret(cast: Cast) -> str:
    """The secret of the app that the viewer has."""
    return give_app(cast["viewer"].user)


def with_password(password: str) -> Client:
    """A browser in which the viewer's password was right."""
    client = Client()
    answer = client.post(SIGN_IN, {"login": VIEWER, "password": password})
    assert answer.headers["Location"] == SECOND
    return client


def is_signed_in(client: Client) -> bool:
    """Whether the browser has a session."""
    return client.get("/me/").status_code == 200


def key_on(page: HttpResponseBase) -> str:
    """The key that a page shows for typing."""
    found = re.search(r'class="factor-key">([A-Z2-7 ]+)<', body(page))
    assert found
    return found[1].replace(" ", "")


def codes_on(page: HttpResponseBase) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<code>(\d{4} \d{4})</code>", body(page))


def events(prefix: str) -> list[str]:
    """The tags of events that begin so, the oldest first."""
    found = AuditEvent.objects.filter(tag__startswith=prefix).order_by("pk")
    return list(found.values_list("tag", flat=True))


def test_an_app_is_added_by_its_first_code_and_codes_are_shown_once(
    client_for: ClientFor, cast: Cast
) -> None:
    client, other = client_for("viewer"), Client()
    other.force_login(cast["viewer"].user)
    page = client.get(APP)
    secret = key_on(page)
    assert "<path d=" in body(page)
    assert key_on(client.get(APP)) == secret, "a second look is not a second key"
    wrong = client.post(APP, {"code": "000000"})
    assert (wrong.status_code, key_on(wrong)) == (422, secret)
    added = client.post(APP, {"code": code_of(secret)})
    assert added.headers["Location"] == CODES
    assert len(set(codes_on(client.get(CODES)))) == 10
    assert codes_on(client.get(CODES)) == []
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert events("person.factor") == ["person.factor_added", "person.factor_added"]


def test_the_secret_is_encrypted_and_in_no_event(cast: Cast, secret: str) -> None:
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    told = json.dumps(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert secret not in stored + told


def test_a_password_alone_opens_nothing(secret: str, password: str) -> None:
    client = with_password(password)
    assert not is_signed_in(client)
    assert "person.signed_in" not in events("person.")


def test_a_code_signs_in_and_the_log_says_by_what(secret: str, password: str) -> None:
    client = with_password(password)
    assert client.post(SECOND, {"code": code_of(secret)}).headers["Location"] == "/"
    assert is_signed_in(client)
    event = AuditEvent.objects.get(tag="person.signed_in")
    assert json.loads(event.detail) == {"by": "password, authenticator app"}


def test_a_code_counts_once_however_it_is_written(secret: str, password: str) -> None:
    code = code_of(secret)
    first, second = with_password(password), with_password(password)
    first.post(SECOND, {"code": f" {code[:3]} {code[3:]} "})
    assert is_signed_in(first)
    answer = second.post(SECOND, {"code": code})
    assert answer.status_code == 422
    assert not is_signed_in(second)


def test_a_wrong_code_is_told_in_the_log(secret: str, password: str) -> None:
    client = with_password(password)
    answer = client.post(SECOND, {"code": "123"})
    assert "didn’t work" in words(answer)
    assert events("person.second") == ["person.second_factor_failed"]


@pytest.mark.parametrize("code", ["", " ", "x" * 41, "\uff11\uff12\uff13", "nul\x00"])
def test_what_is_no_code_is_refused_in_words(secret: str, password: str, code: str) -> None:
    answer = with_password(password).post(SECOND, {"code": code})
    assert answer.status_code == 422
    assert 'id="id_code_error"' in body(answer)


def test_a_recovery_code_counts_once(client_for: ClientFor, cast: Cast, password: str) -> None:
    give_app(cast["viewer"].user)
    code = codes_on(client_for(cast["viewer"]).get(CODES))[0]
    first, second = with_password(password), with_password(password)
    first.post(SECOND, {"code": code})
    assert is_signed_in(first)
    assert "9 unused" in words(first.get("/me/"))
    second.post(SECOND, {"code": code.replace(" ", "")})
    assert not is_signed_in(second)


def test_new_recovery_codes_end_the_old(client_for: ClientFor, cast: Cast, password: str) -> None:
    give_app(cast["viewer"].user)
    client = client_for(cast["viewer"])
    old = codes_on(client.get(CODES))
    assert client.post(CODES).headers["Location"] == CODES
    assert not set(codes_on(client.get(CODES))) & set(old)
    late = with_password(password)
    late.post(SECOND, {"code": old[0]})
    assert not is_signed_in(late)


def test_a_new_password_ends_a_sign_in_that_waits_for_its_code(
    secret: str, password: str, cast: Cast
) -> None:
    client = with_password(password)
    User.objects.filter(email=VIEWER).update(generation=77)
    assert client.post(SECOND, {"code": code_of(secret)}).headers["Location"] == SIGN_IN
    assert not is_signed_in(client)


def test_a_disabled_account_passes_with_no_code(secret: str, password: str) -> None:
    client = with_password(password)
    User.objects.filter(email=VIEWER).update(is_active=False)
    client.post(SECOND, {"code": code_of(secret)})
    assert not is_signed_in(client)


def test_a_secret_moved_to_another_account_opens_nothing(
    cast: Cast, secret: str, password: str
) -> None:
    give_app(cast["admin"].user)
    mine = Authenticator.objects.get(user=cast["viewer"].user, type="totp")
    Authenticator.objects.filter(user=cast["admin"].user, type="totp").update(data=mine.data)
    client = Client()
    client.post(SIGN_IN, {"login": "admin@example.com", "password": password})
    client.post(SECOND, {"code": code_of(secret)})
    assert not is_signed_in(client)


def test_guesses_are_limited_for_the_account_and_not_for_its_known_device(
    secret: str, password: str
) -> None:
    known = with_password(password)
    known.post(SECOND, {"code": code_of(secret)})
    known.post("/sign-out/")
    guessing = with_password(password)
    answers = [guessing.post(SECOND, {"code": "1"}).status_code for _ in range(11)]
    assert answers == [422] * 9 + [429, 429]
    refused = guessing.post(SECOND, {"code": "1"})
    assert "too many attempts for this account" in words(refused)
    assert 290 < int(refused.headers["Retry-After"]) <= 300
    assert "Wait 5 minutes" in words(refused)
    known.post(SIGN_IN, {"login": VIEWER, "password": password})
    known.post(SECOND, {"code": code_of(secret, steps_ahead=1)})
    assert is_signed_in(known)


def test_new_passwords_and_devices_bring_no_end_of_guesses(
    secret: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECOND_FACTORS_IN_ALL", Limit("second_factor_in_all", 3, "d"))
    answers = []
    for _ in range(4):
        User.objects.filter(email=VIEWER).update(generation=F("generation") + 1)
        answers.append(with_password(password).post(SECOND, {"code": "1"}).status_code)
    assert answers == [422, 422, 422, 429]
    assert "Wait 24 hours" in words(with_password(password).post(SECOND, {"code": "1"}))


def test_an_app_is_removed_with_its_codes(client_for: ClientFor, cast: Cast, password: str) -> None:
    give_app(cast["viewer"].user)
    client = client_for(cast["viewer"])
    assert "Your password alone" in words(client.get(REMOVE))
    client.post(REMOVE)
    assert is_signed_in(client)
    assert not Authenticator.objects.exists()
    other = Client()
    other.post(SIGN_IN, {"login": VIEWER, "password": password})
    assert is_signed_in(other)


def test_an_admin_resets_what_someone_lost(client_for: ClientFor, cast: Cast) -> None:
    give_app(cast["viewer"].user)
    viewer, admin = client_for(cast["viewer"]), client_for("admin")
    there = f"/people/{cast['viewer'].user.pk}/"
    assert "Authenticator app · Reset" in words(admin.get(there))
    assert "really them" in words(admin.get(f"{there}second-factors/reset/"))
    admin.post(f"{there}second-factors/reset/")
    assert not is_signed_in(viewer)
    assert events("person.factors_reset") == ["person.factors_reset"]
    assert "has no second factor" in words(admin.get(f"{there}second-factors/reset/", follow=True))


def test_no_admin_resets_their_own(client_for: ClientFor, cast: Cast) -> None:
    give_app(cast["admin"].user)
    admin = client_for(cast["admin"])
    answer = admin.post(f"/people/{cast['admin'].user.pk}/second-factors/reset/")
    assert answer.status_code == 422
    assert Authenticator.objects.exists()


def test_who_changes_factors_is_told_by_mail(
    client_for: ClientFor, cast: Cast, settings: Settings
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    give_app(cast["viewer"].user)
    assert OutgoingMail.objects.get(kind="factors_changed").person == cast["viewer"].user


def test_people_are_listed_with_who_has_none(client_for: ClientFor, cast: Cast) -> None:
    give_app(cast["viewer"].user)
    page = words(client_for("admin").get("/people/"))
    assert page.count("No second factor") == len(cast) - 1


def test_a_new_master_key_takes_second_factors_along(
    cast: Cast, settings: Settings, tmp_path: Path, password: str
) -> None:
    use_copies(settings, tmp_path / "keys")
    secret = give_app(cast["viewer"].user)
    old, new = current_master_key_id(), ring_changes.add(STAGEHAND, Ring.MASTER)
    assert master_keys.rotate(STAGEHAND, new).of[Kind.FACTORS] == Moved(2, 2)
    ring_changes.drop(STAGEHAND, Ring.MASTER, old, ends_sessions=True)
    client = with_password(password)
    client.post(SECOND, {"code": code_of(secret)})
    assert is_signed_in(client)
