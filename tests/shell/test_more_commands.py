"""Settings, removals, drift and password links from the shell."""

from django.utils import timezone

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, AuditEvent, OneTimeCode, Secret, Universe, User
from secretsapp.people import ways_in
from tests.actions.of_ways_in import NOBODY
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast, engage

SITE = "http://127.0.0.1:8000"
WHO = "viewer@example.com"
CHOSEN = Plaintext(b"a lantern on the pier")


def test_settings_of_a_universe_that_are_not_given_stay(
    shell: Shell, universe: Universe, emulator: Emulator
) -> None:
    said = shell.run("edit_universe", HARBOR_ID, "--name", "Old Harbor")
    assert said.output == f"Saved the settings of Old Harbor ({HARBOR_ID}).\n"
    emulator.add_api_key("second-key")
    shell.run("add_api_key", "second", piped=b"second-key")
    said = shell.run("edit_universe", HARBOR_ID, "--api-key", "second", "--json")
    expected = {
        "universe": HARBOR_ID,
        "name": "Old Harbor",
        "environment": "production",
        "api_key": "second",
        "server_key": "",
    }
    assert said.json == expected
    said = shell.run("edit_universe", HARBOR_ID, "--environment", "", "--json")
    assert said.json == expected | {"environment": ""}
    stored = Universe.objects.get()
    assert (stored.name, stored.environment, stored.api_key.name) == ("Old Harbor", "", "second")


def test_settings_that_will_not_do_change_nothing(shell: Shell, universe: Universe) -> None:
    refused = shell.refuse("add_api_key", "wrong", piped=b"wrong-key")
    assert "Nothing was saved. Roblox doesn’t know this key." in refused
    assert "Add --unchecked to save it anyway." in refused
    shell.run("add_api_key", "wrong", "--unchecked", piped=b"wrong-key")
    before = AuditEvent.objects.count()
    edit = ("edit_universe", HARBOR_ID)
    assert "Enter a name" in shell.refuse(*edit, "--name", "")
    assert "no API key named “none”" in shell.refuse(*edit, "--api-key", "none")
    assert "Roblox refused the API key" in shell.refuse(*edit, "--api-key", "wrong", "--name", "X")
    assert Universe.objects.get().name == "Harbor"
    assert AuditEvent.objects.count() == before


