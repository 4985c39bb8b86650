"""The audit log: whose events one sees, filters, pages."""

import re
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.core.times import end_of_day
from secretsapp.log import reading
from secretsapp.models import AuditEvent, Change, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.secrets import settling
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.pages.reading_log import fill_log, link, newest_event, sequences
from tests.stage import STAGEHAND, Cast
from tests.support.database import edit_newest
from tests.support.unfinished import later, leave_open, make

HTMX = {"HX-Request": "true"}
PAGE_SIZE = 5
# What stands behind a sentence about Harbor.
PLACE = "PRODProduction 127.0.0.1"


@pytest.fixture
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of so few events that a log of several is filled quickly."""
    monkeypatch.setattr(reading, "PAGE_SIZE", PAGE_SIZE)


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
    told = r"\d\d:\d\d rotate R rotator@example.com rotated PAY_KEY in Harbor "
    assert re.search(f"{told}{PLACE} Details of event", page)
    # What succeeded is as it should be, and no chip says so.
    assert "chip-amber" not in body(client_for("auditor").get("/audit/"))


@pytest.mark.parametrize("role", ["editor", "rotator", "viewer", "stranger"])
def test_those_who_may_not_read_it_are_not_led_there(client_for: ClientFor, role: str) -> None:
    client = client_for(role)
    assert 'href="/audit/"' not in body(client.get("/"))
    answer = client.get("/audit/")
    assert answer.status_code == 403
    assert "You can’t read the audit log You need" in words(answer)
    assert 'href="/me/activity/">Your activity' in body(answer)
    assert client.get("/audit/", {"before": "none"}).status_code == 403


def test_an_auditor_reads_of_their_universe_alone(client_for: ClientFor) -> None:
    page = words(client_for("auditor").get("/audit/"))
    assert "First sync of Harbor" in page
    assert "created the account" not in page


def test_a_pattern_hides_the_events_of_other_names(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    grants.give(STAGEHAND, cast["auditor"].user, universe, Terms(Role.AUDITOR, "PAY_WEBHOOK"))
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    assert sequences(body(client_for("auditor").get("/audit/"))) == []


@pytest.mark.usefixtures("_short_pages")
def test_pages_follow_one_another_without_gap_and_lead_back(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    fill_log(universe, cast, 2 * PAGE_SIZE + 3)
    client = client_for("admin")
    first = body(client.get("/audit/", {"person": "editor@"}))
    assert "Newer" not in first
    assert link(first, "Older").startswith("/audit/?person=editor%40&before=")
    second = body(client.get(link(first, "Older")))
    third = body(client.get(link(second, "Older")))
    assert ">Older<" not in third
    seen = sequences(first) + sequences(second) + sequences(third)
    assert len(sequences(first)) == PAGE_SIZE
    assert seen == list(
        AuditEvent.objects.filter(actor_name="editor@example.com").values_list(
            "sequence", flat=True
        )
    )
    assert sequences(body(client.get(link(third, "Newer")))) == sequences(second)
    # What is newer than the second page fits on the newest one, which has no page before it.
    assert sequences(body(client.get(link(second, "Newer")))) == sequences(first)
    assert link(third, "Back to newest") == "/audit/?person=editor%40"


def test_what_comes_meanwhile_is_announced_and_moves_nothing(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    client = client_for("auditor")
    page = body(client.get("/audit/", {"event": "secret"}))
    assert "audit-new" not in page, "where there is nothing yet, nothing is watched"
    fill_log(universe, cast, 1)
    page = body(client.get("/audit/", {"event": "secret"}))
    watch = HTMX | {"HX-Target": "audit-new"}
    address = re.findall(r'id="audit-new" hx-get="([^"]*)"', page)[0].replace("&amp;", "&")
    assert "new</a>" not in body(client.get(address, headers=watch))
    # The first of them changes nothing.
    fill_log(universe, cast, 3)
    told = client.get(address, headers=watch)
    assert words(told) == "2 new 2 new events."
    assert 'href="/audit/?event=secret"' in body(told)
    again = re.findall(r'id="audit-new" hx-get="([^"]*)"', body(told))[0].replace("&amp;", "&")
    assert words(client.get(again, headers=watch)) == "2 new", "and not said aloud again"
    older = client.get("/audit/", {"event": "secret", "before": "1"})
    assert "audit-new" not in body(older)


def test_nearly_equal_events_are_one_row_that_opens(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    fill_log(universe, cast, 5)
    page = body(client_for("admin").get("/audit/", {"event": "secret.details"}))
    assert page.count('class="event-run"') == 1
    assert "4 more like this, since" in words(client_for("admin").get("/audit/"))
    assert len(sequences(page)) == 5


@pytest.mark.parametrize("name", ["request", "session"])
def test_no_session_is_found_by_nonsense_or_by_those_who_are_not_shown_any(
    client_for: ClientFor, address_of: AddressOf, name: str
) -> None:
    assert client_for("admin").get("/audit/", {name: "a b"}).status_code == 422
    history = client_for("viewer").get(address_of("universe_activity"), {name: "a" * 16})
    assert history.status_code == 422


def test_before_the_first_event_there_is_a_way_back(client_for: ClientFor) -> None:
    page = client_for("admin").get("/audit/", {"before": "1"})
    assert "No events before this." in words(page)
    assert link(body(page), "Newer") == "/audit/?after=0"


@pytest.mark.usefixtures("_short_pages")
def test_htmx_is_given_the_events_alone_with_the_focus_on_the_first(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    fill_log(universe, cast, PAGE_SIZE + 3)
    client = client_for("admin")
    older = link(body(client.get("/audit/")), "Older")
    answer = body(client.get(f"{older}&day=2000-01-01", headers=HTMX))
    assert "<html" not in answer
    assert sequences(answer) == sequences(body(client.get(older)))
    assert answer.count("<summary autofocus>") == 1
    assert answer.index("autofocus") < answer.index("</summary>")


def test_a_day_that_stands_there_already_is_not_said_again(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    client = client_for("admin")
    # The log begins with the set-up, which may have been yesterday.
    days = sorted({time.date() for time in AuditEvent.objects.values_list("time", flat=True)})
    shown = body(client.get("/audit/", headers=HTMX))
    assert shown.count('class="day"') == len(days)
    shown = body(client.get("/audit/", {"day": days[-1].isoformat()}, headers=HTMX))
    assert shown.count('class="day"') == len(days) - 1


def test_the_filter_is_answered_with_the_list_and_a_clean_address(client_for: ClientFor) -> None:
    client = client_for("admin")
    asked = {"person": "admin", "secret": "", "event": ""}
    answer = client.get("/audit/", asked, headers=HTMX | {"HX-Target": "audit-list"})
    assert "<html" not in body(answer)
    assert "0 events found. by admin" in words(answer)
    assert answer.headers["HX-Push-Url"] == "/audit/?person=admin"
    back = HTMX | {"HX-History-Restore-Request": "true", "HX-Target": "audit-list"}
    assert "<html" in body(client.get("/audit/", asked, headers=back))


def test_names_lead_where_they_are_and_may_be_seen(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    client_for("viewer").get(address_of("secret_delete", "PAY_WEBHOOK"))
    client = client_for("admin")
    page = body(client.get("/audit/", {"event": "secret"}))
    assert f'href="{address_of("secret", "PAY_KEY")}"><bdi>PAY_KEY</bdi></a>' in page
    assert f'href="{address_of("universe")}"><bdi>Harbor</bdi></a>' in page
    refused = client.get("/audit/", {"event": "access.refused"})
    told = f"was denied deleting PAY_WEBHOOK in Harbor {PLACE} Denied"
    assert told in words(refused)
    universe.secrets.all().delete()
    assert address_of("secret", "PAY_KEY") not in body(client.get("/audit/", {"event": "secret"}))


def test_who_ran_a_command_is_no_name_and_what_was_granted_is_said_in_plain_words(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.VIEWER))
    page = body(client_for("admin").get("/audit/", {"event": "grant"}))
    assert "<bdi>command line: tests by stagehand on stage</bdi>" in page
    assert "<strong><bdi>command line" not in page
    assert "granted stranger@example.com Viewer in Harbor" in words(
        client_for("admin").get("/audit/", {"event": "grant"})
    )


def test_a_grant_is_told_with_its_secrets_and_its_end(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    day = end_of_day(date(2999, 12, 4))
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.VIEWER, "PAY_*", day))
    sentence = "granted stranger@example.com Viewer of PAY_* in Harbor, until 4 Dec 2999"
    assert sentence in words(client_for("admin").get("/"))
    assert sentence in words(client_for("admin").get("/audit/"))
    told = words(newest_event(client_for("admin")))
    assert "Secrets PAY_*" in told
    assert "Expires 4 Dec 2999, 23:59 UTC" in told
    assert f'"until": "{day.isoformat()}"' in AuditEvent.objects.latest("sequence").detail
    hours = datetime(2999, 12, 5, 8, tzinfo=UTC)
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.EDITOR, until=hours))
    changed = words(client_for("admin").get("/audit/"))
    assert (
        "changed stranger@example.com to Editor in Harbor, until 5 Dec 2999, 08:00 UTC" in changed
    )
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.EDITOR))
    for_ever = words(newest_event(client_for("admin")))
    assert "Secrets All secrets" in for_ever
    assert "Expires Never" in for_ever
    edit_newest("detail", '{"role": "Editor", "scope": "Harbor", "until": "<b>0000"}')
    edited = newest_event(client_for("admin"))
    assert "to Editor in Harbor" in words(edited)
    assert "&lt;b&gt;0000" in body(edited)


def test_changes_that_are_not_settled_stand_above(
    client_for: ClientFor, universe: Universe, cast: Cast, emulator: Emulator
) -> None:
    unknown = leave_open("rotate", faults.cut_before(), emulator, cast, universe)
    grants.give(STAGEHAND, cast["viewer"].user, universe, Terms(Role.AUDITOR, "SIGNING_*"))
    assert "being confirmed" not in words(client_for("viewer").get("/audit/"))
    client = client_for("auditor")
    page = words(client.get("/audit/"))
    assert "1 change is being confirmed manager@example.com started rotating PAY_KEY" in page
    assert "Don’t send it again before then" in page
    Change.objects.filter(pk=unknown.pk).update(state=ChangeState.STARTED)
    assert "Waiting for an answer from Roblox." in words(client.get("/audit/"))
    with later():
        assert "Overdue since" in words(client.get("/audit/"))
    Change.objects.filter(pk=unknown.pk).update(
        state=ChangeState.UNDETERMINED, settled_at=timezone.now(), reason="the clock stood still"
    )
    page = words(client.get("/audit/"))
    assert "1 change from the last 7 days couldn’t be confirmed" in page
    assert "Sealroom couldn’t confirm that it took effect: the clock stood still." in page
    make("rotate", cast, universe)
    assert "couldn’t be confirmed" not in words(client.get("/audit/"))


def test_words_of_others_are_escaped(
    client_for: ClientFor, cast: Cast, universe: Universe, harbor: EmulatedUniverse
) -> None:
    grants.give(
        STAGEHAND,
        cast["viewer"].user,
        universe,
        Terms(Role.VIEWER, reason="<script src=x></script>"),
    )
    page = body(newest_event(client_for("admin")))
    assert "&lt;script src=x&gt;" in page
    assert "<script src=x>" not in page


def test_the_reason_of_a_failure_stands_at_the_very_end(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator
) -> None:
    emulator.inject(faults.status(403), method="PATCH")
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    page = client_for("admin").get("/audit/", {"event": "secret.rotate"})
    told = words(page).replace(" :", ":")
    assert "failed to rotate PAY_KEY in Harbor: Roblox doesn’t allow this" in told
    assert "chip-red" in body(page)


def test_what_was_found_by_reading_is_told_of_who_did_it(
    client_for: ClientFor, universe: Universe, cast: Cast, emulator: Emulator
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    settling.settle(STAGEHAND, older_than_seconds=0)
    told = words(client_for("admin").get("/audit/", {"event": "secret.rotate.succeeded"}))
    found = "found out that manager@example.com rotated PAY_KEY in Harbor"
    assert f"command line: tests by stagehand on stage {found}" in told
