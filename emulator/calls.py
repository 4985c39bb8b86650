"""A call: a request together with what its handler needs to answer it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.answers import Answer
from emulator.request import Request
from emulator.state import State


@dataclass(frozen=True)
class Call:
    """A request that found its handler; `parts` are the variable parts of its path, decoded."""

    state: State
    request: Request
    parts: tuple[str, ...]

    def json_object(self) -> dict[str, Any] | None:
        """The JSON object in the body, or None if there is something else."""
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


Handler = Callable[[Call], Answer]
