"""Whoever loses their rights while Roblox is asked is shown nothing by the old ones."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from emulator import Universe as EmulatedUniverse
from secretsapp.models import AuditEvent, Grant, Universe, User
from secretsapp.opencloud.client import Client
from secretsapp.rules import acting
from tests.pages.reading import body, words
from tests.stage import Cast

pytestmark = pytest.mark.django_db

Take = Callable[[User], object]


def end_grants(person: User) -> None:
    Grant.objects.filter(person=person).delete()


def disable(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


EITHER = pytest.mark.parametrize("take", [end_grants, disable], ids=lambda take: take.__name__)


def take_meanwhile(patch: pytest.MonkeyPatch, call: str, take: Take, person: User) -> None:
    """Take the rights when that call is made, and then let it go on."""
    real: Callable[..., Any] = getattr(Client, call)

    def late(*arguments: Any) -> Any:
        take(person)
        return real(*arguments)

    patch.setattr(Client, call, late)


@EITHER
def test_a_refresh_shows_nothing(
    client_for: Callable[[str], Browser],
    harbor: EmulatedUniverse,
    cast: Cast,
    universe: Universe,
    monkeypatch: pytest.MonkeyPatch,
    take: Take,
) -> None:
    browser = client_for("viewer")
    Universe.objects.update(sync_tried_at=None)
    harbor.put("MADE_AFTERWARDS", b"v", "*")
    take_meanwhile(monkeypatch, "list_secrets", take, cast["viewer"].user)
    answer = browser.post(f"/universes/{universe.pk}/refresh/", headers={"HX-Request": "true"})
    assert (answer.status_code, "MADE_AFTERWARDS" in body(answer)) == (404, False)


@EITHER
def test_a_rotation_that_comes_too_late_tells_nothing(
    client_for: Callable[[str], Browser],
    address_of: Callable[..., str],
    harbor: EmulatedUniverse,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    take: Take,
) -> None:
    browser = client_for("rotator")
    take_meanwhile(monkeypatch, "list_secrets", take, cast["rotator"].user)
    harbor.put("PAY_KEY", b"v", "private.elsewhere.example")
    sent = {"value": "hello", "version": "2020-01-01T00:00:00Z"}
    answer = browser.post(address_of("secret_rotate", "PAY_KEY"), sent)
    assert (answer.status_code, "private.elsewhere" in words(answer)) == (404, False)


@EITHER
def test_a_universe_is_neither_added_nor_tried_further(
    client_for: Callable[[str], Browser],
    cast: Cast,
    universe: Universe,
    monkeypatch: pytest.MonkeyPatch,
    take: Take,
) -> None:
    browser = client_for("admin")
    take_meanwhile(monkeypatch, "public_key", take, cast["admin"].user)
    sent = {"universe": "777", "api_key": str(universe.api_key.pk), "environment": "staging"}
    assert browser.post("/universes/new/", sent).status_code == 403


def test_who_is_disabled_while_they_sign_out_is_out(
    client_for: Callable[[str], Browser], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, permitted = client_for("viewer"), acting._permitted

    def late(*arguments: Any) -> Any:
        disable(cast["viewer"].user)
        return permitted(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(acting, "_permitted", late)
        assert browser.post("/sign-out/").status_code == 302
    User.objects.update(is_active=True)
    assert browser.get("/").status_code == 302
    newest = AuditEvent.objects.order_by("-sequence")[:1].get()
    assert (newest.tag, newest.actor_name) == ("person.signed_out", "viewer@example.com")
