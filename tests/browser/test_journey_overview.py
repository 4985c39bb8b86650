"""Where each role finds itself: what is on the home page, in the sidebar, and found by a search."""

import pytest
from playwright.sync_api import expect

from emulator import Universe as EmulatedUniverse
from secretsapp.models import Grant, Universe
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import WITH_AND_WITHOUT, is_at, is_headed, shows, sidebar
from tests.granting import let_cover
from tests.stage import CAST, Cast
from tests.support.unfinished import refresh_later

pytestmark = pytest.mark.browser

HOME, DUE, BATCHES, LOG = "Home", "Due dates", "Batches", "Audit log"
# Its environment stands behind it twice: short for the eye, and whole for screen readers.
HARBOR = "Harbor PRODProduction"
OF_ADMINS = ("Access", "Reviews", "People", "API keys", "Channels")
PLACES = {
    "admin": (HOME, DUE, BATCHES, HARBOR, LOG, *OF_ADMINS),
    "manager": (HOME, DUE, BATCHES, HARBOR, LOG),
    "editor": (HOME, DUE, BATCHES, HARBOR),
    "rotator": (HOME, DUE, BATCHES, HARBOR),
    "viewer": (HOME, DUE, HARBOR),
    "auditor": (HOME, DUE, HARBOR, LOG),
    "stranger": (HOME,),
}


@pytest.fixture
def bounded(universe: Universe, harbor: EmulatedUniverse, cast: Cast) -> Universe:
    """Harbor with something changed elsewhere, beyond the names that the rotator sees."""
    let_cover(Grant.objects.filter(person=cast["rotator"].user), "PAY_*")
    harbor.put("SIGNING_SEED", b"theirs", "")
    assert refresh_later(universe)
    return universe


@WITH_AND_WITHOUT
def test_each_role_finds_at_home_and_by_the_search_what_it_may_see(
    script: bool, visit: Visit, bounded: Universe
) -> None:
    assert set(PLACES) == set(CAST)
    window = visit(java_script_enabled=script)
    for role, places in PLACES.items():
        window.become(role)
        window.open("/")
        expect(sidebar(window).locator("li a")).to_have_text(list(places))
        is_met(window, role)
        search(window, "seed")
        is_found = window.page.get_by_role("main").get_by_role("link", name="SIGNING_SEED")
        expect(is_found).to_have_count(0 if role in {"rotator", "stranger"} else 1)
    window.become("viewer")
    window.open("/")
    search(window, "seed")
    window.page.get_by_role("main").get_by_role("link", name="SIGNING_SEED Harbor").click()
    is_at(window, f"/universes/{bounded.pk}/secrets/SIGNING_SEED/")


def is_met(window: Visitor, role: str) -> None:
    """Expect the home page to answer the three questions of that role, and no more."""
    content = window.page.get_by_role("main")
    may_read_log = LOG in PLACES[role]
    expect(content.get_by_role("link", name=LOG)).to_have_count(1 if may_read_log else 0)
    if role == "stranger":
        shows(window, "You don’t have access to any universe yet.")
        shows(window, "stranger@example.com")
    elif role == "rotator":
        shows(window, "All clear")
        shows(window, "2 secrets")
        expect(content).not_to_contain_text("SIGNING_SEED")
    else:
        shows(window, "changed outside Sealroom.")
        shows(window, "3 of 500")


def search(window: Visitor, text: str) -> None:
    """Look for something from wherever one is, and see all that was found."""
    window.page.get_by_label("Search everything").fill(text)
    if window.has_script:
        window.page.get_by_role("button", name="All results").click()
    else:
        window.page.get_by_label("Search everything").press("Enter")
    is_headed(window, "Search")
