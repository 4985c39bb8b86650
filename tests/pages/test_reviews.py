"""The pages of reviews: the list, a new one, and the answers."""

import pytest

from secretsapp.access import reviews
from secretsapp.models import Grant, Review, ReviewItem, Universe
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast

pytestmark = pytest.mark.django_db


def number(name: str) -> str:
    """The field of the answer for the grant of that person."""
    return f"answer-{ReviewItem.objects.get(grant__person__email=f'{name}@example.com').pk}"


def test_a_review_is_started_answered_and_counted(
    client_for: ClientFor, universe: Universe
) -> None:
    client = client_for("manager")
    assert "No reviews yet." in words(client.get("/reviews/"))
    sent = {"place": str(universe.pk), "days": "14", "unanswered": "end", "repeats": "3"}
    page = client.post("/reviews/new/", sent, follow=True)
    assert "Started a review of Harbor." in words(page)
    assert "5 left of 5, until" in words(page)
    assert "access is revoked." in words(page)
    assert "Comes back on" in words(page)
    address = f"/reviews/{Review.objects.get().pk}/"
    own = number("manager")
    assert body(page).partition(f'name="{own}"')[2].partition("</select>")[0].count("<option") == 2
    answers = {
        number("editor"): "kept",
        number("viewer"): "ended",
        number("rotator"): "7",
        number("auditor"): "nonsense",
        own: "kept",
        "answer-999999": "ended",
        "answer-x": "ended",
    }
    page = client.post(address, answers, follow=True)
    assert "Saved your answers: 1 kept, 1 shortened, 1 revoked." in words(page)
    assert "You can’t keep your own access" in words(page)
    assert "2 left of" in words(page)
    assert "Kept by manager@example.com" in words(page)
    assert not Grant.objects.filter(person__email="viewer@example.com").exists()
    assert "viewer@example.com: Viewer of Harbor, for all secrets" in words(page)
    again = client.post("/reviews/new/", sent)
    assert again.status_code == 422
    assert "A review is open there already." in words(again)
    stopped = client.post(f"{address}stop/", follow=True)
    assert "The review of Harbor doesn’t come back." in words(stopped)
    assert "2 of 5" in words(client.get("/reviews/"))


def test_days_that_will_not_do_are_said_at_their_field(
    client_for: ClientFor, universe: Universe
) -> None:
    sent = {"place": str(universe.pk), "days": "0", "unanswered": "mark"}
    for days in ("0", "91", "soon", ""):
        page = client_for("manager").post("/reviews/new/", sent | {"days": days})
        assert page.status_code == 422
        assert "Choose from 1 to 90 days." in words(page)
    page = client_for("admin").post("/reviews/new/", sent | {"place": ""})
    assert "Choose a universe, or all universes." in words(page)


def test_a_review_is_only_for_who_gives_access_there(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    there = reviews.start(cast["manager"].actor, universe, days=14, ends_unanswered=False)
    address = f"/reviews/{there.pk}/"
    assert client_for("admin").get(address).status_code == 200
    for name in ("editor", "auditor", "stranger"):
        client = client_for(name)
        for status in (client.get(address), client.post(address), client.post(f"{address}stop/")):
            assert status.status_code == 403
    everywhere = reviews.start(cast["admin"].actor, None, days=14, ends_unanswered=False)
    page = words(client_for("manager").get(f"/reviews/{everywhere.pk}/"))
    assert "5 left of 5" in page
    assert "admin@example.com" not in page.partition("Answer")[2]
    refused = client_for("manager").post(f"/reviews/{everywhere.pk}/stop/")
    assert refused.status_code == 403
