"""Every page in both themes at three widths: axe finds nothing, and nothing scrolls sideways.

On a phone whatever can be pressed is large enough for a finger. Axe looks at a width where it can
find something that no other width has shown it: what the page says and the frame around it change
at widths of their own, so that between a phone and a desk there is often no third of either.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django import Settings

from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants, teams
from secretsapp.core.roles import Role
from secretsapp.log import witnesses
from secretsapp.log.index import building
from secretsapp.models import Universe, Witness
from secretsapp.universes import protection
from tests.browser import catalogue
from tests.browser.catalogue import LONG_DOMAIN, LONG_NAME, ODD_NAME, Look
from tests.browser.conftest import Visit, Visitor
from tests.browser.of_api_keys import looks_at_api_keys
from tests.browser.of_due import looks_at_due
from tests.browser.of_groups import looks_at_groups, looks_without_log
from tests.browser.of_servers import looks_at_servers
from tests.browser.of_several import looks_at_several
from tests.browser.of_universes import add_many, looks_at_many_universes
from tests.browser.targets import too_small
from tests.granting import Terms
from tests.spine.doors import WITNESS
from tests.stage import STAGEHAND, Cast
from tests.support.old_log import archive, make_old

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
# What passes is not described: only what is wrong is asked for. Style sheets are not loaded again:
# only an experimental rule, which is not run, reads them, and the policy forbids how axe does it
# where one sheet imports another. No page has frames, and a place is told by its HTML.
RUN_AXE = """
rules => axe.run({
    resultTypes: ["violations"], preload: {assets: ["media"]}, iframes: false, selectors: false,
    ...(rules && {runOnly: rules}),
}).then(result => result.violations)
"""
# What a width can change for a rule, of what a page says and of the frame around it: what there is
# to see, and how it is written.
SEEN = """
() => ["body main *", "body *:not(main *)"].map(part =>
    Array.from(document.querySelectorAll(part), element => {
        const { color, backgroundColor, fontSize, fontWeight } = getComputedStyle(element);
        const seen = [element.localName, color, backgroundColor, fontSize, fontWeight];
        return element.checkVisibility() && seen.join();
    }).join(";"))
