"""Values, API keys and passwords on their way in: from a pipe or a hidden prompt, never argv."""

import getpass
import sys
import warnings
from typing import Any

from secretsapp.core import blanks, generating, value_gate
from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import Plaintext

LIMIT_BYTES = 64 * 1024
DEFAULT_ALPHABET = generating.Alphabet.LETTERS.word


def read_hidden(prompt: str) -> Plaintext:
    """What is piped in, less one line ending, or what is typed unseen after `prompt`.

    Raises InvalidInput where there is no input, too much of it, or a terminal that cannot hide
    what is typed.
    """
    if is_at_terminal():
        return _typed(prompt)
    return _piped()


def is_at_terminal() -> bool:
    """Whether someone is there to type an answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def read_value(prompt: str, *, is_meant: bool) -> Plaintext:
    """The value of a secret; raises what `read_hidden` and `value_gate.admit` raise."""
    value = read_hidden(prompt)
    value_gate.admit(value, is_meant=is_meant)
    return value


def read_or_generate(prompt: str, options: dict[str, Any]) -> Plaintext:
    """The value, generated if that is what the options say; raises as `read_value` does."""
    length, alphabet = options["generate"], options["alphabet"]
    if length is not None:
        return generating.generate(length, generating.alphabet_of(alphabet or DEFAULT_ALPHABET))
    if alphabet or options["show"]:
        raise InvalidInput("--alphabet and --show need --generate. Nothing was sent.")
    return read_value(prompt, is_meant=options["exactly"])


def read_api_key(prompt: str) -> tuple[Plaintext, str]:
    """An API key, and the sentence that tells of blanks around it; raises as `read_hidden` does."""
    return blanks.without_blanks(read_hidden(prompt))


def read_new_password() -> Plaintext:
    """A new password; a person types it twice. Raises InvalidInput as `read_hidden` does."""
    first = read_hidden("New password: ")
    if sys.stdin.isatty() and read_hidden("The same again: ") != first:
        raise InvalidInput("The two passwords don't match. Start again.", field="password")
    return first


def _typed(prompt: str) -> Plaintext:
    with warnings.catch_warnings():
        # getpass warns, and goes on in the open, where a terminal cannot hide its input.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return Plaintext.from_text(getpass.getpass(prompt))
        except getpass.GetPassWarning:
            raise InvalidInput(
                "This terminal can't hide what you type. Pipe the value in instead."
            ) from None
        except EOFError:
            raise InvalidInput("Nothing was typed, so nothing was done.") from None
        except UnicodeDecodeError:
            raise InvalidInput("What you typed is not UTF-8 text. Type it again.") from None


def _piped() -> Plaintext:
    content = _bounded()
    if len(content) > LIMIT_BYTES:
        raise InvalidInput(
            f"Nothing was done: more than {LIMIT_BYTES // 1024} KiB were piped in. Pipe in "
            "only the value."
        )
    return Plaintext.from_stream(content)


def _bounded() -> bytes:
    if sys.stdin is None:
        raise InvalidInput("There is no standard input. Pipe the value in.")
    try:
        return sys.stdin.buffer.read(LIMIT_BYTES + 1)
    except OSError:
        raise InvalidInput("Standard input can't be read. Pipe the value in.") from None
