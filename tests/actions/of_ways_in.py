"""The actions on one-time codes and the first admin."""

from datetime import timedelta

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.codes import Code
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Grant, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import (
    accounts,
    one_time_codes,
    password_mail,
    passwords,
    sessions,
    ways_in,
    wrong_passwords,
)
from tests.actions.acting import PASSWORD, Action, Stage, nothing_done
from tests.stage import STAGEHAND

ADMIN, VIEWER = "admin@example.com", "viewer@example.com"
NOBODY = Actor(ActorKind.PERSON, "someone not signed in", Door.BROWSER, address="127.0.0.1")
WORKER = actors.system("mail")

# Codes that a preparation made for the action after it.
_made: list[Code] = []


def typed() -> Plaintext:
    """The code that was made last, as it is typed."""
    return Plaintext.from_text(_made[-1].text)


def issue(stage: Stage) -> None:
    """Make a code for the viewer's password."""
    hour = timedelta(hours=1)
    _made.append(
        one_time_codes.issue(CodePurpose.PASSWORD, stage.cast["viewer"].user, good_for=hour)
    )


def try_often(stage: Stage) -> None:
    """Try so many wrong passwords on the viewer's account that a mail is due."""
    for _ in range(wrong_passwords.MAILED_FROM):
        wrong_passwords.count(NOBODY, stage.cast["viewer"].user)


def nobody_left() -> None:
    """Leave no account."""
    Grant.objects.all().delete()
    User.objects.all().delete()


def issue_claim(_stage: Stage) -> None:
    """Make the code for the first admin, where nobody has an account any more."""
    nobody_left()
    code = ways_in.issue_claim_code(STAGEHAND)
    assert code is not None
    _made.append(code)


ENTRY_ACTIONS = [
    Action(
        "ways_in.make_link",
        lambda stage: ways_in.make_link(stage.cast["admin"].actor, stage.cast["viewer"].user),
        (f"person.link_made | {ADMIN} |  |  | {VIEWER}",),
    ),
    Action(
        "ways_in.set_password",
        lambda _stage: ways_in.set_password(NOBODY, typed(), PASSWORD),
        (f"person.password_set | {VIEWER} |  |  | {VIEWER}",),
        before=issue,
    ),
    Action(
        "ways_in.claim",
        lambda _stage: ways_in.claim(
            NOBODY, typed(), email="first@example.com", name="First", password=PASSWORD
        ),
        (
            "installation.claimed | first@example.com |  |  | ",
            "person.created | first@example.com |  |  | first@example.com",
            "grant.given | first@example.com |  |  | first@example.com",
        ),
        before=issue_claim,
    ),
    Action(
        "password_mail.send_waiting",
        lambda _stage: password_mail.send_waiting(WORKER),
        (f"person.link_mailed | Sealroom (mail) |  |  | {VIEWER}",),
        before=lambda _stage: password_mail.ask(NOBODY, VIEWER),
    ),
    Action(
        "password_mail.ask",
        lambda _stage: password_mail.ask(NOBODY, VIEWER),
        (f"person.link_asked | {NOBODY.name} |  |  | {VIEWER}",),
    ),
    Action(
        "ways_in.issue_claim_code",
        lambda _stage: ways_in.issue_claim_code(STAGEHAND),
        (f"installation.code_issued | {STAGEHAND.name} |  |  | ",),
        before=lambda _stage: nobody_left(),
    ),
    Action(
        "wrong_passwords.warn_waiting",
        lambda _stage: wrong_passwords.warn_waiting(WORKER),
        (f"person.warned | Sealroom (mail) |  |  | {VIEWER}",),
        before=try_often,
    ),
    # What follows writes no event of its own.
    Action(
        "wrong_passwords.count",
        lambda stage: wrong_passwords.count(NOBODY, stage.cast["viewer"].user),
    ),
    Action(
        "wrong_passwords.find_tried",
        lambda stage: wrong_passwords.find_tried(stage.cast["viewer"].actor),
    ),
    Action(
        "ways_in.issue_claim_code",
        lambda stage: ways_in.issue_claim_code(stage.cast["admin"].actor),
    ),
    Action("ways_in.is_claimed", lambda _stage: ways_in.is_claimed()),
    Action("ways_in.has_accounts", lambda _stage: ways_in.has_accounts()),
    Action("ways_in.link", lambda _stage: ways_in.link(_made[-1]), before=issue),
    Action("ways_in.known", lambda stage: ways_in.known(NOBODY, stage.cast["viewer"].user)),
    Action("ways_in.wrong_codes_noted", lambda _stage: ways_in.wrong_codes_noted(NOBODY)),
    Action("one_time_codes.issue", issue),
    Action(
        "one_time_codes.find",
        lambda _stage: one_time_codes.find(typed(), CodePurpose.PASSWORD),
        before=issue,
    ),
    Action(
        "one_time_codes.use_up",
        lambda _stage: one_time_codes.use_up(one_time_codes.find(typed(), CodePurpose.PASSWORD)),
        before=issue,
    ),
    Action(
        "one_time_codes.discard",
        lambda stage: one_time_codes.discard(stage.cast["viewer"].user),
        before=issue,
    ),
    Action("one_time_codes.refusal", lambda _stage: one_time_codes.refusal()),
    Action("accounts.told_of_another", lambda _stage: accounts.told_of_another()),
    Action("accounts.checked_email", lambda _stage: accounts.checked_email("new@example.com")),
    Action(
        "accounts.prepare",
        lambda _stage: accounts.prepare(email="new@example.com", name="", password=None),
    ),
    Action(
        "accounts.introduce",
        lambda stage: accounts.introduce(nothing_done(stage), stage.cast["viewer"].user, None),
    ),
    Action(
        "passwords.hash_password",
        lambda stage: passwords.hash_password(stage.cast["viewer"].user, PASSWORD),
    ),
    Action(
        "sessions.begin_generation",
        lambda stage: sessions.begin_generation(stage.cast["viewer"].user),
    ),
    Action(
        "passwords.store",
        lambda stage: passwords.store(nothing_done(stage), stage.cast["viewer"].user),
    ),
]
