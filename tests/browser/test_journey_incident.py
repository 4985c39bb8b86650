"""An incident is followed from a message to evidence that needs nothing of Sealroom."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from secretsapp.channels.messages import Message
from secretsapp.channels.rule import Rule
from secretsapp.channels.sending import Outcome
from secretsapp.channels.targets import Opened
from secretsapp.core.events.kinds import Severity
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.models import Checkpoint, Universe
from secretsapp.models.channels import ChannelKind
from tests.browser.conftest import Visit
from tests.browser.journeys import enter, follow
from tests.channels.telling import happens, open_channel, work
from tests.repository.files import ROOT
from tests.stage import Cast

pytestmark = pytest.mark.browser


def test_an_auditor_follows_a_message_to_evidence(
    visit: Visit, universe: Universe, cast: Cast, tmp_path: Path
) -> None:
    told: list[Message] = []

    def takes(_kind: ChannelKind, _opened: Opened, message: Message) -> Outcome:
        told.append(message)
        return Outcome(is_sent=True, words="Answered 204.")

    warnings = Rule(at_least=Severity.WARNING)
    open_channel(ChannelKind.DISCORD, "https://discord.example/api/webhooks/1/x", warnings)
    (number,) = happens(universe, ["PAY_KEY"], SecretEvent.SECRET_DRIFT_CHANGED)
    happens(universe, ["PAY_WEBHOOK"])
    work(takes)
    (message,) = told
    content = json.loads(message.body)["content"]
    assert "PAY\\_KEY changed outside Sealroom in Harbor" in content
    link = re.search(r"\(<https?://[^/]+(.+)>\)", content)
    assert link is not None

    auditor = enter(visit, "auditor", link[1], script=True)
    event = auditor.page.locator(f"#event-{number}")
    expect(event).to_contain_text("PAY_KEY changed outside Sealroom")
    event.locator("summary .icon").click()
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
