"""Accepting an invitation: who can, to what, and what is in the way."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.errors import (
    AlreadyExists,
    CodeRefused,
    Forbidden,
    InvalidInput,
    InvitationRefused,
    NotFound,
    SealroomError,
    StaleVersion,
)
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.models import Grant, Invitation, Universe, User
from secretsapp.people import accepting, accounts, invitations
from secretsapp.people.invitation_links import InvitationLink
from secretsapp.universes import managing
from tests.actions.of_ways_in import NOBODY
from tests.granting import Terms, let_cover
from tests.people.inviting import (
    GUEST,
    MANAGER,
    PASSWORD,
    STRANGER,
    code_of,
    demote,
    invite,
    join,
    the_invitation,
)
from tests.stage import STAGEHAND, Cast
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no answer wait."""
    monkeypatch.setattr(accepting, "ANSWER_SECONDS", 0)


def test_a_manager_brings_in_someone_without_an_account(cast: Cast, universe: Universe) -> None:
    manager, watch = cast["manager"], Watch()
    until = timezone.now() + timedelta(days=30)
    terms = Terms(Role.ROTATOR, "PAY_*, SIGNING_SEED", until, "season two")
    link = invite(manager.actor, universe, " Guest@Example.com", terms)
    assert link.email == GUEST
    code = link.address.partition("/invitation/#")[2]
    stored = "".join(map(str, Invitation.objects.values_list()[0]))
    assert code not in stored
    assert code.replace("-", "") not in stored
    offer = accepting.look(NOBODY, code_of(link))
    assert (offer.invitation.inviter_name, offer.has_account) == (MANAGER, False)
    user = join(link)
    assert (user.email, user.name) == (GUEST, "Gus")
    assert user.check_password("a sentence nobody guesses")
    grant = Grant.objects.get(person=user)
    assert (grant.role, grant.names, grant.until) == ("rotator", ("PAY_*", "SIGNING_SEED"), until)
    assert (grant.giver, grant.given_by) == (manager.user, MANAGER)
    tags = ["person.invited", "person.created", "person.invitation_accepted", "grant.given"]
    assert watch.tags == tags
    invited, _, accepted, given = watch.events
    assert (accepted.actor_name, detail(accepted)["invited_by"]) == (GUEST, MANAGER)
    assert (given.actor_name, given.subject_name) == (MANAGER, GUEST)
    words = "Rotator of PAY_*, SIGNING_SEED in Harbor"
    assert (invited.subject_id, detail(invited)["access"]) == ("", words)


def test_an_account_is_connected_and_keeps_what_it_has(cast: Cast, universe: Universe) -> None:
    viewer = cast["viewer"]
    link = invite(cast["manager"].actor, universe, "VIEWER@example.com", Terms(Role.ROTATOR))
    assert accepting.look(viewer.actor, code_of(link)).has_account
    with pytest.raises(AlreadyExists):
        join(link)
    accepting.accept(viewer.actor, code_of(link))
    held = Grant.objects.filter(person=viewer.user).values_list("role", flat=True)
    assert sorted(held) == ["rotator", "viewer"]
    # Who has it already is given nothing twice.
    accepting.accept(viewer.actor, code_of(invite(STAGEHAND, universe, viewer.user.email)))
    assert Grant.objects.filter(person=viewer.user).count() == 2


@pytest.mark.parametrize("who", ["stranger", "manager", "admin"])
def test_nobody_else_accepts_it(who: str, cast: Cast, universe: Universe) -> None:
    link, before = invite(cast["manager"].actor, universe, "viewer@example.com"), Watch()
    for act in (accepting.accept, lambda *a: accepting.join(*a, name="x", password=PASSWORD)):
        with pytest.raises(InvitationRefused, match="and you’re signed in as"):
            act(cast[who].actor, code_of(link))
    assert set(before.tags) == {"code.refused"}
    accepting.accept(cast["viewer"].actor, code_of(link))


def replace(link: InvitationLink, _cast: Cast) -> None:
    """Send it again."""
    invitations.send_again(STAGEHAND, the_invitation())


def revoke(_link: InvitationLink, cast: Cast) -> None:
    """Revoke it."""
    invitations.revoke(cast["manager"].actor, the_invitation())


def let_expire(_link: InvitationLink, _cast: Cast) -> None:
    """Let its time be over."""
    Invitation.objects.update(ends_at=timezone.now())


def use(link: InvitationLink, _cast: Cast) -> None:
    """Use it."""
    join(link)


def disable_inviter(_link: InvitationLink, cast: Cast) -> None:
    """Disable who invited."""
    accounts.disable(STAGEHAND, cast["manager"].user)


def remove_universe(_link: InvitationLink, cast: Cast) -> None:
    """Remove the universe, and with it all that it gives."""
    managing.remove(STAGEHAND, Universe.objects.get())


@pytest.mark.parametrize(
    "spoil", [replace, revoke, let_expire, use, disable_inviter, remove_universe, None]
)
def test_what_works_no_more_is_refused_in_one_sentence(
    spoil: Callable[[InvitationLink, Cast], None] | None, cast: Cast, universe: Universe
) -> None:
    link = invite(cast["manager"].actor, universe)
    if spoil:
        spoil(link, cast)
    people, held, watch = User.objects.count(), Grant.objects.count(), Watch()
    typed = code_of(link) if spoil else Plaintext.from_text("0" * 24)
    for act in (
        lambda: accepting.look(NOBODY, typed),
        lambda: accepting.accept(cast["stranger"].actor, typed),
        lambda: accepting.join(NOBODY, typed, name="Gus", password=PASSWORD),
    ):
        with pytest.raises(CodeRefused, match="This code doesn’t work"):
            act()
    assert (User.objects.count(), Grant.objects.count()) == (people, held)
    assert set(watch.tags) == {"code.refused"}


