"""People import files: thirty values into two universes, and one that has to be fixed first."""

import re

import pytest
from playwright.sync_api import FilePayload, expect
from pytest_django import Settings

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.batches import running
from secretsapp.models import ApiKey, Batch, BatchItem, Universe
from tests.batches.batching import add_universe
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import ALL_OF_IT, WITH_AND_WITHOUT, enter, follow

pytestmark = pytest.mark.browser

THIRTY = (
    "".join(f"KEY_{each}='value-number-{each}'\n" for each in range(29)) + "PAY_KEY=newer-value\n"
)
BROKEN = "A1=one-value\nmy-key=two-value\nB1='three-value\nC1=four-value #4\nD1=\nE1=5\nE1=6\n"
FIXED = "A1=one-value\nmy_key=two-value\nB1='three-value'\nC1='four-value #4'\nD1=x5\nE1=6\n"
DROP = """
([text, name]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
}
"""


def choose(visitor: Visitor, text: str) -> None:
    """Choose a file with that text."""
    file = FilePayload(name="game.env", mimeType="text/plain", buffer=text.encode())
    visitor.page.get_by_label("File", exact=True).set_input_files(file)


def press(visitor: Visitor, name: str) -> None:
    """Press that button."""
    visitor.page.get_by_role("button", name=name).click()


@WITH_AND_WITHOUT
def test_a_manager_imports_thirty_values_into_two_universes(
    visit: Visit,
    universe: Universe,
    harbor: EmulatedUniverse,
    emulator: Emulator,
    api_key: ApiKey,
    settings: Settings,
    script: bool,
) -> None:
    staging, _ = add_universe(emulator, api_key, secrets={"PAY_KEY": b"old"})
    visitor = enter(visit, "admin", f"/universes/{universe.pk}/", script=script)
    follow(visitor, "Import")
    page = visitor.page
    page.get_by_role("checkbox", name="Staging").check()
    choose(visitor, THIRTY)
    press(visitor, "Preview")
    main = page.get_by_role("main")
    expect(main).to_contain_text("30 rows for 2 universes: 30 ready, 0 to check, 0 refused.")
    assert "value-number" not in page.evaluate(ALL_OF_IT) if script else True
    page.get_by_label("Allowed host of new secrets").fill("api.example.com")
    if not script:
        expect(main).to_contain_text("choose the same file or paste the same text again")
        choose(visitor, THIRTY)
    press(visitor, "Import ticked rows")
    expect(page).to_have_url(re.compile(r"/batches/[0-9a-f-]{36}/$"))
    assert Batch.objects.get().size == 60
    while running.run_due():
        pass
    for each in (harbor, staging):
        assert each.secrets["KEY_7"].value == b"value-number-7"
        assert each.secrets["PAY_KEY"].value == b"newer-value"


def test_an_editor_fixes_four_rows_and_imports_what_they_dropped(
    visit: Visit, universe: Universe
) -> None:
    visitor = enter(visit, "editor", f"/import/?universe={universe.pk}", script=True)
    page, preview = visitor.page, visitor.page.locator("#preview")
    page.evaluate(DROP, [BROKEN, "game.env"])
    press(visitor, "Preview")
    expect(preview).to_contain_text("7 rows for 1 universe: 1 ready, 3 to check, 3 refused.")
    expect(preview).to_contain_text("Did you mean my_key?")
    page.evaluate(DROP, [FIXED, "game.env"])
    expect(preview).to_be_empty()
    press(visitor, "Preview")
    expect(preview).to_contain_text("6 rows for 1 universe: 6 ready, 0 to check, 0 refused.")
    page.get_by_label("Allowed host of A1").fill("*.example.com")
    press(visitor, "Import ticked rows")
    expect(page.get_by_role("main")).to_contain_text("my_key is new, so it needs an allowed host.")
    page.get_by_label("Allowed host of new secrets").fill("none")
    choose(visitor, FIXED)
    expect(page.get_by_label("Allowed host of A1")).to_have_count(0)
    press(visitor, "Preview")
    page.get_by_label("Allowed host of new secrets").fill("none")
    page.get_by_label("Allowed host of A1").fill("*.example.com")
    press(visitor, "Import ticked rows")
    expect(page).to_have_url(re.compile(r"/batches/"))
    domains = dict(BatchItem.objects.values_list("name", "domain"))
    assert (domains["A1"], domains["E1"], len(domains)) == ("*.example.com", "", 6)


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    visit: Visit, universe: Universe
) -> None:
    visitor = enter(visit, "editor", f"/import/?universe={universe.pk}", script=True)
    choose(visitor, "A=1\n" * 300_000)
    message = "document.getElementById('id_file').validationMessage"
    assert "more than 1 MB" in visitor.page.evaluate(message)
