"""That the log is whole, and up to where, stands on its page; a broken log is told in words."""

import hashlib

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import Settings

from secretsapp.core import signed_notes
from secretsapp.log import checkpoints
from secretsapp.models import AuditEvent, Checkpoint
from tests.pages.conftest import ClientFor
from tests.stage import STAGEHAND, Cast
from tests.support.tampering import behind_the_back

pytestmark = pytest.mark.django_db

LOG, PAGE, NEWEST = reverse("audit"), reverse("checkpoints"), reverse("checkpoint")
MAKE = reverse("checkpoint_make")
TOKEN = "a-token-for-checkpoints"


def words(client: Client, address: str) -> str:
    """The page in words, with single spaces."""
    return " ".join(client.get(address).content.decode().split())


def test_a_checkpoint_is_made_shown_and_served_as_it_was_signed(
    cast: Cast, client_for: ClientFor
) -> None:
    admin = client_for("admin")
    assert "No checkpoint yet" in words(admin, LOG)
    assert "No checkpoint was signed yet" in words(admin, PAGE)
    assert admin.get(NEWEST).status_code == 404
    answer = admin.post(MAKE, follow=True)
    made = Checkpoint.objects.get()
    assert f"Signed checkpoint {made.number}." in answer.content.decode()
    shown = words(admin, PAGE)
    public = signed_notes.verifier(made.verifier).public
    assert hashlib.sha256(public).hexdigest() in shown
    assert made.root in shown
    assert escape(made.verifier) in shown
    log = words(admin, LOG)
    assert f"Whole up to event {made.size}, checked" in log
    assert PAGE in log
    served = admin.get(NEWEST)
    assert served.content.decode() == made.note
    assert served.headers["Content-Type"] == "text/plain; charset=utf-8"
    again = admin.post(MAKE, follow=True).content.decode()
    assert f"nothing has happened since checkpoint {made.number}." in again


def test_who_reads_a_part_of_the_log_is_told_that_it_is_whole_and_no_more(
    cast: Cast, client_for: ClientFor
) -> None:
    made = checkpoints.make(STAGEHAND)
    for name in ("manager", "auditor"):
        client = client_for(name)
        log = words(client, LOG)
        assert f"Whole up to event {made.size}, checked" in log
        assert PAGE not in log
        assert [client.get(each).status_code for each in (PAGE, NEWEST)] == [403, 403]
        assert client.post(MAKE).status_code == 403


def test_a_machine_reads_the_newest_with_the_token_alone(
    cast: Cast, client: Client, settings: Settings
) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    # Without a token in the settings there is no such door: one signs in.
    assert client.get(NEWEST, headers=bearer).status_code == 302
    settings.CHECKPOINT_TOKEN = TOKEN
    assert client.get(NEWEST).status_code == 302
    for wrong in ("Bearer another", f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN}\udcff"):
        answer = client.get(NEWEST, headers={"Authorization": wrong})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="checkpoints"'
    assert client.get(NEWEST, headers=bearer).status_code == 404
    made = checkpoints.make(STAGEHAND)
    assert client.get(NEWEST, headers=bearer).content.decode() == made.note
    assert client.post(NEWEST, headers=bearer).status_code == 405
    assert client.get(PAGE, headers=bearer).status_code == 302


def test_a_broken_log_is_told_where_it_is_read_and_at_home_with_the_bad_row(
    cast: Cast, client_for: ClientFor
) -> None:
    checkpoints.make(STAGEHAND)
    sequence = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True)[0]
    behind_the_back(
        f"UPDATE secretsapp_auditevent SET actor_name = 'x' WHERE sequence = {sequence}"
    )
    admin = client_for("admin")
    answer = admin.post(MAKE, follow=True).content.decode()
    assert f"Nothing was signed. Event {sequence} was edited" in answer
    for address in (LOG, PAGE, reverse("home")):
        page = words(admin, address)
        assert "The audit log is broken." in page, address
        assert f"Event {sequence} was edited" in page
    told = words(admin, reverse("home"))
    assert "<b>1</b> Needs attention" in told
    assert "All clear" not in told
    assert "Whole up to" not in words(admin, LOG)
    for address in (LOG, reverse("home")):
        assert "The audit log is broken" not in words(client_for("manager"), address)


def test_what_takes_long_is_left_to_the_worker(
    cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secretsapp.log.tree.CHECKED_AT_ONCE", 10)
    answer = client_for("admin").post(MAKE, follow=True).content.decode()
    assert "Nothing was signed. The worker still has too many events to check first." in answer
    assert not Checkpoint.objects.exists()
