"""An event in words: its sentence is filled, and nothing in it is read as more than text."""

import json
from collections.abc import Mapping
from string import Formatter

import pytest
from django.utils import timezone

from secretsapp.core.events import Event
from secretsapp.log.wording import EventView, view_of
from secretsapp.models import AuditEvent

COLUMNS = ("secret", "subject", "universe")


def places_of(event: Event) -> list[str]:
    """The places in the event's sentence that are to be filled."""
    return [place for _, place, _, _ in Formatter().parse(event.sentence) if place]


def worded(event: Event, words: Mapping[str, str]) -> EventView:
    """The event with those words in the places of its sentence."""
    columns = {f"{place}_name": words.get(place, "") for place in COLUMNS}
    detail = {place: word for place, word in words.items() if place not in COLUMNS}
    return view_of(
        AuditEvent(tag=event.tag, time=timezone.now(), detail=json.dumps(detail), **columns)
    )


@pytest.mark.parametrize("event", Event)
def test_every_place_of_a_sentence_is_filled(event: Event) -> None:
    sentence = worded(event, {place: f"<{place}>" for place in places_of(event)}).sentence
    assert sentence == event.sentence.replace("{", "<").replace("}", ">")


@pytest.mark.parametrize("event", Event)
def test_a_place_without_a_word_is_a_dash(event: Event) -> None:
    assert worded(event, {}).sentence.count("–") == len(places_of(event))


def test_words_are_put_in_as_they_are() -> None:
    words = {"secret": "{reason}", "reason": "{0} %s"}
    sentence = worded(Event.SECRET_ROTATE_FAILED, words).sentence
    assert sentence == "did not rotate {reason}: {0} %s"


@pytest.mark.parametrize("event", Event)
def test_an_event_has_the_severity_the_verb_and_the_result_of_its_tag(event: Event) -> None:
    view = worded(event, {})
    assert (view.severity, view.verb, view.result) == (event.severity, event.verb, event.result)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (Event.SECRET_ROTATE_SUCCEEDED, "found by reading that Mary rotated KEY"),
        (Event.SECRET_ROTATE_FAILED, "found by reading that Mary did not rotate KEY: why"),
        (Event.SECRET_ROTATE_UNDETERMINED, "left open whether KEY was rotated: why"),
    ],
)
def test_what_was_found_by_reading_names_who_began_it(event: Event, sentence: str) -> None:
    words = {"secret": "KEY", "reason": "why", "started_by": "Mary"}
    assert worded(event, words).sentence == sentence
