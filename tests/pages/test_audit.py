"""The audit log: whose events one sees, filters, pages."""

import re

import pytest
from django.db import connection

from emulator import Universe as EmulatedUniverse
from secretsapp import triggers
from secretsapp.core.roles import Role
from secretsapp.models import AuditEvent, Universe
from secretsapp.queries.audit import PAGE_SIZE
from secretsapp.services import details, grants
from tests import stage
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast

HTMX = {"HX-Request": "true"}


def sequences(page: str) -> list[int]:
    """The numbers of the events on a page, in the order they stand there."""
    return [int(number) for number in re.findall(r"<summary[^>]*>Event (\d+)</summary>", page)]


def fill_log(universe: Universe, cast: Cast, events: int) -> None:
    """So many events more."""
    secret = universe.secrets.get(name="PAY_KEY")
    for number in range(events):
        details.edit(
            actor=cast["editor"].actor,
            universe=universe,
            secret=secret,
            note=f"note {number}",
            owner=None,
        )


def test_the_newest_event_stands_first(client_for: ClientFor) -> None:
    page = sequences(body(client_for("admin").get("/audit/")))
    newest = AuditEvent.objects.latest("sequence").sequence
    assert page == sorted(page, reverse=True)
    assert page[0] == newest


def test_an_event_says_who_what_where_and_when(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    page = words(client_for("auditor").get("/audit/"))
    assert "rotator@example.com rotated PAY_KEY" in page
    assert "UTC · Harbor · secret.rotate.succeeded · from 127.0.0.1" in page


@pytest.mark.parametrize("role", ["editor", "rotator", "viewer", "stranger"])
def test_those_who_may_not_read_it_are_not_led_there(client_for: ClientFor, role: str) -> None:
    client = client_for(role)
    assert 'href="/audit/"' not in body(client.get("/"))
    answer = client.get("/audit/")
    assert answer.status_code == 403
    assert "You may not read the audit log." in words(answer)
    assert client.get("/audit/", {"before": "none"}).status_code == 403


def test_an_auditor_reads_of_his_universe_alone(client_for: ClientFor) -> None:
    page = words(client_for("auditor").get("/audit/"))
    assert "took stock of Harbor" in page
    assert "created the account" not in page


def test_a_pattern_hides_the_events_of_other_names(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    grants.give(
        stage.STAGEHAND, cast["auditor"].user, Role.AUDITOR, universe, pattern="PAY_WEBHOOK"
    )
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    assert sequences(body(client_for("auditor").get("/audit/"))) == []


def test_filters_narrow_it_and_stand_in_the_address(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    wanted = {"universe": str(universe.pk), "person": "ROTATOR@", "event": "secret.rotate"}
    client = client_for("admin")
    page = client.get("/audit/", wanted)
    assert len(sequences(body(page))) == 2
    assert "Show all" in words(page)
    one = client.get("/audit/", wanted | {"event": "secret.rotate.succeeded"})
    assert len(sequences(body(one))) == 1
    assert "No event matches." in words(client.get("/audit/", wanted | {"person": "nobody"}))


@pytest.mark.parametrize(
    "query",
    [
        {"universe": "1"},
        {"universe": "x"},
        {"person": "nul \x00"},
        {"person": "x" * 255},
        {"event": "no.such.event"},
        {"before": "0"},
        {"before": "x"},
        {"before": str(2**63)},
    ],
)
def test_a_filter_that_cannot_be_used_is_said_and_finds_nothing(
    client_for: ClientFor, query: dict[str, str]
) -> None:
    answer = client_for("admin").get("/audit/", query)
    assert answer.status_code == 422
    assert 'role="alert"' in body(answer)
    assert sequences(body(answer)) == []


def older_address(page: str) -> str:
    """Where the link to older events leads."""
    found = re.search(r'href="([^"]*before=\d+)"', page)
    assert found is not None
    return found.group(1).replace("&amp;", "&")


def test_pages_follow_one_another_without_gap(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    fill_log(universe, cast, PAGE_SIZE + 5)
    client = client_for("admin")
    first = body(client.get("/audit/", {"person": "editor@"}))
    link = older_address(first)
    assert link.startswith("/audit/?person=editor%40&before=")
    second = body(client.get(link))
    assert "before=" not in second.replace('name="before"', "")
    seen = sequences(first) + sequences(second)
    assert len(sequences(first)) == PAGE_SIZE
    assert seen == list(
        AuditEvent.objects.filter(actor_name="editor@example.com").values_list(
            "sequence", flat=True
        )
    )


def test_htmx_is_given_the_events_alone_with_the_focus_on_the_first(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    fill_log(universe, cast, PAGE_SIZE + 5)
    client = client_for("admin")
    link = older_address(body(client.get("/audit/")))
    answer = body(client.get(link, headers=HTMX))
    assert "<html" not in answer
    assert sequences(answer) == sequences(body(client.get(link)))
    assert answer.count("<summary autofocus>") == 1
    assert answer.index("autofocus") < answer.index("</summary>")


def test_words_of_others_are_escaped(
    client_for: ClientFor, cast: Cast, universe: Universe, harbor: EmulatedUniverse
) -> None:
    grants.give(
        stage.STAGEHAND,
        cast["viewer"].user,
        Role.VIEWER,
        universe,
        reason="<script src=x></script>",
    )
    page = body(client_for("admin").get("/audit/"))
    assert "&lt;script src=x&gt;" in page
    assert "<script src=x>" not in page


def edit_newest(column: str, value: str) -> None:
    """Edit the newest event, as someone who can take the triggers off and put them back."""
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE secretsapp_auditevent SET {column} = %s "
            "WHERE sequence = (SELECT sequence FROM secretsapp_audithead)",
            [value],
        )
    triggers.install()


@pytest.mark.parametrize("detail", ["{", "[]", '{"domain": 7}', r'{"domain": "\ud800"}'])
def test_an_edited_event_is_shown_as_one(
    client_for: ClientFor, address_of: AddressOf, detail: str
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    edit_newest("detail", detail)
    for address in ("/audit/", address_of("secret", "PAY_KEY")):
        answer = client_for("admin").get(address)
        assert answer.status_code == 200
        page = words(answer)
        assert "rotator@example.com did what cannot be read any more" in page
        assert "secret.rotate.succeeded" in page
        assert "rotator@example.com set out to rotate PAY_KEY" in page


def test_an_event_whose_time_was_edited_is_shown_as_one(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    edit_newest("time", "garbage")
    page = words(client_for("admin").get("/audit/"))
    assert "did what cannot be read any more" in page
    assert "at a time that cannot be read" in page


def test_a_log_that_cannot_be_read_says_what_names_the_event(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    edit_newest("time", "2020-13-45 00:00:00")
    answer = client_for("admin").get("/audit/")
    assert answer.status_code == 503
    assert "Run `manage.py verify_audit`, which names it." in words(answer)


@pytest.mark.parametrize("universe_id", ["x", "-5", "9" * 20])
def test_an_edited_universe_id_leads_nowhere(
    client_for: ClientFor, address_of: AddressOf, universe_id: str
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    edit_newest("universe_id", universe_id)
    assert client_for("admin").get("/audit/").status_code == 200
