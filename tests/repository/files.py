"""Which files belong to the repository, for the tests that look at them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("dashboard", "demo", "emulator", "secretsapp")


def repository_files() -> list[Path]:
    """Every file that is committed or could be; what is ignored is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def own_files() -> list[Path]:
    """The files that we wrote, without those of other projects."""
    return [path for path in repository_files() if "vendor" not in path.parts]


def own_modules() -> list[Path]:
    """The Python files that we wrote."""
    return [path for path in own_files() if path.suffix == ".py"]


def templates() -> list[Path]:
    """Every template."""
    return sorted((ROOT / "templates").rglob("*.html"))


def name(path: Path) -> str:
    """The path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix()
