"""The pages of batches: replace everywhere, follow, and steer."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.batches import running
from secretsapp.models import ApiKey, Batch, BatchItem, Secret, Universe
from secretsapp.models.batches import BatchState, ItemState
from tests.batches.batching import add_universe, batch_of
from tests.stage import GROUP_ID, Cast, Person
from tests.support.watch import Watch, writes

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | Person], Client]
REPLACE = reverse("replace_everywhere") + "?name=PAY_KEY"


def ticks_of(page: str) -> list[str]:
    """What is sent for each row that can be ticked."""
    return [part.split('"')[0] for part in page.split('name="universe" value="')[1:]]


@pytest.fixture
def staging(emulator: Emulator, universe: Universe, api_key: ApiKey) -> EmulatedUniverse:
    """A second universe with the same secret."""
    return add_universe(emulator, api_key, secrets={"PAY_KEY": b"old"})[0]


def test_one_value_goes_into_every_universe_that_was_ticked(
    client_for: ClientFor, harbor: EmulatedUniverse, staging: EmulatedUniverse
) -> None:
    client = client_for("admin")
    page = client.get(REPLACE).content.decode()
    ticks = ticks_of(page)
    assert len(ticks) == 2
    sent = {"universe": ticks, "value": "the new value", "reach": "keep", "reason": "it leaked"}
    answer = client.post(REPLACE, sent)
    batch = Batch.objects.get()
    assert answer.headers["Location"] == reverse("batch", args=[batch.pk])
    assert batch.reason == "it leaked"
    running.run_due()
    assert {each.secrets["PAY_KEY"].value for each in (harbor, staging)} == {b"the new value"}
    page = client.get(answer.headers["Location"]).content.decode()
    assert "2 succeeded" in page
    assert "hx-trigger" not in page.split('id="batch-progress"')[1].split(">")[0]


def test_only_what_was_ticked_is_changed(
    client_for: ClientFor, harbor: EmulatedUniverse, staging: EmulatedUniverse
) -> None:
    client = client_for("admin")
    first, _ = ticks_of(client.get(REPLACE).content.decode())
    client.post(REPLACE, {"universe": [first], "value": "the new value", "reach": "keep"})
    running.run_due()
    changed = [each for each in (harbor, staging) if each.secrets["PAY_KEY"].value != b"old"]
    assert len(changed) == 2 - (staging.secrets["PAY_KEY"].value == b"old")
    assert BatchItem.objects.count() == 1


def test_what_has_changed_since_the_page_was_opened_is_shown_again(
    client_for: ClientFor, emulator: Emulator, staging: EmulatedUniverse
) -> None:
    client = client_for("admin")
    ticks = ticks_of(client.get(REPLACE).content.decode())
    Secret.objects.filter(name="PAY_KEY").update(domain="evil.example")
    answer = client.post(REPLACE, {"universe": ticks, "value": "secret value", "reach": "keep"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Something has changed since you opened this page" in page
    assert "secret value" not in page
    assert not Batch.objects.exists()
    assert writes(emulator) == []


def test_a_host_that_nobody_here_chose_is_asked_about(
    client_for: ClientFor, staging: EmulatedUniverse
) -> None:
    client = client_for("admin")
    Secret.objects.filter(name="PAY_KEY").update(drifted_at="2026-01-01T00:00Z")
    ticks = ticks_of(client.get(REPLACE).content.decode())
    sent = {"universe": ticks, "value": "a value", "reach": "keep"}
    answer = client.post(REPLACE, sent)
    assert answer.status_code == 422
    assert "was changed outside Sealroom" in answer.content.decode()
    sent = sent | {"reach": "host", "domain": "api.pay.example"}
    assert client.post(REPLACE, sent).status_code == 302


def test_a_creation_needs_a_host(client_for: ClientFor, staging: EmulatedUniverse) -> None:
    client = client_for("admin")
    address = reverse("replace_everywhere") + "?name=BRAND_NEW&where=missing"
    ticks = ticks_of(client.get(address).content.decode())
    answer = client.post(address, {"universe": ticks, "value": "a value", "reach": "keep"})
    assert "Choose the allowed host" in answer.content.decode()
    answer = client.post(address, {"universe": ticks, "value": "a value", "reach": "never"})
    assert answer.status_code == 302


def test_a_viewer_is_told_why_nothing_can_be_done(client_for: ClientFor) -> None:
    page = client_for("viewer").get(REPLACE).content.decode()
    assert "No universe that you can change fits" in page


@pytest.mark.engine
@pytest.mark.parametrize("asked", ["name=a%00b&where=all", f"name=PAY_KEY&universe={'9' * 19}"])
def test_an_address_that_makes_no_sense_finds_no_universe(
    client_for: ClientFor, universe: Universe, asked: str
) -> None:
    client = client_for("admin")
    address = f"{reverse('replace_everywhere')}?{asked}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"value": "a value", "reach": "keep"}).status_code == 422


@pytest.fixture
def batch(cast: Cast, universe: Universe, staging: EmulatedUniverse) -> Batch:
    """A batch of the editor's that has not begun."""
    return batch_of(cast["editor"].actor, [universe], {"PAY_KEY": b"new", "PAY_WEBHOOK": b"new"})


