"""The pages of several universes side by side, and of several secrets at once."""

from django.urls import reverse
from django.utils import timezone

from secretsapp.models import Secret, Universe
from secretsapp.secrets import absences
from tests.browser.catalogue import LONG_NAME, Act, Look
from tests.browser.conftest import Visitor
from tests.stage import STAGEHAND

QUAY = 42


def looks_at_several(universe: Universe) -> list[Look]:
    """What these pages look like with a second universe, of another group."""
    quay = Universe.objects.create(
        id=QUAY,
        name="Quay of the long voyages",
        owner="users/7",
        api_key=universe.api_key,
        environment="staging",
    )
    Secret.objects.create(universe=quay, name="PAY_KEY", domain="*", update_time="2026-01-02")
    Secret.objects.create(universe=quay, name=LONG_NAME, update_time="2026-11-02T03:04:05Z")
    Secret.objects.filter(universe=universe).update(drifted_at=timezone.now())
    absences.accept(STAGEHAND, [(quay, "PAY_WEBHOOK")])
    fill = reverse("names_to_fill")
    several = reverse("secrets_several", args=[universe.pk])
    compare = reverse("compare")
    return [
        Look("compare_several", f"{compare}?show=all"),
        Look("compare_viewer", f"{compare}?show=all", "viewer"),
        Look("compare_nothing", f"{compare}?q=nothing"),
        Look("compare_ticked", compare, "admin", tick_a_missing_name),
        Look("names_to_fill_of", f"{fill}?from={universe.pk}"),
        Look("names_to_fill_for", f"{fill}?from={quay.pk}&to={universe.pk}"),
        Look("several_details", several, "editor", tick_all_and("Edit details")),
        Look("several_details_refused", several, "editor", refuse_details),
        Look("several_review", several, "editor", tick_all_and("Mark as reviewed")),
        Look("several_delete", several, "manager", tick_all_and("Delete…")),
        Look("several_viewer", several, "viewer"),
        Look("outside_several", reverse("outside"), "admin", refuse_review),
        Look("outside_viewer", reverse("outside"), "viewer"),
    ]


def tick_a_missing_name(visitor: Visitor) -> None:
    """Tick a cell of a name that is missing, and come to the names to fill."""
    page = visitor.page
    page.locator("td:has-text('Missing') input").first.check()
    page.get_by_role("button", name="List names to fill").click()
    page.get_by_role("button", name="Download .env").wait_for()


def refuse_review(visitor: Visitor) -> None:
    """Mark as reviewed without having ticked anything."""
    visitor.page.get_by_role("button", name="Mark as reviewed").click()
    visitor.page.get_by_text("First tick the secrets").wait_for()


def tick_all_and(words: str) -> Act:
    """Tick all secrets of the list, and press that button."""

    def act(visitor: Visitor) -> None:
        visitor.page.locator("[data-ticks-all]").check()
        visitor.page.get_by_role("button", name=words).click()
        visitor.page.locator("[name=confirmed]").wait_for(state="attached")

    return act


def refuse_details(visitor: Visitor) -> None:
    """Tick nothing that is to be replaced."""
    tick_all_and("Edit details")(visitor)
    visitor.page.get_by_role("button", name="Save changes").click()
    visitor.page.get_by_text("Tick what you want to replace").first.wait_for()
