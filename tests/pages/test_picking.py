"""Universes are chosen from a group's games, so that no one types ids."""

import pytest
from django.test import Client
from django.urls import reverse

from emulator import Emulator, faults
from secretsapp.models import ApiKey, Universe
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import API_KEY, HARBOR_ID
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

GROUP = 1234567
PICK = "/universes/new/games/"
OF_GROUP = f"{PICK}?group={GROUP}"


@pytest.fixture
def admin(client_for: ClientFor, emulator: Emulator) -> Client:
    """The admin's browser; the group of Harbor has two more games."""
    emulator.add_universe(1, name="Isle", group_id=GROUP)
    emulator.add_universe(2, name="Quay", group_id=GROUP)
    return client_for("admin")


def chosen(*ids: int, environment: str = "staging") -> dict[str, object]:
    """What the form sends."""
    key = str(ApiKey.objects.get().pk)
    return {"game": [str(each) for each in ids], "api_key": key, "environment": environment}


def test_the_page_that_adds_a_universe_leads_to_the_games_of_a_group(admin: Client) -> None:
    assert PICK in body(admin.get(reverse("universe_create")))
    assert "Show games" in words(admin.get(PICK))


@pytest.mark.parametrize(
    "group",
    [
        str(GROUP),
        f"https://www.roblox.com/groups/{GROUP}/A-Group#!/about",
        f"roblox.com/communities/{GROUP}/A-Group",
        f"https://www.roblox.com/de/communities/{GROUP}",
        f"https://create.roblox.com/dashboard/creations?activeTab=Experience&groupId={GROUP}",
    ],
)
def test_a_group_is_named_by_its_id_or_its_link(admin: Client, group: str) -> None:
    page = words(admin.get(PICK, {"group": group}))
    assert f"Harbor {HARBOR_ID}, in Sealroom" in page
    assert "Isle 1" in page
    assert "Quay 2" in page


@pytest.mark.parametrize("group", ["", "x", "0", "9" * 30, "https://example.com/groups/1"])
def test_what_is_no_group_is_said(admin: Client, emulator: Emulator, group: str) -> None:
    emulator.clear_requests()
    answer = admin.get(PICK, {"group": group})
    assert answer.status_code == 422
    assert "Enter the link of the group, or its ID" in words(answer)
    assert emulator.requests == []


def test_a_group_without_games_is_said(admin: Client) -> None:
    assert "Roblox lists no games of this group." in words(admin.get(f"{PICK}?group=99"))


def test_what_roblox_does_not_answer_is_said(admin: Client, emulator: Emulator) -> None:
    emulator.inject(faults.html(), times=9)
    answer = admin.get(OF_GROUP)
    assert (answer.status_code, "Roblox’s answer couldn’t be used." in words(answer)) == (422, True)
    emulator.stop()
    assert "Sealroom couldn’t reach Roblox." in words(admin.get(OF_GROUP))


def test_those_that_are_ticked_are_added_at_once(admin: Client) -> None:
    watch = Watch()
    answer = admin.post(OF_GROUP, chosen(1, 2), follow=True)
    assert "Added Isle, Quay." in words(answer)
    added = Universe.objects.exclude(pk=HARBOR_ID)
    assert {(each.pk, each.name, each.environment) for each in added} == {
        (1, "Isle", "staging"),
        (2, "Quay", "staging"),
    }
    assert watch.tags.count("universe.added") == 2


def test_one_that_is_refused_keeps_no_other_from_being_added(
    admin: Client, emulator: Emulator
) -> None:
    emulator.add_api_key(API_KEY, universes=[HARBOR_ID, 2])
    page = words(admin.post(OF_GROUP, chosen(1, 2), follow=True))
    assert "Added Quay." in page
    assert "Couldn’t add 1: Roblox doesn’t allow this" in page
    assert not Universe.objects.filter(pk=1).exists()
    answer = admin.post(OF_GROUP, chosen(1))
    assert (answer.status_code, "Couldn’t add 1:" in words(answer)) == (422, True)
    assert 'value="1"\n' in body(answer) or "checked" in body(answer)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"game": []}, "Tick at least one game."),
        ({"game": ["3"]}, "Choose from the games that are listed."),
        ({"game": ["x"]}, "Choose from the games that are listed."),
        ({"game": [str(HARBOR_ID)]}, "Choose from the games that are listed."),
        ({"environment": ""}, "Choose an environment"),
        ({"api_key": "x"}, "Choose its API key."),
    ],
)
def test_what_will_not_do_is_said_and_nothing_is_added(
    admin: Client, changed: dict[str, object], sentence: str
) -> None:
    answer = admin.post(OF_GROUP, chosen(1) | changed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert Universe.objects.count() == 1


def test_more_than_a_person_would_wait_for_are_not_added_at_once(
    admin: Client, emulator: Emulator
) -> None:
    for number in range(10, 60):
        emulator.add_universe(number, name=f"Reef {number}", group_id=GROUP)
    answer = admin.post(OF_GROUP, chosen(*range(10, 31)))
    assert "Choose 20 games at most." in words(answer)
    assert Universe.objects.count() == 1
    assert "Reef 59" not in body(admin.get(OF_GROUP))
    assert "Reef 59" in body(admin.get(f"{OF_GROUP}&page=2"))
    assert "Reef 59" in body(admin.get(f"{OF_GROUP}&page=99"))


def test_where_roblox_is_away_the_rest_is_not_tried(admin: Client, emulator: Emulator) -> None:
    emulator.inject(faults.status(429), times=9, path="/secrets")
    emulator.clear_requests()
    assert "limit" in words(admin.post(OF_GROUP, chosen(1, 2)))
    assert not [request for request in emulator.requests if "universes/2" in request.path]


def test_without_a_key_the_games_are_shown_and_a_key_is_asked_for(
    client_for: ClientFor, admin: Client
) -> None:
    Universe.objects.all().delete()
    ApiKey.objects.all().delete()
    page = words(admin.get(OF_GROUP))
    assert "Isle" in page
    assert "Adding them needs an API key." in page


def test_only_who_may_add_universes_asks(client_for: ClientFor, emulator: Emulator) -> None:
    emulator.clear_requests()
    assert client_for("manager").get(OF_GROUP).status_code == 403
    assert emulator.requests == []
