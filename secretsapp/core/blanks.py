"""Blanks at the ends of passwords and API keys: told, and taken off where no one can mean them."""

import unicodedata

from secretsapp.core.plaintext import Plaintext

_CONTROLS = ("Cc", "Cf")

_STAYS = (
    "The password starts or ends with a space or an invisible character. It is part of the "
    "password, so you must enter it every time you sign in."
)
_TAKEN_OFF = "Spaces around the API key were removed: no key has any."


def about_password(password: Plaintext) -> str:
    """The sentence to tell where the password has something at an end that no one sees, or none."""
    text = password.expose().decode("utf-8", "replace")
    return _STAYS if any(map(_is_unseen, (text[:1], text[-1:]))) else ""


def without_blanks(api_key: Plaintext) -> tuple[Plaintext, str]:
    """The key without the blanks around it, and the sentence that tells of them, or none."""
    text = api_key.expose().decode("utf-8", "surrogateescape")
    bare = text.strip()
    told = _TAKEN_OFF if bare != text else ""
    return Plaintext(bare.encode("utf-8", "surrogateescape")), told


def _is_unseen(character: str) -> bool:
    return bool(character) and (character.isspace() or unicodedata.category(character) in _CONTROLS)
