"""Invitations: who can invite whom to what, and how invitations end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.access.terms import FirstGrant
from secretsapp.core.actor import Actor
from secretsapp.core.errors import (
    AlreadyExists,
    CodeRefused,
    Forbidden,
    InvalidInput,
    InvitationRefused,
    NotFound,
    StaleVersion,
)
from secretsapp.core.roles import Role
from secretsapp.models import Grant, Invitation, Universe
from secretsapp.people import invitation_listing, invitations
from secretsapp.universes import managing
from tests.actions.of_ways_in import WORKER
from tests.granting import Terms
from tests.people.inviting import GUEST, VIEWER, demote, invite, join, the_invitation
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "terms",
    [
        Terms(Role.MANAGER),
        Terms(Role.VIEWER, "SIGNING_SEED"),
        Terms(Role.VIEWER, "PAY_*"),
        Terms(Role.VIEWER, "PAY_*, SIGNING_SEED", timezone.now() + timedelta(days=1)),
        Terms(Role.ADMIN),
    ],
)
def test_no_one_is_invited_to_more_than_one_has(
    terms: Terms, cast: Cast, universe: Universe
) -> None:
    manager = cast["manager"]
    until = timezone.now() + timedelta(days=2)
    grants.give(STAGEHAND, manager.user, universe, Terms(Role.MANAGER, "PAY_*", until))
    for where in (universe, None):
        with pytest.raises((Forbidden, InvalidInput)):
            invite(manager.actor, where, terms=terms)
    assert not Invitation.objects.exists()


def test_only_who_manages_people_lets_someone_in_without_a_role(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        invitations.invite(cast["manager"].actor, [GUEST], [])
    (link,) = invitations.invite(cast["admin"].actor, [GUEST], [])
    Grant.objects.filter(person=cast["admin"].user).delete()
    with pytest.raises(InvitationRefused):
        join(link)
    (link,) = invitations.invite(STAGEHAND, [GUEST], [])
    assert not Grant.objects.filter(person=join(link)).exists()


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("gu\N{LATIN SMALL LETTER DOTLESS I}st@example.com", "ASCII letters"),
        ("\N{CYRILLIC SMALL LETTER ER}eter@example.com", "ASCII letters"),
        ("\N{FULLWIDTH LATIN SMALL LETTER A}dmin@example.com", "ASCII letters"),
        ("guest", "Enter an email address"),
        ("guest@example.com,other@example.com", "Enter an email address"),
        ("gue\0st@example.com", "Enter an email address"),
    ],
)
def test_an_address_that_will_not_do_invites_no_one(email: str, sentence: str, cast: Cast) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        invitations.invite(STAGEHAND, [GUEST, email], [])
    assert not Invitation.objects.exists()


def test_there_are_limits(cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    manager, given = cast["manager"].actor, [FirstGrant(universe, VIEWER)]

    def invite_many(first: int, last: int, actor: Actor = manager) -> None:
        emails = [f"guest{number}@example.com" for number in range(first, last)]
        invitations.invite(actor, emails, given)

    with pytest.raises(InvalidInput, match="at most 20 people at once"):
        invite_many(0, 21)
    invite_many(0, 20)
    invite_many(20, 40)
    with pytest.raises(InvalidInput, match="You have 40 open invitations, and can have 50"):
        invite_many(40, 51)
    invite_many(40, 50)
    invitations.revoke(manager, the_invitation("guest0@example.com"))
    invite_many(50, 51)
    monkeypatch.setattr(invitations, "A_DAY_EACH", 51)
    invitations.revoke(manager, the_invitation("guest1@example.com"))
    with pytest.raises(InvalidInput, match="That would be 52 invitations in 24 hours, and 51"):
        invite_many(51, 52)
    monkeypatch.setattr(invitations, "A_DAY", 52)
    with pytest.raises(InvalidInput, match="That would be 53 invitations in 24 hours, and 52"):
        invite_many(60, 62, STAGEHAND)


def test_the_same_invitation_is_not_made_twice(cast: Cast, universe: Universe) -> None:
    manager = cast["manager"].actor
    invite(manager, universe)
    with pytest.raises(AlreadyExists, match="already has an open invitation to this"):
        invite(manager, universe, GUEST.upper())
    invite(manager, universe, terms=Terms(Role.ROTATOR))
    invite(cast["admin"].actor, universe)
    twice = invitations.invite(STAGEHAND, [GUEST, f" {GUEST.upper()}"], [])
    assert len(twice) == 1


def test_it_ends_with_a_universe_only_where_nothing_is_left_of_it(
    cast: Cast, universe: Universe
) -> None:
    quay = Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    both = [FirstGrant(quay, VIEWER), FirstGrant(universe, VIEWER)]
    (link,) = invitations.invite(STAGEHAND, [GUEST], both)
    invite(STAGEHAND, quay, "other@example.com")
    watch = Watch()
    managing.remove(STAGEHAND, quay)
    assert watch.tags == ["person.invitation_ended", "universe.removed"]
    assert detail(watch.events[0])["address"] == "other@example.com"
    assert Grant.objects.get(person=join(link)).universe == universe


def test_an_expired_one_is_told_of_and_can_be_sent_again(cast: Cast, universe: Universe) -> None:
    manager = cast["manager"].actor
    link = invite(manager, universe)
    Invitation.objects.update(ends_at=timezone.now())
    watch = Watch()
    assert [invitations.end_expired(WORKER) for _ in range(2)] == [1, 0]
    assert watch.tags == ["person.invitation_ended"]
    (view,) = invitation_listing.sent(manager, universe).items
    assert view.has_expired
    again = invitations.send_again(manager, view.invitation)
    with pytest.raises(CodeRefused):
        join(link)
    join(again)
    for act in (invitations.send_again, invitations.revoke):
        with pytest.raises(StaleVersion, match="accepted, revoked or ended meanwhile"):
            act(manager, view.invitation)
    Invitation.objects.update(closed_at=timezone.now() - timedelta(days=31))
    invitations.end_expired(WORKER)
    assert not Invitation.objects.exists()


def test_it_works_no_longer_than_what_it_gives(cast: Cast, universe: Universe) -> None:
    until = timezone.now() + timedelta(hours=8)
    link = invite(cast["manager"].actor, universe, terms=Terms(Role.VIEWER, until=until))
    assert link.ends_at == until


def test_who_sees_it_sends_it_again_and_revokes_it(cast: Cast, universe: Universe) -> None:
    invite(cast["manager"].actor, universe)
    found = the_invitation()
    for who in ("editor", "viewer", "stranger"):
        assert invitation_listing.sent(cast[who].actor).count == 0
        with pytest.raises(NotFound):
            invitation_listing.of_id(cast[who].actor, found.pk)
        for act in (invitations.send_again, invitations.revoke):
            with pytest.raises(Forbidden):
                act(cast[who].actor, found)
    demote(cast)
    with pytest.raises(Forbidden):
        invitations.send_again(cast["manager"].actor, found)
    invitations.revoke(cast["manager"].actor, found)
    assert invitation_listing.sent(cast["admin"].actor).count == 0
