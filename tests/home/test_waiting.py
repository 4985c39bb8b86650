"""How much waits for a person is counted from little, and is what their first page tells."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.access import review_listing, reviews
from secretsapp.core.actor import remembering
from secretsapp.core.roles import Role
from secretsapp.home import waiting
from secretsapp.models import AccessRequest, Grant, Proposal, ReviewItem, Universe
from tests.granting import store_grants
from tests.pages.conftest import ClientFor
from tests.pages.reading import body
from tests.stage import STAGEHAND, Cast

pytestmark = pytest.mark.django_db

PERSONS = ("admin", "manager", "editor", "rotator", "viewer", "stranger")


def let_wait(universe: Universe, cast: Cast) -> None:
    """Requests for a universe and for longer access to a wider place, and proposals of a kind."""
    now = timezone.now()
    until = {"made_at": now, "lapses_at": now + timedelta(days=7)}
    given = {"given_by": STAGEHAND, "given_at": now, "until": now + timedelta(days=3)}
    person = cast["viewer"].user
    wide = Grant(person=person, role=Role.VIEWER, environment="production", **given)
    [ending] = store_grants([wide])
    for place in ({"universe": universe}, {"renews": ending}):
        for role, names in ((Role.ROTATOR, "PAY_*"), (Role.MANAGER, "")):
            asked = {"person": person, "role": role, "names": names, "hours": 24}
            AccessRequest.objects.create(**asked, **place, **until)
    for kind, domain in (("rotate", ""), ("rotate", "api.example.com"), ("delete", "")):
        what = {"kind": kind, "name": "PAY_KEY", "domain": domain, "digest": "0" * 64}
        proposed = {"proposed_at": now, "lapses_at": until["lapses_at"], "why": "It leaked."}
        Proposal.objects.create(universe=universe, proposer=person, **what, **proposed)


def test_what_is_counted_is_what_waits_however_much_it_is(universe: Universe, cast: Cast) -> None:
    queries = []
    for times in (1, 2):
        let_wait(universe, cast)
        counts = {}
        for name in PERSONS:
            with CaptureQueriesContext(connection) as captured:
                counts[name] = waiting.count(remembering(cast[name].actor))
            queries.append(len(captured))
            assert counts[name] == waiting.look(cast[name].actor).count
        assert counts["viewer"] == counts["stranger"] == 0
        assert counts["admin"] == 7 * times
        assert 0 < counts["rotator"] < counts["editor"] < counts["admin"]
    assert queries[: len(PERSONS)] == queries[len(PERSONS) :]


def test_more_than_a_page_says_is_not_counted(
    universe: Universe, cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "COUNTED", 4)
    let_wait(universe, cast)
    for name, words in (("admin", "3+"), ("rotator", "1"), ("viewer", "")):
        actor = cast[name].actor
        count = waiting.count(actor)
        assert count == waiting.look(actor).count
        assert waiting.words_of(count) == words
    page = body(client_for("admin").get("/"))
    assert 'sidebar-count">3+<' in page
    assert 'tab-count">3+<' in page


def test_reviews_are_counted_where_something_is_left_to_answer(
    universe: Universe, cast: Cast
) -> None:
    reviews.start(STAGEHAND, universe, days=7, ends_unanswered=False)
    reviews.start(STAGEHAND, None, days=9, ends_unanswered=False)
    for counts in ({"admin": 2, "manager": 2}, {}):
        for name in PERSONS:
            actor = cast[name].actor
            told = review_listing.waiting_for(actor)
            assert review_listing.count_for(actor, most=9) == len(told) == counts.get(name, 0)
            assert review_listing.count_for(actor, most=1) == min(1, len(told))
            for review, count in told:
                assert count == review_listing.left_to(actor, review)
        ReviewItem.objects.update(answer="kept")
