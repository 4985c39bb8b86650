"""The audit vocabulary: tags of one grammar, sentences of known places, verbs and results."""

import re
from string import Formatter

import pytest

from secretsapp.core.event_kinds import Result, Severity, Verb
from secretsapp.core.events import BY_TAG, Event, change_event

PLACES = {
    "access",
    "address",
    "count",
    "fields",
    "invited_by",
    "key",
    "networks",
    "permission",
    "reason",
    "result",
    "role",
    "scope",
    "secret",
    "since",
    "subject",
    "target",
    "team",
    "universe",
    "what",
}
WORD = "[a-z]+(_[a-z]+)*"
TAG = re.compile(rf"{WORD}\.{WORD}(\.{WORD})?")
STATES = {
    "started": (Severity.INFO, Result.STARTED),
    "succeeded": (Severity.NOTICE, Result.SUCCEEDED),
    "failed": (Severity.INFO, Result.FAILED),
    "unknown": (Severity.WARNING, Result.UNKNOWN),
    "undetermined": (Severity.WARNING, Result.UNKNOWN),
}
OBSERVATIONS = {
    Event.SECRET_DRIFT_APPEARED,
    Event.SECRET_DRIFT_CHANGED,
    Event.SECRET_DRIFT_VANISHED,
    Event.UNIVERSE_BASELINE,
    Event.UNIVERSE_KEY_CHANGED,
    Event.API_KEY_TESTED,
    Event.REVIEW_ENDED,
    Event.ACCESS_LAPSED,
    Event.PERSON_INVITATION_ENDED,
    Event.PERSON_LINK_ASKED,
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
    assert event.names_actor is event.sentence[0].islower()
    assert not event.sentence.endswith(".")
    assert isinstance(event.severity, Severity)


@pytest.mark.parametrize("event", Event)
def test_a_sentence_is_filled_from_known_places(event: Event) -> None:
    assert places_of(event) <= PLACES


def test_what_nobody_did_is_told_without_an_actor() -> None:
    assert {event for event in Event if not event.names_actor} == {
        Event.SECRET_DRIFT_APPEARED,
        Event.SECRET_DRIFT_CHANGED,
        Event.SECRET_DRIFT_VANISHED,
        Event.UNIVERSE_BASELINE,
        Event.REVIEW_ENDED,
        Event.ACCESS_LAPSED,
        Event.PERSON_INVITATION_ENDED,
        Event.PERSON_SIGN_IN_FAILED,
    }


def test_an_observation_alone_has_no_result() -> None:
    assert {event for event in Event if event.result is None} == OBSERVATIONS


def test_what_was_refused_is_told_by_a_verb_of_its_own() -> None:
    refused = {event for event in Event if event.result is Result.REFUSED}
    assert refused == {event for event in Event if event.verb is Verb.REFUSE}
    assert refused == {
        Event.ACCESS_REFUSED,
        Event.CODE_REFUSED,
        Event.LOG_COUNTED,
        Event.PERSON_SIGN_IN_FAILED,
    }


def test_every_verb_and_every_result_is_that_of_some_event() -> None:
    assert {event.verb for event in Event} == set(Verb)
    assert {event.result for event in Event} == {*Result, None}


@pytest.mark.parametrize("kind", ["create", "rotate", "delete"])
@pytest.mark.parametrize("state", STATES)
def test_every_change_has_an_event_for_every_state(kind: str, state: str) -> None:
    event = change_event(kind, state)
    assert event.tag == f"secret.{kind}.{state}"
    assert event.verb is Verb(kind)
    assert (event.severity, event.result) == STATES[state]


@pytest.mark.parametrize(("kind", "state"), [("create", "open"), ("details", "failed"), ("", "")])
def test_a_change_that_does_not_exist_has_no_event(kind: str, state: str) -> None:
    with pytest.raises(KeyError):
        change_event(kind, state)
