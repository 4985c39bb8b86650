"""API keys: stored encrypted, proved by real calls, replaced only by one that works."""

from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from emulator import READ_SECRETS, Emulator, faults
from secretsapp.api_keys import stored_keys
from secretsapp.core.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    RobloxRefused,
    RobloxUnreachable,
    StillInUse,
)
from secretsapp.core.key_verdicts import KeyVerdict, has_passed
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import Introspection, KeyScope
from secretsapp.universes import managing
from tests.stage import API_KEY, HARBOR_ID, NEXT_API_KEY, STAGEHAND, Cast
from tests.support.unfinished import make
from tests.support.watch import Watch, detail, writes

pytestmark = pytest.mark.django_db

SECOND = "second-emulated-api-key"
END = datetime(2031, 5, 6, tzinfo=UTC)
LATER = datetime(2032, 1, 1, tzinfo=UTC)
OVER = datetime(2020, 1, 1, tzinfo=UTC)


def value(text: str) -> Plaintext:
    """The key as it is typed."""
    return Plaintext(text.encode())


def test_a_key_is_stored_encrypted(api_key: ApiKey) -> None:
    stored = bytes(ApiKey.objects.get(pk=api_key.pk).encrypted_value)
    assert API_KEY.encode() not in stored
    twin = stored_keys.add(STAGEHAND, name="twin", value=value(API_KEY), is_meant=True)
    assert bytes(twin.encrypted_value) != stored


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        ("", API_KEY, "name"),
        ("two\nlines", API_KEY, "name"),
        ("x" * 101, API_KEY, "name"),
        ("new", "", "api_key"),
        ("new", "with space", "api_key"),
        ("new", "with\nbreak", "api_key"),
        ("new", "ümlaut", "api_key"),
        ("new", "x" * 4097, "api_key"),
    ],
)
def test_what_cannot_be_a_key_is_refused_in_words(
    cast: Cast, name: str, text: str, field: str
) -> None:
    watch = Watch()
    with pytest.raises(InvalidInput) as caught:
        stored_keys.add(cast["admin"].actor, name=name, value=value(text), is_meant=True)
    assert (caught.value.field, watch.tags) == (field, [])
    assert not text or text not in str(caught.value)


def test_a_name_is_given_once(api_key: ApiKey) -> None:
    watch = Watch()
    with pytest.raises(AlreadyExists, match="already an API key named “automation”"):
        stored_keys.add(STAGEHAND, name="automation", value=value(SECOND), is_meant=True)
    assert (ApiKey.objects.count(), watch.tags) == (1, [])


@pytest.mark.parametrize("who", ["manager", "auditor", "stranger"])
def test_only_admins_touch_keys(
    emulator: Emulator, universe: Universe, cast: Cast, who: str
) -> None:
    watch, actor = Watch(), cast[who].actor
    emulator.clear_requests()
    with pytest.raises(Forbidden):
        stored_keys.add(actor, name="new", value=value(SECOND), is_meant=True)
    with pytest.raises(Forbidden):
        stored_keys.replace(actor, universe.api_key, value(SECOND))
    with pytest.raises(Forbidden):
        stored_keys.test(actor, universe.api_key)
    with pytest.raises(Forbidden):
        stored_keys.edit(actor, universe.api_key, name="new", note="", ends_at=None)
    with pytest.raises(Forbidden):
        stored_keys.remove(actor, universe.api_key)
    assert (watch.tags, emulator.requests) == ([], [])


