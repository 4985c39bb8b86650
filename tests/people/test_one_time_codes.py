"""One-time codes: what they look like, who they let in, and when they stop doing so."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.access.terms import AS_ADMIN
from secretsapp.core.codes import Code
from secretsapp.core.errors import AlreadyExists, CodeRefused, Forbidden, InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.models import Grant, OneTimeCode, SignedIn, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import accounts, one_time_codes, ways_in
from tests.actions.of_ways_in import NOBODY
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, engage
from tests.support.together import together
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

PASSWORD = Plaintext(b"a sentence nobody guesses")
HOUR = timedelta(hours=1)


def typed(text: str) -> Plaintext:
    """What a person typed."""
    return Plaintext.from_text(text)


def claim_code() -> Code:
    """The code for the first admin."""
    code = ways_in.issue_claim_code(STAGEHAND)
    assert code is not None
    return code


def claim(code: str, email: str = "first@example.com") -> User:
    """Claim the installation with that code."""
    return ways_in.claim(NOBODY, typed(code), email=email, name="First", password=PASSWORD)


def test_a_code_is_120_bits_in_groups_and_only_its_hash_is_stored() -> None:
    texts = {one_time_codes.issue(CodePurpose.CLAIM, None, good_for=HOUR).text for _ in range(20)}
    assert len(texts) == 20
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}", t) for t in texts)
    row = OneTimeCode.objects.get()
    stored = f"{row.hashed} {row}"
    assert not any(text in stored or text.replace("-", "") in stored for text in texts)


def test_a_code_does_not_show_itself() -> None:
    code = one_time_codes.issue(CodePurpose.CLAIM, None, good_for=HOUR)
    assert code.text not in repr(code)
    link = ways_in.link(code)
    assert link.code == code.text
    assert code.text not in repr(link)


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda text: f"  {text.replace('-', ' ')}\n",
        lambda text: text.replace("0", "o").replace("1", "l"),
        lambda text: f"https://sealroom.example.com/password/#{text}",
    ],
)
def test_a_code_is_known_however_it_is_written(change: object) -> None:
    assert callable(change)
    code = one_time_codes.issue(CodePurpose.CLAIM, None, good_for=HOUR)
    found = one_time_codes.find(typed(change(code.text)), CodePurpose.CLAIM)
    assert found == OneTimeCode.objects.get()


def test_wrong_used_replaced_and_ended_codes_are_refused_in_one_sentence(cast: Cast) -> None:
    viewer = cast["viewer"].user
    replaced = one_time_codes.issue(CodePurpose.PASSWORD, viewer, good_for=HOUR)
    used = one_time_codes.issue(CodePurpose.PASSWORD, viewer, good_for=HOUR)
    ways_in.set_password(NOBODY, typed(used.text), PASSWORD)
    ended = one_time_codes.issue(CodePurpose.PASSWORD, viewer, good_for=timedelta(0))
    for_another_purpose = one_time_codes.issue(CodePurpose.CLAIM, None, good_for=HOUR)
    watch, sentences = Watch(), set()
    for text in (replaced.text, used.text, ended.text, for_another_purpose.text, "nonsense", ""):
        with pytest.raises(CodeRefused) as refused:
            ways_in.set_password(NOBODY, typed(text), PASSWORD)
        sentences.add(str(refused.value))
        assert refused.value.field == "code"
    assert len(sentences) == 1
    assert set(watch.tags) == {"code.refused"}


def test_a_person_sets_their_own_password_with_a_link_of_an_admin(cast: Cast) -> None:
    watch, viewer = Watch(), cast["viewer"].user
    link = ways_in.make_link(cast["admin"].actor, viewer)
    assert link.address == f"http://127.0.0.1:8000/password/#{link.code}"
    assert timedelta(hours=23) < link.ends_at - timezone.now() <= timedelta(hours=24)
    ways_in.set_password(NOBODY, typed(link.code), PASSWORD)
    viewer.refresh_from_db()
    assert viewer.check_password("a sentence nobody guesses")
    assert watch.tags == ["person.link_made", "person.password_set"]
    assert (watch.last.actor_id, watch.last.address) == (str(viewer.pk), NOBODY.address)
    assert (watch.last.actor_kind, watch.last.door) == ("person", "browser")


def test_a_password_that_will_not_do_leaves_the_code_good(cast: Cast) -> None:
    link = ways_in.make_link(STAGEHAND, cast["viewer"].user)
    with pytest.raises(InvalidInput):
        ways_in.set_password(NOBODY, typed(link.code), Plaintext(b"short"))
    ways_in.set_password(NOBODY, typed(link.code), PASSWORD)


@pytest.mark.parametrize("who", ["manager", "viewer", "stranger"])
def test_only_who_manages_people_makes_links(cast: Cast, who: str) -> None:
    for person in (cast["editor"].user, cast[who].user):
        with pytest.raises(Forbidden):
            ways_in.make_link(cast[who].actor, person)
    with pytest.raises(Forbidden):
        ways_in.issue_claim_code(cast[who].actor)
    assert not OneTimeCode.objects.exists()


def test_a_disabled_person_gets_no_link_and_one_they_have_ends(cast: Cast) -> None:
    viewer = cast["viewer"].user
    link = ways_in.make_link(STAGEHAND, viewer)
    accounts.disable(STAGEHAND, viewer)
    with pytest.raises(InvalidInput, match="is disabled"):
        ways_in.make_link(STAGEHAND, viewer)
    accounts.enable(STAGEHAND, viewer)
    with pytest.raises(CodeRefused):
        ways_in.set_password(NOBODY, typed(link.code), PASSWORD)
    accounts.disable(STAGEHAND, viewer)
    late = one_time_codes.issue(CodePurpose.PASSWORD, viewer, good_for=HOUR)
    with pytest.raises(CodeRefused):
        ways_in.set_password(NOBODY, typed(late.text), PASSWORD)


def test_no_link_outlives_a_password_that_was_set_otherwise(cast: Cast) -> None:
    link = ways_in.make_link(STAGEHAND, cast["viewer"].user)
    accounts.set_password(cast["viewer"].actor, cast["viewer"].user, PASSWORD)
    with pytest.raises(CodeRefused):
        ways_in.set_password(NOBODY, typed(link.code), PASSWORD)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_a_link_waits_for_a_password_that_is_being_set(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, watch, discard = engage("viewer").user, Watch(), one_time_codes.discard

    def make_link() -> None:
        ways_in.make_link(STAGEHAND, viewer)
        connections.close_all()

    def discard_while_a_link_is_made(person: User) -> None:
        monkeypatch.setattr(one_time_codes, "discard", discard)
        discard(person)
        wait([pool.submit(make_link)], timeout=0.3)

    monkeypatch.setattr(one_time_codes, "discard", discard_while_a_link_is_made)
    with ThreadPoolExecutor() as pool:
        accounts.set_password(STAGEHAND, viewer, PASSWORD)
    assert watch.tags == ["person.password_set", "person.link_made"]


def test_nobody_makes_a_link_for_themselves(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="under “Your account”"):
        ways_in.make_link(cast["admin"].actor, cast["admin"].user)
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize("way", ["link", "admin", "disabled"])
def test_no_session_is_left_of_a_person_who_lost_it(
    cast: Cast, client_for: Callable[[str], Client], way: str
) -> None:
    viewer, admin = cast["viewer"].user, cast["admin"].actor
    client_for("viewer").get("/")
    assert SignedIn.objects.filter(person=viewer).count() == Session.objects.count() == 1
    if way == "link":
        ways_in.set_password(NOBODY, typed(ways_in.make_link(admin, viewer).code), PASSWORD)
    elif way == "admin":
        accounts.set_password(admin, viewer, PASSWORD)
    else:
        accounts.disable(admin, viewer)
    assert not SignedIn.objects.exists()
    assert not Session.objects.exists()


def test_an_account_without_a_password_lets_nobody_in_until_its_link_is_used() -> None:
    user = accounts.create(STAGEHAND, email="new@example.com", name="New Person", password=None)
    assert (user.name, user.has_usable_password()) == ("New Person", False)
    link = ways_in.make_link(STAGEHAND, user)
    ways_in.set_password(NOBODY, typed(link.code), PASSWORD)
    user.refresh_from_db()
    assert user.check_password("a sentence nobody guesses")


@pytest.mark.parametrize("name", ["two\nlines", "bell\a", " ", "x" * 101])
def test_a_name_that_will_not_do_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.create(STAGEHAND, email="new@example.com", name=name, password=None)
    assert refused.value.field == "name"


def test_the_first_account_is_an_admins_and_there_is_no_second_claim() -> None:
    code, watch = claim_code().text, Watch()
    first = claim(code)
    grant = Grant.objects.get(person=first)
    assert (grant.role, grant.universe_id, grant.given_by) == ("admin", None, first.email)
    assert watch.tags == ["installation.claimed", "person.created", "grant.given"]
    assert {event.actor_name for event in watch.events} == {first.email}
    assert ways_in.issue_claim_code(STAGEHAND) is None


def test_a_claim_code_is_worth_nothing_once_there_is_an_admin() -> None:
    code = claim_code()
    engage("someone", admin=True)
    with pytest.raises(CodeRefused):
        claim(code.text)
    assert User.objects.count() == 1


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.MANAGER])
def test_accounts_that_are_no_admins_leave_the_first_run_open(role: Role | None) -> None:
    before = engage("someone")
    if role:
        grants.add(STAGEHAND, before.user, None, Terms(role))
    code = claim_code()
    with pytest.raises(AlreadyExists) as refused:
        claim(code.text, before.user.email)
    assert refused.value.field == "email"
    first = claim(code.text)
    assert Grant.objects.get(role=Role.ADMIN).person == first
    assert ways_in.issue_claim_code(STAGEHAND) is None


def test_an_admin_who_has_no_password_yet_closes_the_first_run() -> None:
    accounts.create(STAGEHAND, email="invited@example.com", password=None, first=AS_ADMIN)
    assert ways_in.issue_claim_code(STAGEHAND) is None


def test_a_claim_that_will_not_do_leaves_the_code_good() -> None:
    code = claim_code()
    for email in ("nobody", ""):
        with pytest.raises(InvalidInput):
            claim(code.text, email)
    claim(code.text)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_once_one_wins() -> None:
    code = claim_code()
    done = together(
        *[lambda name=name: claim(code.text, f"{name}@example.com") for name in ("one", "two")]
    )
    assert sorted(type(found).__name__ for found in done) == ["CodeRefused", "User"]
    assert User.objects.count() == Grant.objects.count() == 1


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_of_two_uses_of_a_link_at_once_one_wins() -> None:
    link = ways_in.make_link(STAGEHAND, engage("someone").user)
    done = together(
        *[
            lambda text=text: ways_in.set_password(NOBODY, typed(link.code), Plaintext(text))
            for text in (b"a lantern on the pier", b"a sentence nobody guesses")
        ]
    )
    assert sorted(type(found).__name__ for found in done) == ["CodeRefused", "User"]
