"""Asking for access on the page that refuses it, and answering on the pages of requests."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from secretsapp.access import requests, reviews
from secretsapp.access.requests import Wish
from secretsapp.core.roles import Role
from secretsapp.models import AccessRequest, AuditEvent, Grant, Universe
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast

HARBOR = "/universes/6930499524/"
ASK = f"{HARBOR}requests/new/"
ASKED = {"role": "rotator", "names": "PAY_KEY", "hours": "168", "reason": "<b>new</b> provider"}


@pytest.fixture
def asked(universe: Universe, cast: Cast) -> AccessRequest:
    """The viewer asked to rotate PAY_* for a week."""
    wish = Wish(Role.ROTATOR, "PAY_*", 168, "<b>new</b> provider")
    return requests.ask(cast["viewer"].actor, universe, wish)


def test_the_page_that_refuses_asks_for_the_least_that_is_missing(
    client_for: ClientFor, universe: Universe
) -> None:
    client = client_for("viewer")
    page = body(client.get(f"{HARBOR}secrets/PAY_KEY/rotate/"))
    assert f'action="{ASK}"' in page
    assert '<option value="rotator" selected>' in page
    assert 'name="names" value="PAY_KEY"' in page
    page = body(client.get(f"{HARBOR}secrets/PAY_KEY/delete/"))
    assert '<option value="manager" selected>' in page
    answer = client.post(ASK, ASKED)
    made = AccessRequest.objects.get()
    assert answer.headers["Location"] == reverse("request", args=[made.pk])
    page = words(client.get(answer.headers["Location"]))
    assert "Waiting for an answer Lapses in 6 days if no one answers." in page
    assert "Rotator · PAY_KEY · Harbor · for 7 days Reason <b>new</b> provider" in page
    assert "You asked for this just now . See your request" in words(
        client.get(f"{HARBOR}secrets/PAY_KEY/rotate/")
    )
    again = client.post(ASK, ASKED)
    assert again.status_code == 422
    assert f'<a href="/requests/{made.pk}/">See it</a>' in body(again)


@pytest.mark.parametrize(
    ("role", "address"), [("viewer", "/people/"), ("viewer", "/audit/"), ("stranger", HARBOR)]
)
def test_what_is_not_about_a_universe_that_one_sees_is_not_asked_for_there(
    client_for: ClientFor, universe: Universe, role: str, address: str
) -> None:
    assert "requests/new/" not in body(client_for(role).get(address))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"names": ""}, "Enter a name, or tick “All secrets of this universe”."),
        ({"names": "b-d"}, "A pattern is one exact name"),
        ({"hours": "9"}, "Choose how long."),
        ({"reason": " "}, "Say why you need it."),
        ({"role": "admin"}, "Choose a role."),
        ({"role": "viewer"}, "You have this access already."),
    ],
)
def test_what_is_wrong_is_told_at_the_form(
    client_for: ClientFor, universe: Universe, wrong: dict[str, str], told: str
) -> None:
    answer = client_for("viewer").post(ASK, ASKED | wrong)
    assert (answer.status_code, AccessRequest.objects.count()) == (422, 0)
    assert told in words(answer)


def test_it_is_approved_for_less(client_for: ClientFor, cast: Cast, asked: AccessRequest) -> None:
    manager = client_for("manager")
    address = reverse("request", args=[asked.pk])
    page = manager.get(address)
    assert "<b>new</b>" not in body(page)
    assert "7 days until" in words(page)
    assert "30 days until" not in words(page)
    for more in ({"hours": "720"}, {"names": "SIGNING_SEED"}, {"names": ""}):
        sent = {"hours": "24", "names": "PAY_KEY"} | more
        assert manager.post(f"{address}approve/", sent).status_code == 422
    answer = manager.post(f"{address}approve/", {"hours": "24", "names": "PAY_KEY"}, follow=True)
    assert "Granted viewer@example.com access." in words(answer)
    grant = Grant.objects.get(person=cast["viewer"].user, role=Role.ROTATOR)
    assert grant.names == ("PAY_KEY",)
    assert "Approved manager@example.com approved this just now." in words(
        client_for("viewer").get(address)
    )


def test_who_comes_too_late_is_told_who_was_first(
    client_for: ClientFor, cast: Cast, asked: AccessRequest
) -> None:
    address = reverse("request", args=[asked.pk])
    requests.decline(cast["manager"].actor, asked, note="ask <i>Mia</i>")
    for path, sent in (("approve/", {"hours": "24", "names": "PAY_KEY"}), ("decline/", {})):
        answer = client_for("admin").post(address + path, sent)
        assert answer.status_code == 422
        told = "manager@example.com declined this just now. Nothing was changed."
        assert told in words(answer)
    viewer = client_for("viewer")
    assert "Note ask <i>Mia</i>" in words(viewer.get(address))
    assert viewer.post(f"{address}withdraw/").status_code == 422
    assert "Answered in the last 14 days" in words(client_for("manager").get("/requests/"))


def test_requests_of_others_are_not_there(
    client_for: ClientFor, universe: Universe, asked: AccessRequest
) -> None:
    addresses = [reverse("request", args=[pk]) for pk in (asked.pk, uuid4())]
    for role in ("editor", "auditor", "stranger"):
        found = [client_for(role).get(address) for address in addresses]
        assert [answer.status_code for answer in found] == [404, 404]
        assert len({words(answer).split("Skip")[0] for answer in found}) == 1
    own = addresses[0]
    assert client_for("viewer").post(f"{own}approve/", {"hours": "24"}).status_code == 403
    event = AuditEvent.objects.order_by("sequence").last()
    assert event is not None
    assert (event.tag, event.actor_name) == ("access.refused", "viewer@example.com")
    assert client_for("manager").post(f"{own}withdraw/").status_code == 404


def test_the_list_has_what_waits_and_ones_own(
    client_for: ClientFor, cast: Cast, universe: Universe, asked: AccessRequest
) -> None:
    for who, there in (("manager", "Waiting for you 1"), ("viewer", "You asked for access")):
        client = client_for(who)
        with CaptureQueriesContext(connection) as captured:
            assert there in words(client.get("/requests/"))
        assert len(captured) <= 30
    assert "No requests are waiting for you." in words(client_for("viewer").get("/requests/"))
    cast_of_more = [cast[name] for name in ("editor", "rotator")]
    for person in cast_of_more:
        requests.ask(person.actor, universe, Wish(Role.MANAGER, "", 24, "more"))
    with CaptureQueriesContext(connection) as more:
        assert "Waiting for you 3" in words(client_for("manager").get("/requests/"))
    client_for("manager").get("/requests/")
    assert len(more) <= 30


def test_what_ends_soon_is_kept_or_not_from_the_first_page(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    soon = timezone.now() + timedelta(days=2)
    Grant.objects.filter(person=cast["viewer"].user).update(until=soon)
    grant = Grant.objects.get(person=cast["viewer"].user)
    viewer, manager = client_for("viewer"), client_for("manager")
    ask = reverse("renewal_ask", args=[grant.pk])
    assert f'href="{ask}"' in body(viewer.get("/"))
    assert f'href="{ask}"' in body(viewer.get("/me/"))
    assert viewer.post(ask, {"hours": "24", "reason": "the season goes on"}).status_code == 302
    assert "You asked to keep it." in words(viewer.get("/"))
    page = body(manager.get("/"))
    keep, end = (reverse(name, args=[grant.pk]) for name in ("renewal_keep", "renewal_end"))
    assert f'action="{keep}"' in page
    assert f'action="{end}"' in page
    answer = manager.post(keep, follow=True)
    assert "Extended the access of viewer@example.com until" in words(answer)
    Grant.objects.filter(pk=grant.pk).update(until=soon)
    assert "ends on" in words(client_for("admin").post(end, follow=True))
    assert f'action="{keep}"' not in body(manager.get("/"))
    answer = manager.post(keep, follow=True)
    assert "Someone decided meanwhile that it is to end." in words(answer)


def test_the_frame_counts_all_that_waits_and_leads_to_requests_and_reviews(
    client_for: ClientFor, asked: AccessRequest, cast: Cast
) -> None:
    reviews.start(cast["admin"].actor, asked.universe, days=14, ends_unanswered=False)
    admin = client_for("admin")
    for address in (reverse("home"), reverse("requests"), reverse("reviews")):
        page = words(admin.get(address))
        assert "Home 2 waiting for your answer" in page
        assert "Access Reviews People" in page
        assert "Your account Requests" in page
    manager = body(client_for("manager").get(f"{HARBOR}access/"))
    assert f'href="{reverse("reviews")}"' in manager
    assert f'href="{reverse("reviews")}"' not in body(client_for("viewer").get(HARBOR))
