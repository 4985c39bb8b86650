"""Secrets and universes as people see them: what one may not see does not exist."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from emulator import Emulator, faults
from secretsapp.access import grants
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, NotFound
from secretsapp.core.roles import Permission, Role
from secretsapp.home import sight
from secretsapp.models import ApiKey, Secret, Universe
from secretsapp.secrets import extent, secret_view
from secretsapp.secrets import listing as secrets
from secretsapp.secrets.arranging import places
from secretsapp.universes import loading
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.unfinished import leave_open, make, mirrored

pytestmark = pytest.mark.django_db

EVERYBODY = ["admin", "manager", "editor", "rotator", "viewer", "auditor"]
CREATORS = ["admin", "manager", "editor"]


@pytest.fixture
def quay(api_key: ApiKey) -> Universe:
    """Another universe, in which only the admin has anything."""
    return Universe.objects.create(id=77, name="Quay", owner="users/1", api_key=api_key)


@pytest.fixture
def cashier(universe: Universe) -> Person:
    """A viewer of the names that begin with PAY_."""
    person = engage("cashier")
    grants.give(STAGEHAND, person.user, universe, Terms(Role.VIEWER, "PAY_*"))
    return person


def names(listing: secrets.SecretListing) -> list[str]:
    """The names in a listing."""
    return [view.secret.name for view in listing.secrets]


def room(actor: Actor, universe: Universe) -> int | None:
    """How many more secrets the universe can hold, for those who are told."""
    listing = secrets.listing(actor, universe)
    capacity = extent.capacity(actor, universe, listing.present)
    return capacity.left if capacity else None


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_role_lists_all_and_only_creators_see_the_room(
    universe: Universe, cast: Cast, who: str
) -> None:
    listing = secrets.listing(cast[who].actor, universe)
    assert names(listing) == ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"]
    assert room(cast[who].actor, universe) == (497 if who in CREATORS else None)
    assert listing.may_create == (who in CREATORS)


def test_a_pattern_lists_and_counts_no_more(universe: Universe, cashier: Person) -> None:
    listing = secrets.listing(cashier.actor, universe)
    assert names(listing) == ["PAY_KEY", "PAY_WEBHOOK"]
    assert room(cashier.actor, universe) is None


def test_who_creates_under_a_pattern_is_not_told_how_many_others_there_are(
    universe: Universe, cashier: Person
) -> None:
    grants.give(STAGEHAND, cashier.user, universe, Terms(Role.EDITOR, "PAY_*"))
    assert secrets.listing(cashier.actor, universe).may_create
    assert room(cashier.actor, universe) is None


def test_a_missing_secret_takes_no_room(universe: Universe, cast: Cast) -> None:
    Secret.objects.filter(name="PAY_KEY").update(missing_since=timezone.now())
    assert room(cast["editor"].actor, universe) == 498


def test_the_number_of_queries_does_not_grow(universe: Universe, cast: Cast) -> None:
    actor = cast["editor"].actor
    Secret.objects.exclude(name="PAY_KEY").delete()
    with CaptureQueriesContext(connection) as for_one:
        secrets.listing(actor, universe)
    Secret.objects.bulk_create(
        Secret(universe=universe, name=f"S_{number}", owner=cast["viewer"].user)
        for number in range(99)
    )
    with CaptureQueriesContext(connection) as for_many:
        listing = secrets.listing(actor, universe)
        owners = {view.secret.owner.email for view in listing.secrets if view.secret.owner}
        assert (len(listing.secrets), owners) == (100, {"viewer@example.com"})
        assert {view.changed_by for view in listing.secrets} == {""}
    assert len(for_many) == len(for_one) <= 4


@pytest.mark.parametrize(
    ("who", "rotate", "domain", "edit", "delete"),
    [
        ("manager", True, True, True, True),
        ("editor", True, True, True, False),
        ("rotator", True, False, False, False),
        ("auditor", False, False, False, False),
    ],
)
def test_a_view_says_what_one_may_do(
    universe: Universe,
    cast: Cast,
    who: str,
    rotate: bool,
    domain: bool,
    edit: bool,
    delete: bool,
) -> None:
    view = secret_view.get(cast[who].actor, universe, "PAY_KEY")
    assert (view.may_rotate, view.may_change_domain) == (rotate, domain)
    assert (view.may_edit_details, view.may_delete) == (edit, delete)


def test_a_view_says_who_changed_it_last_and_when(universe: Universe, cast: Cast) -> None:
    actor = cast["viewer"].actor
    assert secret_view.get(actor, universe, "PAY_KEY").changed_by == ""
    make("rotate", cast, universe)
    view = secret_view.get(actor, universe, "PAY_KEY")
    assert view.changed_by == "manager@example.com"
    assert view.changed_at == mirrored(universe).updated_at is not None


def test_a_view_says_whether_a_write_is_open(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    listing = secrets.listing(cast["viewer"].actor, universe)
    open_names = [view.secret.name for view in listing.secrets if view.is_open]
    assert open_names == ["PAY_KEY"]


def test_a_creation_under_way_is_listed_and_counts_as_no_secret(
    emulator: Emulator, universe: Universe, cast: Cast, cashier: Person
) -> None:
    leave_open("create", faults.cut_after(), emulator, cast, universe)
    listing = secrets.listing(cast["manager"].actor, universe)
    view = listing.secrets[0]
    assert (view.secret.name, view.is_under_way) == ("NEW_KEY", True)
    assert (view.changed_by, view.secret.domain) == ("manager@example.com", "*")
    assert not any((view.may_rotate, view.may_delete, view.may_edit_details))
    assert (room(cast["manager"].actor, universe), listing.attention) == (497, 1)
    assert "NEW_KEY" not in names(secrets.listing(cashier.actor, universe))
    with pytest.raises(NotFound):
        secret_view.get(cast["manager"].actor, universe, "NEW_KEY")


@pytest.mark.parametrize(
    ("name", "is_sendable"),
    [
        ("PAY_KEY", True),
        ("_", True),
        ("new", True),
        ("x" * 64, True),
        ("9KEY", False),
        ("pay-key", False),
        ("a b", False),
        ("é", False),
        ("a/b", False),
        (".", False),
        ("..", False),
        ("?", False),
    ],
)
def test_every_name_has_an_address_and_only_a_documented_one_is_sent(
    universe: Universe, cast: Cast, name: str, is_sendable: bool
) -> None:
    Secret.objects.get_or_create(universe=universe, name=name)
    view = secret_view.get(cast["viewer"].actor, universe, name)
    assert view.is_sendable is is_sendable
    address = reverse("secret", args=[universe.pk, name])
    assert re.fullmatch(r"/universes/[0-9]+/secrets/[A-Za-z0-9_-]+/", address)
    assert resolve(address).kwargs == {"universe_id": universe.pk, "name": name}
    assert address.endswith(f"/{name}/") or not is_sendable


def test_what_one_may_not_see_and_what_is_not_there_look_the_same(
    universe: Universe, cashier: Person
) -> None:
    assert secret_view.get(cashier.actor, universe, "PAY_KEY").secret.name == "PAY_KEY"
    sentences = set()
    for name in ("SIGNING_SEED", "NO_SUCH", "pay_key", "PAY_NO_SUCH", ""):
        with pytest.raises(NotFound) as caught:
            secret_view.get(cashier.actor, universe, name)
        sentences.add(str(caught.value))
    assert len(sentences) == 1


def test_what_one_may_see_and_not_do_is_forbidden(universe: Universe, cast: Cast) -> None:
    with pytest.raises(Forbidden) as caught:
        secret_view.get(cast["viewer"].actor, universe, "PAY_KEY", Permission.DELETE_SECRET)
    assert (caught.value.permission, caught.value.secret_name) == ("delete_secret", "PAY_KEY")
    view = secret_view.get(cast["manager"].actor, universe, "PAY_KEY", Permission.DELETE_SECRET)
    assert view.may_delete
    with pytest.raises(NotFound):
        secret_view.get(cast["stranger"].actor, universe, "PAY_KEY", Permission.DELETE_SECRET)


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_who_may_create_some_secret_passes_the_check(
    universe: Universe, cast: Cast, who: str
) -> None:
    if who in CREATORS:
        secrets.check_may_create(cast[who].actor, universe)
        return
    with pytest.raises(Forbidden):
        secrets.check_may_create(cast[who].actor, universe)


@pytest.mark.parametrize("who", EVERYBODY)
def test_universes_are_those_in_which_one_may_list(
    universe: Universe, quay: Universe, cast: Cast, who: str
) -> None:
    expected = [universe, quay] if who == "admin" else [universe]
    assert list(sight.visible(cast[who].actor)) == expected
    assert loading.get(cast[who].actor, universe.pk) == universe


def test_a_foreign_universe_and_none_look_the_same(quay: Universe, cast: Cast) -> None:
    assert not sight.visible(cast["stranger"].actor).exists()
    sentences = set()
    for universe_id in (quay.pk, 1, 0, -1, 10**30):
        with pytest.raises(NotFound) as caught:
            loading.get(cast["manager"].actor, universe_id)
        sentences.add(str(caught.value))
    assert len(sentences) == 1
    assert loading.get(cast["admin"].actor, quay.pk) == quay


def test_a_foreign_universe_and_none_take_the_same_questions(quay: Universe, cast: Cast) -> None:
    asked = []
    for universe_id in (quay.pk, 1):
        with (
            CaptureQueriesContext(connection) as captured,
            pytest.raises(NotFound),
        ):
            loading.get(cast["manager"].actor, universe_id)
        asked.append([found["sql"].partition(" WHERE ")[0] for found in captured])
    assert asked[0] == asked[1] != []


def test_a_stranger_sees_nothing_of_a_universe(universe: Universe, cast: Cast) -> None:
    listing = secrets.listing(cast["stranger"].actor, universe)
    assert listing.secrets == []
    assert room(cast["stranger"].actor, universe) is None
    with pytest.raises(NotFound):
        loading.get(cast["stranger"].actor, universe.pk)


def test_each_secret_has_a_place_by_each_column_and_equals_share_it(
    universe: Universe, cast: dict[str, Person]
) -> None:
    Secret.objects.filter(name="SIGNING_SEED").update(update_time="")
    Secret.objects.create(universe=universe, name="pay_key", update_time="")
    views = secrets.listing(cast["viewer"].actor, universe).secrets
    by_name = {view.secret.name: at for view, at in zip(views, places(views), strict=True)}
    assert {name: at["name"] for name, at in by_name.items()} == {
        "PAY_KEY": 0,
        "pay_key": 1,
        "PAY_WEBHOOK": 2,
        "SIGNING_SEED": 3,
    }
    assert by_name["pay_key"]["changed"] == by_name["SIGNING_SEED"]["changed"] == 0
    assert by_name["PAY_KEY"]["changed"] > 0
    assert {at["who"] for at in by_name.values()} == {0}
