"""Where Roblox fails and nothing was sent, the form stays with all that is not secret."""

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Change, Universe
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, field, value_shown, words

VALUE = "hello"
HOST = {"reach": "host", "domain": "api.example.com"}
SENT = {
    "secret_create": {"name": "NEW_KEY", "value": VALUE, "note": "Theirs.", **HOST},
    "secret_rotate": {"value": VALUE, **HOST},
    "secret_delete": {"typed": "PAY_KEY"},
}
REFUSED = [
    (faults.status(400), "POST", "Roblox refused the request"),
    (faults.status(401), "POST", "Roblox refused the API key"),
    (faults.status(429), "POST", "Roblox’s limit for requests of this kind is reached"),
    (faults.status(409), "POST", "already has a secret with that name"),
]
UNREAD = [faults.status(502), faults.status(503), faults.html(200)]


@pytest.mark.parametrize(("fault", "method", "sentence"), REFUSED)
def test_where_roblox_refuses_the_form_stays(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    fault: faults.Fault,
    method: str,
    sentence: str,
) -> None:
    emulator.inject(fault, times=5, method=method)
    answer = client_for("editor").post(address_of("secret_create"), SENT["secret_create"])
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Enter the value again: Sealroom never keeps it." in words(answer)
    assert field(answer, "name") == "NEW_KEY"


def test_what_a_key_may_lack_is_a_list_that_leads_to_its_test(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator, universe: Universe
) -> None:
    for role, leads in (("admin", True), ("manager", False)):
        emulator.inject(faults.status(403), method="DELETE")
        answer = client_for(role).post(address_of("secret_delete", "PAY_KEY"), {"typed": "PAY_KEY"})
        assert answer.status_code == 422
        assert "<li>The API key is missing the scope universe.secret:write.</li>" in body(answer)
        link = f'<a href="/api-keys/{universe.api_key_id}/">Test this key</a>'
        assert (link in body(answer)) is leads
        assert ("Ask an admin to test the key" in words(answer)) is not leads


@pytest.mark.parametrize("door", SENT)
def test_where_roblox_cannot_be_read_nothing_is_sent_and_the_form_stays(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    harbor: EmulatedUniverse,
    door: str,
) -> None:
    held, client = harbor.values, client_for("manager")
    address = address_of(door, *([] if door == "secret_create" else ["PAY_KEY"]))
    for fault in UNREAD:
        emulator.inject(fault, times=5, method="GET")
        answer = client.post(address, SENT[door])
        assert "Roblox’s answer couldn’t be used, so nothing was changed." in words(answer)
        is_kept(answer.status_code, body(answer), SENT[door])
        emulator.clear_faults()
    emulator.stop()
    answer = client.post(address, SENT[door])
    assert "Sealroom couldn’t reach Roblox, so nothing was sent." in words(answer)
    is_kept(answer.status_code, body(answer), SENT[door])
    assert door == "secret_delete" or value_shown(answer) == ""
    assert (harbor.values, Change.objects.count()) == (held, 0)


def is_kept(status: int, page: str, sent: dict[str, str]) -> None:
    """Expect a form with all that was typed but the value."""
    assert status == 422
    for name in {"name", "domain", "typed"} & {*sent}:
        assert f'value="{sent[name]}"' in page
    assert sent.get("note", "") in page
    assert f">{VALUE}<" not in page
    assert f'"{VALUE}"' not in page
