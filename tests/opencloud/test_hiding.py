"""Neither the client nor what it works with shows a key, a box or a body."""

import logging
import traceback
from collections.abc import Callable

import pytest

from emulator import Emulator, Fault, Universe, faults
from secretsapp.core.plaintext import Plaintext
from secretsapp.opencloud.answers import Answer, OpenCloudError
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.transport import Transport
from tests.opencloud.calls import KEY, UNIVERSE_ID, failure_of, sealed_for

MARKER = "marker-4f1c"


@pytest.mark.parametrize("show", [repr, str, format])
def test_client_and_transport_do_not_show_the_key(show: Callable[[object], str]) -> None:
    key = Plaintext(KEY.encode())
    transport = Transport("http://127.0.0.1:9", key, proxy=None, connect=1, read=1, answer=1)
    with Client("http://127.0.0.1:9", key) as client, transport:
        assert KEY not in show(client)
        assert KEY not in show(transport)


def test_an_answer_does_not_show_its_body() -> None:
    assert repr(Answer(200, "30", MARKER.encode())) == "Answer(status=200, retry_after='30')"


@pytest.mark.parametrize(
    "fault",
    [
        faults.cut_before(),
        faults.truncated(),
        faults.status(200, MARKER),
        faults.status(400, {"message": MARKER}),
        faults.status(500, MARKER),
        faults.redirect(f"http://{MARKER}.invalid/"),
    ],
)
def test_neither_log_nor_traceback_shows_key_box_or_body(
    client: Client,
    emulator: Emulator,
    universe: Universe,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    caplog.set_level(logging.DEBUG, logger="urllib3")
    sealed = sealed_for(universe)
    emulator.inject(fault)
    failure = failure_of(
        lambda client, _: client.create_secret(UNIVERSE_ID, "NEW", sealed, ""), client, universe
    )
    assert caplog.records
    written = caplog.text + shown(failure)
    assert not [text for text in (KEY, sealed.box, MARKER) if text in written]


def shown(failure: OpenCloudError) -> str:
    """The failure as Python prints one that nobody caught."""
    return "".join(traceback.format_exception(failure))
