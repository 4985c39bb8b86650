"""What JavaScript adds to the list, and to the field of a value."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from emulator import Universe as EmulatedUniverse
from secretsapp.core.actor import Actor
from secretsapp.core.value_gate import Suspicion
from secretsapp.log.reading import PAGE_SIZE
from secretsapp.models import Secret, Universe
from secretsapp.secrets import details
from tests.browser.conftest import Visit, Visitor
from tests.core.values import PEM, SUSPECTED
from tests.stage import Cast
from tests.support.unfinished import let_rest

pytestmark = pytest.mark.browser

FIRST_NAME = r'^.*?class="name row-link"[^>]*>(?:<bdi>)?([^<]*)<'
SHOWN = "#rows tr:not([hidden])"


def names(page: Page) -> Locator:
    """The names in the list that are shown."""
    return page.locator(f"{SHOWN} .cell-name .name")


def open_list(visitor: Visitor, universe: Universe, query: str = "") -> None:
    """Open the list and let it refresh itself."""
    visitor.open(f"/universes/{universe.pk}/{query}")
    visitor.page.wait_for_load_state("networkidle")


def test_a_refresh_that_brings_nothing_new_leaves_the_rows_as_they_are(
    visit: Visit, universe: Universe
) -> None:
    viewer = visit()
    viewer.sign_in("viewer")
    open_list(viewer, universe)
    page = viewer.page
    page.locator("#rows").evaluate("rows => { rows.dataset.drawn = 'once'; }")
    let_rest(universe)
    with page.expect_response("**/refresh/") as answered:
        page.get_by_role("button", name="Refresh").click()
    assert answered.value.headers["hx-reswap"] == "none"
    expect(page.locator("#listing")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#rows")).to_have_attribute("data-drawn", "once")
    expect(names(page)).to_have_count(3)


def test_the_list_refreshes_itself_and_keeps_what_one_looks_for(
    visit: Visit, universe: Universe, harbor: EmulatedUniverse
) -> None:
    viewer = visit()
    viewer.sign_in("viewer")
    open_list(viewer, universe)
    page = viewer.page
    page.keyboard.press("/")
    page.keyboard.type("pay")
    page.get_by_role("link", name="Needs attention").click()
    expect(page.get_by_text("No secrets match the filter.")).to_be_visible()
    harbor.put("PAY_ELSEWHERE", b"x", "*")
    harbor.put("OTHER_ELSEWHERE", b"x", "*")
    let_rest(universe)
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_role("row").filter(has_text="PAY_ELSEWHERE")).to_contain_text(
        "Created outside"
    )
    expect(names(page)).to_have_text(["PAY_ELSEWHERE"])
    expect(page.locator("#list-count")).to_have_text("1 of 5")
    page.get_by_role("link", name="All 5").click()
    expect(names(page)).to_have_text(["PAY_ELSEWHERE", "PAY_KEY", "PAY_WEBHOOK"])


def test_filter_and_order_are_in_the_address_and_survive_a_reload_and_the_way_back(
    visit: Visit, universe: Universe
) -> None:
    Secret.objects.filter(name="SIGNING_SEED").update(note="Made for paying.")
    viewer = visit()
    viewer.sign_in("viewer")
    open_list(viewer, universe)
    page, found = viewer.page, ["SIGNING_SEED", "PAY_WEBHOOK", "PAY_KEY"]
    page.keyboard.press("/")
    expect(page.get_by_label("Filter by name or note")).to_be_focused()
    page.keyboard.type("hook")
    expect(names(page)).to_have_text(["PAY_WEBHOOK"])
    expect(page.locator("#list-count")).to_have_text("1 of 3")
    page.get_by_label("Filter by name or note").fill("pay")
    page.get_by_role("link", name="Name").click()
    expect(names(page)).to_have_text(found)
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(page).to_have_url(re.compile(r"\?q=pay&sort=-name$"))
    page.reload()
    expect(names(page)).to_have_text(found)
    page.get_by_role("link", name="PAY_KEY").click()
    page.get_by_role("heading", level=1, name="PAY_KEY").wait_for()
    page.go_back()
    expect(names(page)).to_have_text(found)
    page.get_by_label("Filter by name or note").press("Escape")
    expect(page.locator("#list-count")).to_have_text("3 secrets")
    expect(page).to_have_url(re.compile(r"/\?sort=-name$"))


def test_the_page_filters_and_sorts_as_the_server_does(
    visit: Visit, universe: Universe, cast: Cast
) -> None:
    """What stands after typing and clicking stands there too when its address is opened."""
    secrets = [Secret(universe=universe, name=name) for name in ("pay_key", "Zebra", "BERRY_2")]
    Secret.objects.bulk_create(secrets)
    Secret.objects.filter(name="Zebra").update(note="ÄRGER of a Berry", drifted_at=timezone.now())
    write_events(cast["editor"].actor, universe, 1)
    viewer = visit()
    viewer.sign_in("viewer")
    for searched in ("", "pay", "ärger", "berry a", "key pay-", "pay* k"):
        open_list(viewer, universe, f"?q={searched}")
        for column in (
            "Updated",
            "Updated",
            "Owner",
            "Owner",
            "Name",
            "Name",
        ):
            agrees_with_the_server(viewer.page, column)


def agrees_with_the_server(page: Page, column: str) -> None:
    """Sort by a column; the page lists the same as the server does for its address."""
    before = page.url
    page.get_by_role("columnheader").get_by_role("link", name=column).click()
    expect(page).not_to_have_url(before)
    sorted_here = names(page).all_inner_texts()
    answer = page.request.get(page.url).text()
    rows = re.findall(r"<tr role=\"row\" data-search.*?</tr>", answer, re.DOTALL)
    shown = [row for row in rows if " hidden>" not in row[: row.index(">") + 1]]
    assert sorted_here == [name for row in shown for name in re.findall(FIRST_NAME, row, re.DOTALL)]


def test_many_rows_are_all_shown_again(visit: Visit, universe: Universe) -> None:
    Secret.objects.bulk_create(
        Secret(universe=universe, name=f"S_{number:03}") for number in range(100)
    )
    viewer = visit()
    viewer.sign_in("viewer")
    open_list(viewer, universe)
    field = viewer.page.get_by_label("Filter by name or note")
    beginning = viewer.page.get_by_role("link", name="S_ 100")
    beginning.click()
    expect(field).to_have_value("S_*")
    expect(viewer.page.locator(SHOWN)).to_have_count(100)
    expect(beginning).to_have_attribute("aria-current", "true")
    beginning.click()
    expect(viewer.page.locator(SHOWN)).to_have_count(103)
    for searched, count in (("s_01", 10), ("nothing", 0), ("", 103)):
        field.fill(searched)
        expect(viewer.page.locator(SHOWN)).to_have_count(count)


def test_each_row_has_one_menu_that_is_empty_until_it_is_opened(
    visit: Visit, universe: Universe
) -> None:
    editor = visit()
    editor.sign_in("editor")
    open_list(editor, universe)
    rows = editor.page.locator("#rows")
    expect(rows.locator(".menu-row")).to_have_count(3)
    expect(rows.locator(".menu-item")).to_have_count(0)
    rows.locator(".menu-row > summary").first.focus()
    editor.page.keyboard.press("ArrowDown")
    expect(rows.get_by_role("link", name="Rotate")).to_be_focused()
    editor.page.keyboard.press("Escape")
    rows.locator(".menu-row > summary").last.click()
    expect(rows.get_by_role("link", name="Rotate")).to_have_count(1)


def test_a_refresh_that_fails_says_so_and_leaves_the_list(visit: Visit, universe: Universe) -> None:
    viewer = visit()
    viewer.sign_in("viewer")
    open_list(viewer, universe)
    viewer.page.route("**/refresh/", lambda route: route.abort())
    viewer.page.get_by_role("button", name="Refresh").click()
    expect(viewer.page.locator("#notices")).to_contain_text("Couldn’t reach Sealroom.")
    expect(names(viewer.page)).to_have_count(3)
    expect(viewer.page.locator("#listing")).not_to_have_attribute("aria-busy", "true")
    viewer.complaints.clear()


def test_a_session_that_ended_leads_to_the_sign_in_and_back(
    visit: Visit, universe: Universe
) -> None:
    viewer = visit()
    viewer.sign_in("viewer")
    open_list(viewer, universe)
    viewer.page.context.clear_cookies(name="sessionid")
    viewer.page.get_by_role("button", name="Refresh").click()
    expect(viewer.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(viewer.page.get_by_role("table")).to_have_count(0)
    assert viewer.page.url.endswith(f"/sign-in/?next=/universes/{universe.pk}/")


def test_older_events_are_put_behind_those_that_stand_there(
    visit: Visit, universe: Universe, cast: Cast
) -> None:
    write_events(cast["editor"].actor, universe, PAGE_SIZE + 10)
    auditor = visit()
    auditor.sign_in("auditor")
    auditor.open("/audit/?person=editor%40")
    rows = auditor.page.locator(".event")
    expect(rows).to_have_count(PAGE_SIZE)
    auditor.page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(PAGE_SIZE + 10)
    expect(rows.nth(PAGE_SIZE).locator("summary")).to_be_focused()
    expect(auditor.page.get_by_role("link", name="Older")).to_have_count(0)


def write_events(actor: Actor, universe: Universe, count: int) -> None:
    """So many events by that person."""
    secret = universe.secrets.get(name="PAY_KEY")
    for number in range(count):
        details.edit(
            actor=actor, universe=universe, secret=secret, note=f"note {number}", owner=None
        )


@pytest.fixture
def rotating(visit: Visit, universe: Universe) -> Visitor:
    """A rotator with the page open that gives PAY_KEY a new value."""
    rotator = visit()
    rotator.sign_in("rotator")
    rotator.open(f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/")
    return rotator


def value_of(page: Page) -> Locator:
    """The field for the value."""
    return page.get_by_label("New value", exact=True)


# Types each value into the field, tells the warnings that are shown, and presses every cure; what
# is left then is told too.
TYPE_AND_CURE = """
texts => {
    const field = document.getElementById("id_value");
    const shown = () => Array.from(
        document.querySelectorAll("[data-pattern]:not([hidden]) > span"), span => span.textContent);
    return texts.map(text => {
        field.value = text;
        field.dispatchEvent(new Event("input", {bubbles: true}));
        const told = shown();
        const cure = () => document.querySelector("[data-pattern]:not([hidden]) > [data-cures]");
        for (let presses = 0; cure() && presses < 9; presses += 1) cure().click();
        return [told, shown()];
    });
}
"""
SENTENCES = {suspicion.sentence: suspicion.name for suspicion in Suspicion}


def test_the_value_is_masked_until_one_asks_to_see_it_and_is_counted(rotating: Visitor) -> None:
    page = rotating.page
    eye = page.get_by_role("button", name="Show value")
    expect(value_of(page)).to_have_css("-webkit-text-security", "disc")
    expect(eye).to_have_attribute("aria-pressed", "false")
    eye.click()
    expect(value_of(page)).to_have_css("-webkit-text-security", "none")
    expect(eye).to_have_attribute("aria-pressed", "true")
    value_of(page).fill("größer\nals")
    size = page.locator("#value-size")
    expect(size.get_by_text("12 / 1,024 bytes · 2 lines")).to_be_visible()
    value_of(page).fill("x" * 1025)
    expect(size.get_by_text("Too long: 1,025 / 1,024 bytes · 1 line")).to_be_visible()
    page.get_by_role("button", name="Save new value").click()
    expect(value_of(page)).to_have_value("x" * 1025)
    expect(value_of(page)).to_be_focused()


def test_the_page_warns_of_what_the_server_warns_of_and_its_cures_help(rotating: Visitor) -> None:
    found = rotating.page.evaluate(TYPE_AND_CURE, list(SUSPECTED))
    told = {
        text: {SENTENCES[sentence] for sentence in sentences}
        for text, (sentences, _) in zip(SUSPECTED, found, strict=True)
    }
    assert told == {text: set(names.split()) for text, names in SUSPECTED.items()}
    left = {SENTENCES[sentence] for _, sentences in found for sentence in sentences}
    assert left == {suspicion.name for suspicion in Suspicion if not suspicion.cure}


@pytest.mark.parametrize(
    ("typed", "cured"),
    [
        (f"{PEM}\\n", f"{PEM}\\n".replace("\\n", "\n")),
        (r'{\n "a": "one\ntwo",\r\n "b": 1\n}', '{\n "a": "one\\ntwo",\n "b": 1\n}'),
    ],
)
def test_line_breaks_that_are_written_out_become_line_breaks_outside_the_strings_of_json(
    rotating: Visitor, typed: str, cured: str
) -> None:
    value_of(rotating.page).fill(typed)
    rotating.page.get_by_role("button", name="Convert to line breaks").click()
    expect(value_of(rotating.page)).to_have_value(cured)


def test_a_placeholder_has_no_cure_and_is_sent_only_when_it_is_meant(rotating: Visitor) -> None:
    page = rotating.page
    value_of(page).fill("changeme")
    expect(page.get_by_text("It looks like a placeholder")).to_be_visible()
    expect(page.get_by_label("Use as typed")).to_be_visible()
    expect(page.locator("[data-cures]:visible")).to_have_count(0)
    value_of(page).fill("changed")
    expect(page.get_by_label("Use as typed")).to_be_hidden()


def test_a_cure_keeps_the_focus_and_can_be_undone(
    rotating: Visitor, harbor: EmulatedUniverse
) -> None:
    page = rotating.page
    value_of(page).fill('export PAY_KEY="abc"')
    page.get_by_role("button", name="Keep only the part after =").click()
    expect(value_of(page)).to_have_value('"abc"')
    expect(value_of(page)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(value_of(page)).to_have_value('export PAY_KEY="abc"')
    page.get_by_role("button", name="Keep only the part after =").click()
    page.get_by_role("button", name="Remove the quotes").click()
    expect(page.get_by_label("Use as typed")).to_be_hidden()
    page.get_by_role("button", name="Save new value").click()
    expect(page.locator("#notices")).to_contain_text("Running servers keep the old value")
    assert harbor.values["PAY_KEY"] == b"abc"


def test_what_is_meant_is_sent_as_typed_and_never_comes_back(
    rotating: Visitor, harbor: EmulatedUniverse
) -> None:
    page = rotating.page
    value_of(page).fill("line\n")
    page.get_by_role("button", name="Save new value").click()
    expect(page.get_by_label("Use as typed")).to_be_focused()
    page.get_by_label("Use as typed").check()
    page.get_by_role("button", name="Save new value").click()
    expect(page.locator("#notices")).to_contain_text("Running servers keep the old value")
    assert harbor.values["PAY_KEY"] == b"line\n"
    page.go_back()
    expect(value_of(page)).to_have_value("")
    expect(page.get_by_label("Use as typed")).to_be_hidden()


def test_windows_line_breaks_are_told_of_when_they_are_pasted(rotating: Visitor) -> None:
    page = rotating.page
    value_of(page).evaluate(
        """field => {
            const pasted = new DataTransfer();
            pasted.setData("text", "a\\r\\nb");
            field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: pasted}));
        }"""
    )
    expect(page.get_by_text("Windows line breaks (CRLF)")).to_be_visible()


def test_a_form_is_sent_once(rotating: Visitor, harbor: EmulatedUniverse) -> None:
    page = rotating.page
    value_of(page).fill("abc")
    before = harbor.secrets["PAY_KEY"].update_time
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.get_by_role("button", name="Save new value").dblclick()
    expect(page.locator("#notices")).to_contain_text("Running servers keep the old value")
    assert sum(each.startswith("POST") and each.endswith("/rotate/") for each in sent) == 1
    assert harbor.secrets["PAY_KEY"].update_time != before


def test_a_new_secret_says_what_is_wrong_with_its_name_and_asks_for_a_host_where_there_is_one(
    visit: Visit, universe: Universe
) -> None:
    editor = visit()
    editor.sign_in("editor")
    editor.open(f"/universes/{universe.pk}/new-secret/")
    page = editor.page
    page.get_by_label("Name").fill("1-KEY")
    expect(page.get_by_text("A name can’t start with a digit.")).to_be_visible()
    page.get_by_label("Name").fill("KEY")
    expect(page.get_by_text("A name can’t start with a digit.")).to_be_hidden()
    host = page.get_by_label("Host", exact=True)
    expect(host).to_be_hidden()
    page.get_by_label("One host, or its subdomains").check()
    expect(host).to_be_visible()
    page.get_by_label("Any host (*)").check()
    expect(host).to_be_hidden()
