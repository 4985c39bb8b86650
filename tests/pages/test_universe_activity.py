"""The activity of one universe: its log, or the histories of the secrets that one can list."""

from django.urls import reverse

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, AuditEvent, Change, Universe
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.pages.reading_log import fill_log, link_to, newest_event, sequences
from tests.stage import HARBOR_ID, STAGEHAND, Cast


def test_the_tab_stays_in_the_universe(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, api_key: ApiKey, cast: Cast
) -> None:
    quay = Universe.objects.create(id=7, name="Quay", api_key=api_key)
    there = Universe.objects.get(pk=quay.pk)
    grants.give(STAGEHAND, cast["viewer"].user, there, Terms(Role.VIEWER))
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    client = client_for("admin")
    address = address_of("universe_activity")
    assert link_to(body(client.get(address_of("universe"))), "activity") == address
    # Whatever the address asks for, it is this universe.
    page = client.get(address, {"event": "secret", "universe": str(quay.pk)})
    assert "Activity · Harbor" in body(page)
    assert 'aria-current="page">Activity' in body(page)
    assert "rotated PAY_KEY 127.0.0.1" in words(page)
    assert "All universes</option>" not in body(page)
    assert " of Quay" not in words(client.get(address))
    assert f'href="{address}">Clear all' in body(page)
    filtered = {"result": "", "event": "secret"}
    headers = {"HX-Request": "true", "HX-Target": "audit-list"}
    answer = client.get(address, filtered, headers=headers)
    assert answer.headers["HX-Push-Url"] == f"{address}?event=secret"


def test_who_may_not_read_the_log_is_shown_what_happened_to_their_secrets(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, cast: Cast
) -> None:
    grants.give(STAGEHAND, cast["viewer"].user, universe, Terms(Role.VIEWER, "PAY_*"))
    fill_log(universe, cast, 1)
    for who in ("viewer", "rotator"):
        client_for(who).get(address_of("secret_delete", "PAY_KEY"))
    for name in ("PAY_KEY", "SIGNING_SEED"):
        client_for("editor").post(address_of("secret_rotate", name), {"value": "x"})
    client, address = client_for("viewer"), address_of("universe_activity")
    page = client.get(address)
    told = words(page)
    assert "What happened to the secrets that you can list." in told
    assert "editor@example.com rotated PAY_KEY" in told
    assert "viewer@example.com was denied deleting" in told
    # Other names, other people's refusals, other events, addresses and changes are of the log.
    for hidden in (
        "SIGNING_SEED",
        "rotator@example.com was",
        "First sync of",
        "127.0.0.1",
        "View all events",
    ):
        assert hidden not in told.partition("Filter")[2], hidden
    found = AuditEvent.objects.filter(secret_name="SIGNING_SEED").latest("sequence")
    for asked in ({"change": found.change_id}, {"secret": "SIGNING_SEED"}, {"event": "universe"}):
        assert sequences(body(client.get(address, asked))) == []
    assert "rotator@example.com" not in body(page)
    # Nor can an address be found out by what it finds.
    for guess in ("127.*", "127.0.0.1", "128.*"):
        guessed = client.get(address, {"address": guess})
        assert guessed.status_code == 422
        assert "Only people who can read the audit log can filter it by IP" in words(guessed)
        assert sequences(body(guessed)) == []
    assert 'name="address"' not in body(page)
    assert client.get(reverse("audit")).status_code == 403


def test_a_reader_of_another_log_reads_only_histories_here(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, api_key: ApiKey, cast: Cast
) -> None:
    quay = Universe.objects.create(id=7, name="Quay", api_key=api_key)
    grants.give(STAGEHAND, cast["viewer"].user, quay, Terms(Role.AUDITOR))
    client_for("editor").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    page = words(client_for("viewer").get(address_of("universe_activity")))
    assert "editor@example.com rotated PAY_KEY" in page
    assert "127.0.0.1" not in page
    assert "First sync of" not in page
    there = words(client_for("viewer").get(reverse("universe_activity", args=[quay.pk])))
    assert "What happened to the secrets" not in there
    assert "Viewer" in there


def test_everyone_reads_what_they_did_themselves(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("editor").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    viewer = client_for("viewer")
    viewer.get(address_of("secret_rotate", "PAY_KEY"))
    mine = reverse("me_activity")
    assert mine in body(viewer.get(reverse("me")))
    page = words(viewer.get(mine))
    assert "viewer@example.com was denied rotating PAY_KEY in Harbor" in page
    assert "editor@example.com" not in page
    # Neither a person nor a universe of the address widens it, nor what a change consists of.
    asked = {"person": "editor@example.com", "universe": str(HARBOR_ID)}
    assert "editor@example.com" not in words(viewer.get(mine, asked))
    change_id = Change.objects.get().pk
    assert "No events match" in words(viewer.get(mine, {"change": str(change_id)}))
    page = body(client_for("editor").get(mine, {"event": "secret"}))
    assert "rotated" in page
    assert f"{mine}?change={change_id}" in body(
        newest_event(client_for("editor"), tag="secret.rotate.succeeded")
    )
