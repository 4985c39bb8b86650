"""Who could have approved what was forced is told by mail, where there is a mail server."""

import pytest

from secretsapp.core.plaintext import Plaintext
from secretsapp.mail import sending
from secretsapp.models import Grant, OutgoingMail, Universe
from secretsapp.secrets import changes, forced_mail, forcing
from tests.post_office import PostOffice, body_of
from tests.secrets.proposing import protect
from tests.stage import Cast

pytestmark = pytest.mark.django_db


def test_who_could_have_approved_it_is_told_and_never_the_value_or_reason(
    universe: Universe, cast: Cast, post_office: PostOffice
) -> None:
    protect(universe)
    changes.rotate(
        actor=cast["admin"].actor,
        universe=universe,
        name="PAY_KEY",
        value=Plaintext(b"a new value"),
        passage=forcing.broken_glass("it leaked"),
    )
    assert "leaked" not in repr(OutgoingMail.objects.values_list())
    # Who could no longer approve it when the mail is sent needs none.
    Grant.objects.filter(person=cast["editor"].user).delete()
    assert sending.send_waiting([forced_mail.KIND]) == 2
    assert sorted(post_office.recipients) == ["manager@example.com", "rotator@example.com"]
    mail = post_office.mails[0]
    assert mail["Subject"] == "Changed without approval in Harbor (Production)"
    for form in ("plain", "html"):
        said = body_of(mail, form)
        assert "admin@example.com" in said
        assert "rotation of PAY_KEY" in said
        assert f"/universes/{universe.pk}/activity/" in said
