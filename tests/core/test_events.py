"""The audit vocabulary: tags of one grammar, sentences that fill."""

import re
from string import Formatter

import pytest

from secretsapp.core.events import BY_TAG, Event, Severity, change_event

PLACES = {
    "count",
    "fields",
    "key",
    "permission",
    "reason",
    "result",
    "role",
    "scope",
    "secret",
    "subject",
    "universe",
}
WORD = "[a-z]+(_[a-z]+)*"
TAG = re.compile(rf"{WORD}\.{WORD}(\.{WORD})?")
SEVERITIES = {
    "started": Severity.INFO,
    "succeeded": Severity.NOTICE,
    "failed": Severity.INFO,
    "unknown": Severity.WARNING,
    "undetermined": Severity.WARNING,
}


def places_of(event: Event) -> set[str]:
    """The places in the event's sentence that are to be filled."""
    return {place for _, place, _, _ in Formatter().parse(event.sentence) if place is not None}


def test_each_tag_is_unique() -> None:
    assert len({event.tag for event in Event}) == len(Event) == len(Event.__members__)
    assert set(BY_TAG.values()) == set(Event)


@pytest.mark.parametrize("event", Event)
def test_an_event_is_named_tagged_and_told_by_one_grammar(event: Event) -> None:
    assert TAG.fullmatch(event.tag)
    assert event.name == event.tag.replace(".", "_").upper()
    assert event.sentence[0].islower()
    assert not event.sentence.endswith(".")
    assert isinstance(event.severity, Severity)


@pytest.mark.parametrize("event", Event)
def test_a_sentence_is_filled_from_known_places(event: Event) -> None:
    assert places_of(event) <= PLACES
    described = event.describe({place: f"<{place}>" for place in PLACES})
    assert "{" not in described
    assert all(f"<{place}>" in described for place in places_of(event))


@pytest.mark.parametrize("event", Event)
def test_a_place_without_a_word_is_a_dash(event: Event) -> None:
    assert event.describe({}).count("–") == len(places_of(event))


def test_words_are_put_in_as_they_are() -> None:
    described = Event.SECRET_ROTATE_FAILED.describe({"secret": "{reason}", "reason": "{0} %s"})
    assert described == "did not rotate {reason}: {0} %s"


@pytest.mark.parametrize("kind", ["create", "rotate", "delete"])
@pytest.mark.parametrize("state", SEVERITIES)
def test_every_change_has_an_event_for_every_state(kind: str, state: str) -> None:
    event = change_event(kind, state)
    assert event.tag == f"secret.{kind}.{state}"
    assert event.severity is SEVERITIES[state]


@pytest.mark.parametrize(("kind", "state"), [("create", "open"), ("details", "failed"), ("", "")])
def test_a_change_that_does_not_exist_has_no_event(kind: str, state: str) -> None:
    with pytest.raises(KeyError):
        change_event(kind, state)
