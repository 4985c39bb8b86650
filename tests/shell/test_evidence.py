"""Evidence at the shell: made, checked by the installation, and by the one file of strangers."""

import subprocess
import sys
from pathlib import Path

import pytest

from secretsapp.models import Universe
from tests.repository.files import ROOT
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

VERIFIER = ROOT / "verify_evidence.py"


def by_a_stranger(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The one file, by a Python that sees nothing else of Sealroom."""
    command = [sys.executable, "-P", VERIFIER, *arguments]
    return subprocess.run(
        [str(part) for part in command], cwd="/", capture_output=True, check=False, text=True
    )


def test_evidence_is_made_and_checked_here_and_elsewhere(
    shell: Shell, universe: Universe, tmp_path: Path
) -> None:
    bundle, older, growth = tmp_path / "bundle.json", tmp_path / "older", tmp_path / "growth"
    assert "signed no checkpoint" in shell.refuse("verify_evidence", VERIFIER)
    older.write_text(shell.run("make_checkpoint").output)
    size = shell.run("make_checkpoint", "--json").json["size"]
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    asked = ("make_evidence", bundle, f"--universe={HARBOR_ID}", "--event=secret.rotate")
    said = shell.run(*asked).output
    assert said == f"Wrote {bundle}: 1 event, proved by checkpoint 2.\n"
    assert bundle.stat().st_mode & 0o077 == 0
    assert b"second" not in bundle.read_bytes()
    growth.write_text(shell.run("make_checkpoint", f"--consistency={size}").output)
    key = shell.run("make_checkpoint", "--key").output.strip()
    joined = (f"--older={older}", f"--consistency={growth}")
    said = shell.run("verify_evidence", bundle, *joined).output
    assert f"The first {size} events are those of the older checkpoint" in said

    found = by_a_stranger(bundle, f"--key={key}", *joined)
    assert (found.returncode, found.stdout, found.stderr) == (0, said, "")
    assert "Filter: universe=6930499524&event=secret.rotate" in said
    assert by_a_stranger(bundle).returncode == 3
    assert by_a_stranger(bundle, "--older=/nowhere").returncode == 2
    bundle.write_bytes(bundle.read_bytes().replace(b"PAY_KEY", b"PAY_KEX"))
    found = by_a_stranger(bundle, f"--key={key}")
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("REFUSED. Event ")
    assert "Refused. Event " in shell.refuse("verify_evidence", bundle)


def test_what_makes_no_sense_leaves_no_file(
    shell: Shell, universe: Universe, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.json"
    assert "no such event" in shell.refuse("make_evidence", bundle, "--event=nonsense")
    assert "before the first" in shell.refuse(
        "make_evidence", bundle, "--from=2026-12-03", "--to=2026-12-01"
    )
    assert "No events match" in shell.refuse("make_evidence", bundle, "--secret=NEVER_THERE")
    assert not bundle.exists()
    bundle.touch()
    assert "exists already" in shell.refuse("make_evidence", bundle)
    assert "can't be read" in shell.refuse("verify_evidence", tmp_path / "none", "--key=x")
