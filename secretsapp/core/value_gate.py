"""The gate that every door asks about a value: what is refused, asked about, or only told.

What is refused always breaks a rule of input (`input_rules.check_value`). What only looks
unintended is asked about, because afterwards no one can look: it is sealed when someone says that
it is meant. The patterns and cures are given to the page too, so they keep to what regular
expressions mean alike in Python and in JavaScript (with its `u` flag); a test asks both about the
same values. Where it may be sent is told of, for that can be changed.
"""

import re
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from secretsapp.core import input_rules
from secretsapp.core.errors import LooksUnintended
from secretsapp.core.plaintext import Plaintext

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_SPACES = r"[ \t\r\n]"
_REST = r"[^ \t\r\n]"
_END = r"(?![\s\S])"
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
# What has no escape that both languages know is there itself: variants and tags.
_BEYOND = "\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
_UNSEEN = (
    rf"{_CONTROLS}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    rf"\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb{_BEYOND}"
)
_ODD_SPACES = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
_OPENING = r"\u00ab\u2018\u201a\u201c\u201e\u2039"
_CLOSING = r"\u00bb\u2018\u2019\u201c\u201d\u203a"
_BULLETS = r"\u00b7\u2022\u2023\u2219\u25cf\u25e6\u26ab\u2b24"


def _in_any_case(*words: str) -> str:
    """A pattern of words, in capitals or not: the languages write the flag for that differently."""
    return "|".join(
        "".join(f"[{letter.upper()}{letter}]" if letter.isalpha() else letter for letter in word)
        for word in words
    )


_QUOTED = "|".join(
    rf"{opening}([\s\S]+){closing}"
    for opening, closing in ('""', "''", "``", (f"[{_OPENING}]", f"[{_CLOSING}]"))
)
# A mark at one end, and none that could be its other half: an odd number where both look alike.
_HALF_QUOTED = "|".join(
    [
        *(
            rf"{mark}((?:[^{mark}]*{mark}[^{mark}]*{mark})*[^{mark}]+)"
            rf"|([^{mark}]+(?:{mark}[^{mark}]*{mark}[^{mark}]*)*){mark}"
            for mark in "\"'`"
        ),
        rf"[{_OPENING}]([^{_CLOSING}]+)",
        rf"([^{_OPENING}]+)[{_CLOSING}]",
    ]
)
_SCHEME = _in_any_case("bearer", "basic", "digest", "token", "bot", "apikey", "api-key")
_HEADER = _in_any_case("authorization", "x-api-key")
_AUTHORIZATION = rf"(?:{_HEADER})[ \t]*:[ \t]*(?:(?:{_SCHEME})[ \t]+)?|(?:{_SCHEME})[ \t]+"
# In a PEM every \n that is written out is meant as a line break; in JSON those outside its strings.
_IN_PEM = r"(?=[^{\[]*-----BEGIN)([\s\S]*?)"
_IN_JSON = (
    rf"(?={_SPACES}*[{{\[]{_SPACES}*[\u0022\\{{\[])"
    r"((?:[^\u0022\\]|\\[^nr]|\u0022(?:[^\u0022\\]|\\[\s\S])*\u0022)*?)"
)
_LINE = r"[ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.-]*[ \t]*=(?=[^=\r\n])"
_BETWEEN = r"(?:[ \t]*(?:#[^\n]*)?\n)*"
_STAND_INS = _in_any_case(
    *("change[_ -]?me", "change[_ -]?this", "replace[_ -]?me", "replace[_ -]?this", "placeholder"),
    *("dummy", "example", "redacted", "todo", "tbd", "fixme", "none", "null", "nil", "undefined"),
    *("secret", "password", "xxx+", "my[_ -]?(?:api[_ -]?)?key", "your[_ -][ -~]*"),
    "(?:enter|insert|paste|put)[_ -][ -~]*[_ -]here",
)
_STAND_IN = rf"<[^<>]+>|[<\[{{(]*(?:{_STAND_INS})[>\]}})]*|[{_BULLETS}]+|\*{{3,}}"
_MARK = r"[\u0022'`]?"


