"""The actions on second factors."""

import json

import pytest
from django.utils import timezone

from secretsapp.core.errors import InvalidInput
from secretsapp.core.roles import Role
from secretsapp.models import User
from secretsapp.people import (
    factor_mail,
    factor_reminders,
    factor_rows,
    factor_storage,
    factors,
    lost_factors,
    passkeys,
    required_factors,
    sessions,
    webauthn,
)
from tests.actions.acting import Action, Stage, nothing_done
from tests.actions.of_access import HERE, SESSIONS_ENDED, sign_in_twice
from tests.actions.of_ways_in import NOBODY
from tests.support.apps_of_people import code_of, give_app
from tests.support.passkeys_of_people import Device, give_passkey

EDITOR = "editor@example.com"
ADDED = f"person.factor_added | {EDITOR} |  |  | {EDITOR}"


def editor(stage: Stage) -> User:
    """Who has the factors."""
    return stage.cast["editor"].user


def given(stage: Stage) -> None:
    """Give the editor an app."""
    give_app(editor(stage))


def add_app(stage: Stage) -> None:
    """Let the editor add an app here."""
    secret = factors.new_secret()
    actor = stage.cast["editor"].actor
    factors.add_app(actor, editor(stage), secret=secret, code=code_of(secret), stored_key=HERE)


def prove_wrongly(stage: Stage) -> None:
    """Let someone who knows the editor's password guess a code."""
    with pytest.raises(InvalidInput):
        factors.prove(NOBODY, editor(stage), "1")


def given_passkey(stage: Stage) -> None:
    """Give the editor a passkey."""
    give_passkey(editor(stage))


def own_passkey(stage: Stage) -> int:
    """The id of the editor's passkey."""
    return factors.of(stage.cast["editor"].actor, editor(stage)).passkeys[0].id


def add_passkey(stage: Stage) -> None:
    """Let the editor add a passkey here."""
    challenge = webauthn.begin_adding(editor(stage), [])
    answer = Device(webauthn.host(), webauthn.origin()).make(json.loads(challenge.options))
    passkeys.add(
        stage.cast["editor"].actor,
        editor(stage),
        state=challenge.state,
        answer=answer,
        name="Laptop",
        stored_key=HERE,
    )


def prove_passkey_wrongly(stage: Stage) -> None:
    """Let someone who knows the editor's password answer without their passkey."""
    with pytest.raises(InvalidInput):
        passkeys.prove(NOBODY, editor(stage), state={}, answer="{}")


def prove_wrongly_alone(_stage: Stage) -> None:
    """Let someone answer who has no passkey of anyone's."""
    with pytest.raises(InvalidInput):
        passkeys.prove_alone(NOBODY, state={}, answer="{}")


def require(stage: Stage) -> None:
    """Require a second factor of editors."""
    admin = stage.cast["admin"].actor
    required_factors.require(admin, Role.EDITOR, timezone.now(), is_meant=True)


