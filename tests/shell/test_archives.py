"""Archives at the shell: made, verified and asked for proofs, and killed at any moment."""

import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from secretsapp.models import AuditArchive, AuditEvent
from tests.installation import ROOT, Installation
from tests.shell.conftest import Shell
from tests.shell.copies import backed_up, hand_over_keys
from tests.stage import Cast
from tests.support.old_log import WHY, make_old, sign_in

MONTH_AGO = f"{timezone.now() - timedelta(days=31):%Y-%m-%d}"
# Kills itself at the first event of Python's own hooks that has this name and comes behind another.
SCRIPT = """
import json, os, signal, sys
import django
django.setup()
from django.core.management import call_command
import pytest
from secretsapp.models import audit
from tests.support.old_log import make_old
seen, (arguments, points) = [], json.load(sys.stdin)
def look(event, _arguments):
    if points and event == points[0]:
        points.pop(0)
        if not points:
            os.kill(os.getpid(), signal.SIGKILL)
audit.BLOCK_SIZE = 64
if arguments:
    sys.addaudithook(look)
    call_command(*arguments)
else:
    make_old(pytest.MonkeyPatch())
"""


@pytest.mark.django_db
@pytest.mark.engine
def test_an_archive_is_made_verified_and_asked_for_proofs(
    shell: Shell, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_old(monkeypatch)
    path, proof, entry = tmp_path / "log.gz", tmp_path / "proof", tmp_path / "entry"
    because = (f"--before={MONTH_AGO}", f"--reason={WHY}")
    anchor = shell.run("verify_audit", "--json").json["anchor"]
    assert "You can’t manage API keys" in shell.refuse(
        "archive_audit", path, *because, "--as=manager@example.com"
    )
    assert "the last 30 days" in shell.refuse(
        "archive_audit", path, "--before=2999-01-01", because[1]
    )
    said = shell.run("archive_audit", path, *because, "--json").json
    assert (said["first"], said["last"], said["file"]) == (1, 512, str(path))
    assert "is an archive already" in shell.refuse("archive_audit", path, *because)
    whole = shell.run("verify_audit", f"--anchor={anchor}").output
    made_at = AuditArchive.objects.get().made_at
    assert f"Events 1 to 512 are in the archive log.gz of {made_at:%Y-%m-%d}.\n" in whole
    told = shell.run("verify_audit", "--archive", path).output
    assert f"{path} is intact: archive 1, events 1 to 512.\n" in told
    assert "The log goes on behind it" in told
    files = (f"--proof={proof}", f"--entry={entry}")
    assert "Name its file with --archive" in shell.refuse("make_proof", 300, *files)
    shell.run("make_proof", 300, *files, "--archive", path)
    assert proof.read_text().startswith("c2sp.org/tlog-proof@v1\nindex 299\n")
    hashes = shell.run("make_checkpoint", "--consistency=100", "--archive", path).output
    assert len(hashes.splitlines()) > 3
    bundle, asked = tmp_path / "bundle.json", ("--event=person.signed_in", "--to=2999-01-01")
    assert "No events match" in shell.refuse(
        "make_evidence", bundle, "--archive", path, "--secret=NEVER_THERE"
    )
    sign_in(cast)
    shell.run("make_evidence", bundle, "--archive", path, *asked)
    told = shell.run("verify_evidence", bundle).output
    assert "Filter: archive=1&event=person.signed_in" in told
    numbers = [int(line.split()[0]) for line in told.splitlines() if " person.signed_in " in line]
    assert (
        min(numbers)
        <= 512
        < max(numbers)
        == AuditEvent.objects.filter(tag="person.signed_in").latest("sequence").sequence
    )
    path.write_bytes(path.read_bytes()[:-9])
    assert f"{path}: It was cut off" in shell.refuse("verify_audit", "--archive", path)


@pytest.mark.process
@pytest.mark.engine
def test_whenever_it_is_killed_each_event_is_in_the_log_or_in_the_file(
    installation: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    assert run(installation).returncode == 0
    # Just before the file has its name, before the events are deleted, and after that.
    for number, points in enumerate((["os.link"], ["os.link", "open"], ["os.link", "os.remove"])):
        path = tmp_path / f"{number}.gz"
        command = ("archive_audit", str(path), f"--before={MONTH_AGO}", "--reason=tests")
        assert run(installation, *command, points=points).returncode == -signal.SIGKILL
        [[first]] = installation.rows("SELECT min(sequence) FROM secretsapp_auditevent")
        assert (path.exists(), first) == ((number > 0), (513 if number == 2 else 1))
        assert "intact" in installation.succeed("verify_audit")
        if path.exists():
            told = installation.succeed("verify_audit", "--archive", str(path))
            expected = "The log goes on behind it" if number == 2 else "No event of it was deleted"
            assert expected in told
            done = installation.run(*command)
            assert expected in done.stderr.decode()
            assert "is an archive already" in done.stderr.decode()
    # A backup of what is left knows the archive too.
    backed_up(installation, tmp_path / "copy")
    hand_over_keys(installation, elsewhere)
    elsewhere.succeed("restore", str(tmp_path / "copy"))
    assert "Events 1 to 512 are in the archive 2.gz" in elsewhere.succeed("verify_audit")
    assert "goes on behind it" in elsewhere.succeed(
        "verify_audit", "--archive", str(tmp_path / "2.gz")
    )


def run(
    installation: Installation, *arguments: str, points: list[str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Make the log old or, with arguments, run a command that is killed at the last of points."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps([arguments, points or []]).encode(),
        env=installation.environment | {"DJANGO_SETTINGS_MODULE": "dashboard.settings"},
        cwd=ROOT,
        check=False,
        timeout=60,
    )
