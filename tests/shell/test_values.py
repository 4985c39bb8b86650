"""What the shell seals at once, what it asks about, and what it lets through for nobody."""

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import AuditEvent, Change
from tests.core.values import ASKED, PASSED, REFUSED
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID

CREATE = ("create_secret", HARBOR_ID, "NEW_KEY", "--domain", "api.example.com")
ROTATE = ("rotate_secret", HARBOR_ID, "PAY_KEY")
LOOK = "Check the value:"
HOW = "Nothing was sent. Fix this, or add --exactly to send the value exactly as it is."

pytestmark = pytest.mark.usefixtures("universe")


@pytest.fixture
def quiet(emulator: Emulator) -> Emulator:
    """Roblox, which has heard of nothing yet."""
    emulator.clear_requests()
    return emulator


def nothing_was_done(emulator: Emulator) -> bool:
    """Whether nothing was asked of Roblox and nothing was begun."""
    return not (emulator.requests or Change.objects.exists())


@pytest.mark.parametrize("command", [CREATE, ROTATE])
@pytest.mark.parametrize(("text", "why"), ASKED.items())
def test_what_looks_unintended_is_refused_until_it_is_said_to_be_meant(
    shell: Shell,
    harbor: EmulatedUniverse,
    quiet: Emulator,
    command: tuple[str, ...],
    text: str,
    why: str,
) -> None:
    events, piped = AuditEvent.objects.count(), f"{text}\n".encode()
    first, *reasons, last = shell.refuse_at_length(*command, piped=piped)
    assert (first, last) == (LOOK, HOW)
    assert why in " ".join(reasons)
    assert text not in " ".join(reasons)
    assert (nothing_was_done(quiet), AuditEvent.objects.count()) == (True, events)
    shell.run(*command, "--exactly", piped=piped)
    assert harbor.values[command[2]] == text.encode()


def test_each_reason_has_a_line_of_its_own(shell: Shell) -> None:
    said = shell.refuse_at_length(*ROTATE, "--json", piped=b' export PAY_KEY=<"abc>\r\n\r\n')
    assert said == [
        LOOK,
        "It starts or ends with spaces or line breaks.",
        "It has Windows line breaks.",
        "It looks like a line from a settings file: NAME=value.",
        HOW,
    ]


@pytest.mark.parametrize("meant", [(), ("--exactly",)])
@pytest.mark.parametrize("command", [CREATE, ROTATE])
@pytest.mark.parametrize(("piped", "why"), REFUSED.items())
def test_what_is_no_text_is_refused_whatever_is_said(
    shell: Shell,
    quiet: Emulator,
    command: tuple[str, ...],
    piped: bytes,
    why: str,
    meant: tuple[str, ...],
) -> None:
    assert why in shell.refuse(*command, *meant, piped=piped)
    assert nothing_was_done(quiet)


@pytest.mark.parametrize("text", [*PASSED, "größer"])
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_rest_arrives_byte_for_byte_less_one_line_ending(
    shell: Shell, harbor: EmulatedUniverse, text: str, ending: str
) -> None:
    said = shell.run(*ROTATE, "--json", piped=f"{text}{ending}".encode())
    assert harbor.values["PAY_KEY"] == text.encode()
    assert (said.json["state"], said.errors) == ("succeeded", "")


@pytest.mark.parametrize(
    ("piped", "sealed"),
    [(b"value\n\n", b"value\n"), (b"value\r\n\r\n", b"value\r\n"), (b" value\r", b" value\r")],
)
def test_what_is_meant_loses_one_line_ending_too_and_no_more(
    shell: Shell, harbor: EmulatedUniverse, piped: bytes, sealed: bytes
) -> None:
    shell.run(*ROTATE, "--exactly", piped=piped)
    assert harbor.values["PAY_KEY"] == sealed
