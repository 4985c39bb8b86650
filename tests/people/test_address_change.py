"""Another address for an account: what hangs on the old one, and what stays."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from secretsapp.access import grants, teams
from secretsapp.core.errors import AlreadyExists, CodeRefused, Forbidden, InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.log.filters import AuditFilter, parse
from secretsapp.log.reading import looking_for
from secretsapp.mail import sending
from secretsapp.models import AuditEvent, OneTimeCode, Universe, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import (
    address_change,
    address_mail,
    known_devices,
    not_me,
    one_time_codes,
    own_account,
    password_mail,
    sessions,
    ways_in,
)
from secretsapp.secrets import approving
from tests.actions.of_ways_in import NOBODY
from tests.granting import Terms
from tests.post_office import PostOffice, body_of
from tests.secrets.proposing import propose, protect
from tests.stage import STAGEHAND, Cast, Person
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

VIEWER, NEW = "viewer@example.com", "new@example.com"
MAILS = (address_mail.QUESTION, address_mail.TOLD)
CODE = re.compile(r"paste this code:\n\n(\S+)\n")


def code_for(person: User, address: str = NEW) -> Plaintext:
    """A code by which the person takes the address."""
    hour = timedelta(hours=1)
    code = one_time_codes.issue(CodePurpose.ADDRESS, person, good_for=hour, address=address)
    return Plaintext.from_text(code.text)


def change(someone: Person, address: str = NEW) -> Person:
    """The person, once they have confirmed that address."""
    address_change.confirm(someone.actor, someone.user, code_for(someone.user, address))
    return Person(User.objects.get(pk=someone.user.pk))


def events_of(reader: Person, wanted: AuditFilter) -> list[str]:
    """The tags of what is found, the oldest first."""
    numbers = looking_for(reader.actor, wanted).newest(100)
    return list(
        AuditEvent.objects.filter(sequence__in=numbers)
        .order_by("sequence")
        .values_list("tag", flat=True)
    )


def mailed(office: PostOffice) -> dict[str, str]:
    """Send what waits: the code of each mail by whom it went to; empty in one without."""
    sending.send_waiting(MAILS)
    found = ((mail["To"], CODE.search(body_of(mail))) for mail in office.mails)
    return {to: code[1] if code else "" for to, code in found}


def test_the_link_goes_to_the_new_address_and_the_old_one_is_told(
    cast: Cast, post_office: PostOffice
) -> None:
    viewer, watch = cast["viewer"], Watch()
    address_change.ask(viewer.actor, viewer.user, " New@Example.com ")
    codes = mailed(post_office)
    assert codes.keys() == {VIEWER, NEW}
    assert "/me/address/confirm/#" in body_of(post_office.mails[0], "html")
    assert "wants to change the address" in body_of(post_office.mails[1])
    assert VIEWER not in body_of(post_office.mails[0])
    address_change.confirm(viewer.actor, viewer.user, Plaintext.from_text(codes[NEW]))
    assert User.objects.get(pk=viewer.user.pk).email == NEW
    assert watch.tags == ["person.address_asked", "person.address_changed"]
    assert detail(watch.events[1]) == {"before": VIEWER, "after": NEW}
    assert (watch.events[1].actor_name, watch.events[1].subject_name) == (VIEWER, NEW)
    sending.send_waiting(MAILS)
    assert post_office.mails[-1]["To"] == VIEWER
    assert "was changed to new@example.com" in body_of(post_office.mails[-1])


def test_a_taken_address_is_answered_alike_and_mailed_nothing(
    cast: Cast, post_office: PostOffice
) -> None:
    viewer, watch = cast["viewer"], Watch()
    wanted = address_change.ask(viewer.actor, viewer.user, "editor@example.com")
    assert (wanted, watch.tags) == ("editor@example.com", ["person.address_asked"])
    assert mailed(post_office).keys() == {VIEWER}


@pytest.mark.parametrize("email", ["", "no address", "\u0131@example.com", "Viewer@example.com"])
def test_what_is_no_other_address_is_refused(cast: Cast, email: str) -> None:
    with pytest.raises(InvalidInput):
        address_change.ask(cast["viewer"].actor, cast["viewer"].user, email)


def test_nobody_asks_or_confirms_for_someone_else(cast: Cast) -> None:
    viewer, editor = cast["viewer"], cast["editor"]
    with pytest.raises(Forbidden):
        address_change.ask(editor.actor, viewer.user, NEW)
    code = code_for(viewer.user)
    with pytest.raises(CodeRefused):
        address_change.confirm(editor.actor, editor.user, code)
    with pytest.raises(Forbidden):
        address_change.confirm(editor.actor, viewer.user, code)
    assert not User.objects.filter(email=NEW).exists()


def test_what_was_asked_before_someone_was_thrown_out_is_not_mailed(
    cast: Cast, post_office: PostOffice
) -> None:
    viewer = cast["viewer"]
    address_change.ask(viewer.actor, viewer.user, NEW)
    sessions.end_others(viewer.actor, viewer.user, "")
    assert mailed(post_office).keys() == {VIEWER}


def test_a_code_works_once_and_for_an_hour(cast: Cast, post_office: PostOffice) -> None:
    viewer = cast["viewer"]
    address_change.ask(viewer.actor, viewer.user, NEW)
    code = Plaintext.from_text(mailed(post_office)[NEW])
    late = timezone.now() + timedelta(hours=1, seconds=1)
    with time_machine.travel(late), pytest.raises(CodeRefused):
        address_change.confirm(viewer.actor, viewer.user, code)
    address_change.confirm(viewer.actor, viewer.user, code)
    with pytest.raises(CodeRefused):
        address_change.confirm(viewer.actor, viewer.user, code)


def test_asking_again_ends_what_was_mailed_before(cast: Cast, post_office: PostOffice) -> None:
    viewer = cast["viewer"]
    address_change.ask(viewer.actor, viewer.user, NEW)
    code = Plaintext.from_text(mailed(post_office)[NEW])
    address_change.ask(viewer.actor, viewer.user, "another@example.com")
    with pytest.raises(CodeRefused):
        address_change.confirm(viewer.actor, viewer.user, code)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_an_address_at_once_one_gets_it(cast: Cast) -> None:
    people = [cast["viewer"], cast["editor"]]
    codes = [code_for(each.user) for each in people]
    viewer, editor = people
    done = together(
        lambda: address_change.confirm(viewer.actor, viewer.user, codes[0]),
        lambda: address_change.confirm(editor.actor, editor.user, codes[1]),
    )
    assert sorted(type(each).__name__ for each in done) == ["AlreadyExists", "str"]
    assert User.objects.filter(email=NEW).count() == 1


def test_links_that_were_mailed_to_the_old_address_open_nothing(cast: Cast) -> None:
    viewer = cast["viewer"]
    link = ways_in.make_link(cast["admin"].actor, viewer.user)
    hour = timedelta(hours=1)
    mail = one_time_codes.issue(CodePurpose.MAIL, viewer.user, good_for=hour)
    password_mail.queue(viewer.user)
    change(viewer)
    for code in (link.code, mail.text):
        with pytest.raises(CodeRefused):
            ways_in.set_password(NOBODY, Plaintext.from_text(code), Plaintext(b"a lantern on it"))
    assert password_mail.send_waiting(STAGEHAND) == 0


def test_the_old_address_stops_it_before_and_after(cast: Cast, post_office: PostOffice) -> None:
    viewer = cast["viewer"]
    address_change.ask(viewer.actor, viewer.user, NEW)
    codes = mailed(post_office)
    address_change.confirm(viewer.actor, viewer.user, Plaintext.from_text(codes[NEW]))
    assert not not_me.shut(NOBODY, Plaintext.from_text(codes[VIEWER])).is_mailed
    stopped = User.objects.get(pk=viewer.user.pk)
    assert (stopped.is_active, stopped.has_usable_password()) == (False, False)
    password_mail.ask(NOBODY, NEW)
    assert password_mail.send_waiting(STAGEHAND) == 0


def test_stopped_before_it_is_confirmed_it_never_happens(
    cast: Cast, post_office: PostOffice
) -> None:
    viewer = cast["viewer"]
    address_change.ask(viewer.actor, viewer.user, NEW)
    codes = mailed(post_office)
    assert not_me.shut(NOBODY, Plaintext.from_text(codes[VIEWER])).is_mailed
    with pytest.raises(CodeRefused):
        address_change.confirm(viewer.actor, viewer.user, Plaintext.from_text(codes[NEW]))


def test_a_code_of_the_new_address_ends_none_of_the_old_one(cast: Cast) -> None:
    week = timedelta(days=7)
    viewer = cast["viewer"].user
    old, new = (
        one_time_codes.issue(CodePurpose.NOT_ME, viewer, good_for=week, address=address)
        for address in (VIEWER, NEW)
    )
    change(cast["viewer"])
    not_me.shut(NOBODY, Plaintext.from_text(new.text))
    assert not not_me.shut(NOBODY, Plaintext.from_text(old.text)).is_mailed
    assert not User.objects.get(pk=viewer.pk).is_active


def test_an_admin_changes_it_and_the_old_address_opens_and_stops_nothing(
    cast: Cast, post_office: PostOffice
) -> None:
    viewer = cast["viewer"].user
    week = timedelta(days=7)
    one_time_codes.issue(CodePurpose.NOT_ME, viewer, good_for=week, address=VIEWER)
    address_change.change(cast["admin"].actor, viewer, NEW)
    assert not OneTimeCode.objects.filter(person=viewer).exists()
    assert mailed(post_office) == {VIEWER: ""}
    assert "An admin changed the address" in body_of(post_office.mails[-1])


def test_what_waits_to_be_mailed_stops_nothing_that_an_admin_did(
    cast: Cast, post_office: PostOffice
) -> None:
    viewer = cast["viewer"]
    address_change.ask(viewer.actor, viewer.user, NEW)
    address_change.change(STAGEHAND, viewer.user, "third@example.com")
    assert mailed(post_office) == {VIEWER: ""}
    assert not OneTimeCode.objects.filter(person=viewer.user).exists()


def test_only_who_manages_people_changes_others_and_nobody_to_a_taken_one(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        address_change.change(cast["manager"].actor, cast["viewer"].user, NEW)
    with pytest.raises(AlreadyExists):
        address_change.change(STAGEHAND, cast["viewer"].user, "editor@example.com")
    with pytest.raises(InvalidInput, match="Your account"):
        address_change.change(cast["admin"].actor, cast["admin"].user, NEW)


def test_a_known_device_stays_one_under_the_new_address_alone(cast: Cast) -> None:
    viewer = cast["viewer"].user
    cookie = known_devices.remember("", known_devices.of_person("", viewer))
    change(cast["viewer"])
    assert known_devices.find(cookie, NEW)
    assert known_devices.find(cookie, VIEWER) is None


def test_the_log_finds_what_someone_did_under_both_addresses_and_under_the_one_of_then(
    cast: Cast,
) -> None:
    own_account.rename(cast["viewer"].actor, cast["viewer"].user, "Vi")
    changed = change(cast["viewer"])
    own_account.rename(changed.actor, changed.user, "Vic")
    found = {
        address: events_of(cast["admin"], parse({"person": address}).wanted)
        for address in (VIEWER, NEW)
    }
    assert found[NEW] == ["person.changed", "person.address_changed", "person.changed"]
    assert found[VIEWER] == found[NEW][:2]


def test_who_gave_the_right_approves_nothing_under_another_address(
    cast: Cast, universe: Universe
) -> None:
    protected = protect(universe)
    manager, stranger = cast["manager"], cast["stranger"]
    team = teams.create(cast["admin"].actor, name="On call", people=[cast["viewer"].user])
    grants.give(cast["admin"].actor, team, protected, Terms(Role.EDITOR))
    teams.add_people(manager.actor, team, [stranger.user])
    proposal = propose(change(manager), protected)
    with pytest.raises(Forbidden, match="gave you the right"):
        approving.approve(stranger.actor, proposal)
    assert not AuditEvent.objects.filter(tag="proposal.approved").exists()
