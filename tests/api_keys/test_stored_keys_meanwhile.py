"""API keys that two people work on at once, or that are worked on while Roblox answers."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import stored_keys
from secretsapp.core.errors import Forbidden, InvalidInput, NotFound, StaleVersion
from secretsapp.core.key_verdicts import has_passed
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Grant, Universe
from secretsapp.opencloud.client import Client
from secretsapp.universes import managing
from tests.stage import API_KEY, HARBOR_ID, NEXT_API_KEY, STAGEHAND, Cast
from tests.support.together import together
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

SECOND = "second-emulated-api-key"
END = datetime(2031, 5, 6, tzinfo=UTC)

Meanwhile = Callable[[Callable[[], object]], None]


def value(text: str) -> Plaintext:
    """The key as it is typed."""
    return Plaintext(text.encode())


def replace_by(text: str) -> None:
    """Replace the stored key."""
    stored_keys.replace(STAGEHAND, ApiKey.objects.get(), value(text))


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Does something once, while Roblox is asked for a public key or about a key."""
    todo: list[Callable[[], object]] = []

    def patch(name: str) -> None:
        real = getattr(Client, name)

        def slow(client: Client, *arguments: object) -> object:
            while todo:
                todo.pop()()
            return real(client, *arguments)

        monkeypatch.setattr(Client, name, slow)

    patch("public_key")
    patch("introspect")
    return todo.append


@pytest.mark.parametrize("act", ["add", "replace", "test", "add universe", "edit universe"])
def test_rights_that_are_lost_while_roblox_answers_change_nothing(
    emulator: Emulator, universe: Universe, cast: Cast, meanwhile: Meanwhile, act: str
) -> None:
    emulator.add_universe(77)
    emulator.add_api_key(SECOND)
    second = stored_keys.add(STAGEHAND, name="second", value=value(SECOND), is_meant=True)
    actor, key = cast["admin"].actor, universe.api_key
    acts: dict[str, Callable[[], object]] = {
        "add": lambda: stored_keys.add(actor, name="third", value=value(SECOND), is_meant=True),
        "replace": lambda: stored_keys.replace(actor, key, value(SECOND)),
        "test": lambda: stored_keys.test(actor, key),
        "add universe": lambda: managing.add(actor, universe_id=77, api_key=key),
        "edit universe": lambda: managing.edit(
            actor, universe, name="Port", environment="", api_key=second
        ),
    }
    watch = Watch()
    meanwhile(Grant.objects.filter(person=cast["admin"].user).delete)
    with pytest.raises(Forbidden):
        acts[act]()
    assert watch.tags == []
    assert (ApiKey.objects.count(), Universe.objects.get().name) == (2, "Harbor")


def test_what_was_tried_with_a_value_that_is_no_more_is_not_stored(
    emulator: Emulator, universe: Universe, meanwhile: Meanwhile
) -> None:
    emulator.add_universe(77)
    for name in (SECOND, "third"):
        emulator.add_api_key(name)
    others = [SECOND, API_KEY, SECOND]
    for act in (
        lambda key: stored_keys.test(STAGEHAND, key),
        lambda key: stored_keys.replace(STAGEHAND, key, value("third")),
        lambda key: managing.add(STAGEHAND, universe_id=77, api_key=key),
    ):
        watch, key = Watch(), ApiKey.objects.get()
        meanwhile(partial(replace_by, others.pop()))
        with pytest.raises(StaleVersion, match="was replaced while"):
            act(key)
        assert watch.tags == ["api_key.replaced"]
    report = stored_keys.test(STAGEHAND, ApiKey.objects.get())
    assert (report.passed, emulator.requests[-1].headers["x-api-key"]) == (True, SECOND)


def test_an_end_entered_during_a_test_stays(universe: Universe, meanwhile: Meanwhile) -> None:
    meanwhile(
        lambda: stored_keys.edit(STAGEHAND, ApiKey.objects.get(), name="x", note="", ends_at=END)
    )
    assert stored_keys.test(STAGEHAND, universe.api_key).ends_at == END
    assert ApiKey.objects.get().ends_at == END


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_a_name_taken_at_once_is_taken_by_one(emulator: Emulator) -> None:
    done = together(
        *[
            lambda: stored_keys.add(
                STAGEHAND, name="new", value=Plaintext(b"emulated-key"), is_meant=True
            )
        ]
        * 2
    )
    assert sorted(type(found).__name__ for found in done) == ["AlreadyExists", "ApiKey"]


def test_a_key_that_was_removed_meanwhile_is_not_found(
    harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    stored_keys.remove(STAGEHAND, api_key)
    for act in (
        lambda: stored_keys.remove(STAGEHAND, api_key),
        lambda: stored_keys.test(STAGEHAND, api_key),
        lambda: stored_keys.replace(STAGEHAND, api_key, value(NEXT_API_KEY)),
        lambda: stored_keys.edit(STAGEHAND, api_key, name="x", note="", ends_at=None),
        lambda: managing.add(STAGEHAND, universe_id=HARBOR_ID, api_key=api_key),
    ):
        with pytest.raises(NotFound, match="has removed the API key"):
            act()
    assert not Universe.objects.exists()


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_a_key_removed_and_given_a_universe_at_once_does_only_one_of_them(
    harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    done = together(
        lambda: stored_keys.remove(STAGEHAND, api_key),
        lambda: managing.add(STAGEHAND, universe_id=HARBOR_ID, api_key=api_key),
    )
    kinds = [type(found).__name__ for found in done]
    assert kinds in (["NoneType", "NotFound"], ["StillInUse", "Universe"])
    assert Universe.objects.exists() == ApiKey.objects.exists()


def test_a_key_that_serves_nothing_is_replaced_while_roblox_is_not_there(
    emulator: Emulator,
) -> None:
    unused = stored_keys.add(
        STAGEHAND, name="leaked", value=value("leaked-api-key-value"), is_meant=True
    )
    emulator.stop()
    report = stored_keys.replace(STAGEHAND, unused, value("another-api-key-value"))
    assert (report.passed, report.result) == (None, "not used yet")


def test_a_verdict_that_nobody_knows_proves_nothing_good(api_key: ApiKey) -> None:
    ApiKey.objects.update(check_verdict="better than ever")
    assert has_passed(ApiKey.objects.get().check_verdict) is False


def test_a_key_is_not_replaced_by_itself_as_by_a_second_click(
    emulator: Emulator, universe: Universe
) -> None:
    """Roblox would be said to have an old key to delete: the one that is in use."""
    emulator.add_api_key(SECOND)
    stored_keys.replace(STAGEHAND, ApiKey.objects.get(), value(SECOND))
    before, watch = ApiKey.objects.get(), Watch()
    with pytest.raises(InvalidInput, match="this very key already"):
        stored_keys.replace(STAGEHAND, before, value(SECOND), is_meant=True)
    after = ApiKey.objects.get()
    assert (after.old_name, after.old_replaced_at) == (before.old_name, before.old_replaced_at)
    assert watch.tags == []
