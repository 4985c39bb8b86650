"""What is typed into a masked field stays there: nothing copies, keeps, offers or fills it."""

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from secretsapp.people import ways_in
from tests.browser.conftest import Visit, Visitor
from tests.stage import STAGEHAND, Cast

pytestmark = pytest.mark.browser

MARKER = "marker-of-this-test"
READ = "navigator.clipboard.readText()"
# What a browser or a password manager looks at before it fills, offers or keeps something.
HELPERS = """
fields => fields.map(field => [
    field.autocomplete, field.form.autocomplete, field.spellcheck, field.type,
    ...["1pIgnore", "bwignore", "lpignore"].map(name => field.dataset[name]),
])
"""


@pytest.fixture(params=["a value", "a new key", "another key"])
def masked(request: pytest.FixtureRequest, visit: Visit, universe: Universe) -> Visitor:
    """An admin with a page open on which something is typed into a masked field."""
    admin = visit()
    admin.become("admin")
    admin.open(
        {
            "a value": f"/universes/{universe.pk}/new-secret/",
            "a new key": "/api-keys/new/",
            "another key": f"/api-keys/{universe.api_key_id}/replace/",
        }[request.param]
    )
    return admin


def field_of(page: Page) -> Locator:
    """The masked field."""
    return page.locator("textarea.masked")


def press(page: Page, *keys: str) -> None:
    """Press keys in the masked field, all of which is selected."""
    field_of(page).focus()
    for key in ("Control+a", *keys):
        page.keyboard.press(key)


def test_nothing_is_copied_or_cut_while_it_is_masked(masked: Visitor) -> None:
    page = masked.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('before')")
    field_of(page).fill(MARKER)
    press(page, "Control+c", "Control+x")
    assert page.evaluate(READ) == "before"
    expect(field_of(page)).to_have_value(MARKER)
    page.locator("[data-reveals]").click()
    press(page, "Control+c")
    assert page.evaluate(READ) == MARKER
    page.locator("[data-reveals]").click()
    page.evaluate("navigator.clipboard.writeText('pasted')")
    press(page, "Control+v")
    expect(field_of(page)).to_have_value("pasted")
    page.evaluate("navigator.clipboard.writeText('')")


def test_nothing_is_dragged_away_while_it_is_masked(visit: Visit, universe: Universe) -> None:
    editor = visit()
    editor.become("editor")
    editor.open(f"/universes/{universe.pk}/new-secret/")
    page, name = editor.page, editor.page.get_by_label("Name")
    field_of(page).fill("m" * 40)
    drag(page, name)
    expect(field_of(page)).to_have_value("m" * 40)
    expect(name).to_have_value("")
    page.locator("[data-reveals]").click()
    drag(page, name)
    expect(name).to_have_value("m" * 40)


def drag(page: Page, goal: Locator) -> None:
    """Drag all that the masked field has to another one, with the mouse."""
    press(page)
    box, end = field_of(page).bounding_box(), goal.bounding_box()
    assert box is not None
    assert end is not None
    page.mouse.move(box["x"] + 60, box["y"] + 18)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 10, steps=8)
    page.mouse.up()


def test_nobody_is_invited_to_fill_or_to_keep_it(masked: Visitor) -> None:
    found = masked.page.locator("main form .masked").evaluate_all(HELPERS)
    assert found == [["off", "off", False, "textarea", "true", "true", "true"]]
    # Where there is none, no password manager takes the page for a sign-in.
    expect(masked.page.locator("input[type=password]")).to_have_count(0)


def test_it_is_gone_when_one_comes_back(masked: Visitor) -> None:
    page = masked.page
    field_of(page).fill(MARKER)
    masked.open("/")
    page.go_back()
    expect(field_of(page)).to_have_value("")
    field_of(page).fill(MARKER)
    page.reload()
    expect(field_of(page)).to_have_value("")


def test_without_a_script_too_it_is_gone_when_one_comes_back(
    visit: Visit, universe: Universe
) -> None:
    editor = visit(java_script_enabled=False)
    editor.become("editor")
    editor.open(f"/universes/{universe.pk}/new-secret/")
    field_of(editor.page).fill(MARKER)
    editor.open("/")
    editor.page.go_back()
    expect(field_of(editor.page)).to_have_value("")


def test_what_was_refused_is_not_kept_to_be_sent_again(masked: Visitor) -> None:
    """Chromium wrote it to the file by which it opens its pages again."""
    page = masked.page
    field_of(page).fill(f"{MARKER} with blanks ")
    page.evaluate("document.querySelector('main form').submit()")
    expect(page.locator(".errorlist").first).to_be_visible()
    assert methods_of_reload(page) == ["GET"]
    expect(page.locator(".errorlist")).to_have_count(0)


def test_a_password_that_was_shown_is_not_kept_to_be_sent_again(visit: Visit, cast: Cast) -> None:
    link = ways_in.make_link(STAGEHAND, cast["viewer"].user)
    someone = visit()
    someone.open(f"/password/#{link.code}")
    page = someone.page
    page.get_by_role("button", name="Show password").click()
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    expect(page.get_by_text("too short")).to_be_visible()
    assert methods_of_reload(page) == ["GET"]


def methods_of_reload(page: Page) -> list[str]:
    """By which methods the page itself is asked for when it is reloaded."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            asked.append(request.method)

    # The script that lets the page be one that is only asked for has run by then.
    page.wait_for_load_state("load")
    page.on("request", note)
    page.reload()
    page.remove_listener("request", note)
    return asked


def test_bullets_that_were_copied_elsewhere_are_noticed(visit: Visit, universe: Universe) -> None:
    editor = visit()
    editor.become("editor")
    editor.open(f"/universes/{universe.pk}/new-secret/")
    field_of(editor.page).fill("•" * 12)
    expect(editor.page.get_by_text("a masked value")).to_be_visible()


def test_a_generated_value_goes_into_the_field_and_into_no_markup(
    visit: Visit, universe: Universe, harbor: EmulatedUniverse
) -> None:
    editor = visit()
    editor.become("editor")
    editor.open(f"/universes/{universe.pk}/new-secret/")
    page = editor.page
    page.get_by_label("Name").fill("SEED")
    field_of(page).fill(MARKER)
    page.get_by_text("Generate a value").click()
    page.get_by_label("Length").fill("24")
    with page.expect_request("**/new-secret/value/") as asked:
        page.get_by_role("button", name="Generate", exact=True).click()
    assert MARKER not in f"{asked.value.post_data}", "what was typed stays in the field"
    expect(page.get_by_text("it can’t be read after saving")).to_be_visible()
    value = field_of(page).input_value()
    assert len(value) == 24
    assert value not in page.content()
    editor.look()
    page.get_by_label("Length").fill("9")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("Choose a length from 16 to 1,024.")).to_be_visible()
    expect(field_of(page)).to_have_value(value)
    page.get_by_label("No requests").check()
    page.get_by_role("button", name="Create secret").click()
    expect(page.get_by_text("Created SEED.")).to_be_visible()
    assert harbor.values["SEED"] == value.encode()
