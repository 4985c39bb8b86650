"""An incident is followed from a received message to evidence that needs nothing of Sealroom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from secretsapp.channels.rule import Rule
from secretsapp.core.events.kinds import Severity
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.models import Checkpoint, Universe
from secretsapp.models.channels import ChannelKind
from tests.browser.conftest import Visit
from tests.browser.journeys import enter, follow
from tests.channels.telling import happens, open_channel, work
from tests.repository.files import ROOT
from tests.stage import Cast
from tests.support.receiver import Receiver, says

pytestmark = pytest.mark.browser


def test_an_auditor_follows_a_message_to_evidence(
    visit: Visit,
    universe: Universe,
    cast: Cast,
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.SITE_URL = live_server.url
    with Receiver(tmp_path, "localhost") as discord:
        discord.allow(settings)
        discord.plays = lambda _received: says(204)
        open_channel(ChannelKind.DISCORD, discord.url, Rule(at_least=Severity.WARNING))
        (number,) = happens(universe, ["PAY_KEY"], SecretEvent.SECRET_DRIFT_CHANGED)
        happens(universe, ["PAY_WEBHOOK"])
        assert work() == 1
    (received,) = discord.requests
    content = received.json["content"]
    assert "PAY\\_KEY changed outside Sealroom in Harbor" in content
    (link,) = re.findall(r"\(<(.+)>\)", content)

    auditor = enter(visit, "auditor", script=True)
    auditor.page.goto(link)
    event = auditor.page.locator(f"#event-{number}")
    expect(event).to_contain_text("PAY_KEY changed outside Sealroom")
    event.get_by_role("link", name="All about this secret").click()
    expect(auditor.page.get_by_role("list", name="Filters in use")).to_contain_text("PAY_KEY")
    follow(auditor, "Evidence")
    with auditor.page.expect_download() as download:
        auditor.page.get_by_role("button", name="Download evidence").click()
    bundle = tmp_path / "bundle.json"
    download.value.save_as(bundle)
    key = Checkpoint.objects.latest("number").verifier
    verifier = [sys.executable, "-P", str(ROOT / "verify_evidence.py"), str(bundle), f"--key={key}"]
    checked = subprocess.run(verifier, cwd="/", capture_output=True, check=False, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"{number}" in checked.stdout
    assert "secret.drift.changed" in checked.stdout
