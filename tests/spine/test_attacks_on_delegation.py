"""An attacker's journey through delegation: each guard is tried by every path to what it guards.

Nobody rises above their own rights or keeps what should end, approves alone what takes two, or
learns what lies outside. What is tried elsewhere already is not tried again here.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from emulator import Emulator
from secretsapp.access import grants, requests, review_listing, reviews, teams
from secretsapp.core import actor as actors
from secretsapp.core import csv_text, patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, InvalidInput, NeedsApproval, StaleVersion
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.models import Grant, Invitation, Review, Team, Universe, User
from secretsapp.models.reviews import Answer
from secretsapp.secrets import approving, changes, proposals, waiting
from secretsapp.universes import managing
from tests.granting import Terms, let_cover
from tests.pages.reading import words
from tests.people.inviting import invite
from tests.secrets.proposing import propose, protect, stored
from tests.stage import HARBOR_ID, STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch, writes

pytestmark = pytest.mark.django_db
ClientFor = Callable[[str | Person], Client]
DAY = timedelta(days=1)
WORKER = actors.system("review")


def give(
    who: Actor, whom: User | Team, universe: Universe | None, role: Role, *names: str
) -> Grant:
    """Let someone give a role there beside what is there."""
    return grants.add(who, whom, universe, Terms(role, " ".join(names)))


def of(person: Person) -> Grant:
    """The one grant of the person."""
    return Grant.objects.select_related("person", "universe").get(person=person.user)


def close(review: Review) -> None:
    """Let the time of a review be over, and the worker come by."""
    Review.objects.filter(pk=review.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    reviews.close_due(WORKER)


def test_nobody_keeps_their_own_access_in_a_review_by_a_team_or_an_edit(
    universe: Universe, cast: Cast
) -> None:
    manager, admin = cast["manager"], cast["admin"].actor
    team = teams.create(admin, name="Build", people=[manager.user])
    give(admin, team, universe, Role.MANAGER)
    review = reviews.start(admin, universe, days=3, ends_unanswered=True)
    item = review.items.get(grant__team=team)
    for choice, until in ((Answer.KEPT, None), (Answer.SHORTENED, timezone.now() + DAY)):
        with pytest.raises(Forbidden, match="keep your own access"):
            reviews.answer(manager.actor, item, choice, until=until)
    [view] = review_listing.of_ids(manager.actor, review, [item.pk])
    assert view.is_own
    # An edit makes a grant another one than that which is reviewed, but not by who has it.
    own, shared = of(manager), Grant.objects.get(team=team)
    for grant in (own, shared):
        edited = Terms(Role.MANAGER, reason="I like it here")
        grants.change(manager.actor, grant, edited, seen=grant.given_at)
    give_again = Terms(Role.EDITOR, reason="kept by the admin")
    editors = of(cast["editor"])
    grants.change(admin, editors, give_again, seen=editors.given_at)
    close(review)
    assert not Grant.objects.filter(pk__in=[own.pk, shared.pk]).exists()
    assert Grant.objects.filter(pk=editors.pk).exists()


def test_a_review_ends_nothing_that_who_started_it_could_not_revoke(
    universe: Universe, cast: Cast
) -> None:
    """Unanswered access ends in the place of who started it, whose own ends in an hour, say."""
    brief, wide = cast["rotator"], cast["editor"]
    soon = Terms(Role.MANAGER, until=timezone.now() + timedelta(hours=1))
    grants.give(STAGEHAND, brief.user, universe, soon)
    grants.give(STAGEHAND, wide.user, None, Terms(Role.MANAGER))
    tries = [(brief, universe), (wide, None)]
    for who, place in tries:
        with pytest.raises(Forbidden, match="can go beyond your own"):
            reviews.start(who.actor, place, days=1, ends_unanswered=True, every_months=1)
        close(reviews.start(who.actor, place, days=1, ends_unanswered=False))
    assert Grant.objects.filter(role=Role.ADMIN).exists()
    assert of(cast["manager"]).until is None
    reviews.start(cast["manager"].actor, universe, days=1, ends_unanswered=True)


def test_a_review_answers_for_the_grant_as_it_is_now(universe: Universe, cast: Cast) -> None:
    """Between the page and the answer an admin has made it more than the manager gives."""
    deputy = engage("deputy")
    give(STAGEHAND, deputy.user, universe, Role.MANAGER, "PAY_*")
    let_cover(Grant.objects.filter(person=cast["viewer"].user), "PAY_*")
    review = reviews.start(cast["admin"].actor, universe, days=3, ends_unanswered=False)
    item = review.items.get(grant__person=cast["viewer"].user)
    prefetched = review_listing.of_ids(deputy.actor, review, [item.pk])[0].item
    let_cover(Grant.objects.filter(person=cast["viewer"].user), "")
    with pytest.raises(Forbidden):
        reviews.answer(deputy.actor, prefetched, Answer.ENDED)
    gone = of(cast["viewer"])
    grants.revoke(STAGEHAND, gone)
    with pytest.raises((Forbidden, StaleVersion)):
        reviews.answer(cast["admin"].actor, prefetched, Answer.ENDED)


def test_a_review_tells_nobody_what_lies_outside(
    universe: Universe, cast: Cast, client_for: ClientFor
) -> None:
    """Ids of other grants are sent, of a review of everything too: a refusal says nothing."""
    deputy = engage("deputy")
    give(STAGEHAND, deputy.user, universe, Role.MANAGER, "PAY_*")
    let_cover(Grant.objects.filter(person=cast["viewer"].user), "SIGNING_SEED")
    give(STAGEHAND, cast["stranger"].user, None, Role.EDITOR)
    client, watch = client_for(deputy), Watch()
    for place in (universe, None):
        review = reviews.start(cast["admin"].actor, place, days=3, ends_unanswered=False)
        sent = {f"answer-{item.pk}": "kept" for item in review.items.all()}
        said = words(client.post(reverse("review", args=[review.pk]), sent, follow=True))
        assert "SIGNING_SEED" not in said
        assert "stranger@example.com" not in said
        assert not review.items.exclude(answer="").exists()
    refused = {(event.tag, event.actor_name) for event in watch.events}
    assert ("access.refused", "deputy@example.com") in refused


def _edit_own(cast: Cast, universe: Universe, ally: Person) -> None:
    own = of(ally)
    grants.change(ally.actor, own, Terms(Role.MANAGER, reason="mine"), seen=own.given_at)


def _replace_own(cast: Cast, universe: Universe, ally: Person) -> None:
    grants.give(ally.actor, ally.user, universe, Terms(Role.EDITOR))


def _add_own(cast: Cast, universe: Universe, ally: Person) -> None:
    give(ally.actor, ally.user, universe, Role.EDITOR)


def _join_own_team(cast: Cast, universe: Universe, ally: Person) -> None:
    team = teams.create(ally.actor, name="Me", people=[ally.user])
    give(cast["admin"].actor, team, universe, Role.EDITOR)


def _give_own_team(cast: Cast, universe: Universe, ally: Person) -> None:
    team = teams.create(cast["admin"].actor, name="Me", people=[ally.user])
    give(ally.actor, team, universe, Role.EDITOR)


def _nothing(cast: Cast, universe: Universe, ally: Person) -> None:
    pass


@pytest.mark.parametrize(
    "launder", [_nothing, _edit_own, _replace_own, _add_own, _join_own_team, _give_own_team]
)
def test_what_the_proposer_gave_approves_nothing_by_whichever_hands_it_went(
    launder: Callable[[Cast, Universe, Person], None],
    universe: Universe,
    cast: Cast,
    emulator: Emulator,
) -> None:
    """The proposer's ally gives themselves again what the proposer gave them a minute ago."""
    protect(universe)
    ally, proposer = cast["stranger"], cast["manager"]
    give(proposer.actor, ally.user, universe, Role.MANAGER)
    launder(cast, universe, ally)
    proposal = propose(proposer, universe)
    emulator.clear_requests()
    with pytest.raises(Forbidden, match="gave you the right"):
        approving.approve(ally.actor, proposal)
    assert waiting.waiting_for(ally.actor) == []
    assert (writes(emulator), stored(proposal).state) == ([], "waiting")


