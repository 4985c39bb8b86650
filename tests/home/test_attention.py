"""What needs whom: each trouble once, told to those who may know of it, the most pressing first."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from emulator import Emulator, faults
from secretsapp.access import grants
from secretsapp.api_keys.remembered import as_stored
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.roles import Role
from secretsapp.home import attention
from secretsapp.home.needs import Need, Trouble
from secretsapp.models import ApiKey, Change, Secret, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.opencloud.types import Introspection, KeyScope
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import later, leave_open, make

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timedelta(days=1)


def told(cast: Cast, who: str) -> list[Need]:
    """What is told to that person."""
    actor = cast[who].actor
    return attention.find_needs(actor, attention.find_keys(actor))


def kinds(needs: list[Need]) -> list[Trouble]:
    """The troubles alone."""
    return [need.trouble for need in needs]


def drift(*names: str, **columns: object) -> None:
    """Let a refresh have found those secrets changed elsewhere."""
    Secret.objects.filter(name__in=names).update(drifted_at=NOW, **columns)


def test_nothing_needs_anybody_where_all_is_well(cast: Cast) -> None:
    assert told(cast, "admin") == told(cast, "stranger") == []


def test_changed_and_missing_secrets_are_told_a_line_for_each_kind(cast: Cast) -> None:
    drift("PAY_KEY", "PAY_WEBHOOK")
    drift("SIGNING_SEED", missing_since=NOW)
    missing, drifted = told(cast, "viewer")
    assert (missing.trouble, missing.names, missing.has_page) == (
        Trouble.MISSING,
        ("SIGNING_SEED",),
        True,
    )
    assert (drifted.trouble, drifted.names, drifted.has_page) == (
        Trouble.DRIFTED,
        ("PAY_KEY", "PAY_WEBHOOK"),
        False,
    )


def test_only_names_one_may_list_need_one(cast: Cast, universe: Universe) -> None:
    drift("PAY_KEY", "SIGNING_SEED")
    grants.give(STAGEHAND, cast["rotator"].user, universe, Terms(Role.ROTATOR, "PAY_*"))
    (need,) = told(cast, "rotator")
    assert need.names == ("PAY_KEY",)
    assert attention.names_by_universe([need]) == {universe.pk: {"PAY_KEY"}}
    assert told(cast, "stranger") == []


def test_a_write_without_an_answer_is_told_and_one_just_sent_is_not(
    cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    change = leave_open("create", faults.cut_after(), emulator, cast, universe)
    (need,) = told(cast, "editor")
    assert (need.trouble, need.names, need.has_page) == (Trouble.UNKNOWN, ("NEW_KEY",), False)
    assert attention.names_by_universe([need]) == {}
    Change.objects.filter(pk=change.pk).update(state=ChangeState.STARTED)
    assert told(cast, "editor") == []
    with later():
        assert kinds(told(cast, "editor")) == [Trouble.UNKNOWN]


def test_doubt_ends_with_a_later_success_or_after_a_week(cast: Cast, universe: Universe) -> None:
    change = make("rotate", cast, universe)
    Change.objects.filter(pk=change.pk).update(state=ChangeState.UNDETERMINED)
    (need,) = told(cast, "rotator")
    assert (need.trouble, need.has_page, need.is_marked_in_list) == (
        Trouble.UNDETERMINED,
        True,
        False,
    )
    with later(minutes=8 * 24 * 60):
        assert told(cast, "rotator") == []
    make("rotate", cast, universe)
    assert told(cast, "rotator") == []


def test_universes_unread_for_the_same_reason_are_one_line(cast: Cast, universe: Universe) -> None:
    Universe.objects.create(
        id=77, name="Quay", api_key=universe.api_key, sync_failure="Roblox is away."
    )
    Universe.objects.filter(pk=universe.pk).update(sync_failure="Roblox is away.")
    universe.refresh_from_db()
    (need,) = told(cast, "admin")
    assert (need.trouble, [each.name for each in need.unread]) == (
        Trouble.SYNC_FAILED,
        ["Quay", "Harbor"],
    )
    assert need.time == universe.synced_at
    (need,) = told(cast, "viewer")
    assert need.unread == (universe,)


def test_keys_are_told_to_who_manages_them_by_what_is_pressing(cast: Cast) -> None:
    for name, ends, verdict in (
        ("ends later", NOW + 31 * DAY, KeyVerdict.OPENS),
        ("ends in 29", NOW + 29 * DAY, KeyVerdict.UNUSED),
        ("ends in 2", NOW + 2 * DAY, KeyVerdict.OPENS),
        ("has ended", NOW - DAY, KeyVerdict.REFUSED),
        ("fails", NOW + 2 * DAY, KeyVerdict.READS_ONLY),
    ):
        ApiKey.objects.create(name=name, encrypted_value=b"-", ends_at=ends, check_verdict=verdict)
    needs = told(cast, "admin")
    assert [need.api_key.name for need in needs if need.api_key] == [
        "has ended",
        "fails",
        "ends in 2",
        "ends in 29",
    ]
    assert kinds(needs) == [
        Trouble.KEY_ENDED,
        Trouble.KEY_FAILS,
        Trouble.KEY_ENDS,
        Trouble.KEY_ENDS,
    ]
    assert told(cast, "manager") == []


def test_a_key_of_which_roblox_told_that_it_can_change_nothing_is_told_of(
    cast: Cast, universe: Universe
) -> None:
    told_by_roblox = Introspection("k", True, False, "", (KeyScope("universe.secret:read", None),))
    key = universe.api_key
    key.told, key.check_verdict = as_stored(told_by_roblox), KeyVerdict.OPENS
    key.ends_at = NOW + 300 * DAY
    key.save()
    (need,) = told(cast, "admin")
    assert (need.trouble, need.api_key) == (Trouble.KEY_LACKS, key)
    assert told(cast, "manager") == []
    writes = KeyScope("universe.secret:write", frozenset({universe.pk}))
    key.told = as_stored(replace(told_by_roblox, scopes=(*told_by_roblox.scopes, writes)))
    key.save()
    assert told(cast, "admin") == []
