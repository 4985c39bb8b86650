"""What stands around every page: the sidebar and the keys by one's rights, the theme."""

import re

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from emulator import Emulator
from secretsapp.access import grants
from secretsapp.core.actor import remembering
from secretsapp.core.roles import Role
from secretsapp.home import frame
from secretsapp.models import Universe
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.reading import body
from tests.stage import STAGEHAND, Cast

WORK = ["Home", "Due dates", "Batches"]
ADMINISTRATION = ["Audit log", "Access", "Reviews", "People", "API keys", "Channels"]


def sidebar(response: HttpResponseBase) -> list[str]:
    """The words of the links in the sidebar, in order, without the one that closes it."""
    found = re.search(r'<nav class="sidebar".*?</nav>', body(response), re.DOTALL)
    assert found is not None
    links = re.findall(r"<a[^>]*>(.*?)</a>", found.group(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", link).split()) for link in links][1:]


@pytest.mark.parametrize(
    ("role", "links"),
    [
        (
            "admin",
            [*WORK, "Add a universe", "Harbor PROD Production", *ADMINISTRATION],
        ),
        ("manager", [*WORK, "Harbor PROD Production", "Audit log"]),
        ("auditor", ["Home", "Due dates", "Harbor PROD Production", "Audit log"]),
        ("rotator", [*WORK, "Harbor PROD Production"]),
        ("stranger", ["Home"]),
    ],
)
def test_the_sidebar_leads_as_far_as_ones_rights_go(
    role: str, links: list[str], client_for: ClientFor
) -> None:
    assert sidebar(client_for(role).get("/")) == links


def test_a_manager_of_everything_gives_access_everywhere(cast: Cast, client_for: ClientFor) -> None:
    grants.give(STAGEHAND, cast["stranger"].user, None, Terms(Role.MANAGER))
    assert "Access" in sidebar(client_for("stranger").get("/"))


def test_the_page_one_is_on_is_marked(client_for: ClientFor, universe: Universe) -> None:
    page = body(client_for("viewer").get(f"/universes/{universe.pk}/secrets/PAY_KEY/"))
    assert re.search(r'title="Harbor" aria-current="true"', page)
    page = body(client_for("viewer").get(f"/universes/{universe.pk}/"))
    assert re.search(r'title="Harbor" aria-current="page"', page)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/audit/evidence/", "Audit log"),
        ("/audit/export/", "Audit log"),
        ("/access/several/", "Access"),
        ("/people/invite/", "People"),
        ("/people/second-factors/", "People"),
    ],
)
def test_a_page_of_administration_marks_the_part_it_belongs_to(
    path: str, part: str, client_for: ClientFor
) -> None:
    page = body(client_for("admin").get(path))
    marked = re.findall(r'aria-current="true">(.*?)</a>', page, re.DOTALL)
    assert [re.sub(r"<[^>]*>", "", words).strip() for words in marked] == [part]


def test_universes_stand_under_their_owner_production_first_and_numbers_as_people_count(
    cast: Cast, universe: Universe, emulator: Emulator
) -> None:
    for number, (name, owner, environment) in enumerate(
        [
            ("Tycoon 10", universe.owner, ""),
            ("tycoon 2", universe.owner, "staging"),
            ("Aft", universe.owner, "development"),
            ("Tycoon 9", universe.owner, "production"),
            ("Quay", "users/7", ""),
        ],
        start=1,
    ):
        key = universe.api_key
        Universe.objects.create(
            id=number, name=name, owner=owner, environment=environment, api_key=key
        )
    groups = frame.compose_frame(cast["admin"].actor).at_hand.groups
    assert [(group.owner, [each.name for each in group.universes]) for group in groups] == [
        ("groups/1234567", ["Harbor", "Tycoon 9", "Aft", "tycoon 2", "Tycoon 10"]),
        ("users/7", ["Quay"]),
    ]


