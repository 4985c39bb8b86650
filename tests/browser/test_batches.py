"""A leaked key is replaced in eight universes from one page, which tells how far it is."""

import pytest
from playwright.sync_api import expect

from emulator import Emulator
from secretsapp.batches import running
from secretsapp.models import ApiKey, Batch, Universe
from tests.batches.batching import SECOND_ID, add_universe
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser]


def test_a_leaked_key_is_replaced_in_eight_universes(
    visit: Visit, emulator: Emulator, universe: Universe, api_key: ApiKey
) -> None:
    held = [
        add_universe(emulator, api_key, SECOND_ID + n, secrets={"PAY_KEY": b"x"}, name=f"Sea {n}")[
            0
        ]
        for n in range(8)
    ]
    visitor = visit()
    visitor.become("admin")
    visitor.open(f"/universes/{universe.pk}/secrets/PAY_KEY/")
    page = visitor.page
    page.get_by_role("link", name="Replace it everywhere").click()
    expect(page.get_by_role("checkbox", name="Sea 0")).to_be_checked()
    page.get_by_role("checkbox", name="Harbor").uncheck()
    page.get_by_label("New value").fill("the value after the leak")
    page.get_by_label("Why").fill("it was in a screenshot")
    page.get_by_role("button", name="Replace in the ticked universes").click()
    expect(page.get_by_role("heading", name="Batch of 8 changes")).to_be_visible()
    expect(page.get_by_text("0 of 8")).to_be_visible()
    running.run_due()
    expect(page.get_by_text("8 of 8")).to_be_visible()
    expect(page.locator(".chip", has_text="Done")).to_have_count(9)
    assert {each.values["PAY_KEY"] for each in held} == {b"the value after the leak"}
    assert Batch.objects.get().reason == "it was in a screenshot"