def steer(client: Client, batch: Batch, choice: str) -> str:
    """Do it, and give what the page says."""
    address = reverse("batch_steer", args=[batch.pk])
    return client.post(address, {"choice": choice}, follow=True).content.decode()


def test_a_paused_batch_sends_nothing_until_it_is_resumed(
    client_for: ClientFor, emulator: Emulator, batch: Batch
) -> None:
    client, watch = client_for("editor"), Watch()
    assert "Nothing more is sent until you resume it" in steer(client, batch, "pause")
    running.run_due()
    assert writes(emulator) == []
    assert "It goes on" in steer(client, batch, "resume")
    running.run_due()
    assert writes(emulator) == ["PATCH", "PATCH"]
    assert watch.tags[:2] == ["batch.paused", "batch.resumed"]


def test_what_is_cancelled_is_never_sent_and_its_values_are_wiped(
    client_for: ClientFor, emulator: Emulator, batch: Batch
) -> None:
    said = steer(client_for("editor"), batch, "cancel")
    assert "2 of 2 weren’t sent, and their values are wiped" in said
    assert set(batch.items.values_list("state", "box")) == {(ItemState.CANCELLED, "")}
    running.run_due()
    assert writes(emulator) == []
    assert Batch.objects.get().state == BatchState.CANCELLED


def test_an_admin_can_stop_what_others_asked_for_and_not_let_it_go_on(
    client_for: ClientFor, batch: Batch
) -> None:
    client = client_for("admin")
    steer(client, batch, "pause")
    assert Batch.objects.get().state == BatchState.PAUSED
    address = reverse("batch_steer", args=[batch.pk])
    assert client.post(address, {"choice": "resume"}).status_code == 403
    steer(client, batch, "cancel")
    assert Batch.objects.get().state == BatchState.CANCELLED


def test_others_do_not_see_it(client_for: ClientFor, batch: Batch) -> None:
    for name in ("viewer", "rotator", "manager", "stranger"):
        client = client_for(name)
        assert client.get(reverse("batch", args=[batch.pk])).status_code == 404
        assert str(batch.pk) not in client.get(reverse("batches")).content.decode()
    for name in ("editor", "admin"):
        assert str(batch.pk) in client_for(name).get(reverse("batches")).content.decode()


def crowd(emulator: Emulator, universe: Universe, count: int) -> None:
    """So many universes that have the secret, as the mirror knows them."""
    ids = range(50_000, 50_000 + count)
    for pk in ids:
        emulator.add_universe(pk, name=f"Pier {pk}", group_id=GROUP_ID)
    Universe.objects.bulk_create(
        Universe(id=pk, name=f"Pier {pk}", api_key=universe.api_key) for pk in ids
    )
    Secret.objects.bulk_create(
        Secret(universe_id=pk, name="PAY_KEY", update_time="2026-01-02T03:04:05Z") for pk in ids
    )


def test_beyond_a_hundred_universes_the_rest_is_ticked_as_one(
    emulator: Emulator, client_for: ClientFor, universe: Universe
) -> None:
    crowd(emulator, universe, 120)
    client = client_for("admin")
    page = client.get(REPLACE).content.decode()
    ticks = ticks_of(page)
    assert len(ticks) == 101
    assert "And 21 more universes" in page
    assert "21 rotated." in page
    sent = {"value": "the new value", "reach": "keep"}
    client.post(REPLACE, sent | {"universe": ticks[:2]})
    assert Batch.objects.latest("made_at").size == 2
    Batch.objects.all().delete()
    client.post(REPLACE, sent | {"universe": [ticks[0], ticks[-1]]})
    assert Batch.objects.get().size == 22


def test_a_rest_that_has_changed_since_is_shown_again(
    emulator: Emulator, client_for: ClientFor, universe: Universe
) -> None:
    crowd(emulator, universe, 120)
    client = client_for("admin")
    ticks = ticks_of(client.get(REPLACE).content.decode())
    last = Secret.objects.filter(universe_id=50_119)
    last.update(update_time="2026-02-03T03:04:05Z")
    sent = {"universe": ticks, "value": "the new value", "reach": "keep"}
    answer = client.post(REPLACE, sent)
    assert (answer.status_code, Batch.objects.count()) == (422, 0)
    assert "Something has changed since you opened this page" in answer.content.decode()
    answer = client.post(REPLACE, sent | {"universe": ["rest-nonsense"]})
    assert (answer.status_code, Batch.objects.count()) == (422, 0)
