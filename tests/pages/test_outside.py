"""What was changed outside Sealroom, over all universes, seen and reviewed on one page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from secretsapp.core.errors import InvalidInput, StaleVersion
from secretsapp.models import AuditEvent, Secret, Universe
from secretsapp.secrets import outside
from secretsapp.secrets.details import NewDetails
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def quay(universe: Universe) -> Universe:
    """A second universe with two secrets, one of which is no longer at Roblox."""
    quay = Universe.objects.create(
        id=42, name="Quay", api_key=universe.api_key, environment="staging"
    )
    now = timezone.now()
    Secret.objects.create(universe=quay, name="PAY_KEY", drifted_at=now, update_time="2026-01-02")
    Secret.objects.create(universe=quay, name="GONE", missing_since=now - timedelta(days=1))
    Secret.objects.filter(universe=universe, name="PAY_KEY").update(
        drifted_at=now - timedelta(hours=1)
    )
    return quay


def marks(page: str) -> list[str]:
    """What the boxes of the page send."""
    return [part.split('"')[0] for part in page.split('name="found" value="')[1:]]


def told() -> list[tuple[str, str, str]]:
    """What the log was told of secrets."""
    events = AuditEvent.objects.filter(tag__startswith="secret.").order_by("sequence")
    return list(events.values_list("tag", "universe_name", "secret_name"))


def test_what_was_noticed_last_comes_first_and_who_sees_little_sees_no_more(
    client_for: ClientFor, quay: Universe, universe: Universe
) -> None:
    page = body(client_for("admin").get(reverse("outside")))
    assert [mark.split(" ")[:2] for mark in marks(page)] == [
        ["42", "PAY_KEY"],
        [str(universe.pk), "PAY_KEY"],
        ["42", "GONE"],
    ]
    page = body(client_for("editor").get(reverse("outside")))
    assert len(marks(page)) == 1
    assert "Quay" not in page
    page = body(client_for("viewer").get(reverse("outside")))
    assert marks(page) == []
    assert "PAY_KEY" in page
    assert "No secret was changed outside" in words(client_for("stranger").get(reverse("outside")))


def test_it_is_narrowed_by_environment_and_name(client_for: ClientFor, quay: Universe) -> None:
    client, address = client_for("admin"), reverse("outside")
    assert len(marks(body(client.get(f"{address}?environment=staging")))) == 2
    assert len(marks(body(client.get(f"{address}?q=gon")))) == 1
    assert len(marks(body(client.get(f"{address}?environment=nonsense")))) == 3
    assert "Nothing here." in words(client.get(f"{address}?q=nowhere"))
    assert "Nothing here." in words(client.get(f"{address}?q=%00"))


def test_those_of_several_universes_are_reviewed_and_adopted_at_once(
    client_for: ClientFor, quay: Universe, universe: Universe, cast: Cast
) -> None:
    client, address = client_for("admin"), reverse("outside_review")
    found = "\n".join(marks(body(client.get(reverse("outside")))))
    sent = {"found": found, "is_owner": "on", "note": "Rotated at the provider."}
    answer = client.post(address, sent, follow=True)
    assert "Marked 3 secrets as reviewed." in words(answer)
    assert "No secret was changed outside" in words(answer)
    assert set(Secret.objects.filter(name="PAY_KEY").values_list("owner", "note")) == {
        (cast["admin"].user.pk, "Rotated at the provider.")
    }
    assert not Secret.objects.filter(name="GONE").exists()
    assert sorted(told()) == sorted(
        [
            ("secret.drift.acknowledged", "Quay", "GONE"),
            *(("secret.drift.acknowledged", place, "PAY_KEY") for place in ("Harbor", "Quay")),
            *(("secret.details.changed", place, "PAY_KEY") for place in ("Harbor", "Quay")),
        ]
    )


def test_without_a_note_and_an_owner_both_stay(client_for: ClientFor, quay: Universe) -> None:
    Secret.objects.update(note="kept")
    client = client_for("admin")
    client.post(reverse("outside_review"), {"found": "42 PAY_KEY changed 2026-01-02"})
    assert Secret.objects.get(universe=quay, name="PAY_KEY").note == "kept"
    assert told() == [("secret.drift.acknowledged", "Quay", "PAY_KEY")]


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ("", "First tick the secrets"),
        ("nonsense", "First tick the secrets"),
        ("42 NO_SUCH changed", "First tick the secrets"),
        ("42 PAY%00KEY changed", "First tick the secrets"),
        (f"{'9' * 19} PAY_KEY changed", "First tick the secrets"),
        (f"{'9' * 300} PAY_KEY changed", "First tick the secrets"),
        ("42 PAY_KEY changed 2025-12-31", "was changed outside Sealroom again"),
        ("42 GONE missing \n42 PAY_KEY changed 2025", "was changed outside Sealroom again"),
    ],
)
def test_what_cant_be_reviewed_is_said_and_nothing_is_done(
    client_for: ClientFor, quay: Universe, found: str, says: str
) -> None:
    answer = client_for("admin").post(reverse("outside_review"), {"found": found})
    assert (answer.status_code, told()) == (422, [])
    assert says in words(answer)
    assert Secret.objects.filter(universe=quay).count() == 2


def test_one_that_they_may_not_edit_keeps_all_from_being_reviewed(
    client_for: ClientFor, quay: Universe, universe: Universe
) -> None:
    found = f"42 PAY_KEY changed 2026-01-02\n{universe.pk} PAY_KEY changed "
    client = client_for("editor")
    # Of what they can't see they are told nothing, and theirs was changed again.
    assert client.post(reverse("outside_review"), {"found": found}).status_code == 422
    assert client_for("viewer").post(reverse("outside_review"), {"found": found}).status_code == 403
    assert not any(tag == "secret.drift.acknowledged" for tag, *_ in told())


def test_its_queries_are_as_many_for_any_number(
    client_for: ClientFor, quay: Universe, universe: Universe
) -> None:
    client = client_for("admin")
    client.get(reverse("outside"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("outside"))
    now = timezone.now()
    Secret.objects.bulk_create(
        Secret(universe=quay, name=f"KEY_{number}", drifted_at=now) for number in range(100)
    )
    with CaptureQueriesContext(connection) as many:
        page = body(client.get(reverse("outside")))
    assert len(many) == len(few)
    assert len(marks(page)) == 40
    assert "of 103" in page


def test_what_was_changed_again_is_not_reviewed_in_any_of_them(
    cast: Cast, quay: Universe, universe: Universe
) -> None:
    seen = {(42, "PAY_KEY"): "changed 2026-01-02", (universe.pk, "PAY_KEY"): "changed then"}
    with pytest.raises(StaleVersion):
        outside.review(cast["admin"].actor, seen=seen, new=NewDetails())
    assert told() == []
    with pytest.raises(InvalidInput):
        outside.review(cast["admin"].actor, seen={(41, "PAY_KEY"): None}, new=NewDetails())
