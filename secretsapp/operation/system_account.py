"""Who runs this process, as the operating system and the environment say: a claim, and no proof."""

import os
import pwd
import socket

# With all of them an actor's name stays within its column.
LONGEST_PART = 60
# Nothing else may be in a name, so that none can imitate the words around it.
_SIGNS = frozenset("-_.@$\\+")


def describe_account() -> str:
    """The real user of this process and its host, with SUDO_USER in addition where it is set.

    Where the system knows no name for the user, as in many containers, it is the number. Anyone
    can set SUDO_USER, so it is repeated as what it is.
    """
    sudo_user = os.environ.get("SUDO_USER", "")
    beside = f", SUDO_USER={_bounded(sudo_user)}" if sudo_user else ""
    return f"{_account()} on {_bounded(socket.gethostname())}{beside}"


def _account() -> str:
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = ""
    return _bounded(name) if name else f"uid {number}"


def _bounded(text: str) -> str:
    """The text in a length and in signs that are safe to show; a question mark for any other."""
    shown = "".join(sign if sign.isalnum() or sign in _SIGNS else "?" for sign in text)
    return shown if len(shown) <= LONGEST_PART else f"{shown[: LONGEST_PART - 1]}…"
