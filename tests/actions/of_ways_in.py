"""The actions on one-time codes and the first admin."""

from datetime import timedelta

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Grant, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.services import codes, entry, password_mail, people
from secretsapp.services.codes import Code
from tests.actions.acting import PASSWORD, Action, Stage
from tests.stage import STAGEHAND

ADMIN, VIEWER = "admin@example.com", "viewer@example.com"
NOBODY = Actor(ActorKind.PERSON, "somebody not signed in", Door.BROWSER, address="127.0.0.1")
WORKER = actors.system("mail")

# Codes that a preparation made for the action after it.
_made: list[Code] = []


def typed() -> Plaintext:
    """The code that was made last, as it is typed."""
    return Plaintext.from_text(_made[-1].text)


def issue(stage: Stage) -> None:
    """Make a code for the viewer's password."""
    hour = timedelta(hours=1)
    _made.append(codes.issue(CodePurpose.PASSWORD, stage.cast["viewer"].user, good_for=hour))


def issue_claim(_stage: Stage) -> None:
    """Make the code for the first admin, where nobody has an account any more."""
    Grant.objects.all().delete()
    User.objects.all().delete()
    code = entry.issue_claim_code(STAGEHAND)
    assert code is not None
    _made.append(code)


ENTRY_ACTIONS = [
    Action(
        "entry.make_link",
        lambda stage: entry.make_link(stage.cast["admin"].actor, stage.cast["viewer"].user),
        (f"person.link_made | {ADMIN} |  |  | {VIEWER}",),
    ),
    Action(
        "entry.set_password",
        lambda _stage: entry.set_password(NOBODY, typed(), PASSWORD),
        (f"person.password_set | {VIEWER} |  |  | {VIEWER}",),
        before=issue,
    ),
    Action(
        "entry.claim",
        lambda _stage: entry.claim(
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
        before=lambda _stage: password_mail.ask(VIEWER),
    ),
    # What follows writes no event of its own.
    Action(
        "entry.issue_claim_code", lambda stage: entry.issue_claim_code(stage.cast["admin"].actor)
    ),
    Action("entry.link", lambda _stage: entry.link(_made[-1]), before=issue),
    Action("password_mail.ask", lambda _stage: password_mail.ask(VIEWER)),
    Action("codes.issue", issue),
    Action("codes.find", lambda _stage: codes.find(typed(), CodePurpose.PASSWORD), before=issue),
    Action(
        "codes.use_up",
        lambda _stage: codes.use_up(codes.find(typed(), CodePurpose.PASSWORD)),
        before=issue,
    ),
    Action("codes.discard", lambda stage: codes.discard(stage.cast["viewer"].user), before=issue),
    Action("codes.refusal", lambda _stage: codes.refusal()),
    Action(
        "people.prepare",
        lambda _stage: people.prepare(email="new@example.com", name="", password=None),
    ),
    Action(
        "people.introduce",
        lambda stage: people.introduce(
            stage.cast["admin"].actor, stage.cast["viewer"].user, admin=False
        ),
    ),
    Action(
        "people.hash_password",
        lambda stage: people.hash_password(stage.cast["viewer"].user, PASSWORD),
    ),
]
