"""Accounts and roles from the shell."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from emulator import Emulator, faults
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import AuditEvent, Grant, Universe, User
from secretsapp.secrets import changes
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, PASSWORD, Cast
from tests.support.unfinished import leave_open

NEW_PASSWORD = b"a lantern on the pier\n"


def test_created_account_signs_in_with_the_piped_password(shell: Shell) -> None:
    named = ("--name", "Nia New")
    said = shell.run("create_user", "New@Example.com", *named, piped=NEW_PASSWORD)
    assert said.output == "Created the account of new@example.com, without a role.\n"
    user = User.objects.get(email="new@example.com")
    assert user.check_password("a lantern on the pier")
    assert user.name == "Nia New"
    assert not Grant.objects.filter(person=user).exists()


def test_admin_is_made_in_the_same_step(shell: Shell) -> None:
    said = shell.run("create_user", "new@example.com", "--admin", "--json", piped=NEW_PASSWORD)
    assert said.json == {"email": "new@example.com", "admin": True}
    assert Grant.objects.get(person__email="new@example.com").role == "admin"
    by_role = ("other@example.com", "--role", "admin", "--all", "--json")
    assert shell.run("create_user", *by_role, piped=NEW_PASSWORD).json["admin"] is True


def test_account_and_its_first_role_are_created_in_one_step(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    where = ("--role", "Rotator", "--universe", HARBOR_ID, "--pattern", "PAY_*")
    why = ("--reason", "x")
    said = shell.run("create_user", "new@example.com", *where, *why, piped=NEW_PASSWORD)
    created, reach = said.output.splitlines()
    assert created == "Created the account of new@example.com, Rotator of Harbor."
    assert reach.startswith("PAY_* matches 2 secrets")
    grant = Grant.objects.get(person__email="new@example.com")
    assert (grant.role, grant.universe, grant.names) == ("rotator", universe, ("PAY_*",))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--role", "viewer"], "--role needs --universe, --environment, --group or --all"),
        (["--all"], "add --role"),
        (["--pattern", "PAY_*"], "add --role"),
        (["--role", "viewer", "--all", "--until", "2020-01-01"], "The end is in the past"),
        (["--role", "viewer", "--universe", "1"], "This universe isn"),
        (["--role", "viewer", "--all", "--pattern", "*_PAY"], "A pattern is one exact name"),
    ],
)
def test_account_whose_role_is_refused_is_not_created(
    shell: Shell, cast: Cast, options: list[str], words: str
) -> None:
    assert words in shell.refuse("create_user", "new@example.com", *options, piped=NEW_PASSWORD)
    assert User.objects.count() == len(cast)


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("not an address", NEW_PASSWORD, "Enter an email address"),
        ("EDITOR@example.com", NEW_PASSWORD, "already an account with that email address"),
        ("new@example.com", b"short", "too short"),
        ("new@example.com", b"\xff\xfe" * 10, "is in UTF-16"),
        ("new@example.com", b"", "too short"),
    ],
)
def test_unusable_accounts_are_refused(
    shell: Shell, cast: Cast, email: str, password: bytes, words: str
) -> None:
    assert words in shell.refuse("create_user", email, piped=password)
    assert User.objects.count() == len(cast)


def test_disabled_person_is_enabled_again(shell: Shell, cast: Cast) -> None:
    disabled = shell.run("disable_user", "viewer@example.com", "--json")
    assert disabled.json == {
        "email": "viewer@example.com",
        "active": False,
        "could_rotate": 0,
        "saved": [],
        "saved_further": 0,
    }
    assert not User.objects.get(email="viewer@example.com").is_active
    enabled = shell.run("enable_user", "viewer@example.com")
    assert enabled.output == "Enabled the account of viewer@example.com.\n"
    assert User.objects.get(email="viewer@example.com").is_active


def test_who_disables_an_account_is_told_what_is_to_be_rotated(
    shell: Shell, cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    editor = cast["editor"].actor
    changes.rotate(actor=editor, universe=universe, name="PAY_KEY", value=Plaintext(b"before"))
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    said = shell.run("disable_user", "manager@example.com").output.splitlines()
    assert said[:3] == [
        "Disabled the account of manager@example.com.",
        "They could rotate 3 secrets:",
        "  Harbor (Production): PAY_KEY, PAY_WEBHOOK, SIGNING_SEED",
    ]
    assert said[3] == "They saved these values in the last 90 days. Rotate those that matter:"
    assert said[4].startswith("  PAY_KEY in Harbor (Production): ")
    assert said[4].endswith(", outcome unknown")
    again = shell.run("disable_user", "manager@example.com", "--json").json
    assert again["saved"][0]["updated_since"] is False
    assert (again["saved"][0]["outcome_known"], again["saved_further"]) == (False, 0)
    other = shell.run("disable_user", "editor@example.com").output
    assert "PAY_KEY in Harbor" in other
    assert "updated since" not in other


def test_last_admin_stays(shell: Shell, cast: Cast) -> None:
    assert "the last admin" in shell.refuse("disable_user", "admin@example.com")
    assert "the last admin" in shell.refuse("revoke", "admin@example.com", "--all")


def test_all_sessions_of_someone_are_ended(shell: Shell, cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast["viewer"].user)
    assert browser.get("/me/").status_code == 200
    said = shell.run("end_sessions", "viewer@example.com").output
    assert "Ended 1 session of viewer@example.com." in said
    assert browser.get("/me/").status_code == 302
    assert shell.run("end_sessions", "viewer@example.com", "--json").json["ended"] == 0


@pytest.mark.parametrize("command", ["disable_user", "enable_user", "end_sessions", "set_password"])
def test_unknown_people_are_refused(shell: Shell, cast: Cast, command: str) -> None:
    sentence = shell.refuse(command, "nobody@example.com", piped=NEW_PASSWORD)
    assert sentence == "There is no account with that email address. Create it first."


def test_password_is_replaced_or_stays(shell: Shell, cast: Cast) -> None:
    assert "too short" in shell.refuse("set_password", "viewer@example.com", piped=b"short")
    assert User.objects.get(email="viewer@example.com").check_password(PASSWORD)
    said = shell.run("set_password", "viewer@example.com", piped=NEW_PASSWORD)
    assert said.output.startswith("Set the password of viewer@example.com")
    assert User.objects.get(email="viewer@example.com").check_password("a lantern on the pier")


def test_grant_with_every_bound(shell: Shell, universe: Universe, cast: Cast) -> None:
    bounds = ("--pattern", "PAY_*", "--until", "2126-12-03T18:00", "--reason", "Winter event.")
    said = shell.run("grant", "stranger@example.com", "rotator", "--universe", HARBOR_ID, *bounds)
    assert said.output == (
        "stranger@example.com is now Rotator of Harbor, for PAY_*, until 3 Dec 2126, 18:00 UTC.\n"
        "PAY_* matches 2 secrets: PAY_KEY, PAY_WEBHOOK.\n"
    )
    starless = ("--universe", HARBOR_ID, "--pattern", "PAY_", "--reason", "x")
    told = shell.run("grant", "stranger@example.com", "rotator", *starless).errors
    assert "PAY_ matches no secret now." in told
    shell.run("grant", "stranger@example.com", "rotator", "--universe", HARBOR_ID, *bounds)
    grant = Grant.objects.get(person=cast["stranger"].user)
    assert (grant.universe, grant.names, grant.reason) == (universe, ("PAY_*",), "Winter event.")
    assert grant.until == datetime(2126, 12, 3, 18, tzinfo=UTC)


def test_a_grant_to_a_day_holds_to_the_end_of_it(shell: Shell, cast: Cast) -> None:
    said = shell.run("grant", "stranger@example.com", "viewer", "--all", "--until", "2126-01-31")
    assert said.output.endswith(", until 31 Jan 2126, 23:59 UTC.\n")
    grant = Grant.objects.get(person=cast["stranger"].user)
    assert grant.until == datetime(2126, 1, 31, 23, 59, 59, 999999, UTC)


def test_a_grant_until_today_is_none_that_has_ended(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    shell.run("grant", "stranger@example.com", "viewer", "--all", "--until", today)
    assert shell.run("list_secrets", HARBOR_ID, "--as", "stranger@example.com").output


def test_grant_of_all_universes_as_json_of_a_role_as_the_pages_write_it(
    shell: Shell, cast: Cast
) -> None:
    said = shell.run("grant", "stranger@example.com", "Auditor", "--all", "--reason", "x", "--json")
    assert said.json == {
        "id": Grant.objects.get(person=cast["stranger"].user).pk,
        "email": "stranger@example.com",
        "role": "auditor",
        "universe": None,
        "patterns": [],
        "until": None,
        "matches": 3,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody@example.com", "viewer", "--all"), "no account with that"),
        (("stranger@example.com", "viewer", "--universe", 42), "This universe isn’t in Sealroom"),
        (("stranger@example.com", "viewer", "--all", "--until", "soon"), "Write the end as"),
        (("stranger@example.com", "viewer", "--all", "--until", "2020-01-01"), "in the past"),
        (("stranger@example.com", "viewer", "--all", "--pattern", "A*B"), "A pattern is"),
        (("stranger@example.com", "admin", "--universe", HARBOR_ID), "never expires"),
        (("stranger@example.com", "viewer", "--all"), "needs a reason"),
    ],
)
def test_unusable_grants_are_refused(
    shell: Shell, cast: Cast, arguments: tuple[object, ...], words: str
) -> None:
    assert words in shell.refuse("grant", *arguments)
    assert not Grant.objects.filter(person=cast["stranger"].user).exists()


def test_revoked_role_is_gone_and_cannot_be_revoked_again(shell: Shell, cast: Cast) -> None:
    scope = ("--universe", HARBOR_ID)
    said = shell.run("revoke", "viewer@example.com", *scope, "--json")
    assert said.json == {"email": "viewer@example.com", "universe": HARBOR_ID}
    assert not Grant.objects.filter(person=cast["viewer"].user).exists()
    assert "has no role" in shell.refuse("revoke", "viewer@example.com", *scope)


def test_manager_gives_roles_in_their_universe_alone(shell: Shell, cast: Cast) -> None:
    acting = ("--as", "manager@example.com")
    scope = ("--universe", HARBOR_ID)
    shell.run("grant", "stranger@example.com", "editor", *scope, "--reason", "x", *acting)
    assert Grant.objects.get(person=cast["stranger"].user).given_by == "manager@example.com"


def test_an_address_is_changed(shell: Shell, cast: Cast) -> None:
    said = shell.run("change_address", "viewer@example.com", "New@Example.com")
    assert said.output == "Changed the address of viewer@example.com to new@example.com.\n"
    said = shell.run("change_address", "new@example.com", "viewer@example.com", "--json")
    assert said.json == {"before": "new@example.com", "email": "viewer@example.com"}
    assert AuditEvent.objects.latest("pk").tag == "person.address_changed"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("editor@example.com", "already an account"),
        ("viewer@example.com", "has this address already"),
        ("no address", "such as name@example.com"),
    ],
)
def test_an_address_that_will_not_do_is_not_given(
    shell: Shell, cast: Cast, new: str, words: str
) -> None:
    assert words in str(shell.refuse("change_address", "viewer@example.com", new))


def test_only_who_manages_people_changes_an_address(shell: Shell, cast: Cast) -> None:
    named = ("change_address", "viewer@example.com", "new@example.com")
    assert "Admin role" in str(shell.refuse(*named, "--as", "manager@example.com"))
