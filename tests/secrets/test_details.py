"""Notes and owners: what only Sealroom knows of a secret."""

import pytest

from emulator import Emulator
from secretsapp.access import grants
from secretsapp.core.errors import Forbidden, InvalidInput, SecretGone
from secretsapp.core.roles import Role
from secretsapp.models import Secret, Universe
from secretsapp.secrets import details
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import mirrored
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db


def test_the_event_names_the_fields_and_the_owner_but_not_the_note(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    emulator.clear_requests()
    watch, owner = Watch(), cast["rotator"].user
    details.edit(
        actor=cast["editor"].actor,
        universe=universe,
        secret=mirrored(universe),
        note="of the till",
        owner=owner,
    )
    stored = mirrored(universe)
    assert (stored.note, stored.owner) == ("of the till", owner)
    assert (watch.tags, watch.last.secret_name) == (["secret.details.changed"], "PAY_KEY")
    assert detail(watch.last) == {"fields": "note and owner"}
    assert watch.last.subject_name == "rotator@example.com"
    assert emulator.requests == []


def test_only_what_changed_is_named_and_nothing_is_no_event(universe: Universe, cast: Cast) -> None:
    watch = Watch()
    for note in ("", "of the till", "of the till"):
        details.edit(
            actor=cast["editor"].actor,
            universe=universe,
            secret=mirrored(universe),
            note=note,
            owner=None,
        )
    assert [detail(event) for event in watch.events] == [{"fields": "note"}]
    assert watch.last.subject_name == ""


def edit(cast: Cast, universe: Universe, who: str = "editor", **changed: object) -> None:
    """Edit PAY_KEY so that something changes."""
    arguments: dict[str, object] = {"note": "other", "owner": None} | changed
    details.edit(
        actor=cast[who].actor,
        universe=universe,
        secret=mirrored(universe),
        **arguments,  # type: ignore[arg-type]  # the arguments of the service, by name
    )


def test_a_note_too_long_or_unstorable_and_a_disabled_owner_are_refused(
    universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    for note in ("x" * 2001, "nul \x00", "half \ud800"):
        with pytest.raises(InvalidInput) as caught:
            edit(cast, universe, note=note)
        assert caught.value.field == "note"
    cast["viewer"].user.is_active = False
    with pytest.raises(InvalidInput, match="Choose another owner"):
        edit(cast, universe, owner=cast["viewer"].user)
    assert (watch.tags, mirrored(universe).note) == ([], "")


@pytest.mark.parametrize("who", ["rotator", "viewer", "auditor", "stranger"])
def test_below_an_editor_nobody_edits_details(universe: Universe, cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden) as caught:
        edit(cast, universe, who)
    assert (caught.value.permission, caught.value.secret_name) == ("edit_details", "PAY_KEY")
    assert mirrored(universe).note == ""


def test_a_pattern_binds_here_too(universe: Universe, cast: Cast) -> None:
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.EDITOR, "SIGNING_*"))
    with pytest.raises(Forbidden):
        edit(cast, universe, "stranger")


def test_a_secret_deleted_meanwhile_is_said_to_be_gone(universe: Universe, cast: Cast) -> None:
    watch, secret = Watch(), mirrored(universe)
    Secret.objects.filter(pk=secret.pk).delete()
    with pytest.raises(SecretGone, match="PAY_KEY no longer exists"):
        details.edit(
            actor=cast["editor"].actor, universe=universe, secret=secret, note="x", owner=None
        )
    assert watch.tags == []
