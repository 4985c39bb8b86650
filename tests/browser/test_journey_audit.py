"""The audit log, as an auditor reads it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from emulator import Emulator, faults
from secretsapp.log.reading import PAGE_SIZE
from secretsapp.models import Change, Universe
from secretsapp.secrets import details
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import WITH_AND_WITHOUT, enter, field, follow, is_at, press, shows
from tests.stage import Cast
from tests.support.unfinished import leave_open

pytestmark = pytest.mark.browser

NOTED = "changed the note of PAY_WEBHOOK"


@pytest.fixture
def unsettled(emulator: Emulator, universe: Universe, cast: Cast) -> Change:
    """More events than a page holds, and the last of them those of a change that is open."""
    secret = universe.secrets.get(name="PAY_WEBHOOK")
    editor = cast["editor"].actor
    for number in range(PAGE_SIZE):
        note = f"note {number}"
        details.edit(actor=editor, universe=universe, secret=secret, note=note, owner=None)
    return leave_open("rotate", faults.cut_after(), emulator, cast, universe)


@WITH_AND_WITHOUT
def test_an_auditor_finds_what_happened(
    script: bool, visit: Visit, universe: Universe, unsettled: Change
) -> None:
    auditor = enter(visit, "auditor", "/audit/", script=script)
    reads_of_the_open_change(auditor, unsettled, script=script)
    if script:
        chooses_days(auditor)
    filters(auditor, script=script)
    reads_older_events(auditor, script=script)


def reads_of_the_open_change(auditor: Visitor, change: Change, *, script: bool) -> None:
    """See what is being settled, and all that is known of it."""
    shows(auditor, "1 change is being confirmed")
    shows(auditor, "Don’t send it again before then")
    follow(auditor, "view events")
    is_at(auditor, "/audit/")
    assert str(change.pk) in auditor.page.url
    expect(rows(auditor)).to_have_count(2)
    row = rows(auditor).first
    expect(row).to_contain_text("manager@example.com may have rotated PAY_KEY in Harbor")
    row.locator("summary .icon").click()
    if not script:
        row.get_by_role("link", name="Event").click()
    expect(rows(auditor).first.get_by_text(str(change.pk))).to_be_visible()
    if not script:
        auditor.page.go_back()
    expect(field(auditor, "From")).to_be_hidden()
    field(auditor, "Time").select_option("Custom…")
    expect(field(auditor, "From")).to_be_visible()
    follow(auditor, "Clear all")
    expect(rows(auditor)).to_have_count(PAGE_SIZE)


def chooses_days(auditor: Visitor) -> None:
    """Draw over the last five days of the chart, see their events, and keep them in a file."""
    page = auditor.page
    bars = page.locator(".audit-chart > li")
    asked = [
        parse_qs(urlsplit(str(bars.nth(place).locator("a").get_attribute("href"))).query)
        for place in (-5, -1)
    ]
    bars.nth(-5).hover()
    page.mouse.down()
    bars.nth(-1).hover()
    expect(page.locator(".audit-chart > .is-chosen")).to_have_count(5)
    page.mouse.up()
    page.wait_for_url("**from=*")
    now = parse_qs(urlsplit(page.url).query)
    assert (now["from"], now["to"]) == (asked[0]["from"], asked[1]["to"])
    expect(bars).to_have_count(5)
    follow(auditor, "Export")
    with page.expect_download() as download:
        press(auditor, "Download CSV")
    assert download.value.suggested_filename.endswith(".csv")
    follow(auditor, "Change filters")
    follow(auditor, "Clear all")


def filters(auditor: Visitor, *, script: bool) -> None:
    """Narrow the log down, take one filter away again, and find it all in the address."""
    page = auditor.page
    chips = page.get_by_role("list", name="Filters in use").get_by_role("link")
    page.get_by_text("More filters").click()
    field(auditor, "Secret name").fill("PAY_*")
    field(auditor, "Result").select_option("unknown")
    field(auditor, "Time").select_option("Last 24 hours")
    if not script:
        press(auditor, "Apply")
    expect(chips).to_have_count(4)
    expect(rows(auditor)).to_have_count(1)
    chips.filter(has_text="Outcome unknown").click()
    expect(chips).to_have_count(3)
    expect(rows(auditor)).to_have_count(PAGE_SIZE)
    assert "secret=PAY_%2A" in page.url
    assert "event=" not in page.url
    page.reload()
    expect(chips.filter(has_text="Last 24 hours")).to_have_count(1)
    page.go_back()
    expect(rows(auditor)).to_have_count(1)
    expect(chips).to_have_count(4)
    expect(page.get_by_role("navigation", name="Main")).to_have_count(1)
    follow(auditor, "Clear all")


def reads_older_events(auditor: Visitor, *, script: bool) -> None:
    """Go back in time: to a page of its own or, with JavaScript, behind what stands there."""
    follow(auditor, "Older")
    if script:
        expect(rows(auditor).nth(PAGE_SIZE)).to_be_visible()
        return
    shows(auditor, "Older events")
    expect(rows(auditor).last).not_to_contain_text(NOTED)
    follow(auditor, "Newer")
    expect(rows(auditor)).to_have_count(PAGE_SIZE)
    expect(rows(auditor).first).to_contain_text("may have rotated PAY_KEY")


def rows(auditor: Visitor) -> Locator:
    """The events that are shown."""
    return auditor.page.locator(".event")