def test_who_edits_their_own_access_still_has_it_from_who_gave_it(
    universe: Universe, cast: Cast
) -> None:
    """Less of one's own, or the first admin's, is enough to approve what another proposed."""
    protect(universe)
    second, first = engage("second", admin=True), cast["admin"]
    proposal = propose(cast["rotator"], universe)
    Grant.objects.filter(person=first.user).update(giver=first.user)
    assert [view.proposal for view in waiting.waiting_for(first.actor)] == [proposal]
    grants.give(second.actor, cast["manager"].user, universe, Terms(Role.MANAGER))
    own = of(cast["manager"])
    less = Terms(Role.MANAGER, "PAY_*", timezone.now() + DAY)
    grants.change(cast["manager"].actor, own, less, seen=own.given_at)
    assert of(cast["manager"]).giver == second.user
    # An admin who was made one by the proposer stays one of theirs.
    Grant.objects.filter(person=second.user).update(giver=cast["rotator"].user)
    own = of(second)
    grants.change(second.actor, own, Terms(Role.ADMIN, reason="mine"), seen=own.given_at)
    with pytest.raises(Forbidden, match="gave you the right"):
        approving.approve(second.actor, proposal)
    approving.approve(cast["manager"].actor, proposal)


def test_removing_a_universe_and_adding_it_again_takes_no_protection_off(
    universe: Universe, cast: Cast
) -> None:
    protect(universe)
    admin, key = cast["admin"].actor, universe.api_key
    managing.remove(admin, universe)
    watch = Watch()
    again = managing.add(admin, universe_id=HARBOR_ID, api_key=key, environment="production")
    assert again.protected
    assert "universe.protected" in watch.tags
    with pytest.raises(NeedsApproval):
        changes.rotate(
            actor=admin, universe=again, name="PAY_KEY", value=Plaintext(b"mine"), domain=None
        )
    Universe.objects.update(protected_since=None)
    managing.remove(admin, again)
    again = managing.add(admin, universe_id=HARBOR_ID, api_key=key, environment="production")
    assert not again.protected


