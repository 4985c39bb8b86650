"""The pages of invitations: who invites, who accepts, and what a link alone does."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import EVERYWHERE, Grant, Invitation, OutgoingMail, Universe, User
from secretsapp.people import accepting, accounts
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, field, words
from tests.stage import PASSWORD, STAGEHAND, Cast
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

INVITATION, ACCEPT, SIGN_IN = "/invitation/", "/invitation/accept/", "/sign-in/"
GUEST = "guest@example.com"
JOINING = {"name": "Gus Guest", "password": "a lantern on the pier"}
VIEWER = {"role": "viewer", "names": "PAY_*", "end": "30", "reason": "season two"}


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no attempt of another test count, and no answer wait."""
    monkeypatch.setattr(accepting, "ANSWER_SECONDS", 0)
    cache.clear()
    yield
    cache.clear()


def links_on(page: str) -> list[str]:
    """The links that a page shows."""
    found = re.findall(r'<input[^>]*id="link-\d+"[^>]*value="([^"]*)"', page)
    return [html.unescape(link) for link in found]


def invite(client: Client, address: str, emails: str = GUEST, **sent: object) -> str:
    """The one link that an invitation leads to."""
    page = body(client.post(address, {"emails": emails, **VIEWER, **sent}, follow=True))
    (link,) = links_on(page)
    return link


def opened(link: str, client: Client | None = None) -> Client:
    """A browser in which the link was opened and its code sent."""
    browser = client or Client()
    answer = browser.post(INVITATION, {"code": link.partition("#")[2]})
    assert (answer.status_code, answer.headers["Location"]) == (302, INVITATION)
    return browser


def test_a_manager_invites_by_links_that_are_shown_once(
    client_for: ClientFor, address_of: AddressOf, caplog: pytest.LogCaptureFixture
) -> None:
    client, form = client_for("manager"), address_of("access_invite")
    assert f'href="{form}"' in body(client.get(address_of("access")))
    page = body(client.get(form))
    # Nobody's account is shown to who types an address.
    assert "viewer@example.com" not in page
    emails = "Guest@example.com\r\nother@example.com, viewer@example.com;"
    answer = client.post(form, {"emails": emails, "greeting": "Hi <b>there</b>", **VIEWER})
    assert answer.headers["Location"] == "/invitations/links/"
    assert client.head("/invitations/links/").status_code == 200
    shown = client.get("/invitations/links/")
    links = links_on(body(shown))
    assert len(links) == 3
    assert client.get("/invitations/links/").status_code == 302
    stored = [row.session_data for row in Session.objects.all()]
    for link in links:
        code = link.partition("/invitation/#")[2]
        assert len(code) == 29
        assert code not in f"{caplog.text} {stored} {words(client.get(address_of('access')))}"
    page = words(client.get(address_of("access_invitations")))
    for email in (GUEST, "other@example.com", "viewer@example.com"):
        assert f"{email} Viewer of Harbor, PAY_*, until" in page


def test_whether_there_is_an_account_is_told_to_no_manager(
    client_for: ClientFor, cast: Cast, address_of: AddressOf
) -> None:
    accounts.disable(STAGEHAND, cast["rotator"].user)
    client, form = client_for("manager"), address_of("access_invite")
    said, now = set(), timezone.now()
    for email in ("nobody@example.com", "viewer@example.com", "rotator@example.com"):
        # The page says until when a link works, to the minute.
        with time_machine.travel(now, tick=False):
            answer = client.post(form, {"emails": email, **VIEWER}, follow=True)
        page = re.sub(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){5}|csrf\S+ value=\S+", "", body(answer))
        said.add(words(answer).replace(email, "…"))
        assert "account" not in page.partition('class="link-once"')[2].partition("</section>")[0]
    assert len(said) == 1
    refused = client_for("admin").post("/people/invite/", {"emails": "rotator@example.com"})
    assert (refused.status_code, "is disabled. Enable it first." in words(refused)) == (422, True)


