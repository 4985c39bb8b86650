"""API keys to look at, in states that only Roblox or time brings."""

import json
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.models import ApiKey, Universe
from tests.browser.catalogue import Look
from tests.browser.conftest import Visitor
from tests.core.values import MADE_UP_KEY

SCOPES = [["universe.secret:read", [42, 7, 8, 9, 10, 11], False], ["asset:write", None, True]]


def _add_key(name: str, **terms: object) -> ApiKey:
    return ApiKey.objects.create(name=name, encrypted_value=b"none", **terms)


def paths_of_keys_in_trouble() -> tuple[str, str]:
    """A key with nearly everything that can be wrong, and one that replaced another."""
    now = timezone.now()
    told = json.dumps({"name": "Robot", "account": "7654321", "scopes": SCOPES})
    told_of = {"told": told, "told_at": now - timedelta(days=90)}
    troubled = _add_key(
        "Key in trouble",
        ends_at=now + timedelta(days=5),
        check_verdict=KeyVerdict.REFUSED,
        check_result="Roblox refused the API key.",
        checked_at=now,
        failing_since=now,
        look_failure="Sealroom couldn’t reach Roblox. Check this server’s connection.",
        **told_of,
    )
    Universe.objects.create(id=42, name="Isle of trouble", api_key=troubled)
    new = _add_key("New key", old_name="R" * 80, old_replaced_at=now, **told_of)
    return reverse("api_key", args=[troubled.pk]), reverse("api_key", args=[new.pk])


def refuse_a_replacement(visitor: Visitor) -> None:
    """Paste a key that Roblox doesn't know."""
    page = visitor.page
    page.get_by_label("API key", exact=True).fill("a-key-cut-off")
    page.get_by_role("button", name="Test and replace").click()
    page.get_by_text("The old key stays. Roblox refused").wait_for()


def paste_a_key_of_roblox(visitor: Visitor) -> None:
    """Enter a Roblox API key as the value of a secret."""
    page = visitor.page
    page.get_by_label("Value", exact=True).fill(MADE_UP_KEY)
    page.get_by_label("Ask Roblox about this key once").check()


def tick_nothing(visitor: Visitor) -> None:
    """Send the games of a group without a tick."""
    page = visitor.page
    page.get_by_role("button", name="Add universes").click()
    page.get_by_text("Choose an environment").first.wait_for()


def _id_in(path_of_key: str) -> str:
    return path_of_key.rstrip("/").rpartition("/")[2]


def looks_at_api_keys(universe: Universe) -> list[Look]:
    """What keys look like that need someone, where they are listed, used and replaced."""
    troubled, replaced = paths_of_keys_in_trouble()
    replace = reverse("api_key_replace", args=[universe.api_key_id])
    pick, new_secret = reverse("universes_pick"), reverse("secret_create", args=[universe.pk])
    return [
        Look("api_key_in_trouble", troubled),
        Look("api_key_replaced", replaced),
        Look("api_keys_in_trouble", reverse("api_keys")),
        Look("universe_key_fails", reverse("universe", args=[42])),
        Look("secret_create_roblox_key", new_secret, "editor", paste_a_key_of_roblox),
        Look("universes_picked", f"{pick}?group=1234567"),
        Look("universes_pick_refused", f"{pick}?group=1234567", "admin", tick_nothing),
        Look("universes_pick_opened", f"{pick}?key={_id_in(troubled)}"),
        Look("universes_pick_no_group", f"{pick}?group=x"),
        Look("api_key_replace_refused", replace, "admin", refuse_a_replacement),
    ]
