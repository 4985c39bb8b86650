"""Filtering the audit log: what is in use, how much there is, and what can't be used."""

import re
from collections import Counter
from datetime import timedelta
from math import sqrt
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from secretsapp.log import counting
from secretsapp.log.filters import AuditFilter
from secretsapp.models import AuditEvent, Universe
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.pages.reading_log import fill_log, link_to, sequences
from tests.stage import Cast


def test_filters_narrow_it_and_stand_in_the_address(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    wanted = {
        "universe": str(universe.pk),
        "person": "ROTATOR@",
        "event": "secret.rotate",
        "secret": "PAY_*",
        "from": "2026-01-01",
        "to": "2999-12-31",
    }
    client = client_for("admin")
    page = client.get("/audit/", wanted)
    assert len(sequences(body(page))) == 1
    assert "No older events match." in words(page)
    assert "1 event" in words(page)
    both = client.get("/audit/", wanted | {"attempts": "on"})
    assert len(sequences(body(both))) == 2
    assert "Started" in words(both)
    change = AuditEvent.objects.latest("sequence").change_id
    one = client.get("/audit/", wanted | {"result": "succeeded", "change": change})
    assert len(sequences(body(one))) == 1
    for who in ("rotator@example.com", "command", "system"):
        found = sequences(body(client.get("/audit/", {"person": who, "secret": "PAY_KEY"})))
        assert bool(found) == ("@" in who)
    assert "No events match." in words(client.get("/audit/", wanted | {"person": "nobody"}))
    for narrower in ({"result": "failed"}, {"secret": "pay_*"}, {"to": "2026-01-01"}):
        assert sequences(body(client.get("/audit/", wanted | narrower))) == []


def test_each_filter_in_use_is_a_chip_that_takes_it_alone_away(
    client_for: ClientFor, universe: Universe
) -> None:
    change = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    wanted = {
        "universe": str(universe.pk),
        "person": "ann",
        "secret": "PAY_*",
        "event": "secret",
        "result": "failed",
        "from": "2026-11-02",
        "to": "2026-11-03",
        "change": change,
        "before": "9",
    }
    page = client_for("admin").get("/audit/", wanted)
    chips = re.findall(r'class="chip" href="([^"]*)"><bdi>([^<]*)', body(page))
    assert [word for _, word in chips] == [
        "Harbor",
        "by ann",
        "secret PAY_*",
        "Any secret event",
        "Failed",
        "from 2 Nov 2026",
        "to 3 Nov 2026",
        "change 00000000…",
    ]
    kept = [name for name in wanted if name != "before"]
    for (address, _), taken in zip(chips, kept, strict=True):
        assert set(parse_qs(urlsplit(address).query.replace("&amp;", "&"))) == set(kept) - {taken}
    # A time of one's own choice goes with no other.
    other = words(client_for("admin").get("/audit/", wanted | {"since": "7d"}))
    assert "Last 7 days , remove filter" in other
    assert "2 Nov 2026 , remove filter" not in other


def test_a_tag_of_the_address_can_be_looked_for_though_no_words_are_offered(
    client_for: ClientFor,
) -> None:
    page = client_for("admin").get("/audit/", {"event": "installation.claimed"})
    assert "installation.claimed , remove filter" in words(page)
    assert '<option value="installation.claimed" selected>' in body(page)


def test_without_a_script_nothing_empty_stays_in_the_address(client_for: ClientFor) -> None:
    asked = {"person": "ann", "secret": "", "since": "custom", "from": "", "before": "9"}
    answer = client_for("admin").get("/audit/", asked)
    assert answer.headers["Location"] == "/audit/?person=ann&before=9"


def test_the_days_are_counted_and_each_leads_to_its_events(
    client_for: ClientFor, universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        client = client_for("admin")
        fill_log(universe, cast, 3)
        then = f"{timezone.now():%Y-%m-%d}"
        page = client.get("/audit/", {"event": "secret.details"})
        assert "3 events" in words(page)
        assert body(page).count('class="bar-ground"') == counting.DAYS
        until = f"{timezone.now():%d %b %Y}".removeprefix("0")
        assert re.search(rf"Each bar is a day, from \d+ \w+ \d+ to {until}\.", words(page))
        days = counting.count(cast["admin"].actor, AuditFilter()).days
        # The log begins with the set-up, which may have been on a day of its own.
        counts = Counter(at.date() for at in AuditEvent.objects.values_list("time", flat=True))
        most = max(counts.values())
        roots = {day: round(100 * sqrt(count / most)) for day, count in counts.items()}
        assert {day.day: day.height for day in days if day.height} == roots, "of what it counts"
        day = link_to(body(page), f"from={then}")
        assert len(sequences(body(client.get(day)))) == 3
        assert body(client.get(day)).count('class="bar-ground"') == 1
        monkeypatch.setattr(counting, "LOOKED_THROUGH", 4)
        assert "3 among the newest 4 events" in words(client.get("/audit/", {"secret": "PAY_*"}))
        assert "among the newest" not in words(client.get("/audit/", {"since": "24h"}))
        monkeypatch.setattr(counting, "MOST", 2)
        cut = words(client.get("/audit/"))
        assert "More than 2 events" in cut
        assert "Not counted" in cut


def test_a_presets_events_are_those_since_then(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    client = client_for("admin")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        fill_log(universe, cast, 1)
        assert len(sequences(body(client.get("/audit/", {"since": "1h"})))) == 1
        assert len(sequences(body(client.get("/audit/", {"since": "24h"})))) > 1


@pytest.mark.parametrize(
    "query",
    [
        {"universe": "x"},
        {"person": "nul \x00"},
        {"person": "x" * 255},
        {"event": "no.such.event"},
        {"before": "0"},
        {"before": "x"},
        {"before": str(2**63)},
        {"after": "-1"},
        {"secret": "PAY-*"},
        {"result": "perhaps"},
        {"since": "1y"},
        {"from": "31.12.2026"},
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"change": "x"},
        {"q": "…"},
        {"q": "12345"},
        {"door": "window"},
        {"environment": "moon"},
        {"address": "localhost"},
        {"zone": "Mars/Olympus", "from": "2026-11-02"},
        {"zone": "../../etc/passwd", "since": "today"},
        {"colour": "red"},
    ],
)
def test_a_filter_that_cannot_be_used_is_said_and_finds_nothing(
    client_for: ClientFor, query: dict[str, str]
) -> None:
    answer = client_for("admin").get("/audit/", query)
    assert answer.status_code == 422
    assert 'role="alert"' in body(answer)
    assert sequences(body(answer)) == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("event=grant&event=secret", "says the same filter twice"),
        ("event=grant&event=", "says the same filter twice"),
        ("event=&event=grant", "says the same filter twice"),
        ("before=9&before=20", "says the same filter twice"),
        ("before=20&after=2", "leads to no page of the log"),
        ("before=9223372036854775808", "leads to no page of the log"),
        ("after=-1", "leads to no page of the log"),
        ("after=newest", "leads to no page of the log"),
        ("colour=red", "There is no such filter"),
        ("colour=red&event=", "There is no such filter"),
    ],
)
@pytest.mark.parametrize("page", ["/audit/", "/audit/export/", "/audit/evidence/"])
def test_an_address_that_says_what_cannot_be_is_refused_in_words(
    client_for: ClientFor, page: str, query: str, sentence: str
) -> None:
    client = client_for("admin")
    answer = client.get(f"{page}?{query}")
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert sequences(body(answer)) == []
    if page != "/audit/":
        asked = client.post(f"{page}?{query}", {"format": "csv"})
        assert asked.status_code == 422
        assert sentence in words(asked)
