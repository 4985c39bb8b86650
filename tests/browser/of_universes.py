"""Very many universes to look at, folded by their owners."""

from django.urls import reverse
from django.utils import timezone

from secretsapp.models import Shortcut, Universe, User
from tests.browser.catalogue import Look
from tests.browser.conftest import Visitor

ENVIRONMENTS = ("production", "staging", "development", "")
OWNERS = ("groups/1234567", "groups/7654321", "users/7", "")


def add_many(universe: Universe) -> None:
    """Sixty universes of four owners beside it, of which an admin pinned one and opened another."""
    Universe.objects.bulk_create(
        Universe(
            id=number,
            name=f"Quay {number:02}" if number % 7 else "Q" * 80,
            owner=OWNERS[number % 4],
            environment=ENVIRONMENTS[number % 3],
            api_key=universe.api_key,
            sync_failure="Roblox is away." if number == 5 else "",
        )
        for number in range(1, 61)
    )
    admin = User.objects.get(email="admin@example.com")
    Shortcut.objects.create(person=admin, universe_id=14, is_pinned=True)
    Shortcut.objects.create(person=admin, universe_id=15, opened_at=timezone.now())


def unfold_a_group(visitor: Visitor) -> None:
    """Open the universes of one owner."""
    visitor.page.get_by_text("Group 7654321", exact=True).click()
    visitor.page.get_by_role("table", name="Group 7654321").wait_for()


def looks_at_many_universes() -> list[Look]:
    """What very many universes look like: folded, one group unfolded, and one alone."""
    every = reverse("universes")
    return [
        Look("home_of_many", reverse("home")),
        Look("universes_folded", every),
        Look("universes_unfolded", every, "admin", unfold_a_group),
        Look("universes_of_owner", f"{every}?owner=groups/7654321"),
        Look("universes_of_owner_nothing", f"{every}?owner=groups/7654321&q=nothing"),
    ]
