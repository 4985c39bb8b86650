"""A name that Roblox lists and does not document: seen and acknowledged, and never sent."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import Resolver404, resolve
from django.utils.html import escape

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import AuditEvent, Change, Secret, Universe
from secretsapp.universes import refreshing
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, field, words
from tests.spine.doors import DOORS
from tests.stage import HARBOR_ID, STAGEHAND
from tests.support.unfinished import let_rest
from tests.support.watch import writes

NAMES = ["a/b", ".", "..", "../../..", "?q=1#x", "%2e%2e", "a b", "9KEY", "hex-61", "<b>", "é" * 64]
ABOUT_A_SECRET = [door for door in DOORS if door.about == "secret"]
WRITES = {"secret_rotate", "secret_delete"}

every_name = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def drifted(harbor: EmulatedUniverse, universe: Universe, name: str) -> Secret:
    """A secret of that name which appeared at Roblox, and was changed there since."""
    harbor.put(name, b"x", "*")
    refresh(universe)
    return Secret.objects.get(universe=universe, name=name)


def refresh(universe: Universe) -> None:
    let_rest(universe)
    assert refreshing.refresh(STAGEHAND, universe)


@every_name
def test_it_has_a_page_with_its_history_and_without_what_would_send_it(
    client_for: ClientFor, address_of: AddressOf, drifted: Secret, name: str
) -> None:
    answer = client_for("manager").get(address_of("secret", name))
    assert f"<bdi>{escape(name)}</bdi>" in body(answer)
    assert "Warning: Created outside Sealroom" in words(answer)
    assert "Roblox doesn’t document names like this one." in words(answer)
    assert address_of("secret_details", name) in body(answer)
    for page in WRITES:
        assert address_of(page, name) not in body(answer)
    assert "GetSecret(" not in body(answer)


@every_name
def test_a_change_elsewhere_is_acknowledged_on_its_page(
    client_for: ClientFor, address_of: AddressOf, drifted: Secret, name: str
) -> None:
    client, page = client_for("editor"), address_of("secret", name)
    sent = {"seen": field(client.get(page), "seen")}
    answer = client.post(address_of("secret_acknowledge", name), sent, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "Marked as reviewed." in words(answer)
    drifted.refresh_from_db()
    assert drifted.drifted_at is None


@every_name
def test_the_shell_acknowledges_it_too(
    universe: Universe, harbor: EmulatedUniverse, drifted: Secret, name: str
) -> None:
    call_command("acknowledge_drift", HARBOR_ID, name)
    drifted.refresh_from_db()
    assert drifted.drifted_at is None
    harbor.remove(name)
    refresh(universe)
    call_command("acknowledge_drift", HARBOR_ID, name)
    assert not Secret.objects.filter(pk=drifted.pk).exists()
    acknowledged = AuditEvent.objects.filter(tag="secret.drift.acknowledged", secret_name=name)
    assert acknowledged.count() == 2


@every_name
def test_its_note_is_kept_on_its_page(
    client_for: ClientFor, address_of: AddressOf, drifted: Secret, name: str
) -> None:
    client, address = client_for("editor"), address_of("secret_details", name)
    assert client.get(address).status_code == 200
    answer = client.post(address, {"note": "of whom?"}, follow=True)
    assert answer.redirect_chain == [(address_of("secret", name), 302)]
    assert "of whom?" in words(answer)


@every_name
@pytest.mark.parametrize("page", sorted(WRITES))
def test_the_browser_sends_it_nowhere_and_says_why(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    drifted: Secret,
    name: str,
    page: str,
) -> None:
    client, address = client_for("manager"), address_of(page, name)
    for answer in (client.get(address), client.post(address, {"value": "x", "typed": name})):
        assert answer.status_code == 400
        assert "so Sealroom never sends it." in words(answer)
    assert (writes(emulator), Change.objects.count()) == ([], 0)


@every_name
@pytest.mark.parametrize("command", [("delete_secret", "--yes"), ("rotate_secret",)])
def test_the_shell_sends_it_nowhere_and_says_why(
    emulator: Emulator,
    drifted: Secret,
    name: str,
    command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"value")))
    with pytest.raises(CommandError, match="so Sealroom never sends it"):
        call_command(command[0], HARBOR_ID, name, *command[1:])
    assert (writes(emulator), Change.objects.count()) == ([], 0)


@pytest.mark.parametrize("name", ["a/b"])
def test_its_doors_open_to_nobody_else(
    client_for: ClientFor, universe: Universe, drifted: Secret, name: str
) -> None:
    for role in ("viewer", "stranger"):
        client = client_for(role)
        for door in ABOUT_A_SECRET:
            status = client.get(door.address(universe, name)).status_code
            allowed = role in door.may_pass
            assert status == (
                door.read_answer if allowed else 404 if role == "stranger" else 403
            ), door.name


@pytest.mark.parametrize("name", ["a/b"])
def test_its_address_is_found_by_the_list_the_search_the_log_and_the_first_page(
    client_for: ClientFor, address_of: AddressOf, drifted: Secret, name: str
) -> None:
    client, link = client_for("manager"), f'href="{address_of("secret", name)}"'
    for address in (address_of("universe"), "/search/?q=a%2Fb", "/audit/", "/"):
        assert link in body(client.get(address)), address


@pytest.mark.parametrize(
    "text",
    [
        "hex-",
        "hex-6",
        "hex-6A",
        "hex-ff",
        "hex-00",
        "hex-0a",
        "hex-4b4559",
        "hex-" + "2e" * 65,
        "hex-eda080",
        "a-b",
        "%2e%2e",
    ],
)
def test_no_name_has_two_addresses_and_none_is_guessed(text: str) -> None:
    with pytest.raises(Resolver404):
        resolve(f"/universes/1/secrets/{text}/")