"""
# A list asks for itself once more as soon as it is shown; htmx marks what waits or is being put in.
REFRESHED = "[hx-trigger*=load]"
SETTLED = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
PHONE = 390
WIDTHS = (PHONE, 1440, 768)
# Where a width changes what there is on a page every rule is asked; a theme changes colours alone.
RULES: dict[Literal["light", "dark"], list[str] | None] = {
    "light": None,
    "dark": ["color-contrast", "link-in-text-block"],
}
PARTS = 4


def findings(page: Page, name: str, frames: set[str]) -> Iterator[str]:
    """What is wrong with the page that is open, in every theme and width.

    `frames` are those that were looked at before, around this page or another.
    """
    # Without motion, so that no colour is measured on its way from one to the other.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    examined: set[str] = set()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        where = f"{name}, {width} px"
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"{where}: scrolls sideways"
        if width == PHONE:
            yield from (f"{where}, too small: {target}" for target in too_small(page))
        main, frame = page.evaluate(SEEN)
        if main not in examined or frame not in frames:
            examined.add(main)
            frames.add(frame)
            yield from (f"{where}, {finding}" for finding in in_both_themes(page))


def in_both_themes(page: Page) -> Iterator[str]:
    """What axe finds on the page as it is now, which is light, and once it is dark."""
    for theme, rules in RULES.items():
        page.emulate_media(color_scheme=theme)
        yield from (f"{theme}: {finding}" for finding in violations(page, rules))
    page.emulate_media(color_scheme="light")


def violations(page: Page, rules: list[str] | None) -> list[str]:
    """What axe finds by these rules or, where none are named, by all; with the place."""
    found: list[dict[str, Any]] = page.evaluate(RUN_AXE, rules)
    return [f"{rule['id']} at {rule['nodes'][0]['html']}" for rule in found]


def found_on(visitor: Visitor, looks: Iterable[Look]) -> list[str]:
    """The findings of all these pages."""
    found: list[str] = []
    frames: set[str] = set()
    visitor.page.add_init_script(path=AXE)
    for look in looks:
        visitor.become(look.role)
        visitor.open(look.path)
        if visitor.page.locator(REFRESHED).count():
            visitor.look()
            visitor.page.wait_for_function(SETTLED)
        look.act(visitor)
        visitor.look()
        found += findings(visitor.page, look.name, frames)
    return found


@pytest.fixture
def much(universe: Universe, harbor: EmulatedUniverse, cast: Cast) -> Universe:
    """Harbor with what strains a page: long and odd names, foreign changes, another key, alarms."""
    grants.give(
        STAGEHAND,
        cast["viewer"].user,
        None,
        Terms(Role.AUDITOR, reason="looks at everything"),
    )
    team = teams.create(STAGEHAND, name="Build", note=LONG_NAME, people=[cast["viewer"].user])
    grants.add(STAGEHAND, team, universe, Terms(Role.ROTATOR, "PAY_*"))
    teams.add_people(STAGEHAND, team, [cast["admin"].user])
    witnesses.add(STAGEHAND, **WITNESS)
    words = "It has cosigned 900 events, and the newest checkpoint here is of 20."
    Witness.objects.update(failure=words, alarm=words, next_try_at=timezone.now())
    harbor.put(LONG_NAME, b"x", LONG_DOMAIN)
    harbor.put(ODD_NAME, b"x", "*")
    harbor.put("PAY_KEY", b"theirs", "*")
    harbor.remove("SIGNING_SEED")
    another_key = {"key_fingerprint": "0" * 64, "key_before": "f" * 64}
    Universe.objects.update(**another_key, key_since=timezone.now())
    return universe


@pytest.mark.parametrize("part", range(PARTS))
def test_every_door_that_shows_a_page(part: int, visit: Visit, much: Universe) -> None:
    looks = catalogue.looks_at_doors(much)
    assert found_on(visit(), looks[part::PARTS]) == []


def test_pages_at_other_times_and_to_others(visit: Visit, much: Universe) -> None:
    assert found_on(visit(), catalogue.looks_at_states(much)) == []


def test_pages_of_a_protected_universe(visit: Visit, much: Universe) -> None:
    protection.protect(STAGEHAND, much)
    assert found_on(visit(), catalogue.looks_at_protected(much)) == []


def test_pages_of_batches(visit: Visit, much: Universe) -> None:
    assert found_on(visit(), catalogue.looks_at_batches(much)) == []


def test_pages_of_game_servers(visit: Visit, much: Universe) -> None:
    assert found_on(visit(), looks_at_servers(much)) == []


def test_pages_of_a_group(visit: Visit, much: Universe) -> None:
    assert found_on(visit(), looks_at_groups(much)) == []


def test_the_page_of_a_group_without_its_log(visit: Visit, much: Universe) -> None:
    assert found_on(visit(), looks_without_log(much)) == []


def test_pages_of_due_dates(visit: Visit, much: Universe) -> None:
    assert found_on(visit(), looks_at_due(much)) == []


def test_pages_of_several_universes_and_secrets(visit: Visit, much: Universe) -> None:
    assert found_on(visit(), looks_at_several(much)) == []


def test_pages_of_api_keys_in_trouble(visit: Visit, much: Universe) -> None:
    assert found_on(visit(), looks_at_api_keys(much)) == []


def test_pages_of_very_many_universes(visit: Visit, much: Universe) -> None:
    add_many(much)
    assert found_on(visit(), looks_at_many_universes()) == []


def test_pages_for_who_must_have_a_second_factor(visit: Visit, universe: Universe) -> None:
    assert found_on(visit(), catalogue.looks_at_required()) == []


def test_pages_of_a_log_that_goes_on_behind_an_archive(
    visit: Visit, cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_old(monkeypatch)
    archive(tmp_path / "log.gz")
    building.extend()
    assert found_on(visit(), catalogue.looks_at_archived(universe)) == []


def test_pages_for_everybody(visit: Visit, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    assert found_on(visit(), catalogue.looks_without_sign_in()) == []


def test_pages_where_mail_is_set_up(visit: Visit, cast: Cast, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    assert found_on(visit(), catalogue.looks_with_mail()) == []


def test_the_page_that_makes_the_first_admin(open_window: Visit, db: None) -> None:
    assert found_on(open_window(), [Look("first_run", "/welcome/", "")]) == []
