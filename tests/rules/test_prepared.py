"""A query that was written once finds what the same query finds when it is written anew."""

from datetime import datetime, timedelta

import pytest
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from secretsapp.models import Grant, Shortcut, Universe, User
from secretsapp.rules.sql import NOW, PERSON, Given, Prepared
from tests.granting import store_grants
from tests.stage import STAGEHAND

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

HOUR = timedelta(hours=1)


def written(person: int | Given, now: datetime | Given) -> QuerySet[Grant, tuple[object, ...]]:
    """Columns of each kind, a parameter of the query's own, and values that are given twice."""
    pinned = Shortcut.objects.filter(person_id=person, universe=OuterRef("universe"))
    ends_soon = Grant.objects.filter(person_id=person, until__gt=now, role="viewer")
    columns = ("role", "until", "universe", Exists(pinned))
    return ends_soon.order_by("pk").values_list(*columns)


def test_it_is_asked_with_other_values_each_time(universe: Universe) -> None:
    now = timezone.now()
    people = [User.objects.create(email=f"{name}@example.com") for name in ("one", "other")]
    given = {"universe": universe, "given_by": STAGEHAND, "given_at": now}
    store_grants(
        Grant(person=person, role=role, until=now + hours * HOUR, **given)
        for person in people
        for role in ("viewer", "editor")
        for hours in (1, 3)
    )
    Shortcut.objects.create(person=people[1], universe=universe)
    query = Prepared(lambda: written(PERSON, NOW))
    for person in people:
        for hours, count in ((0, 2), (2, 1), (4, 0)):
            at = now + hours * HOUR
            found = query.rows(person=person.pk, now=at)
            assert found == list(written(person.pk, at))
            assert len(found) == count
    assert query.rows(person=people[1].pk, now=now)[0] == ("viewer", now + HOUR, universe.pk, True)
    assert query.rows(person=None, now=now) == []
