"""The page of a universe's group: what it shows, and what its buttons do."""

from collections.abc import Callable

import pytest
from django.test import Client

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import GroupNotice, RobloxGroup, Universe
from secretsapp.universes import refreshing
from tests.stage import GROUP_ID, HARBOR_ID, STAGEHAND

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]
GROUP = f"/universes/{HARBOR_ID}/group/"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def viewer(client_for: SignIn) -> Client:
    return client_for("viewer")


def page_of(browser: Client, path: str = GROUP, **sent: str) -> str:
    """The page, after the form was sent, if one is."""
    answer = browser.post(path, sent, follow=True) if sent or path != GROUP else browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_viewer_reads_the_group_and_sees_who_could(
    viewer: Client, universe: Universe, emulator: Emulator
) -> None:
    assert "Nobody has looked yet who could." in page_of(viewer)
    emulator.add_group(GROUP_ID, name=SCRIPT, owner_id=700).add_role(SCRIPT, 40)
    page = page_of(viewer, f"{GROUP}read/")
    assert "Read the group from Roblox." in page
    assert "At least 2 accounts could:" in page
    assert "owns the group" in page
    assert "https://www.roblox.com/users/700/profile" in page
    assert SCRIPT not in page
    assert "legacy-group:manage" in page
    assert "Nothing new was read." in page_of(viewer, f"{GROUP}read/")


def test_what_changed_in_the_group_is_reviewed_by_an_admin_alone(
    viewer: Client, client_for: SignIn, universe: Universe
) -> None:
    group = RobloxGroup.objects.create(pk=GROUP_ID, name="Works")
    group.notices.create(kind="role_added", role="Release", noticed_at=universe.created_at, what="")
    page = page_of(viewer)
    assert "New role" in page
    assert "Admins can mark these as reviewed." in page
    assert viewer.post(f"{GROUP}review/", {"seen": "9"}).status_code == 403
    admin = client_for("admin")
    assert "Marked 0 changes" in page_of(admin, f"{GROUP}review/", seen="x")
    seen = str(GroupNotice.objects.get().pk)
    assert "Marked 1 change of the group" in page_of(admin, f"{GROUP}review/", seen=seen)
    assert not GroupNotice.objects.exists()


def test_each_change_outside_leads_to_who_could(
    viewer: Client, universe: Universe, harbor: EmulatedUniverse, emulator: Emulator
) -> None:
    emulator.add_group(GROUP_ID, owner_id=700)
    harbor.put("PAY_KEY", b"other", "elsewhere.example")
    refreshing.refresh(STAGEHAND, universe)
    page = viewer.get("/changed-outside/").content.decode()
    assert f'href="{GROUP}">Who could<' in page
    page = viewer.get(f"/universes/{HARBOR_ID}/secrets/PAY_KEY/").content.decode()
    assert f'<a href="{GROUP}">who could have</a>' in page
    page_of(viewer, f"{GROUP}read/")
    page = viewer.get("/changed-outside/").content.decode()
    assert "could<span" in page
    assert "At least" in page
    page = page_of(viewer)
    assert "Changed outside, and not reviewed" in page
    assert "PAY_KEY" in page


def test_a_new_owner_is_told_where_changes_outside_are(viewer: Client, universe: Universe) -> None:
    group = RobloxGroup.objects.create(pk=GROUP_ID, name="Works")
    group.notices.create(
        kind="owner_changed", what="account 9", noticed_at=universe.created_at, role=""
    )
    page = viewer.get("/changed-outside/").content.decode()
    assert "Something changed in the group <bdi>Works</bdi>" in page
    assert f'href="{GROUP}"' in page
