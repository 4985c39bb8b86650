"""The actions on sign-ins from new devices, and on accounts that someone else is in."""

from datetime import timedelta

from django.utils import timezone

from secretsapp.core.codes import Code
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import NewSignIn, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import (
    accounts,
    new_sign_ins,
    not_me,
    one_time_codes,
    password_mail,
    passwords,
    sessions,
)
from secretsapp.people.sign_ins import NewDevice
from tests.actions.acting import Action, Stage, nothing_done
from tests.actions.of_ways_in import NOBODY

VIEWER = "viewer@example.com"
SHUT = (
    f"person.sign_in_disowned | {VIEWER} |  |  | {VIEWER}",
    f"person.password_closed | {VIEWER} |  |  | {VIEWER}",
)

_made: list[Code] = []


def leave_sign_in(stage: Stage) -> None:
    """Let someone have signed in as the viewer from a new device."""
    viewer = stage.cast["viewer"].user
    NewSignIn.objects.create(person=viewer, device="theirs", at=timezone.now())


def recognize(stage: Stage) -> bool:
    """Say as the viewer that it was them."""
    actor, person = stage.cast["viewer"].actor, stage.cast["viewer"].user
    sign_in = NewSignIn.objects.get().pk
    return new_sign_ins.recognize(actor, person, device="own", sign_in_id=sign_in)


def issue(stage: Stage, address: str = VIEWER) -> None:
    """Make a code, mailed to that address, by which the viewer says that it wasn't them."""
    person, week = stage.cast["viewer"].user, timedelta(days=7)
    made = one_time_codes.issue(CodePurpose.NOT_ME, person, good_for=week, address=address)
    _made.append(made)


def shut(_stage: Stage) -> not_me.Shut:
    """Use that code."""
    return not_me.shut(NOBODY, Plaintext.from_text(_made[-1].text))


def find_person(stage: Stage) -> User:
    """The viewer, as stored."""
    return User.objects.get(pk=stage.cast["viewer"].user.pk)


NEW_SIGN_IN_ACTIONS = [
    Action(
        "new_sign_ins.recognize",
        recognize,
        (f"person.sign_in_recognized | {VIEWER} |  |  | {VIEWER}",),
        before=leave_sign_in,
    ),
    Action(
        "new_sign_ins.disown",
        lambda stage: new_sign_ins.disown(
            stage.cast["viewer"].actor, stage.cast["viewer"].user, device="own", stored_key=""
        ),
        (f"person.sign_in_disowned | {VIEWER} |  |  | {VIEWER}",),
        before=leave_sign_in,
    ),
    Action("not_me.shut", shut, SHUT, before=issue),
    Action(
        "not_me.shut",
        shut,
        (*SHUT, f"person.disabled | {VIEWER} |  |  | {VIEWER}"),
        before=lambda stage: issue(stage, "earlier@example.com"),
    ),
    # What follows writes no event of its own.
    Action(
        "new_sign_ins.tell",
        lambda stage: new_sign_ins.tell(
            nothing_done(stage), find_person(stage), NewDevice("x", ""), is_recognized=False
        ),
    ),
    Action(
        "new_sign_ins.find",
        lambda stage: new_sign_ins.find(stage.cast["viewer"].actor, "own"),
        before=leave_sign_in,
    ),
    Action("new_sign_ins.clear", lambda _stage: new_sign_ins.clear()),
    Action(
        "passwords.close",
        lambda stage: passwords.close(nothing_done(stage), find_person(stage)),
    ),
    Action("accounts.shut", lambda stage: accounts.shut(nothing_done(stage), find_person(stage))),
    Action("password_mail.queue", lambda stage: password_mail.queue(find_person(stage))),
    Action("sessions.known_words", lambda _stage: sessions.known_words("")),
]
