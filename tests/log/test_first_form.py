"""Events of the first form, which say neither session nor request, in a log that goes on."""

import pytest
from django.db import connection

from secretsapp.core.errors import LogBroken
from secretsapp.log import evidence
from secretsapp.log.filters import AuditFilter
from secretsapp.log.verifying import verify
from secretsapp.people import sign_ins
from tests.stage import STAGEHAND, Cast
from tests.support.aging import age
from tests.support.tampering import behind_the_back
from verify_evidence import check

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def earlier(cast: Cast) -> int:
    """How many events an earlier version has written: all that there are."""
    return age(days=0)


def test_a_log_goes_on_in_the_second_form_and_proves_events_of_both(
    cast: Cast, earlier: int
) -> None:
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
    assert verify(STAGEHAND).events == earlier + 1
    made = evidence.make(cast["admin"].actor, AuditFilter(), "")
    proved = check(made.content, [made.checkpoint.verifier]).events
    assert [len(fields) for fields in proved] == [16] * earlier + [18]


def test_nothing_is_put_where_the_first_form_says_nothing(earlier: int) -> None:
    # SQLite keeps bytes in a column of texts; without a letter they look like none.
    put = "x''" if connection.vendor == "sqlite" else "'mine'"
    behind_the_back(f"UPDATE secretsapp_auditevent SET request_id = {put} WHERE sequence = 4")
    with pytest.raises(LogBroken, match="Event 4 was edited"):
        verify(STAGEHAND)
