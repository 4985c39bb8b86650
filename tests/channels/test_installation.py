"""What an installation knows of its channels: keys, doctor, monitoring and the first page."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from secretsapp.channels import outcomes, targets
from secretsapp.core.errors import StillInUse
from secretsapp.models import Channel, Delivery, Universe
from secretsapp.models.channels import ChannelKind
from secretsapp.operation import master_keys, metrics, ring_changes, ring_contents
from secretsapp.operation.diagnosis import diagnose
from secretsapp.operation.encrypted import Kind
from secretsapp.operation.master_keys import Moved
from secretsapp.rules.keys import Ring, current_master_key_id
from tests.channels.telling import open_channel, stored
from tests.pages.reading import words
from tests.stage import STAGEHAND
from tests.support.rings import use_copies

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.com/marker"


def found_by_doctor() -> str:
    """What `doctor` says of channels."""
    return next(line.finding.found for line in diagnose(STAGEHAND) if line.check == "channels")


def test_a_new_master_key_takes_channels_along(
    universe: Universe, settings: Settings, tmp_path: Path
) -> None:
    use_copies(settings, tmp_path / "keys")
    open_channel(ChannelKind.WEBHOOK, URL)
    old = current_master_key_id()
    new = ring_changes.add(STAGEHAND, Ring.MASTER)
    assert master_keys.rotate(STAGEHAND, new, dry_run=True).of[Kind.CHANNELS].reencrypted == 1
    assert ring_contents.uses(Ring.MASTER)[old].encrypted[Kind.CHANNELS] == 1
    rotation = master_keys.rotate(STAGEHAND, new)
    assert rotation.of[Kind.CHANNELS] == Moved(1, 1)
    assert targets.key_id_of(stored()) == new
    assert targets.decrypt(stored()).address == URL
    Channel.objects.update(encrypted_target=_under(old))
    with pytest.raises(StillInUse, match="channels"):
        ring_changes.drop(STAGEHAND, Ring.MASTER, old, ends_sessions=True)


def _under(key_id: str) -> bytes:
    """A blob that names that key."""
    return b"\x01" + bytes.fromhex(key_id) + bytes(60)


def test_a_channel_that_stopped_is_told_to_admins_doctor_and_monitoring(
    universe: Universe, client_for: Callable[[str], Client]
) -> None:
    open_channel(ChannelKind.WEBHOOK, URL)
    assert "1 channel" in found_by_doctor()
    Channel.objects.update(failing_since=timezone.now() - timedelta(hours=1))
    assert found_by_doctor() == "Channels fail: Team."
    measured = {each.name: each.value for each in metrics.measures()}
    assert measured["sealroom_oldest_failing_channel_age_seconds"] == pytest.approx(3600, abs=60)
    Channel.objects.update(state="paused", why="delivery failed for a day")
    assert found_by_doctor() == "Channels were stopped: Team."
    measured = {each.name: each.value for each in metrics.measures()}
    assert measured["sealroom_channels"] == {"on": 0, "off": 0, "paused": 1}
    told = "The channel Team sends nothing: delivery failed for a day."
    assert told in words(client_for("admin").get("/"))
    assert "Team" not in words(client_for("manager").get("/"))


def test_deliveries_are_forgotten_after_a_month_and_those_that_wait_are_not(
    universe: Universe,
) -> None:
    channel = open_channel(ChannelKind.WEBHOOK, URL).channel
    then = timezone.now() - outcomes.KEPT_FOR
    numbers = {"first": 1, "last": 1, "count": 1, "began_at": then, "tried_at": then}
    for state, ended_at in (("sent", then), ("sent", timezone.now()), ("waiting", None)):
        Delivery.objects.create(channel=channel, state=state, ended_at=ended_at, **numbers)
    assert outcomes.clear() == 1
    assert sorted(channel.deliveries.values_list("state", flat=True)) == ["sent", "waiting"]
