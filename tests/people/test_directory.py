"""People, their grants and API keys, as far as one may see them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.access import grant_listing
from secretsapp.access import grants as grant_actions
from secretsapp.api_keys import key_listing
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import Forbidden, NotFound
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, Grant, Universe, User
from secretsapp.people import directory
from tests.granting import Terms, let_cover
from tests.stage import STAGEHAND, Cast, engage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["admin", "manager"])
def test_who_gives_access_finds_people_however_they_are_written(cast: Cast, who: str) -> None:
    assert directory.get(cast[who].actor, " Stranger@EXAMPLE.com ") == cast["stranger"].user
    assert directory.get(STAGEHAND, "viewer@example.com") == cast["viewer"].user


@pytest.mark.parametrize("who", ["editor", "rotator", "viewer", "auditor", "stranger"])
def test_for_all_others_only_they_themselves_exist(cast: Cast, who: str) -> None:
    actor = cast[who].actor
    assert directory.get(actor, actor.name) == cast[who].user
    sentences = set()
    for email in ("admin@example.com", "nobody@example.com", ""):
        with pytest.raises(NotFound) as caught:
            directory.get(actor, email)
        sentences.add(str(caught.value))
    assert len(sentences) == 1


def test_a_person_one_may_not_see_and_none_take_the_same_questions(cast: Cast) -> None:
    asked = []
    for email in ("admin@example.com", "nobody@example.com"):
        with CaptureQueriesContext(connection) as captured, pytest.raises(NotFound):
            directory.get(cast["viewer"].actor, email)
        asked.append([found["sql"].partition(" WHERE ")[0] for found in captured])
    assert asked[0] == asked[1] != []


def test_a_near_address_is_proposed_to_those_who_are_shown_everybody(
    cast: Cast, universe: Universe
) -> None:
    def proposed(actor: Actor, email: str) -> bool:
        with pytest.raises(NotFound) as caught:
            directory.get(actor, email)
        return f"Did you mean {email.replace('veiwer', 'viewer')}?" in str(caught.value)

    typed = "veiwer@example.com"
    assert proposed(STAGEHAND, typed)
    assert proposed(cast["manager"].actor, typed)
    assert not proposed(cast["auditor"].actor, typed)
    let_cover(Grant.objects.filter(person=cast["manager"].user), "PAY_*")
    assert not proposed(cast["manager"].actor, typed)
    User.objects.filter(email="viewer@example.com").update(is_active=False)
    assert proposed(STAGEHAND, typed)
    let_cover(Grant.objects.filter(person=cast["manager"].user), "")
    assert not proposed(cast["manager"].actor, typed)


@pytest.mark.engine
@pytest.mark.parametrize(
    "lookalike",
    [
        "adm\N{LATIN SMALL LETTER DOTLESS I}n@example.com",
        "ADM\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}N@example.com",
        "admin@example.com\N{COMBINING DOT ABOVE}",
        "\N{FULLWIDTH LATIN SMALL LETTER A}dmin@example.com",
        "admi_@example.com",
        "admin@example%",
    ],
)
def test_what_only_looks_like_an_address_finds_nobody(cast: Cast, lookalike: str) -> None:
    assert directory.account_of("ADMIN@example.com") == cast["admin"].user
    assert directory.account_of(lookalike) is None
    with pytest.raises(NotFound):
        directory.acting_as(lookalike, run_by="root")


def test_a_sign_that_becomes_a_letter_in_lower_case_finds_nobody(cast: Cast) -> None:
    kelvin = engage("kelvin")
    assert directory.account_of("KELVIN@example.com") == kelvin.user
    assert directory.account_of("\N{KELVIN SIGN}elvin@example.com") is None


def test_a_person_acts_from_the_shell_with_their_own_rights(cast: Cast) -> None:
    actor = directory.acting_as(" Editor@example.com ", run_by="root")
    assert (actor.kind, actor.door, actor.name) == (
        ActorKind.PERSON,
        Door.SHELL,
        "editor@example.com",
    )
    assert actor.person_id == cast["editor"].user.pk


def test_nobody_acts_as_a_disabled_or_unknown_person(cast: Cast) -> None:
    User.objects.filter(email="editor@example.com").update(is_active=False)
    for email in ("editor@example.com", "nobody@example.com", ""):
        with pytest.raises(NotFound, match="no active account"):
            directory.acting_as(email, run_by="root")


def test_possible_owners_are_those_who_may_list_the_secret(universe: Universe, cast: Cast) -> None:
    cashier = engage("cashier")
    grant_actions.give(STAGEHAND, cashier.user, universe, Terms(Role.VIEWER, "PAY_*"))
    User.objects.filter(email="rotator@example.com").update(is_active=False)
    Grant.objects.filter(person=cast["viewer"].user).update(until=timezone.now())
    everybody = ["admin", "auditor", "editor", "manager"]

    def owners(name: str) -> list[str]:
        found = directory.possible_owners(cast["editor"].actor, universe, name)
        return [person.email.partition("@")[0] for person in found]

    assert owners("SIGNING_SEED") == everybody
    assert owners("PAY_KEY") == sorted([*everybody, "cashier"])


@pytest.mark.parametrize("who", ["rotator", "viewer", "auditor", "stranger"])
def test_who_edits_no_details_is_told_no_owners(universe: Universe, cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        directory.possible_owners(cast[who].actor, universe, "PAY_KEY")


def test_only_who_gives_access_somewhere_is_told_their_bounds(
    universe: Universe, cast: Cast
) -> None:
    for who in ("editor", "stranger"):
        # Whoever gives none at all is refused by the action, and told no bounds.
        grant_listing.check_within(cast[who].actor, universe, Terms(Role.VIEWER))
        with pytest.raises(Forbidden):
            grant_listing.givable(cast[who].actor, universe)
        with pytest.raises(Forbidden):
            grant_listing.held_by(cast[who].actor, cast["viewer"].user)


def test_api_keys_are_shown_to_admins_with_what_they_serve(universe: Universe, cast: Cast) -> None:
    ApiKey.objects.create(name="another", encrypted_value=b"")
    found = key_listing.visible(cast["admin"].actor)
    assert [api_key.name for api_key in found] == ["another", "automation"]
    assert [list(api_key.universes.all()) for api_key in found] == [[], [universe]]
    assert key_listing.get(cast["admin"].actor, "automation") == universe.api_key
    with pytest.raises(NotFound, match=r"named “none”\. Add it first"):
        key_listing.get(cast["admin"].actor, "none")


@pytest.mark.parametrize("who", ["manager", "editor", "auditor", "stranger"])
def test_api_keys_are_no_concern_of_others(universe: Universe, cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        key_listing.visible(cast[who].actor)
    with pytest.raises(Forbidden):
        key_listing.get(cast[who].actor, "automation")
