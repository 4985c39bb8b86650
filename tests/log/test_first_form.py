"""Events of the first form, which say neither session nor request, in a log that goes on."""

import pytest

from secretsapp.core import chain
from secretsapp.core.errors import LogBroken
from secretsapp.log import evidence
from secretsapp.log.filters import AuditFilter
from secretsapp.log.verifying import verify
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.people import sign_ins
from secretsapp.rules import triggers
from secretsapp.rules.keys import audit_ring
from tests.stage import STAGEHAND, Cast
from tests.support.tampering import behind_the_back
from verify_evidence import check

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def earlier(cast: Cast) -> int:
    """How many events an earlier version has written: all that there are."""
    ring, link = audit_ring(), chain.START_OF_CHAIN
    triggers.remove()
    for event in AuditEvent.objects.order_by("sequence"):
        event.format, event.session_id, event.request_id = 1, "", ""
        event.content = chain.content_hash(event.chained_fields())
        event.link = link = chain.link_hash(link, event.content)
        event.mac = ring.authenticate(link)
        event.save()
    AuditHead.objects.update(link=link)
    triggers.install()
    return AuditEvent.objects.count()


def test_a_log_goes_on_in_the_second_form_and_proves_events_of_both(
    cast: Cast, earlier: int
) -> None:
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
    assert verify(STAGEHAND).events == earlier + 1
    made = evidence.make(cast["admin"].actor, AuditFilter(), "")
    proved = check(made.content, [made.checkpoint.verifier]).events
    assert [len(fields) for fields in proved] == [16] * earlier + [18]


def test_nothing_is_put_where_the_first_form_says_nothing(earlier: int) -> None:
    behind_the_back("UPDATE secretsapp_auditevent SET request_id = 'mine' WHERE sequence = 4")
    with pytest.raises(LogBroken, match="Event 4 was edited"):
        verify(STAGEHAND)
