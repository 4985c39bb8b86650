"""A value that repr, str, format, json, pickle and logging will not show."""

import hmac
from typing import NoReturn, Self

from secretsapp.core.errors import InvalidInput

HIDDEN = "<hidden value>"
REPLACEMENT_CHARACTER = "\N{REPLACEMENT CHARACTER}"


class Plaintext:
    """The bytes of a secret value, API key or password on their way in.

    There is one way to the bytes, `expose()`, so every use can be found by its name.
    """

    __slots__ = ("__content",)

    def __init__(self, content: bytes) -> None:
        self.__content = content

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The UTF-8 bytes of `text`; raises InvalidInput where it is not valid text.

        A replacement character means that bytes were lost before they came here; sealing
        such a value would store something other than what was typed.
        """
        content = _encode(text)
        if content is None or REPLACEMENT_CHARACTER in text:
            raise InvalidInput(
                "The value isn’t valid text. Paste it again as UTF-8.", field="value"
            )
        return cls(content)

    @classmethod
    def from_form(cls, text: str) -> Self:
        """The value typed into a `<textarea>`, with the LF line breaks that were typed.

        Browsers send every line break of a textarea as CR LF (HTML standard, form submission).
        """
        return cls.from_text(text.replace("\r\n", "\n"))

    @classmethod
    def from_stream(cls, content: bytes) -> Self:
        """What was piped in, less exactly one line ending, which `echo` and editors add.

        It is LF or, as Windows writes it, CR LF.
        """
        ending = b"\r\n" if content.endswith(b"\r\n") else b"\n"
        return cls(content.removesuffix(ending))

    def expose(self) -> bytes:
        """The bytes themselves; for sealing, encrypting and authenticating alone."""
        return self.__content

    def __len__(self) -> int:
        return len(self.__content)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plaintext):
            return NotImplemented
        return hmac.compare_digest(self.__content, other.expose())

    __hash__ = None  # type: ignore[assignment]  # a hash would be a fingerprint of the value

    def __repr__(self) -> str:
        return HIDDEN

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, _specification: str) -> str:
        return HIDDEN

    def __getstate__(self) -> NoReturn:
        raise TypeError("A Plaintext cannot be pickled or copied.")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("A Plaintext cannot be pickled or copied.")


def _encode(text: str) -> bytes | None:
    """The UTF-8 bytes, or None; a UnicodeEncodeError would carry the whole value with it."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return None
