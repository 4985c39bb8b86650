"""One event of the log: all that is known of it, for whoever may know, and where it leads."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from secretsapp.access import grants, reviews
from secretsapp.core.roles import Role
from secretsapp.models import AuditEvent, Universe
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.pages.reading_log import fill_log, link, newest_event, sequences
from tests.stage import STAGEHAND, Cast

ROTATED = "secret.rotate.succeeded"


def address_of_event(**about: str) -> str:
    """Where the newest event with these columns is."""
    return reverse("event", args=[AuditEvent.objects.filter(**about).latest("sequence").sequence])


def test_an_event_says_all_that_is_known_of_it(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    page = words(client_for("auditor").get(address_of_event(tag=ROTATED)))
    assert "R rotator@example.com rotated PAY_KEY in Harbor" in page
    took = r"UTC, took \d+\.\d s from \d\d:\d\d:\d\d "
    assert re.search(f"{took}Actor rotator@example.com All by this actor Source browser", page)
    assert f"Event {AuditEvent.objects.latest('sequence').sequence} {ROTATED} Time" in page


def test_a_row_of_the_log_asks_for_its_details_when_it_is_opened(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    client, address = client_for("auditor"), address_of_event(tag=ROTATED)
    row = body(client.get("/audit/"))
    assert f'hx-get="{address}" hx-trigger="toggle once from' in row
    assert f'<a href="{address}">' in row, "for browsers without JavaScript"
    assert ROTATED not in row
    part = body(client.get(address, headers={"HX-Request": "true"}))
    assert part.strip().startswith('<dl class="facts')
    assert ROTATED in part


def test_times_among_the_details_are_said_as_times(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    review = reviews.start(cast["admin"].actor, universe, days=14, ends_unanswered=False)
    assert f"Ends {review.ends_at:%-d %b %Y, %H:%M} UTC" in words(newest_event(client_for("admin")))


def test_the_beginning_of_a_change_has_a_page_too(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    page = words(client_for("auditor").get(address_of_event(tag="secret.rotate.started")))
    assert "rotator@example.com started rotating PAY_KEY" in page


def test_people_who_cannot_read_the_log_know_what_they_did_and_the_history_of_their_secrets(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    address = address_of_event(tag=ROTATED)
    own = client_for("rotator").get(address)
    assert "Source browser, from 127.0.0.1 All from this address" in words(own)
    assert link(body(own), "All from this address").startswith("/me/activity/?")
    history = client_for("viewer").get(address)
    assert "rotated PAY_KEY" in words(history)
    assert "127.0.0.1" not in words(history)
    assert "Change" not in words(history)
    about = link(body(history), "All about this secret")
    assert about.startswith(f"{address_of('universe_activity')}?secret=PAY_KEY")


def test_no_one_else_can_tell_whether_there_is_such_an_event(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, cast: Cast
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    grants.give(STAGEHAND, cast["auditor"].user, universe, Terms(Role.AUDITOR, "SIGNING_*"))
    for role, about in (
        ("stranger", {"tag": ROTATED}),
        ("auditor", {"tag": ROTATED}),
        ("viewer", {"tag": "universe.baseline"}),
        ("auditor", {"tag": "person.created"}),
    ):
        answer = client_for(role).get(address_of_event(**about))
        nothing = client_for(role).get(reverse("event", args=[10**9]))
        assert answer.status_code == nothing.status_code == 404
        assert words(answer) == words(nothing)


def test_all_events_of_a_change_are_one_step_away(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    client = client_for("auditor")
    page = body(newest_event(client))
    assert len(sequences(body(client.get(link(page, "View all events of this change"))))) == 2


def test_from_an_event_lead_links_to_everything_of_its_secret_actor_and_address(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    fill_log(universe, cast, 1)
    client = client_for("admin")
    page = body(newest_event(client))
    of_secret = client.get(link(page, "All about this secret"))
    assert "secret PAY_KEY" in words(of_secret)
    assert "by editor@example.com" in words(client.get(link(page, "All by this actor")))
    grants.give(cast["admin"].actor, cast["stranger"].user, universe, Terms(Role.VIEWER))
    page = body(newest_event(client))
    assert "to stranger@example.com" in words(client.get(link(page, "All done to them")))


def test_from_an_event_lead_links_to_everything_of_its_session_and_its_request(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, password: str
) -> None:
    rotator = Client()
    for client in (Client(), rotator):
        client.post("/sign-in/", {"login": "rotator@example.com", "password": password})
    answer = rotator.post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    client = client_for("admin")
    page = body(newest_event(client, tag=ROTATED))
    of_request = client.get(link(page, "All by this request"))
    assert f"request {answer['X-Request-Id'][:8]}…" in words(of_request)
    of_session = client.get(link(page, "All in this session"))
    signed_in = AuditEvent.objects.filter(tag="person.signed_in").latest("sequence").sequence
    assert sequences(body(of_request)) == [signed_in + 2, signed_in + 1]
    assert sequences(body(of_session)) == [signed_in + 2, signed_in + 1, signed_in]
    assert "address 127.0.0.1" in words(client.get(link(page, "All from this address")))


@pytest.mark.parametrize("number", ["0", "x", "9" * 25])
def test_a_number_that_none_can_have_is_not_found(client_for: ClientFor, number: str) -> None:
    assert client_for("admin").get(f"/audit/events/{number}/").status_code == 404