def test_opening_a_link_uses_nothing_up(client_for: ClientFor, address_of: AddressOf) -> None:
    link = invite(
        client_for("manager"), address_of("access_invite"), greeting="See you <b>soon</b>"
    )
    people, watch, client = User.objects.count(), Watch(), Client()
    for address in (INVITATION, ACCEPT):
        for _ in range(2):
            assert client.get(address).status_code in (200, 302)
            assert client.head(address).status_code in (200, 302)
    opened(link, client)
    opened(link, client)
    assert client.head(INVITATION).status_code == 200
    assert client.get(ACCEPT).headers["Location"] == INVITATION
    page = client.get(INVITATION)
    said = words(page)
    assert "manager@example.com invited guest@example.com to Sealroom." in said
    assert "Viewer in Harbor, for PAY_*, until" in said
    assert "See you &lt;b&gt;soon&lt;/b&gt;" in body(page)
    assert link.partition("#")[2] not in body(page)
    assert (watch.tags, User.objects.count()) == ([], people)
    assert Invitation.objects.get().outcome == ""


def test_who_has_no_account_creates_one_and_is_signed_in(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    link = invite(client_for("manager"), address_of("access_invite"))
    client = opened(link)
    before, watch = client.session.session_key, Watch()
    refused = client.post(ACCEPT, JOINING | {"password": "short"})
    assert (refused.status_code, field(refused, "name")) == (422, "Gus Guest")
    assert "too short" in words(refused)
    answer = client.post(ACCEPT, JOINING, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Your account is ready." in words(answer)
    assert client.session.session_key != before
    assert "Harbor" in words(client.get("/"))
    tags = ["person.created", "person.invitation_accepted", "grant.given", "person.signed_in"]
    assert watch.tags == tags
    late = Client().post(INVITATION, {"code": link})
    assert (late.status_code, "has been used" in words(late)) == (422, True)
    log = words(client_for("admin").get("/audit/"))
    assert "accepted the invitation of manager@example.com" in log
    assert "invited guest@example.com: Viewer of PAY_* in Harbor" in log


def test_who_has_an_account_signs_in_first_and_comes_back(
    client_for: ClientFor, address_of: AddressOf, cast: Cast
) -> None:
    link = invite(client_for("manager"), address_of("access_invite"), "stranger@example.com")
    client = opened(link)
    page = client.get(INVITATION)
    assert 'href="/sign-in/?next=/invitation/"' in body(page)
    assert 'name="password"' not in body(page)
    taken = client.post(ACCEPT, JOINING)
    assert (taken.status_code, "There is already an account" in words(taken)) == (422, True)
    before = client.session.session_key
    assert field(client.get(f"{SIGN_IN}?next={INVITATION}"), "login") == "stranger@example.com"
    signing_in = {"login": "stranger@example.com", "password": PASSWORD, "next": INVITATION}
    answer = client.post(SIGN_IN, signing_in, follow=True)
    assert answer.redirect_chain == [(INVITATION, 302)]
    assert client.session.session_key != before
    assert "Accept invitation" in words(answer)
    assert "You accepted the invitation." in words(client.post(ACCEPT, follow=True))
    grant = Grant.objects.get(person=cast["stranger"].user)
    assert (grant.role, grant.giver) == ("viewer", cast["manager"].user)
    assert client.get(INVITATION).status_code == 200
    assert client.post(ACCEPT).headers["Location"] == INVITATION


@pytest.mark.parametrize("email", [GUEST, "viewer@example.com"])
def test_who_is_signed_in_as_someone_else_changes_nothing(
    email: str, client_for: ClientFor, address_of: AddressOf
) -> None:
    link = invite(client_for("manager"), address_of("access_invite"), email)
    client = opened(link, client_for("stranger"))
    page = client.get(INVITATION)
    assert "You’re signed in as stranger@example.com." in words(page)
    assert "Accept invitation" not in words(page)
    watch = Watch()
    refused = client.post(ACCEPT, JOINING)
    said = f"This invitation is for {email}, and you’re signed in as stranger@example.com."
    assert (refused.status_code, said in words(refused)) == (422, True)
    assert watch.tags == ["code.refused"]
    assert not User.objects.filter(email=GUEST).exists()
    client.post("/sign-out/")
    assert "Open your invitation" in words(client.get(INVITATION))


def test_what_was_revoked_while_it_was_open_is_refused(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    manager = client_for("manager")
    client = opened(invite(manager, address_of("access_invite")))
    client.get(INVITATION)
    back = address_of("access_invitations")
    revoking = f"/invitations/{Invitation.objects.get().pk}/revoke/"
    assert manager.get(revoking).status_code == 302
    answer = manager.post(revoking, {"next": back}, follow=True)
    assert answer.redirect_chain == [(back, 302)]
    assert "Revoked the invitation of guest@example.com." in words(answer)
    assert "has been used, revoked or has expired" in words(client.get(INVITATION))
    refused = client.post(ACCEPT, JOINING)
    assert (refused.status_code, "This code doesn’t work" in words(refused)) == (422, True)
    assert not User.objects.filter(email=GUEST).exists()
    again = manager.post(revoking, {"next": "https://elsewhere.example.com/"})
    assert again.status_code == 404


def test_rights_that_were_lost_meanwhile_end_it(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    client = opened(invite(client_for("manager"), address_of("access_invite")))
    grants.give(STAGEHAND, cast["manager"].user, universe, Terms(Role.EDITOR))
    refused = client.post(ACCEPT, JOINING)
    assert refused.status_code == 422
    assert "manager@example.com can no longer give this access" in words(refused)
    assert not User.objects.filter(email=GUEST).exists()


def test_sending_again_makes_a_new_link(client_for: ClientFor, address_of: AddressOf) -> None:
    client = client_for("manager")
    link = invite(client, address_of("access_invite"))
    Invitation.objects.update(ends_at=timezone.now() - timedelta(days=1))
    assert "Expired" in words(client.get(address_of("access")))
    again = f"/invitations/{Invitation.objects.get().pk}/again/"
    sent = {"next": "https://elsewhere.example.com/"}
    page = client.post(again, sent, follow=True)
    (new,) = links_on(body(page))
    assert "elsewhere" not in body(page)
    assert Client().post(INVITATION, {"code": link}).status_code == 422
    opened(new)
    assert client_for("editor").post(again).status_code == 404


def test_an_admin_invites_to_several_places_or_without_a_role(
    client_for: ClientFor, universe: Universe
) -> None:
    client, form = client_for("admin"), "/people/invite/"
    link = invite(client, form, place=[str(universe.pk), "environment:staging"])
    answer = client.post(form, {"emails": "other@example.com"}, follow=True)
    (without_role,) = links_on(body(answer))
    page = words(client.get("/people/"))
    assert "guest@example.com Viewer of Harbor, PAY_*, until" in page
    assert "Viewer of all staging universes, PAY_*, until" in page
    assert "other@example.com No role yet Link works until" in page
    assert "An admin grants you access later." in words(opened(without_role).get(INVITATION))
    opened(link).post(ACCEPT, JOINING)
    held = Grant.objects.filter(person__email=GUEST).order_by("environment")
    assert [(each.universe, each.environment) for each in held] == [
        (universe, ""),
        (None, "staging"),
    ]
    admin = client.post(form, {"emails": "a@example.com", "role": "admin", "end": "never"})
    assert admin.status_code == 302
    assert Invitation.objects.latest("pk").grants.get().place == EVERYWHERE


def test_a_manager_invites_to_several_of_their_universes(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    others = [
        Universe.objects.create(pk=pk, name=f"U{pk}", api_key=universe.api_key) for pk in (7, 8)
    ]
    grants.give(STAGEHAND, cast["manager"].user, others[0], Terms(Role.MANAGER))
    client, form = client_for("manager"), "/people/invite/"
    page = words(client.get(form))
    assert "Harbor" in page
    assert "U7" in page
    for hidden in ("U8", "All universes", "No role yet"):
        assert hidden not in page
    link = invite(client, form, place=[str(universe.pk), "7"])
    assert "Viewer" in words(opened(link).get(INVITATION))
    assert {each.universe_id for each in Invitation.objects.get().grants.all()} == {universe.pk, 7}
    listed = client.get("/people/invitations/")
    assert GUEST in words(listed)
    assert 'href="/people/"' not in body(listed)
    watch = Watch()
    for place, status in ([str(universe.pk), "8"], 422), (["all"], 422), ([], 422):
        sent = {"emails": "b@example.com", **VIEWER, "place": place}
        assert client.post(form, sent).status_code == status
    assert client.post(form, {"emails": "b@example.com"}).status_code == 422
    assert client_for("editor").get(form).status_code == 403
    assert (Invitation.objects.count(), watch.tags) == (1, ["access.refused"])


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"place": "all"}, "Choose a role, or undo the other entries about access."),
        ({"role": "viewer", "end": "30"}, "Choose where."),
        ({"role": "viewer", "place": "all"}, "Choose when it expires."),
        ({"role": "viewer", "place": "1", "end": "30"}, "This universe isn’t"),
        ({"role": "viewer", "place": "environment:x", "end": "30"}, "whole number"),
    ],
)
def test_an_admins_form_that_will_not_do_invites_no_one(
    sent: dict[str, str], sentence: str, client_for: ClientFor
) -> None:
    answer = client_for("admin").post("/people/invite/", {"emails": GUEST, **sent})
    assert (answer.status_code, sentence in words(answer)) == (422, True)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"emails": ""}, "Enter an email address such as name@example.com."),
        ({"emails": " ,\n"}, "Enter an email address such as name@example.com."),
        ({"emails": "adm\N{LATIN SMALL LETTER DOTLESS I}n@example.com"}, "ASCII letters"),
        ({"emails": "\n".join(f"a{n}@example.com" for n in range(21))}, "at most 20 people"),
        ({"greeting": "x" * 501}, "at most 500 characters"),
        ({"role": ""}, "Choose a role."),
        ({"role": "admin"}, "Choose a role."),
        ({"names": "*_PAY"}, "A pattern is one exact name"),
        ({"end": "date", "last_day": "2020-01-01"}, "That day is in the past."),
    ],
)
def test_a_form_that_will_not_do_invites_no_one(
    sent: dict[str, str], sentence: str, client_for: ClientFor, address_of: AddressOf
) -> None:
    answer = client_for("manager").post(
        address_of("access_invite"), {"emails": GUEST, **VIEWER, **sent}
    )
    assert (answer.status_code, sentence in words(answer)) == (422, True)
    assert not Invitation.objects.exists()


