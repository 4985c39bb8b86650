"""Several secrets of a universe, ticked and then edited or reviewed as one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import AuditEvent, Batch, Secret, Universe
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.secrets.proposing import protect
from tests.stage import STAGEHAND, Cast

BOTH = {"name": "PAY_KEY\r\nPAY_WEBHOOK"}
CONFIRMED = BOTH | {"confirmed": "yes"}


def told(tag: str) -> list[str]:
    """The secrets of which the log was told so."""
    events = AuditEvent.objects.filter(tag=tag).order_by("sequence")
    return list(events.values_list("secret_name", flat=True))


def drift(*names: str, **marks: object) -> None:
    Secret.objects.filter(name__in=names).update(drifted_at=timezone.now(), **marks)


def test_the_list_leads_to_the_same_secrets_to_tick(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client = client_for("editor")
    page = address_of("secrets_several")
    assert f'href="{page}?q=pay&amp;sort=-name"' in body(
        client.get(f"{address_of('universe')}?q=pay&sort=-name")
    )
    ticks = re.findall(r'name="name" value="(\w+)"', body(client.get(f"{page}?q=pay&sort=-name")))
    assert ticks == ["PAY_WEBHOOK", "PAY_KEY"]
    assert "There are no secrets to select." in words(client.get(f"{page}?q=nothing"))


def test_who_can_change_nothing_is_told_so(client_for: ClientFor, address_of: AddressOf) -> None:
    page = words(client_for("viewer").get(address_of("secrets_several")))
    assert "You can’t edit or delete any of these." in page


def test_the_note_of_several_is_replaced_and_their_owners_stay(
    client_for: ClientFor, address_of: AddressOf, cast: Cast
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(owner=cast["viewer"].user)
    client, address = client_for("editor"), address_of("several_details")
    page = client.post(address, BOTH)
    assert (page.status_code, told("secret.details.changed")) == (200, [])
    assert "Edit details of 2 secrets" in words(page)
    sent = CONFIRMED | {"sets_note": "on", "note": "Ends\r\nyearly."}
    assert "Saved the details of 2 secrets." in words(client.post(address, sent, follow=True))
    assert set(Secret.objects.filter(note="Ends\nyearly.").values_list("name", flat=True)) == {
        "PAY_KEY",
        "PAY_WEBHOOK",
    }
    assert Secret.objects.get(name="PAY_KEY").owner == cast["viewer"].user
    assert told("secret.details.changed") == ["PAY_KEY", "PAY_WEBHOOK"]
    # What is as it is to be already is no event.
    client.post(address, sent)
    assert len(told("secret.details.changed")) == 2


def test_the_owner_of_several_is_replaced_and_their_notes_stay(
    client_for: ClientFor, address_of: AddressOf, cast: Cast
) -> None:
    Secret.objects.update(note="kept", owner=cast["viewer"].user)
    client, address = client_for("editor"), address_of("several_details")
    owner = str(cast["rotator"].user.pk)
    client.post(address, CONFIRMED | {"sets_owner": "on", "owner": owner})
    assert set(Secret.objects.filter(owner=cast["rotator"].user, note="kept")) == set(
        Secret.objects.filter(name__startswith="PAY_")
    )
    client.post(address, CONFIRMED | {"sets_owner": "on", "owner": ""})
    assert not Secret.objects.filter(name__startswith="PAY_").exclude(owner=None).exists()


def test_an_owner_must_be_able_to_list_each_of_them(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.VIEWER, "PAY_KEY"))
    client, address = client_for("editor"), address_of("several_details")
    owner = {"sets_owner": "on", "owner": str(cast["stranger"].user.pk)}
    refused = client.post(address, CONFIRMED | owner)
    assert refused.status_code == 422
    assert "Choose someone who can list" in words(refused)
    one = {"name": "PAY_KEY", "confirmed": "yes"}
    assert client.post(address, one | owner).status_code == 302


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"note": "x"}, "Tick what you want to replace"),
        ({"sets_note": "on", "note": "x" * 2001}, "Keep it to 2,000 characters"),
        ({"sets_note": "on", "note": "\x01"}, "control characters"),
    ],
)
def test_details_that_cannot_be_saved_change_nothing(
    client_for: ClientFor, address_of: AddressOf, sent: dict[str, str], sentence: str
) -> None:
    answer = client_for("editor").post(address_of("several_details"), CONFIRMED | sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert told("secret.details.changed") == []


def test_what_one_cannot_edit_is_left_out(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    grants.revoke_all(STAGEHAND, cast["editor"].user, universe)
    grants.add(STAGEHAND, cast["editor"].user, universe, Terms(Role.EDITOR, "PAY_*"))
    grants.add(STAGEHAND, cast["editor"].user, universe, Terms(Role.VIEWER))
    client, address = client_for("editor"), address_of("several_details")
    every_name = {"name": "PAY_KEY\nSIGNING_SEED\nGONE"}
    page = client.post(address, every_name)
    assert "2 of those you ticked are left out" in words(page)
    client.post(address, every_name | {"confirmed": "yes", "sets_note": "on", "note": "new"})
    assert told("secret.details.changed") == ["PAY_KEY"]
    assert client.post(address, {"name": "SIGNING_SEED"}).status_code == 403


@pytest.mark.parametrize("door", ["several_details", "several_review"])
def test_nothing_ticked_leads_back_and_says_so(
    client_for: ClientFor, address_of: AddressOf, door: str
) -> None:
    client = client_for("editor")
    for sent in ({}, {"name": "GONE"}, {"name": "\x00"}):
        answer = client.post(address_of(door), sent, follow=True)
        assert answer.redirect_chain == [(address_of("secrets_several"), 302)]
        assert "First tick the secrets that you mean." in words(answer)
    assert client.get(address_of(door)).headers["Location"] == address_of("secrets_several")


def test_what_was_changed_outside_is_reviewed_at_once(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    drift("PAY_KEY")
    drift("SIGNING_SEED", missing_since=timezone.now())
    client, address = client_for("editor"), address_of("several_review")
    page = client.post(address, {"name": "PAY_KEY\nPAY_WEBHOOK\nSIGNING_SEED"})
    assert "Mark 2 secrets as reviewed" in words(page)
    sent = {
        field: re.findall(rf'name="{field}" value="([^"]*)"', body(page))[0].replace("&#10;", "\n")
        for field in ("name", "seen", "confirmed")
    }
    done = client.post(address, sent, follow=True)
    assert "Marked 2 secrets as reviewed." in words(done)
    assert told("secret.drift.acknowledged") == ["PAY_KEY", "SIGNING_SEED"]
    assert not Secret.objects.filter(name="SIGNING_SEED").exists()
    back = client.post(address, BOTH, follow=True)
    assert "None of these was changed outside Sealroom." in words(back)


def test_what_changed_again_meanwhile_is_not_reviewed_nor_is_any_other(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    drift("PAY_KEY", "PAY_WEBHOOK", update_time="2026-11-01T10:00:00Z")
    seen = "changed 2026-11-01T10:00:00Z\nchanged 2026-10-01T10:00:00Z"
    sent = CONFIRMED | {"seen": seen}
    answer = client_for("editor").post(address_of("several_review"), sent, follow=True)
    assert "PAY_WEBHOOK was changed outside Sealroom again" in words(answer)
    assert told("secret.drift.acknowledged") == []
    assert Secret.objects.filter(drifted_at__isnull=False).count() == 2


def test_hundreds_are_ticked_in_one_field(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    names = [f"{'LONG_NAME_' * 5}{number:03}" for number in range(490)]
    Secret.objects.bulk_create(Secret(universe=universe, name=name) for name in names)
    client = client_for("editor")
    page = client.post(address_of("several_details"), {"name": "\n".join(names)})
    assert "Edit details of 490 secrets" in words(page)

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.post(address_of("several_details"), {"name": "\n".join(names[:count])})
        return len(captured)

    assert queries(490) == queries(2)


def versions(*names: str) -> str:
    """When each was changed last, as the page that deletes them carries it."""
    found = dict(Secret.objects.values_list("name", "update_time"))
    return "\n".join(found[name] for name in names)


@pytest.mark.parametrize("typed", ["2", "PAY_KEY PAY_WEBHOOK", "PAY_WEBHOOK,PAY_KEY"])
def test_several_are_deleted_as_a_batch_once_their_number_or_names_are_typed(
    client_for: ClientFor, address_of: AddressOf, typed: str
) -> None:
    client, address = client_for("manager"), address_of("several_delete")
    page = client.post(address, BOTH)
    assert "Delete 2 secrets from Harbor" in words(page)
    sent = CONFIRMED | {"seen": versions("PAY_KEY", "PAY_WEBHOOK"), "reason": "season over"}
    done = client.post(address, sent | {"typed": typed})
    batch = Batch.objects.get()
    assert done.headers["Location"] == reverse("batch", args=[batch.pk])
    assert (batch.size, batch.reason) == (2, "season over")
    assert list(batch.items.values_list("name", "kind")) == [
        ("PAY_KEY", "delete"),
        ("PAY_WEBHOOK", "delete"),
    ]


@pytest.mark.parametrize("typed", ["", "1", "3", "PAY_KEY", "pay_key pay_webhook", "two"])
def test_nothing_is_deleted_until_it_is_confirmed(
    client_for: ClientFor, address_of: AddressOf, typed: str
) -> None:
    sent = CONFIRMED | {"seen": versions("PAY_KEY", "PAY_WEBHOOK"), "typed": typed}
    answer = client_for("manager").post(address_of("several_delete"), sent)
    assert answer.status_code == 422
    assert "Type 2: so many would be deleted." in words(answer)
    assert not Batch.objects.exists()


def test_what_changed_meanwhile_is_not_deleted_nor_is_any_other(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    sent = CONFIRMED | {"seen": versions("PAY_KEY", "PAY_WEBHOOK"), "typed": "2"}
    Secret.objects.filter(name="PAY_WEBHOOK").update(update_time="2026-11-01T10:00:00Z")
    answer = client_for("manager").post(address_of("several_delete"), sent)
    assert "PAY_WEBHOOK was changed after you opened this page." in words(answer)
    assert not Batch.objects.exists()


def test_what_cannot_be_deleted_is_left_out_and_said(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    drift("PAY_WEBHOOK", missing_since=timezone.now())
    Secret.objects.create(universe=universe, name="odd/name")
    client = client_for("manager")
    page = client.post(address_of("several_delete"), {"name": "PAY_KEY\nPAY_WEBHOOK\nodd/name"})
    assert "Delete 1 secret from Harbor" in words(page)
    assert "PAY_WEBHOOK Left out There is no such secret" in words(page)
    assert "odd/name Left out Nothing was sent: Roblox doesn’t document" in words(page)
    back = client.post(address_of("several_delete"), {"name": "odd/name"}, follow=True)
    assert "Nothing was deleted. odd/name: Nothing was sent" in words(back)


def test_in_a_protected_universe_each_deletion_is_proposed(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    protect(universe)
    client, address = client_for("manager"), address_of("several_delete")
    assert "each deletion becomes a proposal" in words(client.post(address, BOTH))
    sent = CONFIRMED | {"seen": versions("PAY_KEY", "PAY_WEBHOOK"), "typed": "2"}
    done = client.post(address, sent, follow=True)
    assert "Started proposing to delete 2 secrets." in words(done)
    assert all(Batch.objects.get().items.values_list("needs_approval", flat=True))


def test_a_name_with_a_line_break_stands_for_no_other(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    Secret.objects.create(universe=universe, name="PAY_KEY\nPAY_WEBHOOK 100%")
    client = client_for("editor")
    page = body(client.get(f"{address_of('secrets_several')}?q=100"))
    (tick,) = re.findall(r'name="name" value="([^"]*)"', page)
    sent = {"name": tick, "confirmed": "yes", "sets_note": "on", "note": "x"}
    client.post(address_of("several_details"), sent)
    assert told("secret.details.changed") == ["PAY_KEY\nPAY_WEBHOOK 100%"]