def test_a_test_calls_roblox_for_every_universe(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    emulator.clear_requests()
    watch = Watch()
    report = stored_keys.test(cast["admin"].actor, universe.api_key)
    assert (report.passed, report.result, report.ends_at) == (True, "it can read 1 universe", None)
    read = {request.path.rpartition("/")[2] for request in emulator.requests}
    assert {"secrets", "public-key"} <= read
    assert (watch.tags, detail(watch.last)["result"]) == (["api_key.tested"], report.result)
    stored = ApiKey.objects.get()
    assert (has_passed(stored.check_verdict), stored.check_result) == (True, report.result)
    assert stored.checked_at is not None
    assert writes(emulator) == []


def test_a_test_counts_the_universes(emulator: Emulator, universe: Universe) -> None:
    emulator.add_universe(77)
    Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    assert stored_keys.test(STAGEHAND, universe.api_key).result == "it can read 2 universes"


def test_a_key_that_roblox_says_only_reads_does_not_pass(
    emulator: Emulator, universe: Universe
) -> None:
    lacks = "it can read secrets but not change them: the scope universe.secret:write is missing"
    emulator.add_api_key(API_KEY, scopes=[READ_SECRETS])
    report = stored_keys.test(STAGEHAND, universe.api_key)
    assert (report.passed, report.result) == (False, lacks)
    emulator.inject(faults.status(400), path="introspect")
    assert stored_keys.test(STAGEHAND, universe.api_key).passed


def test_where_a_key_only_reads_in_one_universe_that_one_is_named(
    universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    scopes = (KeyScope("universe.secret:write", frozenset({HARBOR_ID})),)
    told = Introspection("", enabled=True, expired=False, ends="", scopes=scopes)
    monkeypatch.setattr(Client, "introspect", lambda _client: told)
    monkeypatch.setattr(Client, "public_key", lambda *_: None)
    monkeypatch.setattr(Client, "list_secrets", lambda *_: [])
    report = stored_keys.test(STAGEHAND, universe.api_key)
    assert report.result.startswith("it can read secrets but not change them in Quay: ")
    assert report.verdict is KeyVerdict.READS_ONLY_SOMEWHERE


def test_adding_a_universe_counts_as_a_test_of_its_key(universe: Universe) -> None:
    stored = ApiKey.objects.get()
    assert (has_passed(stored.check_verdict), stored.check_result) == (
        True,
        "it can read 1 universe",
    )
    assert stored.checked_at is not None


def test_a_key_that_serves_nothing_has_proved_nothing(api_key: ApiKey) -> None:
    report = stored_keys.test(STAGEHAND, api_key)
    assert (report.passed, report.result) == (None, "not used yet")
    assert has_passed(ApiKey.objects.get().check_verdict) is None


def test_the_end_that_roblox_told_once_stays_known(emulator: Emulator, universe: Universe) -> None:
    emulator.add_api_key(API_KEY, expires=END)
    assert stored_keys.test(STAGEHAND, universe.api_key).ends_at == END
    emulator.add_api_key(API_KEY, enabled=False)
    assert stored_keys.test(STAGEHAND, universe.api_key).ends_at == END
    emulator.add_api_key(API_KEY)
    assert stored_keys.test(STAGEHAND, universe.api_key).ends_at == END
    assert ApiKey.objects.get().ends_at == END


def test_an_introspection_that_fails_is_done_without(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.inject(faults.status(400), path="introspect")
    report = stored_keys.test(STAGEHAND, universe.api_key)
    assert (report.passed, report.ends_at) == (True, None)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"enabled": False}, "refused the API key"),
        ({"allowed": False}, "not one of its accepted IP addresses"),
        ({"permitted": False}, "missing the group’s permission"),
        ({"universes": [77]}, "Harbor: Roblox doesn’t allow this"),
    ],
)
def test_a_key_that_fails_says_why_and_what_to_do(
    emulator: Emulator, universe: Universe, terms: dict[str, bool], words: str
) -> None:
    emulator.add_api_key(API_KEY, **terms)  # type: ignore[arg-type]  # each name has its own type
    report = stored_keys.test(STAGEHAND, universe.api_key)
    assert not report.passed
    assert words in report.result
    stored = ApiKey.objects.get()
    assert (has_passed(stored.check_verdict), stored.check_result) == (False, report.result)


def test_a_key_that_does_not_open_fails_its_test_in_words(
    universe: Universe, settings: Settings
) -> None:
    settings.MASTER_KEYS = "A" * 43 + "="
    report = stored_keys.test(STAGEHAND, universe.api_key)
    assert not report.passed
    assert "Add it to MASTER_KEYS again" in report.result


