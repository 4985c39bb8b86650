"""Channels at the shell: no address or secret is an argument, and none is printed but a new one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from standardwebhooks import Webhook

from secretsapp.models import Channel, Universe
from tests.channels.telling import happens, work
from tests.installation import Installation
from tests.shell.conftest import Shell
from tests.support.receiver import Receiver, says

pytestmark = pytest.mark.django_db

GIVEN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver(tmp_path: Path, settings: Settings) -> Iterator[Receiver]:
    """A receiver of webhooks that the operator allows."""
    with Receiver(tmp_path, "localhost") as running:
        running.allow(settings)
        yield running


def test_a_channel_is_added_tested_changed_and_removed(
    shell: Shell, universe: Universe, receiver: Receiver, tmp_path: Path
) -> None:
    url = receiver.url.encode()
    assert shell.run("list_channels").output == "No channels.\n"
    added = shell.run("add_channel", "webhook", "Team", "--event=secret.rotate", piped=url)
    secret = added.output.rstrip().rpartition(" ")[2]
    assert "marker" not in added.output
    assert "Answered 200." in shell.run("test_channel", "Team").output
    (test,) = receiver.requests
    Webhook(secret).verify(test.body, dict(test.headers))
    (number,) = happens(universe, ["PAY_KEY"])
    receiver.plays = lambda _: says(500)
    work()
    first = shell.run("list_deliveries", "Team").output.splitlines()[1]
    assert first.split()[:2] == [str(number), "failing"]
    assert "failing" in shell.run("list_channels").output
    assert "The test of “Team” failed: Answered 500." in shell.refuse("test_channel", "Team")
    assert "meanwhile" in shell.refuse("edit_channel", "Team", f"--skip={number + 1}")
    shell.run("edit_channel", "Team", f"--skip={number}", "--name=Crew")
    shell.run("edit_channel", "Crew", "--turn-off")
    file = tmp_path / "secret"
    file.write_text(GIVEN)
    edit = ("edit_channel", "Crew", "--resume-from-now", "--environment=none", "--event=")
    found = shell.run(*edit, f"--secret-file={file}", "--severity=warning", "--json").json
    assert (found["state"], found["environments"], found["severity"], found["secret"]) == (
        *("on", ["none"], "warning"),
        None,
    )
    receiver.plays = lambda _: says(200)
    shell.run("test_channel", "Crew")
    Webhook(GIVEN).verify(receiver.requests[-1].body, dict(receiver.requests[-1].headers))
    deliveries = shell.run("list_deliveries", "Crew", "--json").json["deliveries"]
    assert [each["state"] for each in deliveries] == ["sent", "failed", "skipped", "sent"]
    assert "--yes" in shell.refuse("remove_channel", "Crew")
    shell.run("remove_channel", "Crew", "--yes")
    assert not Channel.objects.exists()


def test_what_cannot_be_used_is_refused_without_repeating_it(
    shell: Shell, universe: Universe, tmp_path: Path
) -> None:
    for piped in (b"http://marker.example/", b"", b"marker\x00"):
        assert "marker" not in shell.refuse("add_channel", "webhook", "Team", piped=piped)
    said = shell.refuse("add_channel", "slack", "T", "--event=marker", piped=b"https://a.example/")
    assert "no such event" in said
    assert "can't be read" in shell.refuse(
        "add_channel", "webhook", "Team", f"--secret-file={tmp_path}", piped=b"https://a.example/"
    )
    assert "There is no channel named “Team”." in shell.refuse("test_channel", "Team")
    assert not Channel.objects.exists()
    shell.run("add_channel", "slack", "Team", piped=b"https://a.example/")
    assert "Only webhooks have a signing" in shell.refuse("edit_channel", "Team", "--new-secret")


@pytest.mark.process
def test_a_worker_tells_a_channel_that_it_was_added(stocked: Installation, tmp_path: Path) -> None:
    with Receiver(tmp_path, "localhost") as receiver:
        allowed = {"CHANNEL_NETWORKS": "127.0.0.0/8", "CHANNEL_AUTHORITIES": receiver.authorities}
        url = receiver.url.encode()
        added = stocked.run("add_channel", "webhook", "Team", stdin=url, environment=allowed)
        worked = stocked.run("work", "--once", environment=allowed)
        assert (added.returncode, worked.returncode, worked.stderr) == (0, 0, b"")
        assert [each.json["type"] for each in receiver.requests] == ["channel.added"]
