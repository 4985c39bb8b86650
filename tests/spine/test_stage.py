"""The cast stands on stage as the actions would have put it there."""

from typing import Any

import pytest
from django.db import transaction

from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.log import verifying
from secretsapp.models import AuditEvent, Grant, Universe, User
from secretsapp.secrets import changes
from tests import kept, stage
from tests.granting import Terms
from tests.stage import ROLES_IN_HARBOR, STAGEHAND, Cast
from tests.support.unfinished import mirrored, refresh_later

# What differs from one person, and from one moment, to the next.
OWN = {"id", "person_id", "email", "password", "created_at", "given_at", "sequence", "time"}
OF_THE_CHAIN = {"subject_id", "subject_name", "content", "link", "mac"}


def said(row: User | Grant | AuditEvent) -> dict[str, Any]:
    """The columns that two people of equal rights have in common.

    The cast's grants have no reason, like those from before one was needed.
    """
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    common = {name: columns[name] for name in columns.keys() - OWN - OF_THE_CHAIN}
    return {
        name: value.replace(Terms.reason, "") if isinstance(value, str) else value
        for name, value in common.items()
    }


def rows_about(person: User) -> list[dict[str, Any]]:
    """The account, its grants and its events, without what is its own."""
    events = AuditEvent.objects.filter(subject_kind="person", subject_id=str(person.pk))
    stored = User.objects.get(pk=person.pk)
    return [
        said(stored),
        *map(said, Grant.objects.filter(person=person)),
        *map(said, events.order_by("sequence")),
    ]


def test_everybody_is_as_the_actions_would_have_made_them(universe: Universe, cast: Cast) -> None:
    for role in ROLES_IN_HARBOR:
        double = stage.engage(f"second-{role.value}").user
        grants.give(STAGEHAND, double, universe, Terms(role))
        assert rows_about(double) == rows_about(cast[role.value].user)
        assert len(rows_about(double)) == 4
    second_admin = stage.engage("second-admin", admin=True)
    assert rows_about(second_admin.user) == rows_about(cast["admin"].user)
    assert Grant.objects.filter(role=Role.ADMIN).count() == 2
    assert rows_about(stage.engage("second-stranger").user) == rows_about(cast["stranger"].user)


def test_everybody_signs_in_with_the_password(cast: Cast, password: str) -> None:
    assert all(person.user.check_password(password) for person in cast.values())


@pytest.fixture(params=["by actions", "by rows"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the stage comes about: by actions, or by rows where a test has been on it before."""
    if request.param == "by actions":
        monkeypatch.setattr(kept, "_kept", {})
    return str(request.param)


@pytest.mark.engine
def test_the_stage_goes_on_as_the_actions_left_it(
    way: str, universe: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    """Its log is whole, Roblox tells of it alike, and its API key opens."""
    assert verifying.verify(STAGEHAND).events == AuditEvent.objects.count() > 13
    held = harbor.secrets["PAY_KEY"]
    stored = mirrored(universe)
    assert (stored.domain, stored.key_id) == (held.domain, held.key_id)
    assert refresh_later(universe)
    assert not AuditEvent.objects.filter(tag__startswith="secret.drift").exists()
    value = Plaintext(b"another")
    changes.rotate(actor=cast["manager"].actor, universe=universe, name="PAY_KEY", value=value)
    assert harbor.values["PAY_KEY"] == b"another"


@pytest.mark.django_db
def test_what_was_done_before_is_not_passed_over() -> None:
    stage.engage("someone")
    acted = []
    assert not kept.put("scene", lambda: acted.append("once"))
    assert not kept.put("scene", lambda: acted.append("again"))
    assert acted == ["once", "again"]


@pytest.mark.django_db
def test_what_was_done_once_at_the_beginning_is_done_by_its_rows_from_then_on() -> None:
    for by_rows in (False, True):
        beginning = transaction.savepoint()
        assert kept.put("scene", lambda: stage.engage("someone")) == by_rows
        assert User.objects.get().email == "someone@example.com"
        transaction.savepoint_rollback(beginning)
