"""Accounts: created, disabled, enabled, given passwords; and who signs in."""

from dataclasses import replace

import pytest

from secretsapp.access.terms import AS_ADMIN
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.errors import AlreadyExists, Forbidden, InvalidInput, LastAdmin
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.models import AuditEvent, Grant, Universe, User
from secretsapp.people import accounts, sign_ins
from secretsapp.rules.policy import rights_of
from tests.stage import STAGEHAND, Cast, engage
from tests.support.together import together
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

PASSWORD = Plaintext(b"a sentence nobody guesses")
NOBODY = Actor(ActorKind.SYSTEM, "someone not signed in", Door.BROWSER, address="127.0.0.1")


def test_a_person_has_nothing_until_it_is_granted(cast: Cast) -> None:
    watch = Watch()
    user = accounts.create(cast["admin"].actor, email=" New@Example.com ", password=PASSWORD)
    assert user.email == "new@example.com"
    assert user.check_password("a sentence nobody guesses")
    assert not Grant.objects.filter(person=user).exists()
    assert (watch.tags, watch.last.subject_name) == (["person.created"], "new@example.com")


def test_an_admin_is_made_in_one_step(cast: Cast) -> None:
    watch = Watch()
    user = accounts.create(STAGEHAND, email="boss@example.com", password=PASSWORD, first=AS_ADMIN)
    assert watch.tags == ["person.created", "grant.given"]
    grant = Grant.objects.get(person=user)
    assert (grant.role, grant.universe, grant.given_by) == ("admin", None, STAGEHAND.name)


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("nobody", PASSWORD, "email"),
        ("", PASSWORD, "email"),
        ("a@b@example.com", PASSWORD, "email"),
        ('"a\x01b"@example.com', PASSWORD, "email"),
        ("x" * 300 + "@example.com", PASSWORD, "email"),
        ("adm\N{LATIN SMALL LETTER DOTLESS I}n@example.com", PASSWORD, "email"),
        ("\N{KELVIN SIGN}elvin@example.com", PASSWORD, "email"),
        ("new@b\N{LATIN SMALL LETTER U WITH DIAERESIS}ro.example", PASSWORD, "email"),
        ("new@example.com", Plaintext(b"qwz"), "password"),
        ("new@example.com", Plaintext(b""), "password"),
        ("new@example.com", Plaintext(b"123456789012345"), "password"),
        ("new@example.com", Plaintext(b"new@example.com"), "password"),
        ("new@example.com", Plaintext(b"not text \xff\xfe at all"), "password"),
    ],
)
def test_an_address_or_password_that_will_not_do_is_refused_in_words(
    cast: Cast, email: str, password: Plaintext, field: str
) -> None:
    watch = Watch()
    with pytest.raises(InvalidInput) as caught:
        accounts.create(STAGEHAND, email=email, password=password)
    assert caught.value.field == field
    assert password.expose().decode("latin-1") not in str(caught.value) or not len(password)
    assert (watch.tags, User.objects.filter(email=email).exists()) == ([], False)


def test_an_address_is_one_account_however_it_is_written(cast: Cast) -> None:
    watch = Watch()
    with pytest.raises(AlreadyExists) as caught:
        accounts.create(STAGEHAND, email="EDITOR@example.com", password=PASSWORD)
    assert (caught.value.field, watch.tags) == ("email", [])


def test_a_letter_that_only_looks_like_one_is_refused_with_the_reason(cast: Cast) -> None:
    lookalike = "adm\N{LATIN SMALL LETTER DOTLESS I}n@example.com"
    with pytest.raises(InvalidInput, match="This one has another letter, which may only look"):
        accounts.create(STAGEHAND, email=lookalike, password=PASSWORD)
    assert not User.objects.filter(email__startswith="adm").exclude(pk=cast["admin"].user.pk)


@pytest.mark.parametrize("who", ["manager", "auditor", "stranger"])
def test_only_who_manages_people_does(cast: Cast, who: str) -> None:
    watch, actor, other = Watch(), cast[who].actor, cast["editor"].user
    with pytest.raises(Forbidden):
        accounts.create(actor, email="new@example.com", password=PASSWORD)
    with pytest.raises(Forbidden):
        accounts.disable(actor, other)
    with pytest.raises(Forbidden):
        accounts.enable(actor, other)
    with pytest.raises(Forbidden):
        accounts.set_password(actor, other, PASSWORD)
    assert watch.tags == []
    other.refresh_from_db()
    assert other.is_active
    assert not other.check_password("a sentence nobody guesses")


