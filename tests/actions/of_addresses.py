"""The actions on the address of an account."""

from datetime import timedelta

from secretsapp.core.codes import Code
from secretsapp.core.plaintext import Plaintext
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import address_change, one_time_codes
from tests.actions.acting import Action, Stage

NEW, VIEWER = "new@example.com", "viewer@example.com"

_made: list[Code] = []


def issue(stage: Stage) -> None:
    """Make a code by which the viewer takes the new address."""
    person, hour = stage.cast["viewer"].user, timedelta(hours=1)
    made = one_time_codes.issue(CodePurpose.ADDRESS, person, good_for=hour, address=NEW)
    _made.append(made)


def confirm(stage: Stage) -> str:
    """Use it."""
    viewer = stage.cast["viewer"]
    return address_change.confirm(viewer.actor, viewer.user, Plaintext.from_text(_made[-1].text))


ADDRESS_ACTIONS = [
    Action(
        "address_change.ask",
        lambda stage: address_change.ask(
            stage.cast["viewer"].actor, stage.cast["viewer"].user, NEW
        ),
        (f"person.address_asked | {VIEWER} |  |  | {VIEWER}",),
    ),
    Action(
        "address_change.confirm",
        confirm,
        (f"person.address_changed | {VIEWER} |  |  | {NEW}",),
        before=issue,
    ),
    Action(
        "address_change.change",
        lambda stage: address_change.change(
            stage.cast["admin"].actor, stage.cast["viewer"].user, NEW
        ),
        (f"person.address_changed | admin@example.com |  |  | {NEW}",),
    ),
]
