"""The audit vocabulary: tags of one grammar, sentences of known places, verbs and results."""

import re
from string import Formatter

import pytest

from secretsapp.core.events import BY_TAG, EVENTS
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.batches import BatchEvent
from secretsapp.core.events.channels import ChannelEvent
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.events.kinds import Event, Result, Severity, Verb
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.events.secrets import (
    DueEvent,
    GroupEvent,
    SecretEvent,
    UniverseEvent,
    change_event,
)

PLACES = {
    "access",
    "address",
    "after",
    "before",
    "count",
    "day",
    "end",
    "factor",
    "fields",
    "file",
    "first",
    "format",
    "invited_by",
    "key",
    "kind",
    "last",
    "name",
    "networks",
    "number",
    "outcome",
    "permission",
    "place",
    "provider",
    "reason",
    "result",
    "role",
    "rule",
    "scope",
    "secret",
    "since",
    "asked_by",
    "subject",
    "target",
    "team",
    "universe",
    "universes",
    "where",
    "what",
}
WORD = "[a-z]+(_[a-z]+)*"
TAG = re.compile(rf"{WORD}\.{WORD}(\.{WORD})?")
REMINDERS = {DueEvent.SECRET_DUE_SOON, DueEvent.SECRET_DUE, DueEvent.SECRET_OVERDUE}
OF_GROUPS = set(GroupEvent) - {GroupEvent.GROUP_REVIEWED}
STATES = {
    "started": (Severity.INFO, Result.STARTED),
    "succeeded": (Severity.NOTICE, Result.SUCCEEDED),
    "failed": (Severity.INFO, Result.FAILED),
    "unknown": (Severity.WARNING, Result.UNKNOWN),
    "undetermined": (Severity.WARNING, Result.UNKNOWN),
}
OBSERVATIONS = {
    SecretEvent.SECRET_DRIFT_APPEARED,
    SecretEvent.SECRET_DRIFT_CHANGED,
    SecretEvent.SECRET_DRIFT_VANISHED,
    UniverseEvent.UNIVERSE_BASELINE,
    UniverseEvent.UNIVERSE_RESTART_FINISHED,
    UniverseEvent.UNIVERSE_KEY_CHANGED,
    KeyEvent.API_KEY_TESTED,
    KeyEvent.API_KEY_FAILING,
    KeyEvent.API_KEY_WORKING,
    KeyEvent.API_KEY_ENDING,
    KeyEvent.API_KEY_LOST,
    ChannelEvent.CHANNEL_TESTED,
    ChannelEvent.CHANNEL_PAUSED,
    AccessEvent.REVIEW_ENDED,
    AccessEvent.ACCESS_LAPSED,
    PersonEvent.PERSON_INVITATION_ENDED,
    PersonEvent.PERSON_ADDRESS_ASKED,
    PersonEvent.PERSON_LINK_ASKED,
    ProofEvent.LOG_BROKEN,
    ProofEvent.WITNESS_ALARM,
    BatchEvent.BATCH_ENDED,
    BatchEvent.BATCH_INCOMPLETE,
    BatchEvent.BATCH_HALTED,
    BatchEvent.BATCH_FORGOTTEN,
    *OF_GROUPS,
    *REMINDERS,
}


def places_of(event: Event) -> set[str]:
    """The places in the event's sentence that are to be filled."""
    return {place for _, place, _, _ in Formatter().parse(event.sentence) if place is not None}


def test_each_tag_is_unique() -> None:
    named = [event for subject in Event.__subclasses__() for event in subject.__members__.values()]
    assert len({event.tag for event in named}) == len(named)
    assert set(EVENTS) == set(named)
    assert set(BY_TAG.values()) == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_named_tagged_and_told_by_one_grammar(event: Event) -> None:
    assert TAG.fullmatch(event.tag)
    assert event.name == event.tag.replace(".", "_").upper()
    assert event.names_actor is event.sentence[0].islower()
    assert not event.sentence.endswith(".")
    assert isinstance(event.severity, Severity)


@pytest.mark.parametrize("event", EVENTS)
def test_a_sentence_is_filled_from_known_places(event: Event) -> None:
    assert places_of(event) <= PLACES


def test_what_nobody_did_is_told_without_an_actor() -> None:
    assert {event for event in EVENTS if not event.names_actor} == {
        SecretEvent.SECRET_DRIFT_APPEARED,
        SecretEvent.SECRET_DRIFT_CHANGED,
        SecretEvent.SECRET_DRIFT_VANISHED,
        UniverseEvent.UNIVERSE_BASELINE,
        UniverseEvent.UNIVERSE_RESTART_FINISHED,
        KeyEvent.API_KEY_FAILING,
        KeyEvent.API_KEY_WORKING,
        KeyEvent.API_KEY_ENDING,
        KeyEvent.API_KEY_LOST,
        AccessEvent.REVIEW_ENDED,
        AccessEvent.ACCESS_LAPSED,
        PersonEvent.PERSON_INVITATION_ENDED,
        PersonEvent.PERSON_SECOND_FACTOR_FAILED,
        PersonEvent.PERSON_SIGN_IN_FAILED,
        ProofEvent.LOG_BROKEN,
        ProofEvent.WITNESS_ALARM,
        ChannelEvent.CHANNEL_PAUSED,
        BatchEvent.BATCH_ENDED,
        BatchEvent.BATCH_INCOMPLETE,
        BatchEvent.BATCH_HALTED,
        BatchEvent.BATCH_FORGOTTEN,
        *OF_GROUPS,
        *REMINDERS,
    }


def test_an_observation_alone_has_no_result() -> None:
    assert {event for event in EVENTS if event.result is None} == OBSERVATIONS


def test_what_was_refused_is_told_by_a_verb_of_its_own() -> None:
    refused = {event for event in EVENTS if event.result is Result.REFUSED}
    assert refused == {event for event in EVENTS if event.verb is Verb.REFUSE}
    assert refused == {
        AccessEvent.ACCESS_REFUSED,
        PersonEvent.CODE_REFUSED,
        InstallationEvent.LOG_COUNTED,
        PersonEvent.PERSON_SECOND_FACTOR_FAILED,
        PersonEvent.PERSON_SIGN_IN_FAILED,
    }


def test_every_verb_and_every_result_is_that_of_some_event() -> None:
    assert {event.verb for event in EVENTS} == set(Verb)
    assert {event.result for event in EVENTS} == {*Result, None}


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