def test_guessing_codes_ends_for_the_address(db: None) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    tried = [client.post(INVITATION, {"code": "0" * 24}).status_code for _ in range(21)]
    assert (set(tried[:20]), tried[20]) == ({422}, 429)
    assert client.post(ACCEPT).status_code == 429
    assert client.get(INVITATION).status_code == 200


def test_where_mail_is_set_up_the_links_are_mailed_or_shown(
    client_for: ClientFor, address_of: AddressOf, settings: Settings
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    client, form = client_for("manager"), address_of("access_invite")
    refused = client.post(form, {"emails": GUEST, **VIEWER})
    assert (refused.status_code, "Choose how to send the links." in words(refused)) == (422, True)
    answer = client.post(form, {"emails": GUEST, "how": "mail", **VIEWER}, follow=True)
    assert answer.redirect_chain == [(address_of("access_invitations"), 302)]
    assert OutgoingMail.objects.get().address == GUEST
    assert "Send again by mail" in words(answer)
    invite(client, form, "other@example.com", how="link")
    again = f"/invitations/{Invitation.objects.get(address=GUEST).pk}/again/"
    assert len(links_on(body(client.post(again, follow=True)))) == 1
    client.post(again, {"how": "mail"})
    assert OutgoingMail.objects.count() == 2
