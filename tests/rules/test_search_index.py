"""The index of the search: the engine keeps it, rights leave it alone, and it can be lost."""

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Role
from secretsapp.home.search import secret_hits
from secretsapp.home.search.finding import Found, find
from secretsapp.home.search.hits import Kind
from secretsapp.models import Grant, GrantPattern, Secret, Universe
from secretsapp.operation import installation
from secretsapp.rules import search_index
from tests.stage import Cast, engage
from tests.support.plans import plans

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

INDEX = "secretsapp_secret_text_3"
TRIES = ["pay key", "payweb", "api.pay", "webook", "PAY_*", "p", "hook seeds", "signign seed", "é"]


def on_postgres() -> bool:
    """Whether these tests run on PostgreSQL."""
    return connection.vendor == "postgresql"


def execute(*statements: str) -> None:
    """Execute raw SQL."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def names_found(actor: Actor) -> dict[str, list[str]]:
    """The names of the secrets that each of the tries finds."""
    return {text: names(find(actor, text, kind=Kind.SECRETS)) for text in TRIES}


def names(found: Found) -> list[str]:
    """The names of what was found."""
    return [hit.named.name for group in found.groups for hit in group.hits]


def set_up() -> None:
    """Set up with no row half written, as a command does."""
    connection.check_constraints()
    installation.prepare_database()


@pytest.fixture
def remembered(universe: Universe) -> QuerySet[Secret]:
    """The secrets of Harbor, one of them with a note."""
    secrets = Secret.objects.filter(universe=universe)
    secrets.filter(name="PAY_KEY").update(note="For SEEDS\nand the École")
    return secrets


def test_it_is_kept_after_the_set_up_and_right(remembered: QuerySet[Secret]) -> None:
    assert search_index.is_kept()
    assert search_index.differing() == 0


def test_who_may_see_all_is_answered_from_the_index(cast: Cast) -> None:
    with plans("secretsapp_secret") as told:
        find(cast["admin"].actor, "pay key")
        find(cast["admin"].actor, "webook")
    assert len(told) == 3
    wanted = INDEX if on_postgres() else "VIRTUAL TABLE INDEX"
    assert all(wanted in plan for plan in told)


def test_who_may_see_few_universes_is_answered_from_their_rows_alone(cast: Cast) -> None:
    with plans("secretsapp_secret") as told:
        find(cast["viewer"].actor, "pay key")
        find(cast["viewer"].actor, "webook")
    assert len(told) == 3
    assert all(INDEX not in plan for plan in told)


def test_with_the_index_and_without_it_the_same_is_found(
    cast: Cast, remembered: QuerySet[Secret], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = cast["admin"].actor
    with_index = names_found(admin)
    assert with_index == {
        "pay key": ["PAY_KEY"],
        "payweb": ["PAY_WEBHOOK"],
        "api.pay": ["PAY_KEY"],
        "webook": ["PAY_WEBHOOK"],
        "PAY_*": ["PAY_KEY", "PAY_WEBHOOK"],
        "p": ["PAY_KEY", "PAY_WEBHOOK"],
        "hook seeds": [],
        "signign seed": ["SIGNING_SEED"],
        "é": ["PAY_KEY"],
    }
    search_index.remove()
    assert not search_index.is_kept()
    assert names_found(admin) == with_index
    set_up()
    assert search_index.is_kept()
    monkeypatch.setattr(secret_hits, "FEW_UNIVERSES", 0)
    assert names_found(cast["viewer"].actor) == with_index


def test_who_has_a_pattern_of_all_universes_finds_through_the_index_what_it_covers(
    remembered: QuerySet[Secret], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = engage("wide")
    wide = {"role": Role.VIEWER, "given_by": "admin@example.com", "given_at": timezone.now()}
    grant = Grant.objects.create(person=person.user, environment="production", **wide)
    pattern = GrantPattern.objects.create(grant=grant, pattern="PAY_K*")
    monkeypatch.setattr(secret_hits, "FEW_UNIVERSES", 0)
    with plans("secretsapp_secret") as told:
        assert names(find(person.actor, "pay", kind=Kind.SECRETS)) == ["PAY_KEY"]
        assert names(find(person.actor, "hook", kind=Kind.SECRETS)) == []
        assert names(find(person.actor, "seeds", kind=Kind.SECRETS)) == ["PAY_KEY"]
    assert told
    assert not any("secretsapp_grant" in each for each in told)
    pattern.delete()
    assert names(find(person.actor, "pay", kind=Kind.SECRETS)) == []


def test_what_the_index_marks_names_with_is_no_part_of_them(cast: Cast) -> None:
    assert names(find(cast["admin"].actor, "zqpay", kind=Kind.SECRETS)) == []
    assert names(find(cast["admin"].actor, "keyqz", kind=Kind.SECRETS)) == []


def test_what_it_holds_is_made_again_where_it_is_wrong(cast: Cast) -> None:
    if on_postgres():
        execute(f"DROP INDEX {INDEX}")
    else:
        execute(f"UPDATE {INDEX} SET text = '^zqteapotqz$'", f"DELETE FROM {INDEX} WHERE rowid = 1")
        assert search_index.differing() == Secret.objects.count()
    set_up()
    assert search_index.is_kept()
    assert search_index.differing() == 0
    assert names_found(cast["admin"].actor)["payweb"] == ["PAY_WEBHOOK"]


def test_an_index_of_another_version_makes_room(cast: Cast) -> None:
    older = "secretsapp_secret_text_0"
    search_index.remove()
    connection.check_constraints()
    if on_postgres():
        execute(f"CREATE INDEX {older} ON secretsapp_secret (name)")
    else:
        execute(
            f"CREATE VIRTUAL TABLE {older} USING fts5(text)",
            f"CREATE TRIGGER {older}_insert AFTER INSERT ON secretsapp_secret BEGIN "
            f"INSERT INTO {older} (rowid, text) VALUES (new.id, new.name); END",
        )
    set_up()
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        constraints = connection.introspection.get_constraints(cursor, "secretsapp_secret")
    assert search_index.is_kept()
    assert not [name for name in [*tables, *constraints] if name.startswith(older)]


def test_an_engine_without_it_searches_and_writes_all_the_same(
    cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        if on_postgres():
            execute(
                "DROP EXTENSION pg_trgm CASCADE",
                "CREATE ROLE someone",
                "GRANT USAGE ON SCHEMA public TO someone",
                "SET LOCAL ROLE someone",
            )
        else:
            monkeypatch.setattr(search_index, "_has_fts5", lambda: False)
        search_index.install()
        if on_postgres():
            execute("RESET ROLE", "REVOKE USAGE ON SCHEMA public FROM someone", "DROP ROLE someone")
        assert not search_index.is_kept()
        Secret.objects.create(universe=universe, name="PAY_TEAPOT")
        found = find(cast["admin"].actor, "teapot pay")
    assert names(found) == ["PAY_TEAPOT"]
    monkeypatch.undo()
    set_up()
    assert search_index.is_kept()
    assert search_index.differing() == 0