def test_the_frame_takes_five_queries_however_much_there_is(
    cast: Cast, universe: Universe, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        frame.compose_frame(remembering(cast["admin"].actor))
    Universe.objects.bulk_create(
        Universe(id=number, name=f"Universe {number}", api_key=universe.api_key)
        for number in range(1, 40)
    )
    with django_assert_num_queries(5):
        frame.compose_frame(remembering(cast["admin"].actor))


def goals(response: HttpResponseBase) -> dict[str, str]:
    """Where the single keys lead on the page."""
    told = re.search(r' data-goals="([^"]*)"', body(response))
    return dict(each.split("=") for each in told.group(1).split(";")) if told else {}


def test_single_keys_lead_to_where_one_may_go(client_for: ClientFor, universe: Universe) -> None:
    everywhere = {"g h": "/", "g u": "/universes/"}
    secret = f"/universes/{universe.pk}/secrets/PAY_KEY/"
    admin = client_for("admin").get(secret)
    beyond = {"g a": "/audit/", "g p": "/people/", "g k": "/api-keys/"}
    create = {"n": f"/universes/{universe.pk}/new-secret/"}
    assert goals(admin) == everywhere | beyond | create
    assert re.findall(r'aria-keyshortcuts="(\w)"', body(admin)) == ["e", "r"]
    assert goals(client_for("admin").get("/people/")) == everywhere | beyond
    rotator = client_for("rotator").get(secret)
    assert goals(rotator) == everywhere
    assert re.findall(r'aria-keyshortcuts="(\w)"', body(rotator)) == ["r"]


def test_the_sheet_of_single_keys_is_a_page_and_a_part_of_one(client_for: ClientFor) -> None:
    fixed = ["j", "k", "n", "e", "r"]
    for role, beyond in (("admin", ["g a", "g p", "g k"]), ("rotator", [])):
        client = client_for(role)
        page = body(client.get("/help/shortcuts/"))
        part = body(client.get("/help/shortcuts/", headers={"hx-request": "true"}))
        assert part.count("<dialog") == 1
        assert "<html" in page
        assert "<html" not in part
        for shown in (page, part):
            told = re.findall(r'data-keys="([^"]*)"', shown)
            assert told == ["/", "?", "g h", "g u", *beyond, *fixed]


def test_single_keys_can_be_turned_off_in_this_browser(client_for: ClientFor) -> None:
    viewer = client_for("viewer")
    assert goals(viewer.get("/me/"))
    answer = viewer.post("/shortcuts/", {"shortcuts": "off", "next": "/me/"})
    assert answer.headers["Location"] == "/me/"
    page = viewer.get("/me/")
    assert not goals(page)
    assert 'class="search-hint"' not in body(page)
    sheet = body(viewer.get("/help/shortcuts/"))
    assert "Single-key shortcuts are off in this browser." in sheet
    viewer.post("/shortcuts/", {"shortcuts": "on"})
    assert goals(viewer.get("/me/"))


def test_the_theme_stays_in_this_browser_and_the_page_is_gone_back_to(
    cast: Cast, client: Client
) -> None:
    assert 'data-theme="' not in body(client.get("/sign-in/"))
    response = client.post("/theme/", {"theme": "dark", "next": "/audit/?event=secret"})
    assert response.headers["Location"] == "/audit/?event=secret"
    page = body(client.get("/sign-in/"))
    assert 'data-theme="dark"' in page
    assert '<meta name="color-scheme" content="dark">' in page
    client.post("/theme/", {"theme": "system"})
    assert 'data-theme="' not in body(client.get("/sign-in/"))


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "x", ""],
)
def test_the_theme_leads_to_no_other_site(address: str, client: Client) -> None:
    response = client.post("/theme/", {"theme": "light", "next": address})
    assert response.headers["Location"] == "/"


def test_a_theme_that_is_none_changes_nothing(cast: Cast, client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in body(client.get("/sign-in/"))
    assert client.get("/theme/").headers["Location"] == "/"
