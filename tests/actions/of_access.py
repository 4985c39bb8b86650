"""The actions on people, their sessions and their access."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from secretsapp.access import exporting
from secretsapp.log import exporting as log_exporting
from secretsapp.log.export_texts import Form
from secretsapp.log.exporting import Asked
from secretsapp.log.filters import AuditFilter
from secretsapp.models import SignedIn
from secretsapp.operation import upkeep
from secretsapp.people import own_account, session_storage, sessions
from secretsapp.people.session_storage import stored_key
from secretsapp.secrets import exporting as secret_exporting
from secretsapp.secrets.exporting import Form as SecretForm
from tests.actions.acting import PASSWORD, Action, Stage, nothing_done

EDITOR = "editor@example.com"
HERE, ELSEWHERE = stored_key("here"), stored_key("elsewhere")


def sign_in_twice(stage: Stage) -> None:
    """Let the editor be signed in here and elsewhere."""
    editor = stage.cast["editor"]
    for key in (HERE, ELSEWHERE):
        Session.objects.create(session_key=key, session_data="", expire_date=_tomorrow())
        sessions.record(editor.actor, editor.user, key, "")


def _tomorrow() -> datetime:
    return timezone.now() + timedelta(days=1)


def rename(stage: Stage) -> None:
    """Let the editor have a name."""
    own_account.rename(stage.cast["editor"].actor, stage.cast["editor"].user, "Eddie")


def change_password(stage: Stage) -> None:
    """Let the editor change their password here."""
    editor = stage.cast["editor"]
    own_account.change_password(editor.actor, editor.user, PASSWORD, HERE)


def end(stage: Stage) -> None:
    """Let the editor end their session elsewhere, and then again."""
    editor = stage.cast["editor"]
    for expected in (1, 0):
        assert sessions.end(editor.actor, editor.user, ELSEWHERE) == expected


def end_others(stage: Stage) -> None:
    """Let the editor end all sessions but the one here, and then again."""
    editor = stage.cast["editor"]
    for expected in (1, 0):
        assert sessions.end_others(editor.actor, editor.user, HERE) == expected


def move(stage: Stage) -> None:
    """Let the editor's session be stored elsewhere."""
    editor = stage.cast["editor"]
    sessions.move(editor.actor, editor.user, HERE, session_storage.stored_key("moved"))


SESSIONS_ENDED = f"person.sessions_ended | {EDITOR} |  |  | {EDITOR}"

ACCESS_ACTIONS = [
    Action(
        "exporting.export_person",
        lambda stage: exporting.export_person(
            stage.cast["manager"].actor, stage.cast["editor"].user
        ),
        (f"access.exported | manager@example.com |  |  | {EDITOR}",),
    ),
    Action(
        "exporting.export_secret",
        lambda stage: exporting.export_secret(
            stage.cast["manager"].actor, stage.universe, "PAY_KEY"
        ),
        ("access.exported | manager@example.com | Harbor | PAY_KEY | ",),
    ),
    Action(
        "exporting.export",
        lambda stage: log_exporting.export(
            stage.cast["manager"].actor, Asked("", AuditFilter()), Form.CSV
        ),
        ("log.exported | manager@example.com |  |  | ",),
    ),
    Action(
        "exporting.export",
        lambda stage: secret_exporting.export(
            stage.cast["viewer"].actor, stage.universe, SecretForm.CSV
        ),
        ("universe.exported | viewer@example.com | Harbor |  | ",),
    ),
    Action("own_account.rename", rename, (f"person.changed | {EDITOR} |  |  | {EDITOR}",)),
    Action(
        "own_account.change_password",
        change_password,
        (f"person.password_set | {EDITOR} |  |  | {EDITOR}", SESSIONS_ENDED),
        before=sign_in_twice,
    ),
    Action("sessions.end", end, (SESSIONS_ENDED,), before=sign_in_twice),
    Action(
        "sessions.end_all",
        lambda stage: sessions.end_all(stage.cast["admin"].actor, stage.cast["editor"].user),
        (f"person.sessions_ended | admin@example.com |  |  | {EDITOR}",),
        before=sign_in_twice,
    ),
    Action("sessions.end_others", end_others, (SESSIONS_ENDED,), before=sign_in_twice),
    # What follows writes no event of its own.
    Action("sessions.record", sign_in_twice),
    Action("sessions.move", move, before=sign_in_twice),
    Action(
        "sessions.delete",
        lambda _stage: sessions.delete(SignedIn.objects.all()),
        before=sign_in_twice,
    ),
    Action(
        "sessions.tell_ended",
        lambda stage: sessions.tell_ended(nothing_done(stage), stage.cast["editor"].user, 1),
    ),
    Action("sessions.in_words", lambda _stage: sessions.in_words("")),
    Action("upkeep.clear_ended_sessions", lambda _stage: upkeep.clear_ended_sessions()),
]
