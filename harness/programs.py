"""Programs of others that this machine may have: Chromium, PostgreSQL's server, and Go."""

import shutil
from pathlib import Path

# The first has no windows to draw, which is half the work; its pages are the same.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
SERVER_PROGRAMS = ("initdb", "pg_ctl")
DEBIAN_SERVERS = Path("/usr/lib/postgresql")
# Where Debian has the sources of Go's packages, and those that tests need.
DEBIAN_GO = Path("/usr/share/gocode")
GO_PACKAGES = "src/golang.org/x/mod/sumdb"


def chromium() -> Path | None:
    """The browser to drive."""
    found = (shutil.which(name) for name in BROWSERS)
    return next((Path(path) for path in found if path), None)


def postgresql() -> Path | None:
    """The directory of PostgreSQL's server programs, the newest where Debian has several."""
    first = shutil.which(SERVER_PROGRAMS[0])
    candidates = [Path(first).resolve().parent] if first else []
    candidates += sorted(DEBIAN_SERVERS.glob("*/bin"), key=_version, reverse=True)
    return next((path for path in candidates if _has_server(path)), None)


def go() -> Path | None:
    """Go's compiler, if golang.org/x/mod is there too."""
    found = shutil.which("go")
    return Path(found) if found and (DEBIAN_GO / GO_PACKAGES).is_dir() else None


def _version(path: Path) -> int:
    name = path.parent.name
    return int(name) if name.isdigit() else 0


def _has_server(directory: Path) -> bool:
    return all((directory / program).is_file() for program in SERVER_PROGRAMS)