# Roblox documents no form of its keys. Those of today are the base64 of some bytes and a token that
# begins like every JSON web token, in one of three spellings; games use them at one host alone.
_BEGINS = "ZXlKaGJHY2lPa|V5SmhiR2NpT2|leUpoYkdjaU9p"
_OF_ROBLOX_KEY = (
    "It looks like a Roblox API key. For a game, it must have no accepted IP addresses at Roblox. "
    "It expires when nobody uses it for 60 days."
)
USES_ROBLOX_KEYS = "apis.roblox.com"


class Suspicion(Enum):
    """Something about a value that is seldom meant.

    `pattern` finds it, and `replacement` is what a cure puts in its place, `$1` being the first
    group.
    """

    ENDS = (
        rf"^{_SPACES}+|{_SPACES}+{_END}",
        "",
        "It starts or ends with spaces or line breaks.",
        "Remove them",
    )
    CARRIAGE_RETURNS = (
        r"\r\n?",
        "\n",
        "It has Windows line breaks.",
        "Convert them",
    )
    QUOTES = (
        rf"^({_SPACES}*)(?:{_QUOTED})({_SPACES}*){_END}",
        "$1$2$3$4$5$6",
        "It is in quotation marks.",
        "Remove the quotes",
    )
    HALF_QUOTES = (
        rf"^({_SPACES}*)(?!{_SPACES})(?:{_HALF_QUOTED})({_SPACES}*){_END}",
        "$1$2$3$4$5$6$7$8$9$10",
        "It has a quotation mark at one end only.",
        "Remove the quote",
    )
    ASSIGNMENT = (
        rf"^{_SPACES}*[A-Za-z_][A-Za-z0-9_. \t-]*=[ \t]*(?=[^= \t\r\n])",
        "",
        "It looks like a line from a settings file: NAME=value.",
        "Keep only the part after =",
    )
    SEVERAL = (
        rf"(?:^|\n){_LINE}[^\n]*\n{_BETWEEN}{_LINE}|^{_SPACES}*#[^\n]*\n{_BETWEEN}{_LINE}",
        "",
        "It looks like several lines from a settings file. A secret has one value.",
        "",
    )
    AUTHORIZATION = (
        rf"^{_SPACES}*(?:{_AUTHORIZATION})(?={_REST})",
        "",
        "It starts like an Authorization header. In the game, AddPrefix adds Bearer.",
        "Remove it",
    )
    WRITTEN_BREAKS = (
        rf"^(?:{_IN_PEM}|{_IN_JSON})(?:\\r)?\\n",
        "$1$2\n",
        r"Its line breaks are written as \n.",
        "Convert to line breaks",
    )
    PLACEHOLDER = (
        rf"^{_SPACES}*{_MARK}(?:{_STAND_IN}){_MARK}{_SPACES}*{_END}|[{_BULLETS}]{{2,}}|\*{{4,}}",
        "",
        "It looks like a placeholder or a masked value.",
        "",
    )
    UNSEEN = (
        rf"[{_UNSEEN}]",
        "",
        "It has invisible characters.",
        "Remove them",
    )
    ODD_SPACES = (
        rf"[{_ODD_SPACES}]",
        " ",
        "It has unusual spaces.",
        "Use ordinary spaces",
    )
    ROBLOX_KEY = (
        rf"[A-Za-z0-9+\/]{{16,}}(?:{_BEGINS})[A-Za-z0-9+\/]{{40,}}",
        "",
        _OF_ROBLOX_KEY,
        "",
    )
    NOT_ASCII = (
        rf"[^\u0000-\u007f{_UNSEEN}{_ODD_SPACES}]",
        "",
        "It has characters outside ASCII, which keys and tokens rarely have.",
        "",
    )

    def __init__(self, pattern: str, replacement: str, sentence: str, cure: str) -> None:
        self.pattern = pattern
        self.replacement = replacement
        self.sentence = sentence
        self.cure = cure

    @property
    def stops(self) -> bool:
        """Whether such a value is sealed only when someone says that it is meant."""
        return self not in (Suspicion.NOT_ASCII, Suspicion.ROBLOX_KEY)

    @property
    def repeats(self) -> bool:
        """Whether a cure puts one place right, and is used until none is left."""
        return self is Suspicion.WRITTEN_BREAKS


