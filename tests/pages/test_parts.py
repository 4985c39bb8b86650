"""The parts of pages: the styleguide that shows them, marks of people, tabs."""

import re

import pytest
from django.urls import reverse
from pytest_django import Settings

from secretsapp.models import Universe
from secretsapp.web import avatars
from secretsapp.web.icons import icon
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words


def test_the_styleguide_is_there_for_who_builds_pages_alone(
    client_for: ClientFor, settings: Settings
) -> None:
    assert "Styleguide" in words(client_for("viewer").get("/styleguide/"))
    settings.STYLEGUIDE = False
    assert client_for("viewer").get("/styleguide/").status_code == 404


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ann Berg", "AB"),
        ("Ann Maria van den Berg", "AB"),
        ("ann@example.com", "A"),
        ("ann.berg@example.com", "AB"),
        ("李雷", "李"),
        ("  ", "?"),
        ("<b>@example.com", "B"),
    ],
)
def test_a_mark_has_the_initials_of_who_it_is(name: str, letters: str) -> None:
    assert avatars.initials(name) == letters


def test_a_person_has_one_colour_and_what_is_none_has_a_sign() -> None:
    mark = avatars.avatar("ann@example.com", "Ann Berg")
    assert mark == avatars.avatar("ANN@example.com", "Ann Berg")
    assert re.search(r'class="avatar avatar-[0-7]" aria-hidden="true">AB<', mark)
    assert icon("terminal") in avatars.avatar(kind="command")
    assert icon("seal") in avatars.avatar(kind="system")
    assert "avatar-unknown" in avatars.avatar()


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        ("admin", ["Secrets 3", "Access", "Servers", "Activity", "Settings"]),
        ("manager", ["Secrets 3", "Access", "Servers", "Activity"]),
        ("auditor", ["Secrets 3", "Servers", "Activity"]),
        ("viewer", ["Secrets 3", "Servers", "Activity"]),
    ],
)
def test_a_universe_has_its_pages_as_tabs_as_far_as_ones_rights_go(
    role: str, tabs: list[str], client_for: ClientFor, universe: Universe
) -> None:
    page = body(client_for(role).get(reverse("universe", args=[universe.pk])))
    found = re.findall(r'<a class="tab"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert [" ".join(re.sub(r"<[^>]*>", " ", each).split()) for each in found] == tabs
    assert page.count('aria-current="page">Secrets') == 1
    # One alone is no choice.
    assert ('aria-label="Harbor" hidden>' in page) is (len(tabs) == 1)


def test_a_title_begins_with_the_environment(client_for: ClientFor, universe: Universe) -> None:
    page = body(client_for("admin").get(reverse("universe_settings", args=[universe.pk])))
    assert "<title>PROD · Settings · Harbor · Sealroom</title>" in page
    refused = client_for("admin").post(reverse("universe_settings", args=[universe.pk]), {})
    assert "<title>Error: PROD · Settings · Harbor · Sealroom</title>" in body(refused)