def test_a_disabled_person_has_nothing_and_gets_it_back(universe: Universe, cast: Cast) -> None:
    admin, editor = cast["admin"].actor, cast["editor"]
    watch = Watch()
    accounts.disable(admin, editor.user)
    accounts.disable(admin, editor.user)
    assert rights_of(editor.actor).holdings == ()
    accounts.enable(admin, editor.user)
    accounts.enable(admin, editor.user)
    assert rights_of(editor.actor).allows(Permission.CREATE_SECRET, universe.pk, "PAY_KEY")
    assert watch.tags == ["person.disabled", "person.enabled"]


def test_the_last_admin_is_not_disabled(cast: Cast) -> None:
    with pytest.raises(LastAdmin):
        accounts.disable(STAGEHAND, cast["admin"].user)
    assert User.objects.get(email="admin@example.com").is_active
    engage("second", admin=True)
    accounts.disable(cast["admin"].actor, cast["admin"].user)
    assert not User.objects.get(email="admin@example.com").is_active


def test_an_admin_counts_as_soon_as_they_have_a_password(cast: Cast) -> None:
    accounts.create(STAGEHAND, email="second@example.com", password=None, first=AS_ADMIN)
    with pytest.raises(LastAdmin, match="once they have set a password"):
        accounts.disable(STAGEHAND, cast["admin"].user)


def test_everybody_sets_their_own_password_and_an_admin_anybodys(cast: Cast) -> None:
    watch = Watch()
    accounts.set_password(cast["viewer"].actor, cast["viewer"].user, PASSWORD)
    accounts.set_password(cast["admin"].actor, cast["rotator"].user, PASSWORD)
    for name in ("viewer", "rotator"):
        stored = User.objects.get(email=f"{name}@example.com")
        assert stored.check_password("a sentence nobody guesses")
    assert watch.tags == ["person.password_set", "person.password_set"]
    with pytest.raises(InvalidInput):
        accounts.set_password(cast["viewer"].actor, cast["viewer"].user, Plaintext(b"short"))


def test_nobody_records_the_sign_in_of_another(cast: Cast) -> None:
    watch = Watch()
    with pytest.raises(Forbidden):
        sign_ins.record_sign_in(cast["viewer"].actor, cast["editor"].user)
    with pytest.raises(Forbidden):
        sign_ins.record_sign_out(STAGEHAND, cast["editor"].user)
    assert watch.tags == []


def test_a_failed_sign_in_names_only_addresses_that_have_an_account(cast: Cast) -> None:
    watch = Watch()
    sign_ins.record_failed_sign_in(NOBODY, "my password by mistake")
    sign_ins.record_failed_sign_in(NOBODY, "Editor@Example.com")
    sign_ins.record_failed_sign_in(NOBODY, "")
    assert watch.tags == ["person.sign_in_failed"] * 2
    assert [event.subject_name for event in watch.events] == ["", "editor@example.com"]
    assert "password" not in "".join(event.detail + event.subject_name for event in watch.events)


def test_failed_sign_ins_are_recorded_once_a_minute_for_each_account(cast: Cast) -> None:
    watch = Watch()
    for _ in range(3):
        sign_ins.record_failed_sign_in(NOBODY, "editor@example.com")
        sign_ins.record_failed_sign_in(NOBODY, "viewer@example.com")
    assert len(watch.events) == 2


def test_failed_sign_ins_from_elsewhere_do_not_hide_behind_the_first(cast: Cast) -> None:
    watch = Watch()
    for address in ("127.0.0.1", "192.0.2.7", "127.0.0.1", "192.0.2.7"):
        sign_ins.record_failed_sign_in(replace(NOBODY, address=address), "editor@example.com")
    assert [event.address for event in watch.events] == ["127.0.0.1", "192.0.2.7"]


def test_a_failed_sign_in_with_a_lookalike_names_nobody(cast: Cast) -> None:
    watch = Watch()
    sign_ins.record_failed_sign_in(NOBODY, "ed\N{LATIN SMALL LETTER DOTLESS I}tor@example.com")
    assert (watch.tags, watch.last.subject_name) == (["person.sign_in_failed"], "")


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_an_address_taken_at_once_is_taken_by_one() -> None:
    done = together(
        *[
            lambda email=email: accounts.create(STAGEHAND, email=email, password=PASSWORD)
            for email in ("new@example.com", "NEW@example.com")
        ]
    )
    assert sorted(type(found).__name__ for found in done) == ["AlreadyExists", "User"]
    assert AuditEvent.objects.filter(tag="person.created").count() == 1