def admit(value: Plaintext, *, is_meant: bool) -> None:
    """Let a value pass to be sealed; nothing of it is in what is raised.

    Raises InvalidInput for what is refused always, and LooksUnintended, with a reason for each
    suspicion, for what is asked about unless someone has said that it is meant.
    """
    input_rules.check_value(value)
    reasons = [found.sentence for found in suspicions(value) if found.stops]
    if reasons and not is_meant:
        raise LooksUnintended("Nothing was sent: check the value.", reasons=reasons, field="value")


def suspicions(value: Plaintext) -> list[Suspicion]:
    """Everything about the value that looks unintended; never a part of it."""
    text = value.expose().decode("utf-8", "replace")
    return [suspicion for suspicion in Suspicion if re.search(suspicion.pattern, text)]


# Where a value may be sent

_ANYONE = "anyone who can change the game’s code can send the value to their own server"
_ADDRESS = re.compile(r"[ \t\r\n]*https?://", re.IGNORECASE)
# Whatever ends in a number is an address, also in its older ways to be written (URL standard).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@lru_cache(maxsize=2048)
def caution_of(domain: str) -> str:
    """What to know before a value may be sent there, in a sentence.

    Empty where there is nothing to know, and for what is no domain.
    """
    domain = input_rules.one_form(domain)
    if domain == input_rules.NEVER_SENDABLE:
        return (
            "No request can use it: its allowed host is empty. To use it, rotate it and "
            "choose a host."
        )
    if domain == input_rules.ANY_DOMAIN:
        return f"It can be sent to any host: {_ANYONE}."
    if not input_rules.is_domain(domain):
        return ""
    return _caution_of_host(domain.removeprefix("*."), has_star=domain.startswith("*."))


def _caution_of_host(host: str, *, has_star: bool) -> str:
    last = host.rpartition(".")[2]
    if last == "localhost":
        return (
            "localhost is the machine that sends the request, and Roblox’s servers run "
            "nothing of yours."
        )
    if _NUMBER.fullmatch(last):
        return (
            "This is an IP address: if someone else gets it, they get the value. Enter "
            "the host name instead."
        )
    if has_star and _suffixes().is_public(host):
        return (
            f"Anyone can have a name under {host}, so {_ANYONE}. Enter the host that needs "
            "the value."
        )
    if "." not in host:
        return "A host without a dot only exists in a local network: Roblox can’t reach it."
    return ""


@cache
def _suffixes() -> "PublicSuffixList":
    """The public suffix list, as its package carries it; what ends in no known one counts too."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - few domains need it

    return PublicSuffixList(accept_unknown=True)


def covers(domain: str, host: str) -> bool:
    """Whether a value with that domain can be sent to the host; both in their one form."""
    if domain.startswith("*."):
        return host.endswith(domain.removeprefix("*"))
    return domain in (input_rules.ANY_DOMAIN, host)


def never_let_through(value: Plaintext, domain: str) -> bool:
    """Whether the value is the address of a host that its domain does not let it be sent to."""
    text = value.expose().decode("utf-8", "replace")
    host = input_rules.host_within(text) if _ADDRESS.match(text) else ""
    return bool(host) and not covers(input_rules.one_form(domain), host)


def cautions(value: Plaintext, domain: str, *, before: str | None = None) -> str:
    """What to say of a value that was sent with that domain; `before` is the one it had.

    Nothing of the value is in it, not even its host.
    """
    said = []
    if before is None or not input_rules.is_same_domain(domain, before):
        said.append(caution_of(domain))
    if domain and never_let_through(value, domain):
        said.append("The value is an address, but its allowed host doesn’t cover the host in it.")
    if Suspicion.ROBLOX_KEY in suspicions(value):
        said.append(Suspicion.ROBLOX_KEY.sentence)
        if input_rules.one_form(domain) != USES_ROBLOX_KEYS:
            said.append(f"Its allowed host should be {USES_ROBLOX_KEYS}.")
    return " ".join(filter(None, said))
