"""Creating and rotating: what is sealed, what is refused, and that a value is never shown."""

import re

import pytest
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.times import sentence_time
from secretsapp.models import Change, Secret, Universe
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.secrets import changes
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, chosen_reach, field, value_shown, words
from tests.stage import Cast

NEW = {"name": "NEW_KEY", "value": "hello", "reach": "host", "domain": "api.example.com"}
AGAIN = "Enter the value again: Sealroom never keeps it."
TYPED = [
    "two\nlines",
    " spaces at the ends \n",
    "\n",
    "ключ ключей 🔑",
    "bell \x07 and escape \x1b",
    "é" * 512,
]


@pytest.mark.parametrize("role", ["admin", "manager", "editor"])
def test_a_created_secret_is_sealed_and_shown(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, role: str
) -> None:
    answer = client_for(role).post(address_of("secret_create"), NEW, follow=True)
    assert answer.redirect_chain == [(address_of("secret", "NEW_KEY"), 302)]
    assert "Created NEW_KEY. Running servers" in words(answer)
    assert "Running servers get it after they restart." in words(answer)
    assert harbor.values["NEW_KEY"] == b"hello"
    assert harbor.secrets["NEW_KEY"].domain == "api.example.com"


@pytest.mark.parametrize("typed", TYPED)
def test_roblox_gets_exactly_what_was_typed(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, typed: str
) -> None:
    sent = typed.replace("\n", "\r\n")  # as a browser sends a textarea
    meant = {"value": sent, "as_typed": "on"}
    answer = client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), meant)
    assert answer.status_code == 302
    assert harbor.values["PAY_KEY"] == typed.encode()


@pytest.mark.parametrize("page", ["secret_create", "secret_rotate", "secret_delete"])
def test_nobody_mistakes_production(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, page: str
) -> None:
    address = address_of(page, *([] if page == "secret_create" else ["PAY_KEY"]))
    client, warning = client_for("manager"), "Production. Harbor is live for players."
    assert warning in words(client.get(address))
    Universe.objects.filter(pk=universe.pk).update(environment="staging")
    assert warning not in words(client.get(address))


