"""What the database was made to do behind Sealroom's back is told at each door, and named."""

import pytest

from secretsapp.models import AuditEvent, User
from tests.shell import looking
from tests.stage import Cast
from tests.support.database import execute, on_postgres

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

USER = "secretsapp_user"
ADDED_ON_BOTH = {
    f"index {USER}.kept": f"CREATE UNIQUE INDEX kept ON {USER} (is_active) WHERE NOT is_active",
    "table kept": 'CREATE TABLE "kept" ("id" integer)',
    "index secretsapp_auditevent.event_of_tag (changed)": (
        "DROP INDEX event_of_tag; "
        "CREATE INDEX event_of_tag ON secretsapp_auditevent (tag, sequence) WHERE sequence < 3"
    ),
}
ADDED_ON_POSTGRES = {
    f"constraint {USER}.kept": f"ALTER TABLE {USER} ADD CONSTRAINT kept CHECK (is_active)",
    "operator public.=(bigint,bigint)": (
        "CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = int8ne)"
    ),
    f"rule {USER}.kept": f"CREATE RULE kept AS ON UPDATE TO {USER} DO INSTEAD NOTHING",
}
ADDED_ON_SQLITE = {
    f"column {USER}.kept": f"ALTER TABLE {USER} ADD COLUMN kept integer CHECK (is_active)",
}
ADDED = ADDED_ON_BOTH | (ADDED_ON_POSTGRES if on_postgres() else ADDED_ON_SQLITE)


@pytest.mark.parametrize("name", ADDED)
def test_each_door_names_what_sealroom_did_not_put_there(cast: Cast, name: str) -> None:
    for statement in ADDED[name].split("; "):
        execute(statement)
    before = AuditEvent.objects.count()
    told = "The database holds what Sealroom did not put there: "
    for sentence in (*looking.refusals().values(), looking.found("log guards")):
        assert sentence.startswith(told)
        assert name in sentence
    assert looking.failed() == ["schema"]
    assert AuditEvent.objects.count() == before


def test_each_door_names_what_is_missing(cast: Cast) -> None:
    execute("DROP INDEX user_email_unique")
    told = f"The database lacks what Sealroom put there: index {USER}.user_email_unique."
    for sentence in (*looking.refusals().values(), looking.found("log guards")):
        assert sentence.startswith(told)
    assert looking.failed() == ["schema"]


def test_nothing_is_told_of_a_database_as_it_was_made(cast: Cast) -> None:
    assert looking.refusal("setup") == looking.refusal("verify_audit") == ""
    assert looking.found("log guards") == ""
    assert looking.failed() == []
    assert User.objects.exists()
