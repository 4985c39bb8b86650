"""What people write beside a secret: names, notes, reasons and passwords, held to what is text."""

import unicodedata

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import check_text, is_storable
from secretsapp.core.plaintext import Plaintext

LABEL_LIMIT = 100
NOTE_LIMIT = 2000
REASON_LIMIT = 500

# What turns the order of text around, or ends that: it can make one text look like another.
_TURNING = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))


def check_label(text: str, *, field: str, what: str, limit: int = LABEL_LIMIT) -> None:
    """A name that people give: not empty, one line, no characters that control or turn text."""
    if not text.strip():
        raise InvalidInput(f"Enter {what}.", field=field)
    check_remark(text, field=field, limit=limit)
    if text.splitlines() != [text]:
        raise InvalidInput("Keep it to one line.", field=field)
    if any(unicodedata.bidirectional(character) in _TURNING for character in text):
        raise InvalidInput(
            "Remove the invisible characters that change the direction of text.",
            field=field,
        )


def check_person_name(text: str, *, field: str, limit: int = LABEL_LIMIT) -> None:
    """A label that cannot pass for an email address, nor for another name by what is unseen."""
    check_label(text, field=field, what="a name", limit=limit)
    if any(unicodedata.category(character) == "Cf" for character in text):
        raise InvalidInput("Remove the invisible characters.", field=field)
    if "@" in unicodedata.normalize("NFKC", text):
        raise InvalidInput(
            "A name can’t have an @: it could be mistaken for an email address.", field=field
        )


def check_remark(text: str, *, field: str, limit: int) -> None:
    """Free text, perhaps empty, of `limit` characters at most, that every database can hold."""
    if len(text) > limit:
        raise InvalidInput(f"Keep it to {limit:,} characters; this has {len(text):,}.", field=field)
    if not is_storable(text):
        raise InvalidInput("Remove the control characters.", field=field)


def check_password(password: Plaintext) -> None:
    """One line of text; the field of a sign-in page drops every line break (HTML standard)."""
    check_text(password, what="password")
    if any(line_break in password.expose() for line_break in (b"\n", b"\r")):
        raise InvalidInput(
            "A password is one line: a line break can’t be entered when you sign in.",
            field="password",
        )
