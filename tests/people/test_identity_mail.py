"""The mail about an account at a provider: who is told, of what, and what to do."""

import pytest
from django.core.cache import cache

from secretsapp.mail import sending
from secretsapp.people import identity_ends, identity_mail
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast
from tests.support.identities_of_people import give_identity

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def test_who_is_connected_or_disconnected_is_told_how_and_what_to_do(
    cast: Cast, post_office: PostOffice
) -> None:
    cache.clear()
    give_identity(cast["viewer"].user)
    identity_ends.disconnect_all(STAGEHAND, cast["viewer"].user)
    sending.send_waiting([identity_mail.KIND])
    assert post_office.recipients == ["viewer@example.com"] * 2
    for form in ("plain", "html"):
        connected, disconnected = (body_of(mail, form) for mail in post_office.mails)
        assert "An account at Acme was connected to yours. Your other sessions ended." in connected
        assert "was disconnected from yours" in disconnected
        assert "disconnect what you don’t know" in connected.replace("=\n", "")
        assert "1001" not in connected
