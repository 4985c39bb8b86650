"""The state file: one JSON document, replaced as a whole so that it is never seen half written."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

Document = dict[str, Any]


class UnusableStateFile(Exception):
    """The state file cannot be read or written, or was not written by this emulator."""


def read(path: Path) -> Document | None:
    """The document in the file, None if there is no file; raises UnusableStateFile."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise UnusableStateFile(
            f"The state file {path} can't be read: {problem.strerror}."
        ) from None
    except (ValueError, RecursionError):
        raise UnusableStateFile(f"The state file {path} is not JSON.") from None
    if not isinstance(found, dict):
        raise UnusableStateFile(f"The state file {path} was not written by this emulator.")
    return found


def write(path: Path, document: Document) -> None:
    """Replace the file by the document; raises UnusableStateFile and leaves the file as it was."""
    try:
        _replace(path, json.dumps(document, indent=1))
    except OSError as problem:
        raise UnusableStateFile(
            f"The state file {path} can't be written: {problem.strerror}."
        ) from None


def _replace(path: Path, text: str) -> None:
    """Write a new file beside the old one; `mkstemp` makes it readable by its owner alone."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
