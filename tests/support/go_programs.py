"""Programs in Go, over golang.org/x/mod: code of others that checks what we write."""

import os
import re
import subprocess
from pathlib import Path

from harness import programs
from tests import lanes
from tests.installation import ROOT

PAGE = ROOT / "docs" / "audit.md"
BLOCK = re.compile(r"^( *)```go\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def documented(beginning: str) -> str:
    """The code on the page about the audit log that begins so."""
    found = [code for _, code in BLOCK.findall(PAGE.read_text("utf-8"))]
    [code] = [code for code in found if code.lstrip().startswith(beginning)]
    return str(code)


def build(code: str, directory: Path) -> Path:
    """Compile a program, without a network; leaves the test where there is no Go."""
    go = programs.go()
    if go is None:
        lanes.leave("Go with golang.org/x/mod is not here")
    source, made = directory / "main.go", directory / "program"
    source.write_text(code)
    environment = {
        "PATH": os.environ["PATH"],
        "CGO_ENABLED": "0",
        "GO111MODULE": "off",
        "GOCACHE": str(directory / "cache"),
        "GOFLAGS": "",
        "GOPATH": str(programs.DEBIAN_GO),
        "GOPROXY": "off",
    }
    subprocess.run([go, "build", "-o", made, source], check=True, env=environment, timeout=120)
    return made


def run(program: Path, *files: Path) -> str:
    """What it says of the files: its line, or the last one of its refusal."""
    done = subprocess.run(
        [program, *files], capture_output=True, check=False, text=True, timeout=60
    )
    said = done.stdout if done.returncode == 0 else done.stderr
    return said.strip().rpartition("\n")[2]
