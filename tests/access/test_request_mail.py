"""Those who may answer a request are told of it by mail, and who asked is told the answer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from secretsapp.access import grants, renewals, request_mail, requests
from secretsapp.access.answering import decides_on
from secretsapp.access.requests import Wish
from secretsapp.core import actor as actors
from secretsapp.core.roles import Role
from secretsapp.mail import sending
from secretsapp.models import AccessRequest, Grant, OutgoingMail, Universe, User
from secretsapp.rules.policy import rights_of
from tests.granting import Terms
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast, Person, engage

pytestmark = pytest.mark.django_db

KINDS = (request_mail.REQUESTED, request_mail.DECIDED, request_mail.LAPSED)


def ask(cast: Cast, universe: Universe, names: str = "PAY_KEY") -> AccessRequest:
    """The viewer asks to rotate these for a day."""
    wish = Wish(Role.ROTATOR, names, 24, "<b>the</b> provider changed")
    return requests.ask(cast["viewer"].actor, universe, wish)


def test_a_request_and_its_answer_are_mailed(
    cast: Cast, universe: Universe, post_office: PostOffice
) -> None:
    User.objects.filter(pk=cast["viewer"].user.pk).update(name="Vera <b>")
    asked = ask(cast, universe)
    sending.send_waiting(KINDS)
    assert sorted(post_office.recipients) == ["admin@example.com", "manager@example.com"]
    mail = post_office.mails[0]
    assert mail["Subject"].strip() == "Vera <b> asked for access to Harbor"
    text, html = body_of(mail), body_of(mail, "html")
    assert "Vera <b> asked for the role Rotator in Harbor, for 1 day." in text
    assert f"\nhttp://127.0.0.1:8000/requests/{asked.pk}/\n" in text
    assert "Vera &lt;b&gt;" in html
    for kept in ("PAY_KEY", "provider"):
        assert kept not in text + html
    requests.decline(cast["manager"].actor, asked, note="ask <i>Mia</i>")
    sending.send_waiting(KINDS)
    assert post_office.recipients[2:] == ["viewer@example.com"]
    mail = post_office.mails[2]
    assert mail["Subject"].strip() == "Your request for access to Harbor was declined"
    assert "They wrote: ask <i>Mia</i>" in body_of(mail)
    assert "ask &lt;i&gt;Mia&lt;/i&gt;" in body_of(mail, "html")


def test_what_is_not_true_any_more_is_not_mailed(
    cast: Cast, universe: Universe, post_office: PostOffice
) -> None:
    asked = ask(cast, universe)
    grants.give(STAGEHAND, cast["manager"].user, universe, Terms(Role.VIEWER))
    sending.send_waiting(KINDS)
    assert post_office.recipients == ["admin@example.com"]
    second = ask(cast, universe, "PAY_WEBHOOK")
    requests.withdraw(cast["viewer"].actor, second)
    grant = requests.approve(cast["admin"].actor, asked)
    sending.send_waiting(KINDS)
    assert post_office.recipients[1:] == ["viewer@example.com"]
    assert grant.until is not None
    assert "It lasts until" in body_of(post_office.mails[1])
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"sent", "dropped"}


def test_who_asked_is_told_that_no_one_answered(
    cast: Cast, universe: Universe, post_office: PostOffice
) -> None:
    asked = ask(cast, universe)
    with time_machine.travel(asked.lapses_at + timedelta(minutes=1)):
        assert requests.lapse(actors.system("requests")) == 1
        sending.send_waiting(KINDS)
    assert post_office.recipients == ["viewer@example.com"]
    mail = post_office.mails[0]
    assert mail["Subject"].strip() == "Your request for access to Harbor lapsed"
    for form in ("plain", "html"):
        assert f"http://127.0.0.1:8000/requests/{asked.pk}/" in body_of(mail, form)
    assert "No one answered your request for the role Rotator in Harbor in time" in body_of(mail)


def test_who_answers_by_keeping_access_tells_who_asked_too(
    cast: Cast, universe: Universe, post_office: PostOffice
) -> None:
    soon = timezone.now() + timedelta(days=2)
    Grant.objects.filter(person=cast["viewer"].user).update(until=soon)
    grant = Grant.objects.get(person=cast["viewer"].user)
    requests.ask_to_keep(cast["viewer"].actor, grant, hours=24, reason="the season goes on")
    sending.send_waiting(KINDS)
    assert "asked to keep the role Viewer in Harbor, 1 day more." in body_of(post_office.mails[0])
    renewals.keep(cast["manager"].actor, grant)
    sending.send_waiting(KINDS)
    assert post_office.recipients[-1] == "viewer@example.com"


@pytest.mark.parametrize("names", ["PAY_KEY", "PAY_*", "PAY*", "", "PAY_KEY, SIGNING_SEED"])
def test_exactly_those_are_told_who_could_answer(
    cast: Cast, universe: Universe, names: str
) -> None:
    for number, pattern in enumerate(("PAY_", "PAY_*", "P*", "PAY_KEY", "PAY_KEY, SIGNING_SEED")):
        deputy = engage(f"deputy{number}")
        grants.give(STAGEHAND, deputy.user, universe, Terms(Role.MANAGER, pattern))
    asked = ask(cast, universe, names)
    able = {
        person.email
        for person in User.objects.exclude(pk=asked.person_id)
        if decides_on(rights_of(Person(person).actor), asked)
    }
    assert {person.email for person in request_mail.deciders(asked)} == able
