"""Text that no database can hold is nothing, on both engines: no error, and no way to one."""

import pytest

from secretsapp.access import refusals
from secretsapp.api_keys import key_listing
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import Forbidden, InvalidInput, NotFound
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.log import reading
from secretsapp.log.filters import AuditFilter
from secretsapp.models import Universe
from secretsapp.people import directory, sign_ins
from secretsapp.rules.policy import require
from secretsapp.secrets import changes, secret_view
from tests.stage import Cast
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

NOBODY = Actor(ActorKind.SYSTEM, "someone not signed in", Door.BROWSER)


@pytest.mark.parametrize("text", ["\x00", "PAY_KEY\x00", "\ud800"])
def test_it_is_not_found(universe: Universe, cast: Cast, text: str) -> None:
    actor = cast["admin"].actor
    with pytest.raises(NotFound):
        secret_view.get(actor, universe, text)
    with pytest.raises(NotFound):
        directory.get(actor, text)
    with pytest.raises(NotFound):
        directory.acting_as(text, run_by="root")
    with pytest.raises(NotFound):
        key_listing.get(actor, text)
    for wanted in (AuditFilter(person=text), AuditFilter(tag=text)):
        assert reading.page(actor, wanted).events == []
    assert reading.history(actor, universe, text) == []


@pytest.mark.parametrize("text", ["\x00", "editor@example.com\x00", "\ud800"])
def test_a_failed_sign_in_with_it_is_recorded(cast: Cast, text: str) -> None:
    watch = Watch()
    sign_ins.record_failed_sign_in(NOBODY, text)
    assert (watch.tags, watch.last.subject_name) == (["person.sign_in_failed"], "")


@pytest.mark.parametrize("text", ["\x00", "PAY_KEY\x00", "\ud800"])
def test_a_refusal_about_it_is_recorded_without_it(
    universe: Universe, cast: Cast, text: str
) -> None:
    watch = Watch()
    with pytest.raises(Forbidden) as caught:
        require(cast["viewer"].actor, Permission.CREATE_SECRET, universe.pk, text)
    refusals.record(cast["viewer"].actor, caught.value)
    assert (watch.tags, watch.last.secret_name) == (["access.refused"], "")


def test_a_universe_has_no_secret_of_such_a_name(universe: Universe, cast: Cast) -> None:
    actor, value = cast["admin"].actor, Plaintext(b"value")
    with pytest.raises(InvalidInput):
        changes.create(actor=actor, universe=universe, name="\x00", value=value, domain="*")
    with pytest.raises(InvalidInput):
        changes.rotate(actor=actor, universe=universe, name="\x00", value=value)
    with pytest.raises(InvalidInput):
        changes.delete(actor=actor, universe=universe, name="\ud800")
