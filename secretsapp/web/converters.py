"""What can be in the places of addresses."""

import re

from secretsapp.core.input_rules import NAME_LIMIT, UNIVERSE_ID_LIMIT


class UniverseIdConverter:
    """A universe id that the database can hold."""

    regex = r"[1-9][0-9]{0,18}"

    def to_python(self, text: str) -> int:
        """The id; a ValueError makes the address one that does not exist."""
        number = int(text)
        if number > UNIVERSE_ID_LIMIT:
            raise ValueError("A universe id has 64 bits.")
        return number

    def to_url(self, universe_id: int) -> str:
        """The id in digits."""
        return str(universe_id)


class RowIdConverter(UniverseIdConverter):
    """The id of a row of ours, which is as large as a universe id at most."""


class SecretNameConverter:
    """The name of a secret: itself, or `hex-` and its bytes where it is none Roblox documents.

    Roblox may list any name, such as `a/b` or `..`, and browsers and proxies would take those for
    another address, however they are escaped. No documented name has a hyphen, so none is both.
    """

    _PLAIN = rf"[A-Za-z0-9_]{{1,{NAME_LIMIT}}}"
    _BYTES_AT_MOST = 4 * NAME_LIMIT
    regex = rf"{_PLAIN}|hex-(?:[0-9a-f]{{2}}){{1,{_BYTES_AT_MOST}}}"

    def to_python(self, text: str) -> str:
        """The name; a ValueError makes the address one that does not exist, as each has one."""
        digits = text.removeprefix("hex-")
        if digits == text:
            return text
        name = bytes.fromhex(digits).decode()
        if len(name) > NAME_LIMIT or not name.isprintable() or self.to_url(name) != text:
            raise ValueError("No secret has such an address.")
        return name

    def to_url(self, name: str) -> str:
        """The name itself where it can be in an address."""
        return name if re.fullmatch(self._PLAIN, name) else f"hex-{name.encode().hex()}"
