"""The actions on second factors."""

import pytest

from secretsapp.core.errors import InvalidInput
from secretsapp.models import User
from secretsapp.people import factor_mail, factor_storage, factors, lost_factors, sessions
from tests.actions.acting import Action, Stage, nothing_done
from tests.actions.of_access import HERE, SESSIONS_ENDED, sign_in_twice
from tests.actions.of_ways_in import NOBODY
from tests.support.apps_of_people import code_of, give_app

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


FACTOR_ACTIONS = [
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
    # What follows writes no event of its own.
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
