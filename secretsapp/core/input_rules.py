"""What Roblox accepts: names, values, domains and sizes, checked before anything is sent.

Source: Roblox's reference and guide of the secrets store. Its 400 does not name the broken rule.
"""

import codecs
import re
import unicodedata
from enum import Enum

from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import REPLACEMENT_CHARACTER, Plaintext

NAME_LIMIT = 64
VALUE_LIMIT_BYTES = 1024
DOMAIN_LIMIT = 253
SECRETS_PER_UNIVERSE = 500
UNIVERSE_ID_LIMIT = 2**63 - 1
API_KEY_LIMIT_BYTES = 4096

ANY_DOMAIN = "*"
NEVER_SENDABLE = ""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_END = r"(?![\s\S])"
# The dot of the root, behind a name: alone or behind a star it means nothing.
_LAST_DOT = re.compile(r"(?<=[^.*\s])\.\Z")
# What is before the host in an address, and what ends it.
_BEFORE_HOST = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?/+")
_AFTER_HOST = re.compile(r"[/?#\\,; \t\r\n][\s\S]*")


class NameFault(Enum):
    """What is wrong with a name. The page is given the patterns too, for JavaScript's `u` flag."""

    TOO_LONG = (rf"^[\s\S]{{{NAME_LIMIT + 1}}}", f"A name can have at most {NAME_LIMIT} characters")
    DIGIT = (r"^[0-9]", "A name can’t start with a digit")
    CHARACTERS = (
        r"[^A-Za-z0-9_]",
        "A name can only have the letters A to Z and a to z, digits and underscores",
    )

    def __init__(self, pattern: str, sentence: str) -> None:
        self.pattern = pattern
        self.sentence = sentence


class DomainFault(Enum):
    """What is wrong with a domain; the first that is found is told, here and on the page."""

    STAR = (
        rf"[\s\S]\*|^\*(?!\.|{_END})",
        "A star can only be at the start: * or *.example.com.",
    )
    MORE_THAN_HOST = (r"[:\/?#]", "Enter only the host, without scheme, port or path.")
    SEVERAL = (
        r"[,;]",
        "A secret has one allowed host: enter one host, or *. and a host for its subdomains.",
    )
    INTERNATIONAL = (
        r"[^\u0000-\u007f]",
        "Roblox doesn’t accept that host name. Write an international name in its xn-- form.",
    )
    NO_HOST = (
        rf"^[\s\S]{{{DOMAIN_LIMIT + 1}}}|^(?!(?:\*\.)?{_LABEL}(?:\.{_LABEL})*{_END})",
        "That isn’t a host name. Enter one like api.example.com or *.example.com.",
    )

    def __init__(self, pattern: str, sentence: str) -> None:
        self.pattern = pattern
        self.sentence = sentence


def check_name(name: str) -> None:
    """Letters, digits and underscore, 1 to 64, not starting with a digit (documented)."""
    if not name:
        raise InvalidInput("Enter a name for the secret.", field="name")
    for fault in NameFault:
        if re.search(fault.pattern, name):
            count = f"; this one has {len(name)}" if fault is NameFault.TOO_LONG else ""
            raise InvalidInput(f"{fault.sentence}{count}.", field="name")


def is_documented_name(name: str) -> bool:
    """Whether the name is as Roblox documents names, and so can be sent.

    What Roblox lists is taken as it comes, and so may have any name.
    """
    try:
        check_name(name)
    except InvalidInput:
        return False
    return True


def check_sendable(name: str) -> None:
    """Refuse to write to a name that Roblox lists and does not document.

    It would be in an address, where `a/b` or `..` could mean another secret or another call.
    """
    if not is_documented_name(name):
        raise InvalidInput(
            "Nothing was sent: Roblox doesn’t document names like this one. In the address "
            "of a request it could mean something else, so Sealroom never sends it. If a "
            "secret has this name, rotate or delete it at Roblox."
        )


def check_value(value: Plaintext) -> None:
    """At least one byte and at most 1,024 bytes of text in UTF-8.

    The guide says 1,024 characters and the announcement 1,024 bytes; the stricter is enforced.
    """
    if not len(value):
        raise InvalidInput("Enter the value of the secret.", field="value")
    check_text(value, what="value")
    if len(value) > VALUE_LIMIT_BYTES:
        raise InvalidInput(
            f"A value can have at most {VALUE_LIMIT_BYTES:,} bytes; this one has "
            f"{len(value):,}. Shorten it.",
            field="value",
        )


