"""Every public action writes exactly its events, and appends them last."""

import importlib
import inspect
import pkgutil
import re
from types import ModuleType

import pytest
from django.db import transaction

import secretsapp
from secretsapp.core.events.people import PersonEvent
from secretsapp.models import AuditEvent
from secretsapp.rules import audit
from secretsapp.rules.locks import lock_universe
from tests.actions.acting import Action, Stage
from tests.actions.table import ACTIONS
from tests.support.statements import recorded_transactions
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

EVERY_ACTION = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.function)
# Rows are written, or an event appended.
WRITES = re.compile(
    r"\baudit\.|\.(save|delete|create|bulk_create|bulk_update|update_or_create)\(|\)\.update\("
)
ROOMS = tuple(
    f"secretsapp.{room}."
    for room in (
        "mail",
        "api_keys",
        "access",
        "universes",
        "people",
        "secrets",
        "batches",
        "servers",
        "groups",
        "due",
        "log",
        "channels",
        "operation",
        "home",
    )
)


def in_words(event: AuditEvent) -> str:
    """The event as the table writes it."""
    where = (event.universe_name, event.secret_name, event.subject_name)
    return " | ".join((event.tag, event.actor_name, *where))


def modules_of_rooms() -> list[ModuleType]:
    found = pkgutil.walk_packages(secretsapp.__path__, "secretsapp.")
    names = [each.name for each in found if each.name.startswith(ROOMS) and not each.ispkg]
    return [importlib.import_module(name) for name in names]


def is_writing(module: ModuleType) -> bool:
    """Whether the module writes rows or events."""
    return bool(WRITES.search(inspect.getsource(module)))


def public_functions(module: ModuleType) -> set[str]:
    """The functions that the module offers to others, with its own name before them."""
    short = module.__name__.rpartition(".")[2]
    return {
        f"{short}.{name}"
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def test_the_table_holds_every_public_function_of_a_module_that_writes() -> None:
    modules = modules_of_rooms()
    table = {action.function for action in ACTIONS}
    assert table <= set().union(*map(public_functions, modules))
    assert table >= set().union(*map(public_functions, filter(is_writing, modules)))


def test_a_table_touched_too_late_would_be_seen(on_stage: Stage) -> None:
    with recorded_transactions() as transactions, transaction.atomic():
        audit.append(audit.Entry(PersonEvent.PERSON_SIGNED_IN, on_stage.cast["viewer"].actor))
        lock_universe(on_stage.universe)
    assert [found.touched_after_the_head() for found in transactions] == [{"secretsapp_universe"}]


@EVERY_ACTION
def test_it_writes_exactly_its_events_and_touches_nothing_else_once_it_appends(
    on_stage: Stage, action: Action
) -> None:
    action.before(on_stage)
    watch = Watch()
    with recorded_transactions() as transactions:
        action.act(on_stage)
    assert tuple(map(in_words, watch.events)) == action.events
    appending = [found for found in transactions if found.appends]
    assert bool(appending) == bool(action.events)
    for found in appending:
        assert found.touched_after_the_head() == set()