@pytest.mark.parametrize(
    ("reach", "domain", "stored"),
    [
        ("any", "left.over.example", "*"),
        ("never", "", ""),
        ("host", " *.example.com ", "*.example.com"),
    ],
)
def test_the_domain_is_what_was_chosen(
    client_for: ClientFor,
    address_of: AddressOf,
    harbor: EmulatedUniverse,
    reach: str,
    domain: str,
    stored: str,
) -> None:
    chosen = NEW | {"reach": reach, "domain": domain}
    assert client_for("editor").post(address_of("secret_create"), chosen).status_code == 302
    assert harbor.secrets["NEW_KEY"].domain == stored


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter a name for the secret."),
        ({"name": "1KEY"}, "A name can’t start with a digit."),
        ({"name": "PAY-KEY"}, "A name can only have the letters"),
        ({"name": "N" * 65}, "A name can have at most 64 characters"),
        ({"name": "PAY_KEY"}, "Harbor already has a secret named PAY_KEY."),
        ({"value": ""}, "Enter the value of the secret."),
        ({"value": "é" * 513}, "A value can have at most 1,024 bytes; this one has 1,026."),
        ({"value": "lost \N{REPLACEMENT CHARACTER}"}, "The value isn’t valid text."),
        ({"reach": ""}, "Choose the allowed host."),
        ({"reach": "elsewhere"}, "Choose the allowed host."),
        ({"domain": ""}, "Enter the host, or choose another option."),
        ({"domain": "*"}, "Enter the host, or choose another option."),
        ({"domain": "https://api.example.com"}, "Enter only the host"),
        ({"domain": "a.*.example.com"}, "A star can only be at the start"),
        ({"domain": "nul\x00.example.com"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_created_comes_back_with_a_sentence(
    client_for: ClientFor,
    address_of: AddressOf,
    harbor: EmulatedUniverse,
    changed: dict[str, str],
    sentence: str,
) -> None:
    before = harbor.values
    answer = client_for("editor").post(address_of("secret_create"), NEW | changed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert value_shown(answer) == ""
    # One fault is told at its field; that the value has to be entered again is none.
    assert 'role="alert"' not in body(answer)
    assert (AGAIN in words(answer)) is ("value" not in changed)
    focused = re.findall(r'name="(\w+)"[^>]* autofocus', body(answer))
    assert len(set(focused)) == 1
    assert harbor.values == before


def test_note_and_owner_can_be_given_at_once(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    client, address = client_for("editor"), address_of("secret_create")
    answer = client.post(address, NEW | {"note": "bell \x07"})
    assert (answer.status_code, "NEW_KEY" in harbor.secrets) == (422, False)
    assert 'id="id_note_error"' in body(answer)
    answer = client.post(address, NEW | {"note": "Theirs.", "is_mine": "on"}, follow=True)
    assert "Created NEW_KEY. Running servers" in words(answer)
    stored = Secret.objects.get(name="NEW_KEY")
    assert stored.owner is not None
    assert (stored.note, stored.owner.email) == ("Theirs.", "editor@example.com")


def test_nothing_is_chosen_for_a_new_secret(client_for: ClientFor, address_of: AddressOf) -> None:
    page = client_for("editor").get(address_of("secret_create"))
    assert body(page).count('name="reach"') == 3
    assert chosen_reach(page) == []


def test_a_value_is_asked_for_again_and_never_shown(
    client_for: ClientFor, address_of: AddressOf, marker: str
) -> None:
    answer = client_for("editor").post(
        address_of("secret_create"), NEW | {"value": marker, "reach": ""}
    )
    assert AGAIN in words(answer)
    assert value_shown(answer) == ""
    assert marker.split()[1] not in body(answer)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (faults.status(401), "Roblox refused the API key"),
        (faults.status(403), "Roblox doesn’t allow this"),
        (faults.status(429, headers={"retry-after": "7"}), "Try again in 7 seconds."),
        (faults.status(400), "Roblox refused the request"),
    ],
)
def test_what_roblox_refuses_comes_back_with_a_sentence(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    marker: str,
    fault: faults.Fault,
    sentence: str,
) -> None:
    emulator.inject(fault, method="POST")
    answer = client_for("editor").post(address_of("secret_create"), NEW | {"value": marker})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert AGAIN in words(answer)
    assert marker.split()[1] not in body(answer)


def test_an_unknown_outcome_leads_to_the_list_and_invites_nobody_to_send_it_again(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_after(), method="POST")
    answer = client_for("editor").post(address_of("secret_create"), NEW, follow=True)
    change = Change.objects.get()
    assert answer.redirect_chain == [(f"{address_of('universe')}?change={change.pk}", 302)]
    told = words(answer)
    assert "The creation of NEW_KEY by you at" in told
    assert f"Sealroom checks at {sentence_time(change.started_at + SETTLE_AFTER)}" in told
    assert "Don’t send it again before then" in told


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("1.5", "Try again in 2 seconds."),
        ("0.5", "Try again in 1 second."),
        ("Sun, 06 Nov 1994 08:49:37 GMT", "Try again in a minute."),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "Try again in 3600 seconds."),
        ("soon", "Try again in a minute."),
    ],
)
def test_a_wait_that_roblox_asks_for_is_handed_on(
    client_for: ClientFor,
    address_of: AddressOf,
    emulator: Emulator,
    asked: str,
    sentence: str,
) -> None:
    emulator.inject(faults.status(429, None, {"Retry-After": asked}), method="PATCH")
    answer = client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    assert answer.status_code == 422
    told = "Nothing was sent: Roblox’s limit for requests of this kind is reached."
    assert f"{told} {sentence}" in words(answer)


