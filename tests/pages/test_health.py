"""What machines ask is answered to anybody, briefly, and changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from pytest_django import Settings

from emulator import Emulator, faults
from secretsapp import __version__
from secretsapp.core.errors import SealroomError
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.models import ApiKey, AuditHead, Change, OutgoingMail, Universe, Witness, Worker
from secretsapp.operation import workers
from tests.pages.conftest import ClientFor
from tests.stage import Cast
from tests.support.unfinished import leave_open, make

pytestmark = pytest.mark.django_db

TOKEN = "a-token-for-monitoring"
BEARER = f"Bearer {TOKEN}"
Samples = dict[tuple[str, ...], float]


@pytest.fixture
def watched(settings: Settings) -> None:
    """An installation whose numbers are read."""
    settings.METRICS_TOKEN = TOKEN


def scrape(client: Client) -> Samples:
    """Every sample by its name and the values of its labels."""
    answer = client.get("/metrics", headers={"Authorization": BEARER})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.content.decode())
    return {place_of(sample): sample.value for family in families for sample in family.samples}


def place_of(sample: Sample) -> tuple[str, ...]:
    """The name of the sample, and behind it the values of its labels in the labels' order."""
    return sample.name, *[value for _, value in sorted(sample.labels.items())]


def test_alive_is_said_without_a_question_to_the_database(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert not answer.cookies
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


def test_nobody_is_looked_up_for_those_who_ask_how_it_is(client_for: ClientFor) -> None:
    client = client_for("viewer")
    with CaptureQueriesContext(connection) as asked:
        for path in ("/healthz", "/readyz"):
            assert not client.get(path).cookies
    assert asked.captured_queries
    assert not any("django_session" in query["sql"] for query in asked.captured_queries)
    assert client.get("/").status_code == 200


def test_ready_is_a_word_for_each_part(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    worker = workers.of_this_process()
    workers.beat(worker)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert set(answer.json()["checks"].values()) == {"ok"}
    assert not answer.cookies
    workers.end(worker)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["checks"]["worker"] == "failed"
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_without_a_token_in_the_settings_there_are_no_metrics(method: str) -> None:
    client = Client(enforce_csrf_checks=True)
    found = client.generic(method, "/metrics", headers={"Authorization": "Bearer "})
    elsewhere = client.generic(method, "/metric", headers={"Authorization": "Bearer "})
    assert found.status_code == elsewhere.status_code == 404
    assert found.content == elsewhere.content


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"{BEARER}x", BEARER[:-1], "Bearer ä"],
)
def test_another_token_is_refused_and_leaves_no_trace(
    client: Client, given: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert TOKEN.encode() not in answer.content


@pytest.mark.usefixtures("watched")
def test_numbers_of_an_empty_installation(client: Client, django_assert_num_queries: Any) -> None:
    # On PostgreSQL three more statements bound how long the others may take.
    with django_assert_num_queries(13 if connection.vendor == "postgresql" else 10):
        found = scrape(client)
    assert found["sealroom_build_info", __version__] == 1
    assert found["sealroom_database_answers",] == 1
    assert found["sealroom_changes", "unknown"] == 0
    assert found["sealroom_workers_seen",] == 0
    assert ("sealroom_worker_last_seen_age_seconds",) not in found
    assert found["process_resident_memory_bytes",] > 0


@pytest.mark.engine
@pytest.mark.usefixtures("watched")
def test_numbers_of_the_database(
    client: Client, universe: Universe, cast: Cast, emulator: Emulator
) -> None:
    now = timezone.now()
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    Change.objects.update(started_at=now - timedelta(minutes=10))
    others = {"name": "name of a universe", "api_key": universe.api_key}
    Universe.objects.create(pk=1, **others)
    Universe.objects.create(
        pk=2, **others, sync_failure="words", synced_at=now - timedelta(hours=1)
    )
    ApiKey.objects.update(check_verdict=KeyVerdict.OPENS)
    workers.beat(workers.of_this_process())
    Worker.objects.create(host="x", pid=1, started_at=now, seen_at=now - timedelta(hours=2))
    for state, ended_at in (("waiting", None), ("given_up", now)):
        OutgoingMail.objects.create(
            kind="x",
            address="x@example.com",
            state=state,
            queued_at=now - timedelta(hours=3),
            ended_at=ended_at,
        )
    for words in ({}, {"failure": "x"}, {"failure": "x", "alarm": "x"}):
        Witness.objects.create(name=f"W{len(words)}", added_at=now, **words)
    found = scrape(client)
    assert [found["sealroom_witnesses", word] for word in ("working", "failing", "alarm")] == [
        1
    ] * 3
    assert found["sealroom_oldest_waiting_mail_age_seconds",] == pytest.approx(10800, abs=60)
    assert found["sealroom_mails_given_up",] == 1
    assert found["sealroom_changes", "unknown"] == 1
    assert found["sealroom_oldest_open_change_age_seconds",] == pytest.approx(600, abs=60)
    assert found["sealroom_audit_head_sequence",] == AuditHead.objects.get().sequence
    assert [found["sealroom_universes", word] for word in ("fresh", "failed", "never")] == [1, 1, 1]
    assert found["sealroom_oldest_mirror_age_seconds",] == pytest.approx(3600, abs=60)
    assert [found["sealroom_api_keys", word] for word in ("passed", "failed", "never")] == [1, 0, 0]
    assert found["sealroom_workers_seen",] == 1
    assert found["sealroom_worker_last_seen_age_seconds",] < 60


@pytest.mark.usefixtures("watched")
def test_where_the_database_fails_that_is_the_number(client: Client) -> None:
    def be_away(*_arguments: object) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(be_away):
        found = scrape(client)
    assert found["sealroom_database_answers",] == 0
    assert not any(name.startswith("sealroom_changes") for name, *_ in found)
    assert found["process_resident_memory_bytes",] > 0


@pytest.mark.usefixtures("watched")
def test_requests_are_counted_under_methods_that_exist(client: Client) -> None:
    before = scrape(client)
    for method in ("GET", "BREW", "FETCH"):
        client.generic(method, "/healthz")
    after = scrape(client)
    assert (
        after["sealroom_requests_total", "other", "405"]
        - before.get(("sealroom_requests_total", "other", "405"), 0)
        == 2
    )
    # The scrape before is among them.
    place = ("sealroom_requests_total", "GET", "200")
    assert after[place] - before.get(place, 0) == 2
    assert not any("BREW" in place for place in after)
    counted = ("sealroom_request_seconds_count",)
    assert after[counted] - before[counted] == 4


@pytest.mark.usefixtures("watched")
def test_calls_to_roblox_are_counted_by_outcome(
    client: Client, universe: Universe, emulator: Emulator, cast: Cast
) -> None:
    before = scrape(client)
    make("rotate", cast, universe)
    for fault, method in ((faults.status(403), "GET"), (faults.cut_after(), "PATCH")):
        emulator.inject(fault, method=method)
        with pytest.raises(SealroomError):
            make("rotate", cast, universe)
    after = scrape(client)
    grown = {
        place[1:]: value - before.get(place, 0)
        for place, value in after.items()
        if place[0] == "sealroom_roblox_calls_total" and value > before.get(place, 0)
    }
    assert grown == {
        ("list_secrets", "ok"): 2,
        ("list_secrets", "refused"): 1,
        ("public_key", "ok"): 2,
        ("update_secret", "ok"): 1,
        ("update_secret", "unknown"): 1,
    }
    seconds = ("sealroom_roblox_call_seconds_count", "update_secret")
    assert after[seconds] - before.get(seconds, 0) == 2


@pytest.mark.usefixtures("watched")
def test_no_number_names_a_secret_a_person_or_a_universe(
    client_for: ClientFor, universe: Universe
) -> None:
    client = client_for("admin")
    client.get(f"/universes/{universe.pk}/secrets/PAY_KEY/")
    answer = client.get("/metrics", headers={"Authorization": BEARER})
    text = answer.content.decode()
    names = ("PAY_KEY", "Harbor", str(universe.pk), "admin@", "automation")
    assert not any(name in text for name in names)
