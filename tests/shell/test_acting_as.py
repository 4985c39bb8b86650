"""Who acts: the person named by --as, with that person's rights, or whoever runs the command."""

import os
import pwd
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import AuditEvent, Universe
from secretsapp.operation import system_account
from secretsapp.people import accounts
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, STAGEHAND, Cast
from tests.support.watch import Watch, detail


def test_without_a_name_the_account_of_the_operating_system_is_told(
    shell: Shell, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "ana")
    monkeypatch.setattr(socket, "gethostname", lambda: "vault-1")
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    event = AuditEvent.objects.latest("sequence")
    assert event.tag == "secret.rotate.succeeded"
    account = f"{pwd.getpwuid(os.getuid()).pw_name} on vault-1, SUDO_USER=ana"
    assert event.actor_name == f"{account} (command rotate_secret)"
    assert (event.actor_kind, event.door) == ("command", "shell")


def test_every_page_that_says_who_changed_it_names_that_account(
    shell: Shell, cast: Cast, client_for: Callable[[str], Client]
) -> None:
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    account = system_account.describe_account()
    admin = client_for("admin")
    secret = reverse("secret", args=[HARBOR_ID, "PAY_KEY"])
    for page in (reverse("universe", args=[HARBOR_ID]), secret, reverse("audit"), reverse("home")):
        said = admin.get(page).content.decode()
        assert account in said
        assert "rotate_secret" in said


def test_with_a_name_that_person_is_the_actor_and_the_account_is_told_beside(
    shell: Shell, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "ana")
    monkeypatch.setattr(socket, "gethostname", lambda: "vault-1")
    acting = ("--as", "Editor@Example.com")
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", *acting, piped=b"second")
    event = AuditEvent.objects.latest("sequence")
    assert (event.actor_kind, event.actor_name) == ("person", "editor@example.com")
    assert event.actor_id == str(cast["editor"].user.pk)
    assert event.door == "shell"
    account = f"{pwd.getpwuid(os.getuid()).pw_name} on vault-1, SUDO_USER=ana"
    for each in AuditEvent.objects.filter(change_id=event.change_id):
        assert detail(each)["run_by"] == account


def test_pages_and_exports_say_who_ran_it_and_not_that_it_was_the_person(
    shell: Shell, cast: Cast, client_for: Callable[[str], Client], tmp_path: Path
) -> None:
    acting = ("--as", "editor@example.com")
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", *acting, piped=b"second")
    account = system_account.describe_account()
    admin = client_for("admin")
    for page in (reverse("audit"), reverse("home")):
        said = admin.get(page).content.decode()
        assert f"{account} as editor@example.com" in said
    newest = AuditEvent.objects.latest("sequence").sequence
    said = admin.get(reverse("event", args=[newest])).content.decode()
    assert f"<dt>Run by</dt><dd><bdi>{account}</bdi>" in said
    for form in ("csv", "ndjson"):
        file = tmp_path / form
        shell.run("export_audit", "--format", form, "--output", file)
        assert account in file.read_text("utf-8")


def test_what_a_person_is_refused_is_told_apart_from_what_was_run_as_them(
    shell: Shell, cast: Cast, client_for: Callable[[str], Client]
) -> None:
    shell.refuse("rotate_secret", HARBOR_ID, "PAY_KEY", "--as", "viewer@example.com", piped=b"x")
    client_for("viewer").post(reverse("secret_rotate", args=[HARBOR_ID, "PAY_KEY"]), {})
    said = client_for("admin").get("/").content.decode()
    assert said.count("as viewer@example.com") == 1


