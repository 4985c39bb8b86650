"""The cache holds JSON and runs nothing, and counts in it are neither lost nor pushed out."""

import base64
import json
import pickle
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.base import InvalidCacheKey
from django.test import RequestFactory
from django.utils import timezone

from secretsapp.adapters import limits
from secretsapp.models import CacheEntry
from secretsapp.operation import upkeep
from tests.support.together import together

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


class Touches:
    """What pickle makes a file of when it is loaded."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return Path.touch, (self._path,)


def put_in_table(key: str, text: str) -> None:
    """Write a row past the cache, as someone could who has the database."""
    ends = timezone.now() + timedelta(hours=1)
    CacheEntry.objects.create(key=cache.make_key(key), value=text, expires_at=ends)


@pytest.mark.parametrize("written", [bytes, base64.b64encode], ids=["as text", "in base64"])
def test_a_pickle_in_the_table_is_never_loaded(
    written: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "made by a pickle"
    # Protocol 0 is text, which a column of text can hold as it is.
    pickled = pickle.dumps(Touches(path), protocol=0)
    put_in_table("planted", written(pickled).decode("ascii"))
    assert cache.get("planted", "nothing") == "nothing"
    assert "planted" not in cache
    assert not path.exists()
    pickle.loads(pickled)  # noqa: S301 - shows that loading it would have been seen
    assert path.exists()


@pytest.mark.parametrize("text", ["", "{", "'one'", "[" * 100_000, "1" * 5000])
def test_a_row_that_is_not_json_is_a_miss(text: str) -> None:
    put_in_table("damaged", text)
    assert cache.get("damaged") is None
    assert cache.get_many(["damaged"]) == {}
    cache.set("damaged", "fixed")
    assert cache.get("damaged") == "fixed"


@pytest.mark.parametrize("value", [None, True, 1.25, "ü\x00\ud800", [1, [2.5]], {"a": {"b": None}}])
def test_a_value_comes_back_as_it_was(value: object) -> None:
    cache.set("key", value)
    assert cache.has_key("key")
    assert cache.get("key", "nothing") == value
    assert cache.get_many(["key", "other"]) == {"key": value}


@pytest.mark.parametrize(
    "value",
    [object(), b"bytes", {1}, (1, 2), {1: "one"}, float("nan"), float("inf")],
    ids=["object", "bytes", "set", "tuple", "number for a name", "nan", "infinity"],
)
@pytest.mark.parametrize("store", [cache.set, cache.add])
def test_what_json_cannot_say_is_refused(store: Any, value: object) -> None:
    with pytest.raises(TypeError):
        store("key", value)
    assert not CacheEntry.objects.exists()


def test_a_value_that_holds_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(TypeError):
        cache.set("key", endless)


@pytest.mark.parametrize("key", ["x" * 251, "a\nb", "a\x00b", "a\ud800b"])
def test_a_key_that_no_database_could_hold_is_refused(key: str) -> None:
    for ask in (cache.get, cache.delete, cache.touch, cache.has_key):
        with pytest.raises(InvalidCacheKey):
            ask(key)
    with pytest.raises(InvalidCacheKey):
        cache.add(key, 1)


def test_only_the_first_adds_until_the_value_expires() -> None:
    with time_machine.travel("2026-12-03 18:00Z", tick=False) as clock:
        assert cache.add("key", "first", timeout=10)
        assert not cache.add("key", "second", timeout=10)
        assert cache.get("key") == "first"
        clock.shift(10)
        assert cache.get("key") is None
        assert cache.add("key", "third", timeout=10)
        assert cache.get("key") == "third"


def test_a_value_expires_and_can_be_given_longer() -> None:
    with time_machine.travel("2026-12-03 18:00Z", tick=False) as clock:
        cache.set("short", 1, timeout=10)
        cache.set("longer", 1, timeout=10)
        cache.set("default", 1)
        cache.set("forever", 1, timeout=None)
        assert cache.touch("longer", 20)
        assert not cache.touch("absent", 20)
        clock.shift(10)
        assert not cache.touch("short", 20)
        keys = ["short", "longer", "default", "forever"]
        assert list(cache.get_many(keys)) == ["longer", "default", "forever"]
        clock.shift(timedelta(days=365_000))
        assert list(cache.get_many(keys)) == ["forever"]


def test_deleting_tells_whether_there_was_something() -> None:
    cache.set("key", 1)
    cache.set("other", 1)
    assert cache.delete("key")
    assert not cache.delete("key")
    cache.clear()
    assert "other" not in cache


def test_only_what_has_expired_is_cleared_away_however_much_there_is() -> None:
    for number in range(400):
        cache.set(f"living {number}", number)
    cache.set("ended", 1, timeout=0)
    assert CacheEntry.objects.count() == 401
    assert upkeep.clear_expired_cache() == 1
    assert cache.get("living 0") == 0
    assert CacheEntry.objects.count() == 400


def added() -> bool:
    """Whether this was the one who added it."""
    return cache.add("key", 1)


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_adds() -> None:
    assert sorted(map(str, together(*[added] * 6))) == ["False"] * 5 + ["True"]
    cache.set("key", "ended", timeout=0)
    assert sorted(map(str, together(*[added] * 6))) == ["False"] * 5 + ["True"]


def attempt() -> bool:
    """Whether one more attempt to sign in is let through."""
    request = RequestFactory().post("/sign-in/", REMOTE_ADDR="192.0.2.1")
    return bool(limits.take_password(request, "viewer@example.com"))


@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_is_let_through_is_counted_whatever_comes_at_once() -> None:
    let_through = together(*[attempt] * 16).count(True)
    counts = [len(json.loads(entry.value)) for entry in CacheEntry.objects.all()]
    assert len(counts) == 2
    assert 0 < let_through <= min(counts)
    assert max(counts) <= 10
