"""What about a value looks unintended: not forbidden, but to be looked at before it is sealed.

The patterns and cures are given to the page too, so they keep to what regular expressions mean
alike in Python and in JavaScript (with its `u` flag); a test asks both about the same values.
"""

import re
from enum import Enum

from secretsapp.core.plaintext import Plaintext

_SPACES = r"[ \t\r\n]"
_REST = r"[^ \t\r\n]"
_END = r"(?![\s\S])"
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
_UNSEEN = rf"{_CONTROLS}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_ODD_SPACES = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_QUOTED = "|".join(
    rf"{opening}([\s\S]+){closing}"
    for opening, closing in ('""', "''", "``", ("\\u201c", "\\u201d"), ("\\u2018", "\\u2019"))
)


class Suspicion(Enum):
    """Something about a value that is seldom meant.

    `pattern` finds it, and `replacement` is what a cure puts in its place, `$1` being the first
    group. What has no `cure` is only told; the rest stops a value until somebody says it is meant.
    """

    ENDS = (
        rf"^{_SPACES}+|{_SPACES}+{_END}",
        "",
        "It begins or ends with spaces or line breaks.",
        "Remove them",
    )
    CARRIAGE_RETURNS = (
        r"\r\n?",
        "\n",
        "It has line breaks as Windows writes them.",
        "Make them plain",
    )
    QUOTES = (
        rf"^({_SPACES}*)(?:{_QUOTED})({_SPACES}*){_END}",
        "$1$2$3$4$5$6$7",
        "It stands in quotation marks.",
        "Remove the quotes",
    )
    ASSIGNMENT = (
        rf"^{_SPACES}*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*=[ \t]*(?=[^= \t\r\n])",
        "",
        "It looks like a line of a settings file: NAME=value.",
        "Keep only what is after =",
    )
    BEARER = (
        rf"^{_SPACES}*[Bb]earer[ \t]+(?={_REST})",
        "",
        "It begins with Bearer. In the game, AddPrefix puts that word before the token.",
        "Remove it",
    )
    UNSEEN = (
        rf"[{_UNSEEN}]",
        "",
        "It has characters that cannot be seen.",
        "Remove them",
    )
    ODD_SPACES = (
        rf"[{_ODD_SPACES}]",
        " ",
        "It has spaces that are not the ordinary one.",
        "Make them ordinary",
    )
    NOT_ASCII = (
        rf"[^\u0000-\u007f{_UNSEEN}{_ODD_SPACES}]",
        "",
        "It has letters or signs outside ASCII, which keys and tokens seldom have.",
        "",
    )

    def __init__(self, pattern: str, replacement: str, sentence: str, cure: str) -> None:
        self.pattern = pattern
        self.replacement = replacement
        self.sentence = sentence
        self.cure = cure

    @property
    def stops(self) -> bool:
        """Whether such a value is sent only when somebody says that it is meant."""
        return bool(self.cure)


def suspicions(value: Plaintext) -> list[Suspicion]:
    """Everything about the value that looks unintended; never a part of it."""
    text = value.expose().decode("utf-8", "replace")
    return [suspicion for suspicion in Suspicion if re.search(suspicion.pattern, text)]
