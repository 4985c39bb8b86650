"""The People page and a person's own: create, hand over a link, disable, enable."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator, faults
from secretsapp.access import grants, role_table
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.models import Grant, OneTimeCode, Universe, User
from secretsapp.people import accounts
from tests.access.test_grants import NEXT_YEAR
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast, engage
from tests.support.unfinished import leave_open, make
from tests.support.watch import Watch

PEOPLE = "/people/"
NO_ROLE = "Choose a role, or undo the other entries about access."


def address_of(email: str, *rest: str) -> str:
    """The page of a person, or what is below it."""
    return "/".join([f"/people/{User.objects.get(email=email).pk}", *rest, ""])


def create(client: Client, email: str, **sent: str) -> str:
    """The page that follows the creation of an account."""
    return body(client.post("/people/new/", {"email": email} | sent, follow=True))


def link_on(page: str) -> str:
    """The password link that a page shows."""
    found = re.search(r'id="password-link"[^>]*value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found.group(1))


def test_the_table_says_who_may_do_what_and_who_was_here(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    quay = Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    viewer = cast["viewer"].user
    grants.give(STAGEHAND, viewer, quay, Terms(Role.VIEWER, "PAY_*", until=NEXT_YEAR))
    grants.give(STAGEHAND, viewer, None, Terms(Role.ROTATOR))
    Grant.objects.filter(person=cast["editor"].user).update(until=timezone.now())
    accounts.disable(STAGEHAND, cast["rotator"].user)
    client = client_for("admin")
    client.get(PEOPLE)
    page = words(client.get(PEOPLE))
    assert "People 7 in total" in page
    assert "A admin@example.com You Admin Last active just now" in page
    two = "Rotator of all universes Viewer of Harbor +1 more Never signed in"
    assert f"viewer@example.com {two}" in page
    assert "manager@example.com Manager of Harbor Never signed in" in page
    assert "editor@example.com No access" in page
    assert "rotator@example.com Disabled Rotator of Harbor Never signed in" in page
    grants.revoke_all(STAGEHAND, viewer, None)
    bounds = f"Viewer of Harbor Viewer of Quay, PAY_*, until 1 Jun {NEXT_YEAR.year} Never"
    assert bounds in words(client.get(PEOPLE))


def test_each_row_offers_only_what_can_be_done(client_for: ClientFor, cast: Cast) -> None:
    def offered(email: str) -> list[str]:
        row = page.partition(f'data-about="{email}"')[2].partition(">")[0]
        (allowed,) = re.findall(r'data-may="([^"]*)"', row)
        return str(allowed).split()

    accounts.disable(STAGEHAND, cast["rotator"].user)
    page = body(client_for("admin").get(PEOPLE))
    assert offered("viewer@example.com") == ["password-link", "disable"]
    assert offered("rotator@example.com") == ["enable"]
    assert offered("admin@example.com") == []


def test_the_table_of_ticks_is_drawn_from_the_roles(client_for: ClientFor) -> None:
    page = words(client_for("admin").get(PEOPLE))
    assert "Permission Admin Manager Editor Rotator Viewer Auditor" in page
    assert "Delete secrets yes yes –no –no –no –no" in page
    assert "Manage API keys yes –no" in page
    assert set(role_table.SUMMARIES) == set(ROLE_WORDS)


def test_a_new_person_is_handed_a_link_that_is_shown_once(
    client_for: ClientFor, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_for("admin")
    page = create(client, "new@example.com", name="Nele")
    link = link_on(page)
    assert "/password/#" in link
    assert "It works once, until" in page
    code = link.partition("#")[2]
    assert all(code not in row.session_data for row in Session.objects.all())
    assert code not in OneTimeCode.objects.get().hashed
    assert code not in caplog.text
    again = body(client.get(address_of("new@example.com")))
    assert code not in again
    assert "Password link until" in again
    assert "Nele" in body(client.get(PEOPLE))


def test_the_link_is_shown_on_the_page_of_its_person_alone(client_for: ClientFor) -> None:
    client = client_for("admin")
    client.post("/people/new/", {"email": "new@example.com"})
    assert 'id="password-link"' not in body(client.get(address_of("viewer@example.com")))
    assert "/password/#" in link_on(body(client.get(address_of("new@example.com"))))


def test_a_newer_link_takes_the_place_of_the_older(
    client_for: ClientFor, settings: Settings
) -> None:
    client = client_for("admin")
    page = create(client, "new@example.com")
    assert "The link only opens on this machine. Set <code>SITE_URL</code>" in page
    settings.SITE_URL = "https://sealroom.example"
    made = body(client.post(address_of("new@example.com", "password-link"), follow=True))
    assert link_on(made) != link_on(page)
    assert "only opens on this machine" not in made
    assert OneTimeCode.objects.count() == 1
    OneTimeCode.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    listed = words(client.get(PEOPLE))
    assert "No password yet" in listed
    assert "until" not in listed


def test_an_account_has_its_first_role_at_once(client_for: ClientFor, universe: Universe) -> None:
    client, watch = client_for("admin"), Watch()
    bounds = {"names": "PAY_*", "end": "30", "reason": "Season two"}
    sent = {"role": "rotator", "place": str(universe.pk)} | bounds
    page = create(client, "new@example.com", name="Nele", **sent)
    said = "Created the account of new@example.com, Rotator of Harbor. PAY_* matches 2 secrets"
    assert said in html.unescape(page)
    assert "/password/#" in link_on(page)
    grant = Grant.objects.get(person__email="new@example.com")
    assert (grant.universe, grant.names, grant.reason) == (universe, ("PAY_*",), "Season two")
    assert grant.until is not None
    assert watch.tags == ["person.created", "grant.given", "person.link_made"]
    assert "No role yet" in words(client.get("/people/new/"))
    create(client, "boss@example.com", role="admin", end="never")
    assert Grant.objects.get(person__email="boss@example.com").role == Role.ADMIN


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"role": "viewer"}, "Choose a universe, or all universes."),
        ({"role": "viewer", "place": "all", "end": ""}, "Choose when it expires."),
        ({"place": "all"}, NO_ROLE),
        ({"names": "PAY_*"}, NO_ROLE),
        ({"end": "7"}, NO_ROLE),
        ({"reason": "Season two"}, NO_ROLE),
        ({"role": "viewer", "place": "1"}, "This universe isn’t in Sealroom"),
        ({"role": "viewer", "place": "no id"}, "A universe id is a whole number"),
        ({"role": "viewer", "place": "all", "names": "*_PAY"}, "A pattern is one exact name"),
        ({"role": "admin", "place": "all", "names": "PAY_*"}, "The Admin role covers all"),
    ],
)
def test_an_account_whose_role_is_refused_is_not_created(
    client_for: ClientFor, universe: Universe, sent: dict[str, str], sentence: str
) -> None:
    watch = Watch()
    sent = {"email": "new@example.com", "end": "never"} | sent
    answer = client_for("admin").post("/people/new/", sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert '<details class="fold first-access" open>' in body(answer)
    assert (watch.tags, User.objects.filter(email="new@example.com").exists()) == ([], False)


def test_a_role_is_granted_from_the_page_of_a_person(
    client_for: ClientFor, universe: Universe
) -> None:
    client, path = client_for("admin"), address_of("stranger@example.com", "access", "new")
    assert f'href="{path}"' in body(client.get(address_of("stranger@example.com")))
    assert "Choose a role." in words(client.post(path, {"place": "all"}))
    sent = {
        "place": str(universe.pk),
        "role": "viewer",
        "names": "PAY_*",
        "end": "never",
        "reason": "lasts",
    }
    done = client.post(path, sent, follow=True)
    assert "Granted stranger@example.com access. PAY_* matches 2 secrets" in words(done)
    assert "Harbor Viewer PAY_*" in words(done)
    refused = client.post(path, sent)
    assert "is already Viewer of Harbor." in words(refused)
    held = Grant.objects.get(person__email="stranger@example.com")
    grant = f"/universes/{universe.pk}/access/{held.pk}/"
    assert f'<a href="{grant}">Edit that grant instead.</a>' in body(refused)
    assert 'id="id_place_error"' in body(refused)
    assert 'role="alert"' not in body(refused)


def test_among_many_universes_one_is_named_by_its_id(
    client_for: ClientFor, universe: Universe
) -> None:
    others = [
        Universe(id=number, name=f"Tycoon {number}", api_key=universe.api_key)
        for number in range(1, 14)
    ]
    Universe.objects.bulk_create(others)
    client, path = client_for("admin"), address_of("stranger@example.com", "access", "new")
    assert "Other universes Their IDs, with commas between them." in words(client.get(path))
    sent = {"others": "7, 9", "role": "viewer", "end": "30"}
    done = client.post(path, sent, follow=True)
    assert "Granted stranger@example.com access in 2 places." in words(done)
    given = Grant.objects.filter(person__email="stranger@example.com").order_by("universe")
    assert [grant.universe for grant in given] == [others[6], others[8]]
    assert "A universe id is a whole number" in words(client.post(path, sent | {"others": "x"}))


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"email": "viewer@example.com"}, "There is already an account with that email address."),
        ({"email": "nobody"}, "Enter an email address such as"),
        ({"email": ""}, "Enter an email address such as"),
        ({"email": "new@example.com", "name": "x" * 101}, "Keep it to 100 characters"),
    ],
)
def test_an_account_that_cannot_be_made_is_said_why(
    client_for: ClientFor, sent: dict[str, str], sentence: str
) -> None:
    answer = client_for("admin").post("/people/new/", sent)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_a_person_is_disabled_after_a_question_and_enabled_again(client_for: ClientFor) -> None:
    client, viewer = client_for("admin"), client_for("viewer")
    question = client.get(address_of("viewer@example.com", "disable"))
    assert "They’re signed out everywhere at once" in words(question)
    done = client.post(address_of("viewer@example.com", "disable"), follow=True)
    assert "Disabled the account of viewer@example.com." in words(done)
    assert "Enable account" in words(done)
    assert viewer.get("/me/").status_code == 302
    refused = client.post(address_of("viewer@example.com", "password-link"), follow=True)
    assert "is disabled. Enable it first." in words(refused)
    enabled = client.post(address_of("viewer@example.com", "enable"), follow=True)
    assert "Enabled the account of viewer@example.com." in words(enabled)


def test_who_disables_an_account_sees_what_is_to_be_rotated(
    client_for: ClientFor, cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    make("rotate", cast, universe)
    client, path = client_for("admin"), address_of("manager@example.com", "disable")
    page = words(client.get(path))
    assert "Values they know They created or rotated" in page
    assert "PAY_KEY in Harbor PRODProduction saved just now" in page
    assert "Secrets they can rotate now 3 in all" in page
    assert "PAY_KEY , PAY_WEBHOOK , SIGNING_SEED" in page
    leave_open("create", faults.cut_before(), emulator, cast, universe)
    page = words(client.get(path))
    assert "NEW_KEY in Harbor PRODProduction saved just now , outcome unknown" in page
    assert "updated since" not in page
    disabled = words(client.post(path, follow=True))
    assert "Values they know" in disabled
    assert "Values they know" not in words(client.get(address_of("viewer@example.com")))
    assert "can rotate now None." in words(client.get(address_of("viewer@example.com", "disable")))


def test_the_last_admin_is_not_disabled_and_it_is_said_why(client_for: ClientFor) -> None:
    client = client_for("admin")
    own = client.get(address_of("admin@example.com"))
    assert 'disable/"' not in body(own)
    assert 'disabled aria-describedby="why-not">Disable account' in body(own)
    assert "Last admin. Make someone else an admin first." in words(own)
    question = client.get(address_of("admin@example.com", "disable"))
    assert 'disabled aria-describedby="why-not">Disable account' in body(question)
    assert "This is the last admin. Make someone else an admin first." in words(question)
    refused = client.post(address_of("admin@example.com", "disable"))
    assert refused.status_code == 422
    assert "admin@example.com is the last admin." in words(refused)
    engage("second", admin=True)
    assert 'disable/"' in body(client.get(address_of("admin@example.com")))
    question = client.get(address_of("admin@example.com", "disable"))
    assert "This is your own account." in words(question)


def test_an_admin_who_disables_themselves_is_signed_out_and_refused_nothing(
    client_for: ClientFor,
) -> None:
    engage("second", admin=True)
    client, watch = client_for("admin"), Watch()
    client.get("/me/")
    done = client.post(address_of("admin@example.com", "disable"), follow=True)
    assert done.redirect_chain == [("/sign-in/", 302)]
    assert "Disabled the account of admin@example.com." in words(done)
    assert watch.tags == ["person.disabled"]


def test_nobody_is_offered_a_link_for_themselves(client_for: ClientFor) -> None:
    client = client_for("admin")
    assert "New password link" in words(client.get(address_of("viewer@example.com")))
    assert "New password link" not in words(client.get(address_of("admin@example.com")))
    refused = client.post(address_of("admin@example.com", "password-link"), follow=True)
    assert "Change your own password under “Your account”." in words(refused)


def test_the_page_of_a_person_has_their_grants(client_for: ClientFor, universe: Universe) -> None:
    client = client_for("admin")
    page = body(client.get(address_of("viewer@example.com")))
    person = User.objects.get(email="viewer@example.com").pk
    grant = f"/universes/{universe.pk}/access/{person}/"
    for address in (f"{grant}?next=person", f"{grant}revoke/?next=person"):
        assert f'href="{address}"' in page
        assert f'href="/people/{person}/">Cancel' in body(client.get(address))
        done = client.post(address, {"role": "editor", "end": "never", "reason": "lasts"})
        assert done.headers["Location"] == f"/people/{person}/"
    assert 'href="/audit/?person=viewer%40example.com"' in page
    # What they did and what was done to them.
    client_for("viewer").get("/people/")
    activity = words(client.get(address_of("viewer@example.com"))).partition("All done to them")[2]
    assert "viewer@example.com was denied" in activity
    assert "admin@example.com revoked" in activity
    stranger = body(client.get(address_of("stranger@example.com")))
    assert "No access yet" in stranger


def test_a_person_who_is_not_there_is_not_found(client_for: ClientFor) -> None:
    assert client_for("admin").get("/people/999999/").status_code == 404
    assert client_for("manager").get("/people/999999/").status_code == 403


def test_names_of_others_are_escaped_and_set_apart(client_for: ClientFor, cast: Cast) -> None:
    User.objects.filter(pk=cast["viewer"].user.pk).update(name="\u202e<b>Vera")
    page = body(client_for("admin").get(PEOPLE))
    assert "<bdi>\u202e&lt;b&gt;Vera</bdi>" in page
    assert "<b>Vera" not in page
