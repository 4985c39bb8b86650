"""The note and the owner of a secret, which only Sealroom knows."""

import json

import pytest
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import AuditEvent, Grant, Secret, Universe
from secretsapp.people import accounts
from tests import stage
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast


def test_note_and_owner_are_kept(client_for: ClientFor, address_of: AddressOf, cast: Cast) -> None:
    viewer = cast["viewer"].user
    sent = {"note": "From the provider.\r\nAsk first.", "owner": str(viewer.pk)}
    client = client_for("editor")
    answer = client.post(address_of("secret_details", "PAY_KEY"), sent, follow=True)
    assert "Saved the details of PAY_KEY." in words(answer)
    assert "Owner V viewer@example.com" in words(answer)
    assert "From the provider. Ask first." in words(answer)
    list_page = words(client.get(address_of("universe")))
    assert "From the provider." in list_page
    assert "Ask first." not in list_page
    client.post(address_of("secret_details", "PAY_KEY"), sent | {"owner": ""})
    events = AuditEvent.objects.filter(tag="secret.details.changed").order_by("sequence")
    fields = [json.loads(event.detail)["fields"] for event in events]
    assert fields == ["note and owner", "owner"], "a browser sends other ends of lines"


def test_only_people_with_access_can_be_chosen_as_owner(
    client_for: ClientFor, address_of: AddressOf, cast: Cast
) -> None:
    client, address = client_for("editor"), address_of("secret_details", "PAY_KEY")
    page = body(client.get(address))
    assert "viewer@example.com" in page
    assert "admin@example.com" in page
    assert "stranger@example.com" not in page
    answer = client.post(address, {"note": "", "owner": str(cast["stranger"].user.pk)})
    assert answer.status_code == 422
    assert Secret.objects.get(name="PAY_KEY").owner is None


def test_access_that_ended_or_lies_elsewhere_makes_no_owner(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    grants.give(
        stage.STAGEHAND,
        cast["viewer"].user,
        universe,
        Terms(Role.VIEWER, "PAY_WEBHOOK"),
    )
    Grant.objects.filter(person=cast["auditor"].user).update(until=timezone.now())
    page = body(client_for("editor").get(address_of("secret_details", "PAY_KEY")))
    assert "rotator@example.com" in page
    assert "viewer@example.com" not in page
    assert "auditor@example.com" not in page


def test_an_owner_who_was_disabled_stays_until_another_is_chosen(
    client_for: ClientFor, address_of: AddressOf, cast: Cast
) -> None:
    client, address = client_for("editor"), address_of("secret_details", "PAY_KEY")
    sent = {"note": "", "owner": str(cast["viewer"].user.pk)}
    assert client.post(address, sent).status_code == 302
    accounts.disable(stage.STAGEHAND, cast["viewer"].user)
    assert "viewer@example.com" in body(client.get(address))
    refused = client.post(address, sent | {"note": "another"})
    assert refused.status_code == 422
    assert "That account is disabled. Choose another owner." in words(refused)


@pytest.mark.parametrize("note", ["x" * 2001, "nul \x00", "bell \x07"])
def test_a_note_that_cannot_be_kept_comes_back(
    client_for: ClientFor, address_of: AddressOf, note: str
) -> None:
    answer = client_for("editor").post(address_of("secret_details", "PAY_KEY"), {"note": note})
    assert answer.status_code == 422
    assert 'id="id_note_error"' in body(answer)
    assert Secret.objects.get(name="PAY_KEY").note == ""
