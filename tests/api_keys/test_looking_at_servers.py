"""A key that is for game servers alone is looked at by reading these, so that it doesn't expire."""

import pytest
from django.test import Client
from django.urls import reverse

from emulator import READ_UNIVERSE, Emulator
from secretsapp.api_keys import looking, stored_keys
from secretsapp.core import actor as actors
from secretsapp.core.errors import RobloxRefused
from secretsapp.core.key_findings import KeyFinding
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Universe
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import NEXT_API_KEY, STAGEHAND
from tests.support.game_servers import SERVER_KEY, give_key
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def served(universe: Universe, emulator: Emulator) -> ApiKey:
    """The key for the servers of Harbor, at which nobody has looked yet."""
    give_key(universe, emulator)
    return stored()


def stored() -> ApiKey:
    """The key as it is stored."""
    return ApiKey.objects.get(name="servers")


def look() -> None:
    """Look at every key."""
    ApiKey.objects.update(look_due_at=None)
    looking.look_due(actors.system("keys"))


def test_it_reads_the_servers_and_counts_as_used(served: ApiKey, emulator: Emulator) -> None:
    emulator.clear_requests()
    look()
    key = stored()
    assert (key.check_verdict, key.check_result) == (
        KeyVerdict.OPENS,
        "it can read the servers of 1 universe",
    )
    assert key.used_at is not None
    read = [each.path for each in emulator.requests if "forecast" in each.path]
    assert len(read) == 1


def test_one_that_stops_working_is_told_once(served: ApiKey, emulator: Emulator) -> None:
    look()
    watch = Watch()
    emulator.add_api_key(SERVER_KEY, scopes=set())
    for _ in range(2):
        look()
    assert watch.tags == ["api_key.failing"]
    assert "can’t read its game servers" in stored().check_result
    emulator.add_api_key(SERVER_KEY, enabled=False)
    look()
    assert stored().check_verdict == KeyVerdict.DISABLED
    emulator.add_api_key(SERVER_KEY, scopes={READ_UNIVERSE})
    look()
    assert watch.tags == ["api_key.failing", "api_key.working"]


def test_a_new_key_that_does_not_read_the_servers_replaces_nothing(served: ApiKey) -> None:
    value = Plaintext(NEXT_API_KEY.encode())
    with pytest.raises(RobloxRefused, match="can’t read its game servers"):
        stored_keys.replace(STAGEHAND, served, value)
    assert bytes(stored().encrypted_value) == bytes(served.encrypted_value)


def test_its_page_says_what_it_is_for(served: ApiKey, client_for: ClientFor) -> None:
    admin: Client = client_for("admin")
    assert "Servers of 1 universe" in words(admin.get(reverse("api_keys")))
    page = words(admin.get(reverse("api_key", args=[served.pk])))
    assert "It’s the key for the game servers of 1 universe." in page
    assert "No universe uses it yet" not in page
    assert "Not while it’s the key for game servers." in page
    guide = body(admin.get(reverse("api_key_replace", args=[served.pk])))
    assert all(scope in guide for scope in (">universe:read<", ">universe:write<"))
    assert "universe.secret:" not in guide
    answer = words(admin.post(reverse("api_key_test", args=[served.pk]), follow=True))
    assert "Test passed: it can read the servers of 1 universe." in answer
    assert KeyFinding.UNUSED.sentence.split("{")[0] not in answer