def test_what_is_typed_without_measure_is_refused_before_it_is_looked_at(
    universe: Universe, client_for: ClientFor
) -> None:
    """Each of so many names would be compared with each."""
    many = " ".join(f"N{number}" for number in range(5_000))
    for text in (many, many.replace(" ", "* ")):
        with pytest.raises(InvalidInput, match="50 names and patterns at most"):
            patterns.parse_patterns(text)
    manager, viewer = client_for("manager"), client_for("viewer")
    reach = reverse("access_reach", args=[universe.pk])
    answer = manager.post(reach, {"names": many}, headers={"hx-request": "true"})
    assert "50 names and patterns at most" in words(answer)
    asked = {"role": "rotator", "names": many, "hours": "8", "reason": "mischief"}
    answer = viewer.post(reverse("request_new", args=[universe.pk]), asked)
    assert answer.status_code == 422


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_no_cell_of_an_export_is_a_formula(begins: str) -> None:
    [_, line] = csv_text.lines(["reason"], [[f'{begins}HYPERLINK("https://evil.example")']])
    assert re.match(r"\"?'", line)


def test_a_team_that_is_called_what_another_is_chosen_by_gets_nothing_of_it(
    universe: Universe, cast: Cast, client_for: ClientFor
) -> None:
    meant = teams.create(cast["admin"].actor, name="Build", people=[cast["editor"].user])
    trap = f"team:{meant.pk}"
    named = teams.create(cast["manager"].actor, name=trap, people=[cast["stranger"].user])
    sent = {"person": trap, "role": "manager", "end": "never", "reason": "they build"}
    address = reverse("access_give", args=[universe.pk])
    assert client_for("admin").post(address, sent).status_code == 302
    assert (meant.grants.count(), named.grants.count()) == (1, 0)


def _quay(universe: Universe) -> Universe:
    key = universe.api_key
    return Universe.objects.create(id=77, name="Quay", api_key=key, environment="staging")


