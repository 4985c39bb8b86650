"""Place files of Roblox Studio: which form one has, and what is told of it instead of the file."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from secretsapp.core.errors import InvalidInput

# The most that Roblox takes (documented).
MOST_BYTES = 10 * 1024 * 1024
# How both forms begin, and as what they are sent (documented).
_FORMS = {b"<roblox!": "application/octet-stream", b"<roblox ": "application/xml"}
_NOTHING = "Nothing was sent: "
TOO_LARGE = f"{_NOTHING}Roblox takes files up to 10 MiB. Publish a larger place from Studio."


@dataclass(frozen=True)
class PlaceFile:
    """A place file on its way to Roblox; it is never kept, shown or logged."""

    content: bytes = field(repr=False)
    media_type: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    @cached_property
    def sha256(self) -> str:
        """By which someone who has the file can tell that it was this one."""
        return hashlib.sha256(self.content).hexdigest()


def read(content: bytes) -> PlaceFile:
    """The file, if it is one that Roblox takes; raises InvalidInput."""
    if not content:
        raise InvalidInput(f"{_NOTHING}the file is empty.", field="file")
    if len(content) > MOST_BYTES:
        raise InvalidInput(TOO_LARGE, field="file")
    for beginning, media_type in _FORMS.items():
        if content.startswith(beginning):
            return PlaceFile(content, media_type)
    raise InvalidInput(
        f"{_NOTHING}this isn’t a place file. Choose one that Studio saved: .rbxl or .rbxlx.",
        field="file",
    )