FACTOR_ACTIONS = [
    Action("passkeys.add", add_passkey, (ADDED, ADDED, SESSIONS_ENDED), before=sign_in_twice),
    Action(
        "passkeys.rename",
        lambda stage: passkeys.rename(
            stage.cast["editor"].actor, editor(stage), own_passkey(stage), "Phone"
        ),
        (f"person.factor_renamed | {EDITOR} |  |  | {EDITOR}",),
        before=given_passkey,
    ),
    Action(
        "passkeys.remove",
        lambda stage: passkeys.remove(
            stage.cast["editor"].actor, editor(stage), own_passkey(stage), HERE
        ),
        (f"person.factor_removed | {EDITOR} |  |  | {EDITOR}",),
        before=given_passkey,
    ),
    Action(
        "passkeys.prove",
        prove_passkey_wrongly,
        (f"person.second_factor_failed | {NOBODY.name} |  |  | {EDITOR}",),
        before=given_passkey,
    ),
    Action(
        "passkeys.prove_alone",
        prove_wrongly_alone,
        (f"person.sign_in_failed | {NOBODY.name} |  |  | ",),
    ),
    Action("factors.add_app", add_app, (ADDED, ADDED, SESSIONS_ENDED), before=sign_in_twice),
    Action(
        "factors.remove_app",
        lambda stage: factors.remove_app(stage.cast["editor"].actor, editor(stage), HERE),
        (f"person.factor_removed | {EDITOR} |  |  | {EDITOR}",),
        before=given,
    ),
    Action(
        "factors.make_codes",
        lambda stage: factors.make_codes(stage.cast["editor"].actor, editor(stage)),
        (ADDED,),
        before=given,
    ),
    Action(
        "lost_factors.reset",
        lambda stage: lost_factors.reset(stage.cast["admin"].actor, editor(stage)),
        (f"person.factors_reset | admin@example.com |  |  | {EDITOR}",),
        before=given,
    ),
    Action(
        "factors.prove",
        prove_wrongly,
        (f"person.second_factor_failed | {NOBODY.name} |  |  | {EDITOR}",),
        before=given,
    ),
    Action(
        "required_factors.require",
        require,
        ("person.factor_required | admin@example.com |  |  | ",),
    ),
    Action(
        "required_factors.stop",
        lambda stage: required_factors.stop(stage.cast["admin"].actor, Role.EDITOR),
        ("person.factor_optional | admin@example.com |  |  | ",),
        before=require,
    ),
    # What follows writes no event of its own.
    Action("required_factors.lacking", lambda _stage: required_factors.lacking(None)),
    Action("factor_reminders.queue_due", lambda _stage: factor_reminders.queue_due()),
    Action("required_factors.words_of", lambda _stage: required_factors.words_of(None)),
    Action(
        "required_factors.due_of",
        lambda stage: required_factors.due_of(stage.cast["editor"].actor),
    ),
    Action(
        "required_factors.rules",
        lambda stage: required_factors.rules(stage.cast["admin"].actor),
    ),
    Action(
        "required_factors.sentence",
        lambda stage: required_factors.sentence(
            stage.cast["admin"].actor, required_factors.Rule(None, timezone.now(), 1)
        ),
    ),
    Action(
        "passkeys.begin_adding",
        lambda stage: passkeys.begin_adding(stage.cast["editor"].actor, editor(stage)),
    ),
    Action("passkeys.begin_proving", lambda stage: passkeys.begin_proving(editor(stage))),
    Action(
        "passkeys.get",
        lambda stage: passkeys.get(stage.cast["editor"].actor, editor(stage), own_passkey(stage)),
        before=given_passkey,
    ),
    Action(
        "factor_rows.begin_codes",
        lambda stage: factor_rows.begin_codes(nothing_done(stage), editor(stage)),
    ),
    Action(
        "factor_rows.replace_codes",
        lambda stage: factor_rows.replace_codes(nothing_done(stage), editor(stage)),
    ),
    Action("factor_rows.end_codes", lambda stage: factor_rows.end_codes(editor(stage))),
    Action("factor_rows.of_type", lambda stage: factor_rows.of_type(editor(stage), "totp")),
    Action("factor_rows.bound_to", lambda stage: factor_rows.bound_to(editor(stage), "totp")),
    Action("factor_rows.new_row", lambda stage: factor_rows.new_row(editor(stage), "totp", {})),
    Action("factors.new_secret", lambda _stage: factors.new_secret()),
    Action("factors.of", lambda stage: factors.of(stage.cast["editor"].actor, editor(stage))),
    Action(
        "factors.show_codes",
        lambda stage: factors.show_codes(stage.cast["editor"].actor, editor(stage)),
        before=given,
    ),
    Action("factor_mail.queue", lambda stage: factor_mail.queue(editor(stage), "It changed")),
    Action("factor_storage.encrypt", lambda _stage: factor_storage.encrypt("x", 1)),
    Action(
        "sessions.end_all_but",
        lambda stage: sessions.end_all_but(nothing_done(stage), editor(stage), HERE),
    ),
]
