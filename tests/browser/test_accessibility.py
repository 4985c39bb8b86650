"""axe finds nothing and nothing scrolls sideways, on any page, in either theme, at two widths."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from tests.browser.conftest import Visit, Visitor

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
AXE_SOURCE = AXE.read_text("utf-8")
# What passes is not described: only what is wrong is asked for.
RUN_AXE = """
rules => axe.run({resultTypes: ["violations"], ...(rules && {runOnly: rules})})
    .then(result => result.violations)
"""
# A list asks for itself once more as soon as it is shown.
REFRESHED = "[hx-trigger]"
COLOURS = ["color-contrast", "link-in-text-block"]
# Each rule is asked in both themes and at both widths; those about colours in every combination.
EVERY_RULE = {("light", 390), ("dark", 1280)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (390, 1280)


def findings(page: Page) -> Iterator[str]:
    """What is wrong with the page that is open, in every theme and width."""
    page.evaluate(f"{AXE_SOURCE}; undefined")
    for theme in THEMES:
        # Without motion, so that no colour is measured on its way from one theme to the other.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            where = f"{theme}, {width} px"
            rules = None if (theme, width) in EVERY_RULE else COLOURS
            yield from (f"{where}: {finding}" for finding in violations(page, rules))
            if page.evaluate("document.documentElement.scrollWidth") > width:
                yield f"{where}: scrolls sideways"


def violations(page: Page, rules: list[str] | None) -> list[str]:
    """What axe finds by these rules or, where none are named, by all; with the place."""
    found: list[dict[str, Any]] = page.evaluate(RUN_AXE, rules)
    return [f"{rule['id']} at {rule['nodes'][0]['html']}" for rule in found]


def found_on(visitor: Visitor, addresses: list[str]) -> dict[str, list[str]]:
    """The findings of each page that has any."""
    found = {}
    for address in addresses:
        visitor.open(address)
        if visitor.page.locator(REFRESHED).count():
            visitor.page.wait_for_load_state("networkidle")
        found[address] = list(findings(visitor.page))
    return {address: problems for address, problems in found.items() if problems}


def test_pages_for_everybody(visit: Visit) -> None:
    visitor = visit()
    assert found_on(visitor, ["/sign-in/", "/sign-in/disabled/", "/no-such-page/"]) == {}


def test_pages_of_an_admin(visit: Visit, universe: Universe, harbor: EmulatedUniverse) -> None:
    long_name = "A_LONG_NAME_" + "X" * 52
    harbor.put(long_name, b"x", f"*.{'very-long-subdomain.' * 6}example.com")
    harbor.put("PAY_KEY", b"theirs", "*")
    harbor.remove("SIGNING_SEED")
    admin = visit()
    admin.sign_in("admin")
    of_universe = f"/universes/{universe.pk}/"
    of_secret = f"{of_universe}secrets/PAY_KEY/"
    pages = ["/", of_universe, f"{of_universe}?q=nothing", f"{of_universe}new-secret/"]
    pages += [
        of_secret,
        f"{of_universe}secrets/SIGNING_SEED/",
        f"{of_universe}secrets/{long_name}/",
    ]
    pages += [f"{of_secret}{page}/" for page in ("rotate", "details", "delete")]
    pages += ["/audit/", "/audit/?event=none", "/universes/1/"]
    assert found_on(admin, pages) == {}


def test_a_form_with_errors(visit: Visit, universe: Universe) -> None:
    editor = visit()
    editor.sign_in("editor")
    editor.open(f"/universes/{universe.pk}/new-secret/")
    editor.page.get_by_label("Name").fill("1-KEY")
    editor.page.get_by_label("One host, or its subdomains").check()
    editor.page.get_by_role("button", name="Seal and create").click()
    editor.page.get_by_role("alert").wait_for()
    assert list(findings(editor.page)) == []


def test_pages_of_a_stranger_and_of_a_viewer(visit: Visit, universe: Universe) -> None:
    stranger = visit()
    stranger.sign_in("stranger")
    assert found_on(stranger, ["/", "/audit/"]) == {}
    rotator = visit()
    rotator.sign_in("rotator")
    secret = f"/universes/{universe.pk}/secrets/PAY_KEY/"
    assert found_on(rotator, [secret, f"{secret}rotate/", f"{secret}delete/"]) == {}
