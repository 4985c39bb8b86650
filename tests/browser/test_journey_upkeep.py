"""A secret that is due, from the reminder to its rotation; and a key that ends, to its deletion."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.due import reminding
from secretsapp.models import ApiKey, Secret, Universe
from tests.browser.conftest import Visit
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    enter,
    fill,
    follow,
    go_to,
    is_at,
    press,
    rotate,
    says,
    shows,
)
from tests.due.dating import cover, today
from tests.stage import NEXT_API_KEY, STAGEHAND
from tests.support.watch import Watch

pytestmark = pytest.mark.browser

DAY = timedelta(days=1)


@WITH_AND_WITHOUT
def test_what_is_due_is_reminded_of_rotated_with_one_click_and_in_time_again(
    script: bool, visit: Visit, universe: Universe, harbor: EmulatedUniverse
) -> None:
    cover(universe)
    for name, days in (("PAY_KEY", 1), ("PAY_WEBHOOK", 9)):
        since = today() - days * DAY
        Secret.objects.filter(name=name).update(due_on=since, due_soon_on=since)
    watch = Watch()
    assert reminding.remind(STAGEHAND) == 2
    assert watch.tags == ["secret.due", "secret.overdue"]

    manager = enter(visit, "manager", script=script)
    follow(manager, "2 secrets")
    shows(manager, "33% of 3 secrets with a due date are on time.")
    follow(manager, "Rotate PAY_KEY")
    rotate(manager, "the next value")
    says(manager, "Rotated PAY_KEY.")
    assert harbor.values["PAY_KEY"] == b"the next value"

    go_to(manager, "Due dates")
    shows(manager, "66% of 3 secrets with a due date are on time.")
    follow(manager, "Snooze PAY_WEBHOOK")
    fill(manager, Until=str(today() + 9 * DAY), Reason="the provider is closed")
    press(manager, "Snooze")
    says(manager, "Snoozed PAY_WEBHOOK until")
    go_to(manager, "Due dates")
    shows(manager, "Nothing has to be rotated now.")
    assert reminding.remind(STAGEHAND, timezone.now() + DAY) == 0


def test_a_key_that_ends_next_week_is_replaced_by_the_guide_and_the_old_one_deleted(
    visit: Visit, universe: Universe, emulator: Emulator
) -> None:
    ApiKey.objects.update(ends_at=timezone.now() + 7 * DAY)
    emulator.add_api_key(NEXT_API_KEY, name="automation 2", expires=timezone.now() + 400 * DAY)
    admin = enter(visit, "admin", script=True)
    go_to(admin, "API keys")
    admin.page.get_by_role("link", name="automation").first.click()
    shows(admin, "It expires in 6 days")
    follow(admin, "Replace")
    shows(admin, "Create the new key at Roblox")
    fill(admin, API_key=NEXT_API_KEY)
    press(admin, "Test and replace")
    says(admin, "Key replaced. Sealroom has deleted the old key: delete it at Roblox too.")
    shows(admin, "find the key called “automation” and delete it")
    expect(admin.page.get_by_text("It expires in 6 days")).to_have_count(0)
    press(admin, "I deleted it")
    says(admin, "Noted. The replacement is complete.")
    expect(admin.page.get_by_text("Delete the old key at Roblox.")).to_have_count(0)
    is_at(admin, f"/api-keys/{ApiKey.objects.get().pk}/")