@pytest.fixture
def outside(universe: Universe, cast: Cast) -> dict[str, tuple[object, object]]:
    """Addresses of what the manager of some names may not know, each with one of nothing."""
    admin, quay = cast["admin"].actor, _quay(universe)
    hidden = engage("hidden")
    team = teams.create(admin, name="Smugglers", people=[hidden.user])
    give(admin, team, quay, Role.EDITOR)
    until = timezone.now() + DAY
    held = grants.add(admin, hidden.user, quay, Terms(Role.VIEWER, "QUAY_*", until))
    asked = requests.ask(hidden.actor, quay, requests.Wish(Role.MANAGER, "QUAY_KEY", 8, "I must"))
    protect(quay)
    proposal = proposals.propose_unprotecting(admin, quay, "for the smugglers")
    review = reviews.start(admin, quay, days=3, ends_unanswered=False)
    invite(admin, quay, "smuggler@example.com")
    invitation, nothing, no_one = Invitation.objects.get(), 999_999, UUID(int=7)
    found: dict[str, tuple[object, object]] = {
        "review_stop": (review.pk, nothing),
        "review": (review.pk, nothing),
        "proposal": (proposal.pk, no_one),
        "proposal_decide": (proposal.pk, no_one),
        "person_access": (hidden.user.pk, nothing),
        "invitation_again": (invitation.pk, nothing),
        "invitation_revoke": (invitation.pk, nothing),
    }
    found |= {f"team{page}": (team.pk, nothing) for page in ("", "_edit", "_people", "_delete")}
    pages = ("", "_approve", "_decline", "_withdraw")
    found |= {f"request{page}": (asked.pk, no_one) for page in pages}
    found |= {f"renewal_{page}": (held.pk, nothing) for page in ("ask", "keep", "end")}
    return found


@pytest.mark.long
def test_what_lies_outside_is_as_if_it_were_not_there(
    outside: dict[str, tuple[object, object]],
    universe: Universe,
    cast: Cast,
    client_for: ClientFor,
) -> None:
    """By GET and POST, the one id is answered as the other; and no list has a word of it."""
    deputy = engage("deputy")
    give(STAGEHAND, deputy.user, universe, Role.MANAGER, "PAY_*")
    client, watch, before = client_for(deputy), Watch(), Grant.objects.count()
    sent = {"choice": "approve", "next": "//evil.example", "people": "deputy@example.com"}
    for name, (there, nowhere) in outside.items():
        for method in (client.get, partial(client.post, data=sent)):
            one, other = (method(reverse(name, args=[pk])) for pk in (there, nowhere))
            assert (one.status_code, words(one)) == (other.status_code, words(other)), name
            assert one.status_code in (302, 404, 405), name
            assert one.get("Location", "/") == "/", name
    assert (watch.tags, Grant.objects.count()) == ([], before)
    lists = ["home", "requests", "reviews", "teams", "me", "me_access", "access_several"]
    addresses = [reverse(name) for name in lists]
    addresses += [reverse(name, args=[universe.pk]) for name in ("access", "access_invitations")]
    addresses += [f"{reverse('access', args=[universe.pk])}?by=person", "/search/?q=smuggl"]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        for word in ("Quay", "QUAY", "hidden@", "muggler"):
            assert word not in words(answer).replace("smuggl", ""), address


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_small_form_leads_anywhere_else(
    address: str, universe: Universe, cast: Cast, client_for: ClientFor
) -> None:
    until = timezone.now() + DAY
    client, manager = client_for("manager"), cast["manager"].actor
    for name in ("renewal_keep", "renewal_end"):
        grant = grants.add(manager, cast["stranger"].user, universe, Terms(Role.VIEWER, "A", until))
        answer = client.post(reverse(name, args=[grant.pk]), {"next": address})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        grants.revoke(manager, grant)
    invite(manager, universe)
    revoke = reverse("invitation_revoke", args=[Invitation.objects.get().pk])
    assert client.post(revoke, {"next": address})["Location"] == "/"
