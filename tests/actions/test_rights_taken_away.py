"""Whoever loses their rights between the door and the transaction is refused, at every action."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Moment
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction

from secretsapp.api_keys import stored_keys
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door, remembering
from secretsapp.core.errors import Forbidden
from secretsapp.models import User
from secretsapp.people import accounts
from secretsapp.rules import acting
from secretsapp.rules.policy import rights_of
from secretsapp.universes import managing
from tests.actions.acting import PASSWORD, Action, Stage, create, delete, edit_details, rotate
from tests.actions.table import ACTIONS
from tests.stage import Person
from tests.support.watch import Watch

SECONDS = 60
APPENDING = [action for action in ACTIONS if action.events]
# Here nobody's right is asked for, and why.
WITHOUT_RIGHT = {
    "sign_ins.record_failed_sign_in": "a failure is told of whoever failed",
    "sign_ins.record_sign_out": "leaving takes no right, not even an account in use",
    "accepting.join": "an invitation is the right",
    "checkpoints.make_due": "the system acts",
    "delivering.deliver": "the system acts",
    "end_warnings.warn_due": "the system acts",
    "losses.tell_lost": "the system acts",
    "looking.look_due": "the system stores what was found, and nobody chose it",
    "key_values.keep_end": "what can't be kept is only told: the secret is there by then",
    "invitations.end_expired": "the system acts",
    "outcomes.stop": "the system acts",
    "outcomes.store": "the system acts",
    "outcomes.store_failure": "the system acts",
    "attempts.end": "what was sent is told, whatever its sender may by now",
    "together.succeed_all": "what was sent is told, whatever its sender may by now",
    "following.follow": "how far a restart is, is found and not done",
    "following.follow_due": "the system acts",
    "publications.settle_due": "the system acts",
    "reading.look": "what changed in a group is found and not done",
    "reading.read": "what changed in a group is found and not done",
    "watching.read_due": "the system acts",
    "running.run": "each item asks for the right of who asked for it, and fails without",
    "running.run_due": "each item asks for the right of who asked for it, and fails without",
    "finishing.cancel_forgotten": "the system acts",
    "finishing.halt": "the system acts",
    "finishing.end_finished": "the system acts",
    "refreshing.refresh": "the system stores what was read, and nobody chose what is found",
    "factors.prove": "the password was right, and nobody is signed in yet",
    "passkeys.prove": "the password was right, and nobody is signed in yet",
    "identities.refused": "a failure is told of whoever failed",
    "passkeys.prove_alone": "nobody is signed in yet: a passkey is the right",
    "not_me.shut": "a one-time code is the right",
    "mirror.store": "the system acts",
    "reminding.remind": "the system acts",
    "password_mail.ask": "anybody may ask",
    "password_mail.send_waiting": "the system acts, for whoever asked",
    "proposals.lapse": "the system acts",
    "proposals.lapse_old": "the system acts",
    "requests.lapse": "the system acts, where nobody answered",
    "refusals.record": "a refusal is told of whoever was refused",
    "reviews.close_due": "the system acts, for a review that someone started who may",
    "ways_in.claim": "a one-time code is the right",
    "ways_in.issue_claim_code": "only a command could, where there is no admin",
    "wrong_passwords.warn_waiting": "the system acts",
    "ways_in.set_password": "a one-time code is the right",
}


@pytest.fixture(autouse=True)
def remember_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody come from a page that has loaded their rights, and remembers them."""

    def actor(person: Person) -> Actor:
        known = remembering(actors.person(person.user.pk, person.user.email, Door.BROWSER))
        rights_of(known)
        return known

    monkeypatch.setattr(Person, "actor", property(actor))


def disable_everybody() -> None:
    """Take everybody's rights away, past the product: it would not let the last admin go."""
    User.objects.update(is_active=False)


@pytest.fixture
def disable_at_the_door(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets everybody be disabled when the next act begins: the door has let them pass by then."""
    permitted: Callable[..., Any] = acting._permitted

    def late(*arguments: Any) -> Any:
        disable_everybody()
        return permitted(*arguments)

    return lambda: monkeypatch.setattr(acting, "_permitted", late)


@pytest.mark.django_db
@pytest.mark.engine
@pytest.mark.parametrize("action", APPENDING, ids=lambda action: action.function)
def test_an_action_begun_before_is_refused(
    on_stage: Stage, disable_at_the_door: Callable[[], None], action: Action
) -> None:
    action.before(on_stage)
    watch = Watch()
    disable_at_the_door()
    if action.function in WITHOUT_RIGHT:
        action.act(on_stage)
        return
    with pytest.raises(Forbidden):
        action.act(on_stage)
    assert watch.events == []


def test_no_action_is_without_right_that_is_not_in_the_table() -> None:
    assert WITHOUT_RIGHT.keys() <= {action.function for action in APPENDING}


def create_person(stage: Stage) -> None:
    accounts.create(stage.cast["admin"].actor, email="new@example.com", password=None)


def disable_person(stage: Stage) -> None:
    accounts.disable(stage.cast["admin"].actor, stage.cast["viewer"].user)


def enable_person(stage: Stage) -> None:
    accounts.enable(stage.cast["admin"].actor, stage.cast["viewer"].user)


def set_password(stage: Stage) -> None:
    accounts.set_password(stage.cast["admin"].actor, stage.cast["viewer"].user, PASSWORD)


def edit_key(stage: Stage) -> None:
    stored_keys.edit(stage.cast["admin"].actor, stage.api_key, name="other", note="", ends_at=None)


def remove_key(stage: Stage) -> None:
    stored_keys.remove(stage.cast["admin"].actor, stage.api_key)


def remove_universe(stage: Stage) -> None:
    managing.remove(stage.cast["admin"].actor, stage.universe)


RACERS = [
    create_person,
    disable_person,
    enable_person,
    set_password,
    edit_key,
    remove_key,
    remove_universe,
    edit_details,
    create,
    rotate,
    delete,
]


@contextmanager
def telling_when_it_waits(moment: Moment, table: str = "") -> Iterator[None]:
    """Tells when a statement of this thread is about to wait for the other transaction.

    With a `table` it is a row of that one that the other has locked.
    """

    def ahead(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("BEGIN IMMEDIATE") or ("FOR NO KEY UPDATE" in sql and table in sql):
            moment.set()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(ahead):
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
@pytest.mark.parametrize("act", RACERS, ids=lambda act: act.__name__)
def test_who_is_disabled_while_their_action_waits_is_refused(
    on_stage: Stage, act: Callable[[Stage], object]
) -> None:
    waits, refused = Moment(), []

    def go() -> None:
        try:
            with telling_when_it_waits(waits):
                act(on_stage)
        except Forbidden as refusal:
            refused.append(refusal)
        finally:
            waits.set()
            connections.close_all()

    watch = Watch()
    waiting = Thread(target=go)
    with transaction.atomic():
        list(User.objects.select_for_update(no_key=True).order_by("pk"))
        disable_everybody()
        waiting.start()
        assert waits.wait(SECONDS)
    waiting.join(SECONDS)
    assert (len(refused), watch.events) == (1, [])
