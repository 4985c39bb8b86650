"""Makes values that nobody can guess, from the randomness of the operating system."""

import secrets
import string
from enum import Enum

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import VALUE_LIMIT_BYTES
from secretsapp.core.plaintext import Plaintext

DEFAULT_LENGTH = 32
# Even in the smallest alphabet as many possibilities as no one can try: 64 bits.
SHORTEST, LONGEST = 16, VALUE_LIMIT_BYTES

_ALPHANUMERIC = string.ascii_letters + string.digits


class Alphabet(Enum):
    """What a value is made of; all of it is ASCII, so that a character is a byte.

    The symbols are those that mean nothing between quotation marks: to a shell, in JSON, in Lua or
    in a settings file.
    """

    LETTERS = ("letters", "Letters and digits", _ALPHANUMERIC)
    SYMBOLS = ("symbols", "With symbols", _ALPHANUMERIC + "*+,-.:@^_~")
    HEX = ("hex", "Hex", "0123456789abcdef")
    BASE64URL = ("base64url", "base64url", _ALPHANUMERIC + "-_")

    def __init__(self, word: str, label: str, characters: str) -> None:
        self.word = word
        self.label = label
        self.characters = characters


def alphabet_of(word: str) -> Alphabet:
    """The alphabet that is called so; raises InvalidInput."""
    for alphabet in Alphabet:
        if alphabet.word == word:
            return alphabet
    words = ", ".join(alphabet.word for alphabet in Alphabet)
    raise InvalidInput(f"Choose one of these alphabets: {words}.", field="alphabet")


def generate(length: int = DEFAULT_LENGTH, alphabet: Alphabet = Alphabet.LETTERS) -> Plaintext:
    """A value of so many characters, each drawn evenly from the alphabet; raises InvalidInput."""
    if not SHORTEST <= length <= LONGEST:
        raise InvalidInput(f"Choose a length from {SHORTEST} to {LONGEST:,}.", field="length")
    drawn = (secrets.choice(alphabet.characters) for _ in range(length))
    return Plaintext("".join(drawn).encode("ascii"))
