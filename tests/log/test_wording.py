"""An event in words: its sentence is filled, and nothing in it is read as more than text."""

import json
import re
from collections.abc import Mapping
from string import Formatter

import pytest
from django.utils import timezone

from secretsapp.core.events import EVENTS
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.secrets import SecretEvent, UniverseEvent
from secretsapp.core.roles import PERMISSION_WORDS, Permission
from secretsapp.log.event_view import EventView, unnamed
from secretsapp.log.wording import view_of
from secretsapp.models import AuditEvent

COLUMNS = ("secret", "subject", "universe")
BOTH = {"fields": "note", "reason": "late"}


def places_of(event: Event) -> list[str]:
    """The places in the event's sentence that are to be filled."""
    return [place for _, place, _, _ in Formatter().parse(event.sentence) if place]


def worded(event: Event, words: Mapping[str, str]) -> EventView:
    """The event with those words in the places of its sentence."""
    columns = {f"{place}_name": words.get(place, "") for place in COLUMNS}
    columns["secret_name"] = columns["secret_name"] or words.get("target", "")
    detail = {place: word for place, word in words.items() if place not in COLUMNS}
    return view_of(
        AuditEvent(tag=event.tag, time=timezone.now(), detail=json.dumps(detail), **columns)
    )


@pytest.mark.parametrize("event", EVENTS)
def test_every_place_of_a_sentence_is_filled(event: Event) -> None:
    sentence = worded(event, {place: f"<{place}>" for place in places_of(event)}).sentence
    plain = re.sub(r"\{(\w+):ing\}", r"<\1>", event.sentence)
    counted = re.sub(r"\{(\w+):([^}]+)\}", r"<\1> \2s", plain)
    assert sentence == counted.replace("{", "<").replace("}", ">")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("note", "changed the note of Harbor"),
        ("name and note", "changed the name and note of Harbor"),
        ("name and note and owner", "changed the name, note and owner of Harbor"),
        ("a and b and c and d", "changed the a, b, c and d of Harbor"),
    ],
)
def test_several_fields_are_told_as_people_write_a_list(fields: str, said: str) -> None:
    told = worded(UniverseEvent.UNIVERSE_CHANGED, {"fields": fields, "universe": "Harbor"})
    assert told.sentence == said


def test_beneath_the_name_of_its_secret_an_event_is_told_without_it() -> None:
    told = {
        "".join(part.text for part in unnamed(worded(event, {"secret": "KEY", **BOTH}).parts))
        for event in EVENTS
        if "{secret}" in event.sentence
    }
    assert not any("KEY" in words or "  " in words or words.endswith(" ") for words in told)
    assert told > {
        "rotated",
        "Changed outside Sealroom",
        "changed the note",
        "marked the change as reviewed",
        "couldn’t find out whether it was rotated",
    }


def test_one_is_told_in_the_singular() -> None:
    assert worded(UniverseEvent.UNIVERSE_BASELINE, {"universe": "Pier", "count": "1"}).sentence == (
        "First sync of Pier: 1 secret"
    )
    assert worded(
        UniverseEvent.UNIVERSE_BASELINE, {"universe": "Pier", "count": "11"}
    ).sentence == ("First sync of Pier: 11 secrets")


@pytest.mark.parametrize("permission", Permission)
def test_what_someone_was_denied_is_told_as_doing_it(permission: Permission) -> None:
    words = PERMISSION_WORDS[permission]
    sentence = worded(AccessEvent.ACCESS_REFUSED, {"permission": words}).sentence
    verb = words.split(" ")[0].removesuffix("e")
    assert sentence.startswith(f"was denied {verb}ing ")
    assert not re.search(r" (and|or) (?!\w+ing\b)(add|change|give|replace|revoke)\b", sentence)


@pytest.mark.parametrize("event", EVENTS)
def test_a_place_without_a_word_is_a_dash(event: Event) -> None:
    assert worded(event, {}).sentence.count("–") == len(places_of(event))


def test_words_are_put_in_as_they_are() -> None:
    words = {"secret": "{reason}", "reason": "{0} %s"}
    sentence = worded(SecretEvent.SECRET_ROTATE_FAILED, words).sentence
    assert sentence == "failed to rotate {reason}: {0} %s"


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_has_the_severity_the_verb_and_the_result_of_its_tag(event: Event) -> None:
    view = worded(event, {})
    assert (view.severity, view.verb, view.result) == (event.severity, event.verb, event.result)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (SecretEvent.SECRET_ROTATE_SUCCEEDED, "found out that Mary rotated KEY"),
        (SecretEvent.SECRET_ROTATE_FAILED, "found out that Mary failed to rotate KEY: why"),
        (SecretEvent.SECRET_ROTATE_UNDETERMINED, "couldn’t find out whether KEY was rotated: why"),
    ],
)
def test_what_was_found_by_reading_names_who_began_it(event: Event, sentence: str) -> None:
    words = {"secret": "KEY", "reason": "why", "started_by": "Mary"}
    assert worded(event, words).sentence == sentence