def test_a_replaced_key_is_used_from_then_on(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    emulator.add_api_key(SECOND, expires=END)
    watch = Watch()
    report = stored_keys.replace(cast["admin"].actor, universe.api_key, value(SECOND))
    assert (report.passed, report.ends_at) == (True, END)
    emulator.add_api_key(API_KEY, enabled=False)
    make("rotate", cast, Universe.objects.get())
    assert watch.tags[0] == "api_key.replaced"
    assert emulator.requests[-1].headers["x-api-key"] == SECOND


@pytest.mark.parametrize("scopes", [None, [READ_SECRETS]])
def test_a_refused_key_leaves_the_old_one_in_place(
    emulator: Emulator, universe: Universe, cast: Cast, scopes: list[str] | None
) -> None:
    if scopes:
        emulator.add_api_key(SECOND, scopes=scopes, universes=[77])
    before = bytes(ApiKey.objects.get().encrypted_value)
    watch = Watch()
    with pytest.raises(RobloxRefused):
        stored_keys.replace(cast["admin"].actor, universe.api_key, value(SECOND))
    assert (bytes(ApiKey.objects.get().encrypted_value), watch.tags) == (before, [])
    make("rotate", cast, Universe.objects.get())


def test_a_key_that_cannot_be_tried_replaces_nothing(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    before = bytes(ApiKey.objects.get().encrypted_value)
    emulator.stop()
    with pytest.raises(RobloxUnreachable):
        stored_keys.replace(cast["admin"].actor, universe.api_key, value(SECOND))
    with pytest.raises(InvalidInput):
        stored_keys.replace(cast["admin"].actor, universe.api_key, value("with space"))
    assert bytes(ApiKey.objects.get().encrypted_value) == before


def test_the_end_of_a_replaced_key_is_the_new_ones_and_both_are_told(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(SECOND)
    watch = Watch()
    stored_keys.replace(STAGEHAND, universe.api_key, value(SECOND), ends_at=LATER)
    assert detail(watch.last) == {"end_before": "", "end": "1 Jan 2032, 00:00 UTC"}
    stored_keys.replace(STAGEHAND, ApiKey.objects.get(), value(NEXT_API_KEY))
    assert detail(watch.last) == {"end_before": "1 Jan 2032, 00:00 UTC", "end": ""}
    for key in (API_KEY, SECOND):
        emulator.add_api_key(key, expires=END)
    assert stored_keys.replace(STAGEHAND, ApiKey.objects.get(), value(SECOND)).ends_at == END
    stored_keys.replace(STAGEHAND, ApiKey.objects.get(), value(API_KEY), ends_at=LATER)
    assert (ApiKey.objects.get().ends_at, detail(watch.last)) == (END, {})
    with pytest.raises(InvalidInput, match="is in the past"):
        stored_keys.replace(STAGEHAND, ApiKey.objects.get(), value(SECOND), ends_at=OVER)


def test_the_end_that_roblox_tells_outweighs_the_one_entered(
    emulator: Emulator, api_key: ApiKey
) -> None:
    emulator.add_api_key(SECOND, expires=END)
    added = stored_keys.add(
        STAGEHAND, name="told", value=value(SECOND), ends_at=LATER, is_meant=True
    )
    assert added.ends_at == END
    emulator.inject(faults.cut_before(), path="introspect")
    entered = stored_keys.add(
        STAGEHAND, name="entered", value=value(SECOND), ends_at=LATER, is_meant=True
    )
    assert entered.ends_at == LATER


def test_an_end_that_is_over_is_refused_unless_it_is_the_one_known(
    emulator: Emulator, api_key: ApiKey
) -> None:
    with pytest.raises(InvalidInput, match="is in the past") as caught:
        stored_keys.add(STAGEHAND, name="new", value=value(SECOND), ends_at=OVER, is_meant=True)
    assert caught.value.field == "ends_at"
    with pytest.raises(InvalidInput, match="is in the past"):
        stored_keys.edit(STAGEHAND, api_key, name="automation", note="", ends_at=OVER)
    ApiKey.objects.update(ends_at=OVER)
    stored_keys.edit(STAGEHAND, api_key, name="renamed", note="", ends_at=OVER)
    assert ApiKey.objects.get().name == "renamed"


def test_an_edit_of_a_key_names_what_changed_and_keeps_the_note_to_itself(
    api_key: ApiKey, cast: Cast
) -> None:
    watch = Watch()
    actor = cast["admin"].actor
    stored_keys.edit(actor, api_key, name="Robot", note="Whose it is", ends_at=END)
    assert detail(watch.last) == {
        "fields": "name and note and end",
        "name_before": "automation",
        "name": "Robot",
        "end_before": "",
        "end": "6 May 2031, 00:00 UTC",
    }
    stored_keys.edit(actor, api_key, name="Robot", note="Whose it is", ends_at=END)
    assert watch.tags == ["api_key.changed"]
    stored = ApiKey.objects.get()
    assert (stored.name, stored.note, stored.ends_at) == ("Robot", "Whose it is", END)


def test_a_key_takes_no_name_of_another(emulator: Emulator, api_key: ApiKey) -> None:
    twin = stored_keys.add(STAGEHAND, name="twin", value=value(SECOND), is_meant=True)
    with pytest.raises(AlreadyExists, match="already an API key named “automation”"):
        stored_keys.edit(STAGEHAND, twin, name="automation", note="", ends_at=None)


def test_a_key_is_removed_once_it_opens_nothing(universe: Universe) -> None:
    watch = Watch()
    with pytest.raises(StillInUse, match="It is still used by Harbor"):
        stored_keys.remove(STAGEHAND, universe.api_key)
    assert watch.tags == []
    managing.remove(STAGEHAND, universe)
    stored_keys.remove(STAGEHAND, universe.api_key)
    assert not ApiKey.objects.exists()
    assert watch.tags[-1] == "api_key.removed"


@pytest.mark.parametrize(
    ("address", "words"), [("203.0.113.7", "203.0.113.7/32"), ("", "icanhazip")]
)
def test_a_refused_key_is_told_which_address_its_list_needs(
    emulator: Emulator, universe: Universe, settings: Settings, address: str, words: str
) -> None:
    settings.SERVER_ADDRESS = address
    for key in (API_KEY, SECOND):
        emulator.add_api_key(key, allowed=False)
    report = stored_keys.test(STAGEHAND, universe.api_key)
    assert "refused the API key" in report.result
    assert words in report.result
    with pytest.raises(RobloxRefused, match=words):
        stored_keys.replace(STAGEHAND, universe.api_key, value(SECOND))
