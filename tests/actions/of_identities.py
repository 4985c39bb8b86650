"""The actions on accounts at providers of single sign-on."""

from dataclasses import replace

from secretsapp.core.providers import Claims
from secretsapp.models import User
from secretsapp.people import identities, identity_ends, identity_mail
from tests.actions.acting import Action, Stage, nothing_done
from tests.actions.of_access import HERE, SESSIONS_ENDED, sign_in_twice
from tests.actions.of_ways_in import NOBODY
from tests.support.identities_of_people import ACME, ISSUER, THERE, give_identity

EDITOR = "editor@example.com"
VERIFIED = Claims(ISSUER, "2002", "there", EDITOR, is_verified=True)
TRUSTED = replace(ACME, trusted_domains=frozenset({"example.com"}))
CONNECTED = f"person.identity_connected | {EDITOR} |  |  | {EDITOR}"
FAILED = f"person.sign_in_failed | {NOBODY.name} |  |  | "


def editor(stage: Stage) -> User:
    """Whose they are."""
    return stage.cast["editor"].user


def given(stage: Stage) -> None:
    """Give the editor an account there."""
    give_identity(editor(stage))


def connect(stage: Stage) -> None:
    """Let the editor connect an account here."""
    identities.connect(stage.cast["editor"].actor, editor(stage), ACME, THERE, HERE)


def disconnect(stage: Stage) -> None:
    """Let the editor disconnect it."""
    held = editor(stage).identities.get().pk
    identities.disconnect(stage.cast["editor"].actor, editor(stage), held, HERE)


IDENTITY_ACTIONS = [
    Action("identities.connect", connect, (CONNECTED, SESSIONS_ENDED), before=sign_in_twice),
    Action(
        "identities.disconnect",
        disconnect,
        (f"person.identity_disconnected | {EDITOR} |  |  | {EDITOR}",),
        before=given,
    ),
    Action(
        "identity_ends.disconnect_all",
        lambda stage: identity_ends.disconnect_all(stage.cast["admin"].actor, editor(stage)),
        (f"person.identity_disconnected | admin@example.com |  |  | {EDITOR}",),
        before=given,
    ),
    Action(
        "identities.whom",
        lambda _stage: identities.whom(NOBODY, TRUSTED, VERIFIED),
        (CONNECTED,),
    ),
    Action(
        "identities.refused",
        lambda _stage: identities.refused(NOBODY, None, ACME, "No."),
        (FAILED,),
    ),
    # What follows writes no event of its own.
    Action(
        "identities.check_is",
        lambda stage: identities.check_is(stage.cast["editor"].actor, editor(stage), ACME, THERE),
        before=given,
    ),
    Action("identities.of", lambda stage: identities.of(stage.cast["editor"].actor, editor(stage))),
    Action(
        "identities.get",
        lambda stage: identities.get(
            stage.cast["editor"].actor, editor(stage), editor(stage).identities.get().pk
        ),
        before=given,
    ),
    Action("identities.record_use", lambda _stage: identities.record_use(THERE), before=given),
    Action("identity_ends.name_of", lambda _stage: identity_ends.name_of(ISSUER)),
    Action(
        "identity_ends.end",
        lambda stage: identity_ends.end(
            nothing_done(stage), editor(stage), editor(stage).identities.get()
        ),
        before=given,
    ),
    Action("identities.has_password", lambda stage: identities.has_password(editor(stage))),
    Action("identities.has_way_in", lambda stage: identities.has_way_in(editor(stage))),
    Action("identities.confirming", lambda stage: identities.confirming(editor(stage))),
    Action("identities.words_of", lambda _stage: identities.words_of("Acme")),
    Action("identity_mail.queue", lambda stage: identity_mail.queue(editor(stage), "It changed")),
]