def test_universe_and_its_key_go_when_it_is_meant_and_in_that_order(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    removals = (("remove_universe", HARBOR_ID), ("remove_api_key", "automation"))
    for removal in removals:
        assert "--yes" in shell.refuse(*removal)
    assert "still used by Harbor" in shell.refuse(*removals[1], "--yes")
    assert (Universe.objects.count(), ApiKey.objects.count()) == (1, 1)
    said = shell.run(*removals[0], "--yes", "--json")
    assert said.json == {"universe": HARBOR_ID, "name": "Harbor"}
    assert not Universe.objects.exists()
    assert "PAY_KEY" in harbor.secrets
    said = shell.run(*removals[1], "--yes")
    assert said.output == "Removed the API key “automation”. Delete it at Roblox too.\n"
    assert not ApiKey.objects.exists()


def test_what_is_said_of_a_key_and_not_given_stays(shell: Shell, api_key: ApiKey) -> None:
    encrypted = bytes(api_key.encrypted_value)
    shell.run("edit_api_key", "automation", "--note", "Of the group.", "--ends", "2126-01-31")
    said = shell.run("edit_api_key", "automation", "--name", "main", "--json")
    assert said.json == {
        "api_key": "main",
        "note": "Of the group.",
        "ends_at": "2126-01-31T23:59:59.999999+00:00",
    }
    said = shell.run("edit_api_key", "main", "--note", "", "--ends", "")
    assert said.output == "Saved the details of the API key “main”.\n"
    stored = ApiKey.objects.get()
    assert (stored.name, stored.note, stored.ends_at) == ("main", "", None)
    assert bytes(stored.encrypted_value) == encrypted


def test_what_cannot_be_said_of_a_key_is_refused(shell: Shell, api_key: ApiKey) -> None:
    before = AuditEvent.objects.count()
    edit = ("edit_api_key", "automation")
    assert "Write the end as" in shell.refuse(*edit, "--ends", "soon")
    assert "in the past" in shell.refuse(*edit, "--ends", "2020-01-31")
    assert "Enter a name" in shell.refuse(*edit, "--name", "")
    assert "no API key named “none”" in shell.refuse("edit_api_key", "none", "--note", "x")
    assert AuditEvent.objects.count() == before


def test_drift_is_acknowledged_once(shell: Shell, universe: Universe) -> None:
    universe.secrets.filter(name="PAY_KEY").update(drifted_at=timezone.now())
    acknowledge = ("acknowledge_drift", HARBOR_ID, "PAY_KEY")
    said = shell.run(*acknowledge)
    assert said.output == "Marked as reviewed: PAY_KEY in Harbor.\n"
    assert Secret.objects.get(name="PAY_KEY").drifted_at is None
    said = shell.run(*acknowledge)
    assert said.output == "Nothing to review: PAY_KEY in Harbor.\n"
    expected = {"universe": HARBOR_ID, "name": "PAY_KEY", "acknowledged": False}
    assert shell.run(*acknowledge, "--json").json == expected


def test_missing_secret_is_taken_off_the_list(shell: Shell, universe: Universe) -> None:
    universe.secrets.filter(name="PAY_KEY").update(missing_since=timezone.now())
    acknowledge = ("acknowledge_drift", HARBOR_ID, "PAY_KEY")
    assert shell.run(*acknowledge).output == "Removed PAY_KEY in Harbor from the list.\n"
    assert "no secret with that name" in shell.refuse(*acknowledge)


def test_printed_link_sets_the_password_once(shell: Shell, db: None) -> None:
    person = engage("viewer").user
    older = shell.run("password_link", WHO).output
    said = shell.run("password_link", "Viewer@Example.com")
    link, sentence = said.output.splitlines()
    assert link.startswith(f"{SITE}/password/#")
    end = f"{OneTimeCode.objects.get().ends_at:%b %Y, %H:%M} UTC."
    assert sentence.startswith(f"It sets the password of {WHO} once, until ")
    assert sentence.endswith(end)
    assert (older == said.output, said.errors) == (False, "")
    _follow(link)
    person.refresh_from_db()
    assert person.check_password("a lantern on the pier")
    assert not OneTimeCode.objects.exists()


def test_link_as_json_and_none_for_the_disabled_or_unknown(shell: Shell, cast: Cast) -> None:
    said = shell.run("password_link", WHO, "--json", "--as", "admin@example.com").json
    assert said["email"] == WHO
    assert said["ends_at"] == OneTimeCode.objects.get().ends_at.isoformat()
    assert said["link"].startswith(f"{SITE}/password/#")
    shell.run("disable_user", WHO)
    assert "is disabled. Enable it first." in shell.refuse("password_link", WHO)
    assert "no account with that" in shell.refuse("password_link", "nobody@example.com")
    assert not OneTimeCode.objects.exists()


def test_account_with_a_link_reads_no_password(shell: Shell) -> None:
    said = shell.run("create_user", "New@Example.com", "--link", piped=b"short")
    created, link, sentence = said.output.splitlines()
    assert created == "Created the account of new@example.com, without a role."
    assert "new@example.com once, until" in sentence
    user = User.objects.get()
    assert not user.has_usable_password()
    _follow(link)
    user.refresh_from_db()
    assert user.check_password("a lantern on the pier")
    said = shell.run("create_user", "boss@example.com", "--admin", "--link", "--json")
    assert said.json.keys() == {"email", "admin", "link", "ends_at"}
    assert "already" in shell.refuse("create_user", "boss@example.com", "--link")


def _follow(link: str) -> None:
    """Do what the page does to which the link leads."""
    ways_in.set_password(NOBODY, Plaintext.from_text(link), CHOSEN)
