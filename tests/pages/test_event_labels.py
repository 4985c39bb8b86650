"""The labels of events: one for every verb and result, each with what the page draws."""

from secretsapp.core.events import BY_TAG
from secretsapp.core.events.kinds import Result, Verb
from secretsapp.web.event_labels import EVENT_WORDS, RESULT_LABELS, VERB_LABELS
from secretsapp.web.icons import drawings
from tests.repository.files import ROOT

STATIC = ROOT / "static"


def test_every_verb_and_every_result_has_a_label() -> None:
    assert set(VERB_LABELS) == {*Verb, None}
    assert set(RESULT_LABELS) == set(Result)


def test_every_event_can_be_chosen_on_pages() -> None:
    chosen = {each for name in EVENT_WORDS for each in BY_TAG if f"{each}.".startswith(f"{name}.")}
    assert set(BY_TAG) == chosen


def test_no_two_verbs_are_called_the_same() -> None:
    assert len({label.word for label in VERB_LABELS.values()}) == len(VERB_LABELS)


def test_every_tone_is_in_the_style_sheet() -> None:
    sheet = "".join(path.read_text("utf-8") for path in (STATIC / "css").glob("*.css"))
    assert all(f".dot-{label.tone} {{" in sheet for label in VERB_LABELS.values())


def test_every_icon_is_among_the_drawings() -> None:
    assert {label.icon for label in RESULT_LABELS.values()} <= drawings().keys()
