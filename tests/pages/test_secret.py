"""One secret: its page, its details and its end."""

import pytest
from django.utils import timezone

from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.log import reading
from secretsapp.models import Grant, Secret, Universe, User
from tests import stage
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, field, words
from tests.stage import Cast

ONLY_HERE = "Not in any other universe of this {} that you can see."
ACTIONS = {
    "manager": {"Rotate", "Delete", "Edit details"},
    "editor": {"Rotate", "Edit details"},
    "rotator": {"Rotate"},
    "viewer": set(),
    "auditor": set(),
}


@pytest.mark.parametrize("role", ACTIONS)
def test_the_page_offers_what_one_may_do(
    client_for: ClientFor, address_of: AddressOf, role: str
) -> None:
    page = body(client_for(role).get(address_of("secret", "PAY_KEY")))
    offered = {words for words in ACTIONS["manager"] if f">{words}</a>" in page}
    assert offered == ACTIONS[role]


def test_what_one_cannot_do_is_said_in_one_line_with_whom_to_ask(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    denied = {
        "viewer": "You can’t rotate, edit or delete this secret. Ask a manager or an admin.",
        "rotator": "You can’t edit or delete this secret. Ask a manager or an admin.",
        "editor": "You can’t delete this secret. Ask a manager or an admin.",
        "manager": "",
    }
    for role, sentence in denied.items():
        page = words(client_for(role).get(address_of("secret", "PAY_KEY")))
        assert sentence in page
        assert ("You can’t" in page) is bool(sentence)


def test_who_gave_one_access_is_named_as_someone_to_ask_while_they_could_give_more(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, cast: Cast
) -> None:
    manager, rotator = cast["manager"], cast["rotator"]
    User.objects.filter(pk=manager.user.pk).update(name="Mia Manager")
    grants.give(cast["admin"].actor, rotator.user, None, Terms(Role.VIEWER))
    grants.give(manager.actor, rotator.user, universe, Terms(Role.ROTATOR, "PAY_*"))
    denied = "You can’t edit or delete this secret. Ask"
    page = client_for("rotator").get(address_of("secret", "PAY_KEY"))
    assert f"{denied} admin@example.com or Mia Manager." in words(page)
    assert '<bdi title="manager@example.com">Mia Manager' in body(page)
    Grant.objects.filter(person=manager.user).update(role=Role.EDITOR)
    page = client_for("rotator").get(address_of("secret", "PAY_KEY"))
    assert f"{denied} admin@example.com." in words(page)
    assert "Ask a manager or an admin." in words(
        client_for("viewer").get(address_of("secret", "PAY_KEY"))
    )


@pytest.mark.parametrize(
    ("domain", "host"),
    [
        ("api.pay.example", "https://api.pay.example/"),
        ("*.pay.example", "https://api.pay.example/"),
        ("*", "https://api.example.com/"),
        ("", ""),
    ],
)
def test_the_lines_to_use_it_fit_its_name_and_domain(
    client_for: ClientFor, address_of: AddressOf, domain: str, host: str
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(domain=domain)
    page = words(client_for("viewer").get(address_of("secret", "PAY_KEY")))
    assert 'HttpService:GetSecret("PAY_KEY")' in page
    assert f'{{"PAY_KEY": ["dGVzdA==", "{domain}"]}}' in page
    assert ('apiKey:AddPrefix("Bearer ")' in page) is bool(host)
    assert host in page
    assert ("because it has no allowed host" in page) is not bool(host)


def test_a_long_history_is_cut_and_says_where_the_rest_is(
    client_for: ClientFor,
    address_of: AddressOf,
    universe: Universe,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = address_of("secret", "PAY_KEY")
    assert "The newest" not in words(client_for("auditor").get(page))
    monkeypatch.setattr(reading, "HISTORY_SIZE", 1)
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    assert "Older ones are in the audit log, which" in words(client_for("viewer").get(page))
    told = client_for("auditor").get(page)
    assert "The newest 1 event." in words(told)
    assert f'/audit/?universe={universe.pk}&amp;secret=PAY_KEY"' in body(told)


@pytest.mark.parametrize(
    ("role", "may"), [("manager", True), ("editor", True), ("rotator", False), ("auditor", False)]
)
def test_a_change_elsewhere_can_be_acknowledged(
    client_for: ClientFor, address_of: AddressOf, role: str, may: bool
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(drifted_at=timezone.now())
    client, page = client_for(role), address_of("secret", "PAY_KEY")
    assert ("Mark as reviewed" in words(client.get(page))) is may
    if may:
        address = address_of("secret_acknowledge", "PAY_KEY")
        assert client.get(address).headers["Location"] == page
        assert "Mark as reviewed" in words(client.get(page))
        seen = {"seen": field(client.get(page), "seen")}
        Secret.objects.filter(name="PAY_KEY").update(update_time="2026-12-03T18:00:00Z")
        answer = client.post(address, seen, follow=True)
        assert "PAY_KEY was changed outside Sealroom again" in words(answer)
        assert "Mark as reviewed" in words(answer)
        answer = client.post(address, {"seen": field(answer, "seen")}, follow=True)
        assert "Marked as reviewed." in words(answer)
        assert "Changed outside Sealroom, found" not in words(answer)
        again = client.post(address, follow=True)
        assert again.redirect_chain == [(page, 302)]
        assert "Marked as reviewed." not in words(again)


def test_a_missing_secret_can_be_taken_off_the_list(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(missing_since=timezone.now())
    client = client_for("editor")
    page = client.get(address_of("secret", "PAY_KEY"))
    assert "Remove from list" in words(page)
    sent = {"seen": field(page, "seen")}
    answer = client.post(address_of("secret_acknowledge", "PAY_KEY"), sent, follow=True)
    assert answer.redirect_chain == [(address_of("universe"), 302)]
    assert "Removed PAY_KEY from the list." in words(answer)
    assert "2 secrets" in words(answer)


def test_the_page_shows_every_event_of_the_secret(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    for role in ("viewer", "auditor"):
        client = client_for(role)
        page = words(client.get(address_of("secret", "PAY_KEY")))
        # Whose history it is stands above, and the beginning is folded into its outcome.
        assert "rotator@example.com rotated Details" in page.replace("127.0.0.1 ", "")
        assert "secret.rotate.started" not in page
        assert ("rotated Details" in page) is (role == "viewer")
        assert ("rotated 127.0.0.1 Details" in page) is (role == "auditor")
        every = words(client.get(address_of("secret", "PAY_KEY"), {"history": "all"}))
        assert "rotator@example.com started rotating" in every


def test_the_refusals_of_others_are_told_to_those_who_read_the_log(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("viewer").get(address_of("secret_delete", "PAY_KEY"))
    told = {
        role: "viewer@example.com was denied deleting secrets"
        in words(client_for(role).get(address_of("secret", "PAY_KEY")))
        for role in ("viewer", "editor", "auditor")
    }
    assert told == {"viewer": True, "editor": False, "auditor": True}


def test_ones_own_change_is_called_so(client_for: ClientFor, address_of: AddressOf) -> None:
    client = client_for("rotator")
    client.post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    page = address_of("secret", "PAY_KEY")
    assert "Last changed by R You" in words(client.get(page))
    assert "Last changed by R rotator@example.com" in words(client_for("viewer").get(page))


def test_a_change_elsewhere_is_explained(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, harbor: EmulatedUniverse
) -> None:
    harbor.put("PAY_KEY", b"theirs", "*")
    client = client_for("viewer")
    Universe.objects.filter(pk=universe.pk).update(sync_tried_at=None)
    client.post(address_of("universe_refresh"))
    page = words(client.get(address_of("secret", "PAY_KEY")))
    assert "Changed outside Sealroom, found" in page
    assert "Last changed by Outside Sealroom" in page
    harbor.put("THEIR_KEY", b"theirs", "hooks.pay.example")
    Universe.objects.filter(pk=universe.pk).update(sync_tried_at=None)
    client.post(address_of("universe_refresh"))
    page = words(client.get(address_of("secret", "THEIR_KEY")))
    assert "Created outside Sealroom, found" in page
    assert "Last changed by Created outside Sealroom" in page
    assert ('Method = "POST"' in page, "Bearer" in page) == (True, False)


def test_the_page_says_where_else_in_the_group_the_name_is(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, cast: Cast
) -> None:
    def quay(number: int, owner: str = universe.owner) -> Universe:
        name = f"Quay {number}"
        return Universe.objects.create(id=number, name=name, owner=owner, api_key=universe.api_key)

    for place in (quay(1), quay(2, owner="users/9")):
        Secret.objects.create(universe=place, name="PAY_KEY", update_time="2026-11-01T00:00:00Z")
    quay(3)
    page = words(client_for("admin").get(address_of("secret", "PAY_KEY")))
    assert "In other universes Quay 1 updated" in page
    assert "Quay 3 missing · Create in Quay 3" in page
    creating = address_of("secret_create").replace(str(universe.pk), "3") + "?name=PAY_KEY"
    assert f'href="{creating}"' in body(client_for("admin").get(address_of("secret", "PAY_KEY")))
    assert 'value="PAY_KEY"' in body(client_for("admin").get(creating))
    assert 'value="9/"' not in body(client_for("admin").get(f"{creating[:-7]}9/"))
    only = words(client_for("admin").get(address_of("secret", "PAY_WEBHOOK")))
    assert f"In other universes {ONLY_HERE.format('group')}" in only
    assert "Quay 2" not in page.partition("In other universes")[2]
    viewer, page_of = client_for("viewer"), address_of("secret", "PAY_KEY")
    assert "In other universes" not in words(viewer.get(page_of))
    terms = Terms(Role.VIEWER, "OTHER_*")
    grants.give(stage.STAGEHAND, cast["viewer"].user, Universe.objects.get(pk=1), terms)
    assert "In other universes" not in words(viewer.get(page_of))
    grants.give(
        stage.STAGEHAND, cast["viewer"].user, Universe.objects.get(pk=3), Terms(Role.VIEWER)
    )
    told = words(viewer.get(page_of))
    assert ONLY_HERE.format("group") in told
    assert "Quay" not in told.partition("In other universes")[2]


def test_a_name_that_roblox_does_not_document_is_not_offered_to_be_created_elsewhere(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    Universe.objects.update(owner="users/9")
    for number in (1, 2):
        Universe.objects.create(
            id=number, name=f"Quay {number}", owner="users/9", api_key=universe.api_key
        )
    Secret.objects.create(universe=universe, name="pay-key")
    page = address_of("secret", "pay-key")
    assert f"In other universes {ONLY_HERE.format('user')}" in words(client_for("admin").get(page))
    Secret.objects.create(universe_id=1, name="pay-key")
    told = words(client_for("admin").get(page))
    assert "Quay 2 missing" in told
    assert "Create in Quay 2" not in told


def test_what_a_secret_is_without_can_be_added_by_who_may(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    page = address_of("secret", "PAY_KEY")
    Secret.objects.filter(name="PAY_KEY").update(update_time="2020-01-01T00:00:00Z")
    for role, offered in (("editor", True), ("viewer", False)):
        told = words(client_for(role).get(page))
        assert ("Add an owner" in told, "Add a note" in told) == (offered, offered)
        assert "Over a year" in told


def test_a_name_that_is_not_there_is_not_found(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    answer = client_for("admin").get(address_of("secret", "NO_SUCH_KEY"))
    assert answer.status_code == 404
    assert "It may have been deleted: check the list." in words(answer)
    assert f'href="{address_of("universe")}"><span>Back to <bdi>Harbor</bdi></span></a>' in body(
        answer
    )
    assert "Events of this name" in words(answer)
    answer = client_for("viewer").get(address_of("secret", "NO_SUCH_KEY"))
    assert "Events of this name" not in words(answer)


def test_a_secret_named_new_has_its_own_page(client_for: ClientFor, address_of: AddressOf) -> None:
    client = client_for("editor")
    sent = {"name": "new", "value": "x", "reach": "never"}
    answer = client.post(address_of("secret_create"), sent, follow=True)
    assert answer.status_code == 200
    assert "new · Harbor · Sealroom" in words(answer)


@pytest.mark.parametrize("typed", ["PAY_KEY", " PAY_KEY "])
def test_typing_the_name_deletes_the_secret(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, typed: str
) -> None:
    client, address = client_for("manager"), address_of("secret_delete", "PAY_KEY")
    page = client.get(address)
    assert "This can’t be undone." in words(page)
    sent = {"typed": typed, "version": field(page, "version")}
    answer = client.post(address, sent, follow=True)
    assert answer.redirect_chain == [(address_of("universe"), 302)]
    assert "Deleted PAY_KEY." in words(answer)
    assert "PAY_KEY" not in harbor.secrets
    assert not Secret.objects.filter(name="PAY_KEY").exists()


@pytest.mark.parametrize("typed", ["", "pay_key", "PAY_KEY_", "PAY_WEBHOOK", "PAY_KEY\x00"])
def test_anything_but_the_very_name_deletes_nothing(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, typed: str
) -> None:
    answer = client_for("manager").post(address_of("secret_delete", "PAY_KEY"), {"typed": typed})
    assert answer.status_code == 422
    assert 'id="id_typed_error"' in body(answer)
    assert "PAY_KEY" in harbor.secrets


def test_a_secret_that_changed_meanwhile_is_not_deleted(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    client, address = client_for("manager"), address_of("secret_delete", "PAY_KEY")
    seen = field(client.get(address), "version")
    harbor.put("PAY_KEY", b"theirs", "*")
    refused = client.post(address, {"typed": "PAY_KEY", "version": seen})
    assert refused.status_code == 422
    assert "PAY_KEY was changed by someone outside Sealroom" in words(refused)
    assert field(refused, "typed") == ""
    assert harbor.values["PAY_KEY"] == b"theirs"

    sent = {"typed": "PAY_KEY", "version": field(refused, "version")}
    assert client.post(address, sent).status_code == 302
    assert "PAY_KEY" not in harbor.secrets


def test_refusals_stand_apart_from_the_history_and_are_counted(
    client_for: ClientFor, address_of: AddressOf, cast: Cast
) -> None:
    page = address_of("secret", "PAY_KEY")
    assert "Denied attempts" not in words(client_for("auditor").get(page))
    assert client_for("viewer").get(address_of("secret_rotate", "PAY_KEY")).status_code == 403
    told = words(client_for("auditor").get(page))
    history, _, refused = told.partition("Denied attempts They changed nothing.")
    assert "viewer@example.com was denied rotating secrets just now" in refused
    assert "was denied" not in history
    assert "was denied" not in words(client_for("rotator").get(page))
    assert "was denied rotating secrets" in words(client_for("viewer").get(page))
    assert "viewer@example.com was denied rotating PAY_KEY in Harbor" in words(
        client_for("auditor").get("/")
    )