@pytest.mark.parametrize(
    ("who", "command", "arguments"),
    [
        ("viewer", "rotate_secret", (HARBOR_ID, "PAY_KEY")),
        ("auditor", "rotate_secret", (HARBOR_ID, "PAY_KEY")),
        ("rotator", "rotate_secret", (HARBOR_ID, "PAY_KEY", "--domain", "*")),
        ("rotator", "create_secret", (HARBOR_ID, "NEW_KEY", "--domain", "*")),
        ("rotator", "set_details", (HARBOR_ID, "PAY_KEY", "--note", "x")),
        ("editor", "delete_secret", (HARBOR_ID, "PAY_KEY", "--yes")),
        ("rotator", "acknowledge_drift", (HARBOR_ID, "PAY_KEY")),
        ("manager", "create_user", ("new@example.com",)),
        ("manager", "create_user", ("new@example.com", "--link")),
        ("manager", "password_link", ("viewer@example.com",)),
        ("manager", "disable_user", ("viewer@example.com",)),
        ("manager", "set_password", ("viewer@example.com",)),
        ("manager", "add_api_key", ("another",)),
        ("manager", "replace_api_key", ("automation",)),
        ("manager", "test_api_key", ("automation",)),
        ("manager", "edit_api_key", ("automation", "--note", "x")),
        ("manager", "remove_api_key", ("automation", "--yes")),
        ("manager", "add_universe", (7, "--api-key", "automation")),
        ("manager", "add_universes", (7, 8, "--api-key", "automation")),
        ("manager", "edit_universe", (HARBOR_ID, "--environment", "staging")),
        ("manager", "remove_universe", (HARBOR_ID, "--yes")),
        ("manager", "grant", ("viewer@example.com", "viewer", "--all", "--reason", "x")),
        ("manager", "grant", ("viewer@example.com", "admin", "--all")),
        ("manager", "rotate_master_key", ()),
        ("manager", "settle_changes", ()),
        ("auditor", "verify_audit", ()),
    ],
)
def test_what_a_person_may_not_do_is_refused_and_recorded(
    shell: Shell,
    cast: Cast,
    harbor: EmulatedUniverse,
    emulator: Emulator,
    who: str,
    command: str,
    arguments: tuple[object, ...],
) -> None:
    before, values = AuditEvent.objects.count(), harbor.values
    sentence = shell.refuse(
        command, *arguments, "--as", f"{who}@example.com", piped=b"a value for this"
    )
    assert "You can’t" in sentence
    event = AuditEvent.objects.latest("sequence")
    assert (event.tag, event.actor_name) == ("access.refused", f"{who}@example.com")
    assert AuditEvent.objects.count() == before + 1
    assert harbor.values == values


def test_same_refusal_is_recorded_once_a_minute(shell: Shell, cast: Cast) -> None:
    before = AuditEvent.objects.count()
    for _ in range(3):
        acting = ("--as", "viewer@example.com")
        shell.refuse("rotate_secret", HARBOR_ID, "PAY_KEY", *acting, piped=b"second")
    assert AuditEvent.objects.count() == before + 1


def test_refusal_that_cannot_be_recorded_is_one_all_the_same(
    shell: Shell, cast: Cast, harbor: EmulatedUniverse, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.execute_wrapper(_refuse_events):
        acting = ("--as", "viewer@example.com")
        sentence = shell.refuse("rotate_secret", HARBOR_ID, "PAY_KEY", *acting, piped=b"second")
    assert "You can’t rotate PAY_KEY" in sentence
    assert "A refusal could not be recorded: OperationalError" in caplog.messages
    assert harbor.values["PAY_KEY"] == b"pay value"


def test_what_a_person_may_not_see_is_not_there(shell: Shell, cast: Cast) -> None:
    hidden = shell.refuse("list_secrets", HARBOR_ID, "--as", "stranger@example.com")
    assert hidden == shell.refuse("list_secrets", 42, "--as", "stranger@example.com")


def test_list_shows_what_the_pattern_covers(shell: Shell, cast: Cast) -> None:
    grant = ("stranger@example.com", "viewer", "--universe", HARBOR_ID, "--pattern", "PAY_*")
    shell.run("grant", *grant, "--reason", "x")
    said = shell.run("list_secrets", HARBOR_ID, "--json", "--as", "stranger@example.com")
    assert [secret["name"] for secret in said.json["secrets"]] == ["PAY_KEY", "PAY_WEBHOOK"]
    assert said.json["room"] is None


def test_nobody_can_act_as_a_disabled_or_unknown_person(shell: Shell, cast: Cast) -> None:
    accounts.disable(STAGEHAND, cast["editor"].user)
    unknown = shell.refuse("list_secrets", HARBOR_ID, "--as", "nobody@example.com")
    assert unknown == "There is no active account with that email address."
    assert unknown == shell.refuse("list_secrets", HARBOR_ID, "--as", "editor@example.com")


def test_people_set_their_own_password(shell: Shell, cast: Cast) -> None:
    acting = ("--as", "viewer@example.com")
    shell.run("set_password", "viewer@example.com", *acting, piped=b"a lantern on the pier")
    cast["viewer"].user.refresh_from_db()
    assert cast["viewer"].user.check_password("a lantern on the pier")


def _refuse_events(
    execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any
) -> Any:
    if sql.startswith("INSERT") and "auditevent" in sql:
        raise OperationalError("the disk is full")
    return execute(sql, parameters, many, context)


def test_a_refusal_in_the_shell_hides_none_in_the_browser(
    shell: Shell, universe: Universe, client_for: Callable[[str], Client]
) -> None:
    watch = Watch()
    wanted = ("delete_secret", HARBOR_ID, "PAY_KEY", "--yes", "--as", "viewer@example.com")
    shell.refuse(*wanted)
    client = client_for("viewer")
    for address in ("192.0.2.7", "192.0.2.8"):
        client.post(
            reverse("secret_delete", args=[universe.pk, "PAY_KEY"]), {}, REMOTE_ADDR=address
        )
    assert [(event.door, event.address) for event in watch.events] == [
        ("shell", ""),
        ("browser", "192.0.2.7"),
        ("browser", "192.0.2.8"),
    ]