def test_the_allowed_host_is_folded_unless_it_is_to_be_chosen(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client, address = client_for("editor"), address_of("secret_rotate", "PAY_KEY")
    kept = {"reach": "host", "domain": "api.pay.example"}
    assert "Allowed host api.pay.example Change" in words(client.get(address))
    assert "host-fold" in body(client.post(address, kept))
    for sent in ({"reach": "any"}, kept | {"domain": "https://a"}, kept | {"domain": "b.example"}):
        assert "host-fold" not in body(client.post(address, sent))
    Secret.objects.filter(name="PAY_KEY").update(drifted_at=timezone.now())
    assert "host-fold" not in body(client.get(address))


def test_rotating_keeps_the_domain_of_those_who_may_not_change_it(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    client, address = client_for("rotator"), address_of("secret_rotate", "PAY_KEY")
    page = client.get(address)
    assert "api.pay.example" in words(page)
    assert 'name="reach"' not in body(page)
    version = field(page, "version")
    answer = client.post(address, {"value": "new", "version": version}, follow=True)
    assert "Rotated PAY_KEY. Running servers keep the old value" in words(answer)
    assert "the old key also works at its provider until you revoke it there" in words(answer)
    assert harbor.secrets["PAY_KEY"].domain == "api.pay.example"
    assert harbor.values["PAY_KEY"] == b"new"


def test_a_rotator_who_sends_a_domain_all_the_same_is_refused(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    sent = {"value": "new", "reach": "any", "domain": ""}
    answer = client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), sent)
    assert answer.status_code == 403
    assert "change the allowed host" in words(answer)
    assert harbor.values["PAY_KEY"] == b"pay value"


@pytest.mark.parametrize(
    ("name", "chosen"), [("PAY_KEY", "host"), ("PAY_WEBHOOK", "any"), ("SIGNING_SEED", "never")]
)
def test_the_domain_that_a_secret_has_is_chosen_already(
    client_for: ClientFor, address_of: AddressOf, name: str, chosen: str
) -> None:
    page = client_for("editor").get(address_of("secret_rotate", name))
    assert chosen_reach(page) == [chosen]


def test_someone_who_rotated_meanwhile_is_named_and_nothing_is_sent(
    client_for: ClientFor,
    address_of: AddressOf,
    cast: Cast,
    universe: Universe,
    harbor: EmulatedUniverse,
) -> None:
    client, address = client_for("editor"), address_of("secret_rotate", "PAY_KEY")
    seen = field(client.get(address), "version")
    value = Plaintext(b"theirs")
    changes.rotate(
        actor=cast["manager"].actor, universe=universe, name="PAY_KEY", value=value, domain="*"
    )
    mine = {"value": "mine", "version": seen, "reach": "host", "domain": "api.pay.example"}
    refused = client.post(address, mine)
    assert refused.status_code == 422
    assert "PAY_KEY was changed by manager@example.com" in words(refused)
    assert harbor.values["PAY_KEY"] == b"theirs"
    assert value_shown(refused) == ""
    assert field(refused, "version") == harbor.secrets["PAY_KEY"].update_time
    assert chosen_reach(refused) == ["any"]

    again = mine | {"version": field(refused, "version"), "reach": "any"}
    assert client.post(address, again).status_code == 302
    assert harbor.values["PAY_KEY"] == b"mine"


def test_another_error_keeps_the_version_that_was_seen(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    sent = {"value": "", "version": "2020-01-01T00:00:00Z"}
    answer = client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), sent)
    assert field(answer, "version") == "2020-01-01T00:00:00Z"


def test_a_secret_that_is_gone_from_roblox_cannot_be_rotated(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    harbor.remove("PAY_KEY")
    client = client_for("editor")
    answer = client.post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    assert answer.status_code == 422
    assert "PAY_KEY is no longer at Roblox" in words(answer)
    page = words(client.get(address_of("secret", "PAY_KEY")))
    assert "Deleted outside Sealroom: Roblox hasn’t listed it since" in page


def test_helpers_are_kept_off_every_field_of_a_form_with_a_value(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client = client_for("editor")
    for address in (address_of("secret_create"), address_of("secret_rotate", "PAY_KEY")):
        page = body(client.get(address))
        form = page[page.index('<form class="form"') :]
        inputs = form.replace("<textarea", "<input").split("<input")[1:]
        shown = [part.partition(">")[0] for part in inputs if 'type="hidden"' not in part]
        for quiet in ('autocomplete="off"', 'spellcheck="false"', 'data-1p-ignore="true"'):
            assert all(quiet in part for part in shown)