def use_as(email: str, link: InvitationLink, cast: Cast) -> object:
    """Accept it as the guest without an account, or as the stranger who has one."""
    if email == GUEST:
        return join(link)
    return accepting.accept(cast["stranger"].actor, code_of(link))


def narrow(cast: Cast) -> None:
    """Leave the manager some names alone."""
    let_cover(Grant.objects.filter(person=cast["manager"].user), "OTHER_*")


def shorten(cast: Cast) -> None:
    """Let the manager's own access end, and so before what they gave."""
    ends_at = timezone.now() + timedelta(days=1)
    Grant.objects.filter(person=cast["manager"].user).update(until=ends_at)


def let_end(cast: Cast) -> None:
    """Let the manager's own access have ended this moment."""
    Grant.objects.filter(person=cast["manager"].user).update(until=timezone.now())


def deactivate(cast: Cast) -> None:
    """Disable the manager, past the product, which would end the invitation too."""
    User.objects.filter(pk=cast["manager"].user.pk).update(is_active=False)


@pytest.mark.parametrize("change", [demote, narrow, shorten, let_end, deactivate])
@pytest.mark.parametrize("email", [GUEST, STRANGER])
def test_the_rights_of_who_invited_are_asked_for_again(
    change: Callable[[Cast], None], email: str, cast: Cast, universe: Universe
) -> None:
    link = invite(cast["manager"].actor, universe, email)
    change(cast)
    people, held, watch = User.objects.count(), Grant.objects.count(), Watch()
    with pytest.raises(InvitationRefused, match="can no longer give this"):
        use_as(email, link, cast)
    assert (User.objects.count(), Grant.objects.count()) == (people, held)
    assert watch.tags == ["person.invitation_ended"]
    with pytest.raises(CodeRefused):
        accepting.look(NOBODY, code_of(link))


@pytest.mark.engine
def test_an_address_that_looks_like_anothers_reaches_no_one_elses_account(
    cast: Cast, universe: Universe
) -> None:
    """Rows that no action makes: each engine compares addresses in its own way."""
    for letter in ("LATIN SMALL LETTER DOTLESS I", "LATIN CAPITAL LETTER I WITH DOT ABOVE"):
        link = invite(STAGEHAND, universe, GUEST)
        odd = f"v{unicodedata.lookup(letter)}ewer@example.com"
        Invitation.objects.filter(address=GUEST).update(address=odd)
        assert not accepting.peek(code_of(link)).has_account
        with pytest.raises(InvitationRefused):
            accepting.accept(cast["viewer"].actor, code_of(link))
        with pytest.raises(InvalidInput):
            join(link)


def test_who_is_disabled_is_not_let_in_by_it(cast: Cast, universe: Universe) -> None:
    manager, stranger = cast["manager"].actor, cast["stranger"]
    early = invite(manager, universe, STRANGER)
    accounts.disable(STAGEHAND, stranger.user)
    with pytest.raises(CodeRefused):
        accepting.accept(stranger.actor, code_of(early))
    with pytest.raises(InvalidInput, match="is disabled"):
        invite(cast["admin"].actor, universe, STRANGER)
    # Who is not shown all accounts learns nothing of it.
    late = invite(manager, universe, STRANGER)
    with pytest.raises(Forbidden):
        accepting.accept(stranger.actor, code_of(late))
    with pytest.raises(AlreadyExists):
        join(late)
    assert not Grant.objects.filter(person=stranger.user).exists()


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("email", [GUEST, STRANGER])
def test_of_two_uses_at_once_one_wins(email: str, cast: Cast, universe: Universe) -> None:
    link = invite(cast["manager"].actor, universe, email)
    done = together(*[lambda: use_as(email, link, cast)] * 2)
    lost = [each for each in done if isinstance(each, SealroomError)]
    assert len(lost) == 1
    assert Grant.objects.filter(person__email=email).count() == 1


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "other",
    [
        lambda cast: managing.remove(STAGEHAND, Universe.objects.get()),
        lambda cast: accounts.disable(STAGEHAND, cast["manager"].user),
        lambda cast: invitations.revoke(STAGEHAND, Invitation.objects.get()),
        lambda cast: grants.revoke_all(STAGEHAND, cast["manager"].user, Universe.objects.get()),
        lambda cast: invitations.send_again(STAGEHAND, Invitation.objects.get()),
    ],
    ids=["universe removed", "inviter disabled", "revoked", "inviter demoted", "sent again"],
)
def test_what_ends_it_at_the_same_moment_comes_before_or_after(
    other: Callable[[Cast], object], cast: Cast, universe: Universe
) -> None:
    link = invite(cast["manager"].actor, universe)
    joined, ended = together(lambda: join(link), lambda: other(cast))
    account = User.objects.filter(email=GUEST).first()
    if isinstance(joined, Exception):
        assert isinstance(joined, CodeRefused | InvitationRefused | NotFound)
        assert account is None
        assert not isinstance(ended, Exception)
    else:
        assert account is not None
        assert ended is None or isinstance(ended, StaleVersion)