def check_text(value: Plaintext, *, what: str) -> None:
    """Text in UTF-8, without a byte order mark or NUL; `what` is its field and its name.

    No one means the rest, which comes of a file in another encoding or of bytes that were lost.
    """
    content = value.expose()
    if content.startswith(codecs.BOM_UTF8):
        raise _no_text(what, "starts with an invisible byte order mark")
    if _is_utf_16(content):
        raise _no_text(what, "is in UTF-16, as PowerShell and some editors write it")
    if b"\0" in content:
        raise _no_text(what, "has a NUL character, which text never has")
    text = content.decode("utf-8", "replace")
    if REPLACEMENT_CHARACTER in text:
        raise _no_text(what, "isn’t valid text")


def _is_utf_16(content: bytes) -> bool:
    """By its mark or, without one, because every second byte is NUL."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return len(content) > 1 and not all((any(content[::2]), any(content[1::2])))


def _no_text(what: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"The {what} {why}. Enter it again, or save its file as UTF-8 without a byte order mark.",
        field=what,
    )


def likeness(name: str) -> str:
    """What names have in common that differ only in capitals, or in `-` and `_`."""
    return name.lower().replace("-", "_")


def check_domain(domain: str) -> None:
    """Empty, `*`, a host name, or `*.` and a host name (documented), in ASCII.

    The refusal offers the host that is found in what was pasted, and nothing else of it.
    """
    if domain in (NEVER_SENDABLE, ANY_DOMAIN):
        return
    for fault in DomainFault:
        if re.search(fault.pattern, domain):
            host = host_within(domain)
            meant = f" Did you mean {host}?" if host else ""
            raise InvalidInput(f"{fault.sentence}{meant}", field="domain")


def is_domain(text: str) -> bool:
    """Whether it is a domain as Roblox documents them, `*` and none at all among them."""
    if text in (NEVER_SENDABLE, ANY_DOMAIN):
        return True
    return not any(re.search(fault.pattern, text) for fault in DomainFault)


def one_form(domain: str) -> str:
    """The one way to write a domain: no blanks around it, small letters, no last dot, `xn--`.

    International names are brought to ASCII by IDNA 2008 with the mapping of UTS 46. What cannot
    be is left, for `check_domain` to refuse; what has something in it never becomes the empty one.
    """
    text = domain.strip().lower()
    if text.isascii():
        return _LAST_DOT.sub("", text)
    return _in_ascii(text) if len(text) <= DOMAIN_LIMIT else text


def _in_ascii(text: str) -> str:
    import idna  # noqa: PLC0415 - few domains need it, and it is large

    star = "*." if text.startswith("*.") else ""
    bare = _LAST_DOT.sub("", text.removeprefix(star))
    try:
        return _LAST_DOT.sub("", star + idna.encode(bare, uts46=True).decode("ascii"))
    except UnicodeError:
        return text


def is_same_domain(one: str, other: str) -> bool:
    """Whether the two are one domain, however each is written."""
    return one == other or one_form(one) == one_form(other)


def host_within(text: str) -> str:
    """The host in an address, or the first of several, in its one form; empty where there is none.

    It has a dot, for a word without one is hardly a host that was meant. A star before it stays.
    User names, ports and paths, which can be secret, are left out.
    """
    rest = _BEFORE_HOST.sub("", text.strip())
    host = one_form(_AFTER_HOST.sub("", rest).rpartition("@")[2].partition(":")[0])
    return host if "." in host and is_domain(host) else ""


def parse_universe_id(text: str) -> int:
    """The universe id in `text`: a positive whole number of 64 bits."""
    digits = text.strip()
    is_short = digits.isascii() and digits.isdigit() and len(digits) <= len(str(UNIVERSE_ID_LIMIT))
    number = int(digits) if is_short else 0
    if not 0 < number <= UNIVERSE_ID_LIMIT:
        raise InvalidInput("A universe id is a whole number such as 6930499524.", field="universe")
    return number


def check_api_key(api_key: Plaintext) -> None:
    """Visible ASCII alone, as an HTTP header carries it, and no longer than 4,096 bytes."""
    content = api_key.expose()
    if not content:
        raise InvalidInput("Enter the API key that Roblox showed you.", field="api_key")
    if len(content) > API_KEY_LIMIT_BYTES or not all(33 <= byte <= 126 for byte in content):
        raise InvalidInput(
            "That isn’t an API key: it has spaces, line breaks or other characters that no "
            "key has. Copy it again from Roblox.",
            field="api_key",
        )


def is_storable(text: str) -> bool:
    """Whether every database can hold the text, and so be asked for it."""
    return not any(_is_unstorable(character) for character in text)


def _is_unstorable(character: str) -> bool:
    """Control characters and lone surrogates; line breaks and tabs are text."""
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t"
