"""Help: its menu, the roles, and what changed."""

import re
from pathlib import Path

import pytest
from pytest_django import Settings

from secretsapp.core.roles import ROLE_WORDS
from secretsapp.operation import release_notes
from secretsapp.operation.release_notes import Words
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.repository.files import ROOT


@pytest.mark.django_db
def test_the_help_menu_leads_where_one_may_go(client_for: ClientFor) -> None:
    for role, leads_to_guide in (("admin", True), ("stranger", False)):
        client = client_for(role)
        page = body(client.get("/me/"))
        menu = page.partition('id="help"')[2].partition("</details>")[0]
        addresses = re.findall(r'<a [^>]*href="([^"]*)"', menu)
        guide = ["/guide/"] if leads_to_guide else []
        assert addresses == [*guide, "/help/roles/", "/help/shortcuts/", "/help/changes/"]
        assert {client.get(address).status_code for address in addresses} == {200}


@pytest.mark.django_db
def test_the_menu_of_oneself_has_the_address_once(client_for: ClientFor) -> None:
    page = re.sub(
        r'<span class="visually-hidden">[^<]*</span>', "", body(client_for("viewer").get("/"))
    )
    menu = page.partition('id="who"')[2].partition("</details>")[0]
    assert menu.count("viewer@example.com") == 1
    assert "Viewer" in menu


@pytest.mark.django_db
def test_every_role_is_told_in_a_sentence_and_in_the_table(client_for: ClientFor) -> None:
    page = words(client_for("stranger").get("/help/roles/"))
    assert "Rotator Rotates existing secrets." in page
    for role in ROLE_WORDS.values():
        assert page.count(f" {role} ") >= 2


@pytest.mark.django_db
def test_what_changed_is_told_in_full(client_for: ClientFor) -> None:
    page = client_for("viewer").get("/help/changes/")
    source = (ROOT / "CHANGELOG.md").read_text()
    assert body(page).count("<li>") >= source.count("\n- ") > 50
    assert "<code>verify_audit</code>" in body(page)
    assert "](" not in words(page)
    at_once = body(page).partition('<details class="fold">')[0]
    assert at_once.count("<li>") < 30
    assert re.search(r"\d+ more", words(page))


CHANGELOG = """# Changelog

All of it.

## 2.0 – today

- Use `x`
  *now*, [see](a.md).

## 1.0

The first.
"""


def test_a_changelog_is_read_by_its_form() -> None:
    second, first = release_notes.read(CHANGELOG)
    assert second.heading == "2.0 – today"
    assert second.notes == [[Words("Use ", False), Words("x", True), Words(" now, see.", False)]]
    assert (first.heading, first.notes) == ("1.0", [])


@pytest.mark.django_db
def test_an_installation_without_a_changelog_says_so(
    client_for: ClientFor, settings: Settings, tmp_path: Path
) -> None:
    settings.BASE_DIR = tmp_path
    assert "has no changelog" in words(client_for("viewer").get("/help/changes/"))
