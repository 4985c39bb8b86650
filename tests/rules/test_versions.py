"""Edits: refused where something else is stored than was seen, told by the fields that changed."""

import pytest

from secretsapp.core.errors import StaleVersion
from secretsapp.rules.versions import differences, refuse_stale, version_of


def test_an_edit_of_what_was_seen_or_by_someone_who_saw_nothing_passes() -> None:
    refuse_stale(version_of("Harbor", ""), version_of("Harbor", ""), what="Someone changed it")
    refuse_stale("", version_of("Harbor", ""), what="Someone changed it")


@pytest.mark.parametrize("stored", [("Port", ""), ("Harbor", " "), ("Harbor",), ("", "Harbor")])
def test_an_edit_of_what_is_no_more_says_who_changed_it(stored: tuple[str, ...]) -> None:
    with pytest.raises(StaleVersion, match=r"^Someone changed it after you opened the page"):
        refuse_stale(version_of("Harbor", ""), version_of(*stored), what="Someone changed it")


def test_a_detail_tells_what_changed_and_of_some_fields_only_that_they_did() -> None:
    before = {"name": "Harbor", "API key": "old", "note": "x"}
    after = {"name": "Harbor", "API key": "new", "note": "y"}
    assert differences(before, after, unsaid=["note"]) == {
        "fields": "API key and note",
        "api_key_before": "old",
        "api_key": "new",
    }
    assert differences(before, before) == {}
