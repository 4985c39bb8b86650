"""Who edits the details of a secret while someone else reviews it isn't overwritten."""

from threading import Thread

import pytest
from django.db import connections
from django.utils import timezone

from secretsapp.models import Secret, Universe
from secretsapp.secrets import details, drift, outside
from secretsapp.secrets.details import NewDetails
from tests.stage import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

# As long as an edit takes that nothing keeps waiting.
A_MOMENT = 0.3


def test_who_becomes_the_owner_during_a_review_stays_it(
    universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    Secret.objects.update(drifted_at=timezone.now())
    acknowledge, editor = drift.acknowledge_locked, cast["editor"].actor

    def give() -> None:
        secret, owner = Secret.objects.get(name="PAY_KEY"), cast["viewer"].user
        details.edit(actor=editor, universe=universe, secret=secret, note="", owner=owner)
        connections.close_all()

    other = Thread(target=give)

    def acknowledge_meanwhile(*told: object) -> bool:
        other.start()
        other.join(A_MOMENT)
        return acknowledge(*told)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(drift, "acknowledge_locked", acknowledge_meanwhile)
    seen = {(universe.pk, "PAY_KEY"): None}
    outside.review(cast["admin"].actor, seen=seen, new=NewDetails(note="looked at"))
    other.join()
    assert Secret.objects.get(name="PAY_KEY").owner == cast["viewer"].user
