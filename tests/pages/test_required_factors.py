"""Who must have a second factor and lacks one: told before the day, held up after it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from secretsapp.access import grants, teams
from secretsapp.core.errors import Forbidden, InvalidInput
from secretsapp.core.roles import Role
from secretsapp.models import RequiredFactor, Secret, Universe
from secretsapp.people import factors, required_factors
from secretsapp.people.required_factors import HoldsUp
from secretsapp.web.factor_gate import OPEN
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.proving import ADD, CODES, ME, add
from tests.pages.reading import body, words
from tests.spine.doors import DOORS, METHODS, OPEN_TO_ALL
from tests.stage import STAGEHAND, Cast
from tests.support.apps_of_people import actor_of, give_app
from tests.support.passkeys_of_people import Device, give_passkey
from tests.support.watch import Watch

THERE, RULES = "/me/second-factor/", "/people/second-factors/"
DAY = timedelta(days=1)
# What is there for strangers as well, and is no way around for who is signed in.
ALSO_OPEN = OPEN_TO_ALL - OPEN - {"healthz", "readyz"}
ARGUMENTS = {"sso_sign_in": ["acme"]}


def require(role: Role | None = None, ahead: timedelta = timedelta(0)) -> None:
    """Require a second factor of those with the role, or of everyone."""
    required_factors.require(STAGEHAND, role, timezone.now() + ahead, is_meant=True)


def is_held_up(client: Client) -> bool:
    """Whether the home page leads to where a factor is set up."""
    answer = client.get("/")
    return answer.status_code == 302 and answer.headers["Location"] == THERE


def test_before_the_day_every_page_tells_it_and_nothing_is_held_up(
    client_for: ClientFor, universe: Universe
) -> None:
    require(ahead=10 * DAY)
    viewer = client_for("viewer")
    for page in ("/", ME, f"/universes/{universe.pk}/"):
        assert "you need a second factor here. Set one up now" in words(viewer.get(page))
    assert "from" in words(viewer.get(THERE))
    assert "Later" in words(viewer.get(THERE))


def test_who_has_one_is_told_nothing(client_for: ClientFor, cast: Cast) -> None:
    give_app(cast["viewer"].user)
    give_passkey(cast["rotator"].user)
    require(ahead=DAY)
    for role in ("viewer", "rotator"):
        client = client_for(cast[role])
        assert "second factor here" not in words(client.get("/"))
        assert client.get(THERE).headers["Location"] == ME


@pytest.mark.parametrize("method", METHODS)
def test_after_it_no_address_answers_by_any_method_but_those_that_set_one_up(
    client_for: ClientFor, universe: Universe, cast: Cast, method: str
) -> None:
    doors = {door.name: door.address(universe, "PAY_KEY") for door in DOORS}
    addresses = doors | {name: reverse(name, args=ARGUMENTS.get(name)) for name in ALSO_OPEN}
    require()
    admin, watch = client_for("admin"), Watch()
    for name in addresses.keys() - OPEN:
        answer = admin.generic(method, addresses[name])
        found = (
            answer.status_code,
            answer.headers.get("Location"),
            getattr(answer, "content", b""),
        )
        assert found == (302, THERE, b""), name
    assert watch.events == []


def test_what_is_sent_does_nothing_and_says_so(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    require()
    admin, watch = client_for("admin"), Watch()
    rows = Secret.objects.count()
    for address, sent in (
        (f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/", {"value": "another value"}),
        (f"/universes/{universe.pk}/secrets/PAY_KEY/delete/", {"typed": "PAY_KEY"}),
        ("/audit/export/", {"format": "csv"}),
        (RULES + "stop/", {"whom": ""}),
        ("/me/password/", {"current": "x", "password": "y"}),
    ):
        assert admin.post(address, sent).headers["Location"] == THERE
    assert "Nothing was sent" in words(admin.get(THERE))
    assert (watch.events, Secret.objects.count()) == ([], rows)
    assert RequiredFactor.objects.exists()


def test_a_part_of_a_page_leads_the_whole_page_there(
    client_for: ClientFor, universe: Universe
) -> None:
    require()
    viewer = client_for("viewer")
    for answer in (
        viewer.get(f"/universes/{universe.pk}/", HTTP_HX_REQUEST="true"),
        viewer.post(f"/universes/{universe.pk}/refresh/", HTTP_HX_REQUEST="true"),
    ):
        assert answer.headers["HX-Redirect"] == THERE
        assert answer.content == b""


def test_pages_for_who_is_held_up_name_nothing_of_the_installation(
    client_for: ClientFor, universe: Universe
) -> None:
    require()
    viewer = client_for("viewer")
    for page in (THERE, "/me/authenticator-app/", ADD, "/no-such-page/"):
        answer = viewer.get(page)
        assert answer.status_code in {200, 404}, page
        assert universe.name not in body(answer), page
        assert 'id="search"' not in body(answer), page


def test_one_sets_one_up_and_goes_on(client_for: ClientFor, cast: Cast) -> None:
    require()
    viewer = client_for("viewer")
    assert is_held_up(viewer)
    assert "Add a passkey" in words(viewer.get(THERE))
    assert add(viewer, Device()).headers["Location"] == CODES
    assert body(viewer.get(CODES)).count("<li><code>") == 10
    assert viewer.get("/").status_code == 200


def test_one_can_sign_out_and_strangers_are_asked_to_sign_in(client_for: ClientFor) -> None:
    require()
    viewer = client_for("viewer")
    assert viewer.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert viewer.get("/sign-in/").status_code == 200
    assert Client().get("/healthz").status_code == 200


def test_a_new_person_sets_one_up_at_the_first_sign_in(cast: Cast, password: str) -> None:
    require()
    client = Client()
    sent = {"login": "viewer@example.com", "password": password}
    assert client.post("/sign-in/", sent, follow=True).redirect_chain[-1][0] == THERE


def test_removing_the_last_factor_holds_up_again(client_for: ClientFor, cast: Cast) -> None:
    person = cast["viewer"].user
    give_app(person)
    require()
    viewer = client_for(cast["viewer"])
    assert not is_held_up(viewer)
    factors.remove_app(actor_of(person), person, "")
    person.refresh_from_db()
    assert is_held_up(client_for(cast["viewer"]))


def test_a_role_holds_up_those_who_have_it_anywhere_and_by_a_team(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    require(Role.EDITOR)
    assert is_held_up(client_for("editor"))
    assert not is_held_up(client_for("rotator"))
    team = teams.create(STAGEHAND, name="Build", people=[cast["rotator"].user])
    grants.add(STAGEHAND, team, universe, Terms(Role.EDITOR, "PAY_*"))
    assert is_held_up(client_for("rotator"))
    found = [person.email for person in required_factors.lacking(Role.EDITOR)]
    assert found == ["editor@example.com", "rotator@example.com"]


def test_of_several_rules_the_earliest_counts(client_for: ClientFor, cast: Cast) -> None:
    require(ahead=5 * DAY)
    require(Role.VIEWER, ahead=2 * DAY)
    due = required_factors.due_of(cast["viewer"].actor)
    assert due is not None
    assert due.at < timezone.now() + 3 * DAY
    assert not due.is_over


def test_an_admin_is_told_how_many_it_holds_up_and_then_does_it(
    client_for: ClientFor, cast: Cast
) -> None:
    give_app(cast["viewer"].user)
    admin, sent = client_for("admin"), {"whom": "", "day": ""}
    asked = admin.post(RULES, sent)
    lacking = len(cast) - 1
    assert f"{lacking} of them have no second factor, you among them" in words(asked)
    assert asked.status_code == 422
    assert not RequiredFactor.objects.exists()
    assert admin.post(RULES, {**sent, "confirmed": "on"}).status_code == 302
    assert is_held_up(admin)


def test_who_all_have_one_are_required_to_without_a_question(
    client_for: ClientFor, cast: Cast
) -> None:
    give_app(cast["admin"].user)
    admin = client_for(cast["admin"])
    assert admin.post(RULES, {"whom": "admin", "day": "2000-01-01"}).status_code == 302
    page = words(admin.get(RULES))
    assert "People with the role Admin" in page
    assert "0 without a second factor" in page
    assert not is_held_up(admin)
    admin.post(f"{RULES}stop/", {"whom": "admin"})
    assert not RequiredFactor.objects.exists()
    assert "No second factor was required" in words(
        admin.post(f"{RULES}stop/", {"whom": "admin"}, follow=True)
    )


def test_a_day_that_is_none_or_too_far_off_and_a_role_that_is_none_are_refused(
    client_for: ClientFor,
) -> None:
    admin = client_for("admin")
    for sent in ({"day": "x"}, {"day": "2999-01-01"}, {"whom": "root"}, {"whom": "\x00"}):
        answer = admin.post(RULES, {"confirmed": "on", **sent})
        assert answer.status_code == 422, sent
    assert not RequiredFactor.objects.exists()


def test_only_who_manages_people_requires_it(cast: Cast) -> None:
    now = timezone.now()
    for role in ("manager", "auditor"):
        with pytest.raises(Forbidden):
            required_factors.require(cast[role].actor, None, now, is_meant=True)
        with pytest.raises(Forbidden):
            required_factors.stop(cast[role].actor, None)
    with pytest.raises(HoldsUp):
        required_factors.require(STAGEHAND, None, now, is_meant=False)
    with pytest.raises(InvalidInput):
        required_factors.require(STAGEHAND, None, now + 400 * DAY, is_meant=True)
