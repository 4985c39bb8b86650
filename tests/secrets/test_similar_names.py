"""A name nearly that of another is asked about, as far as one may know of the other."""

import pytest

from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core.actor import Actor
from secretsapp.core.errors import SimilarName
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.models import Change, Secret, Universe
from secretsapp.secrets import changes, listing
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def cashier(universe: Universe) -> Person:
    """An editor of the names that begin with pay_, in small letters."""
    person = engage("cashier")
    grants.give(STAGEHAND, person.user, universe, Terms(Role.EDITOR, "pay_*"))
    return person


def create(actor: Actor, universe: Universe, name: str, *, is_meant: bool = False) -> Change:
    """Create a secret of that name."""
    return changes.create(
        actor=actor,
        universe=universe,
        name=name,
        value=Plaintext(b"value"),
        domain="api.example.com",
        similar_is_meant=is_meant,
    )


@pytest.mark.parametrize("name", ["pay_key", "Pay_Key", "PAY_key"])
def test_a_name_nearly_that_of_another_is_created_only_if_it_is_meant(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast, name: str
) -> None:
    watch = Watch()
    with pytest.raises(SimilarName, match=f"named PAY_KEY, which differs from {name} only in"):
        create(cast["editor"].actor, universe, name)
    assert name not in harbor.secrets
    assert watch.tags == []
    create(cast["editor"].actor, universe, name, is_meant=True)
    assert name in harbor.secrets


def test_a_hyphen_that_roblox_lists_is_no_other_name_than_an_underscore(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    harbor.put("MAIL-KEY", b"value", "*")
    with pytest.raises(SimilarName, match="named MAIL-KEY"):
        create(cast["editor"].actor, universe, "MAIL_KEY")


def test_nobody_learns_of_a_similar_name_that_they_may_not_list(
    universe: Universe, harbor: EmulatedUniverse, cashier: Person
) -> None:
    create(cashier.actor, universe, "pay_key")
    assert "pay_key" in harbor.secrets
    assert listing.names(cashier.actor, universe) == ["pay_key"]


def test_the_names_that_are_taken_are_those_that_roblox_lists(
    universe: Universe, cast: Cast
) -> None:
    assert listing.names(cast["viewer"].actor, universe) == [
        "PAY_KEY",
        "PAY_WEBHOOK",
        "SIGNING_SEED",
    ]
    Secret.objects.filter(name="PAY_KEY").update(missing_since=universe.synced_at)
    assert "PAY_KEY" not in listing.names(cast["viewer"].actor, universe)
    assert listing.names(cast["stranger"].actor, universe) == []
