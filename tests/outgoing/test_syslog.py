"""Messages of syslog arrive whole and in order over TLS, or the failure says that they may not."""

import socket
import struct
from pathlib import Path

import pytest

from secretsapp.outgoing import errors
from secretsapp.outgoing.syslog import send_syslog
from tests.support.receiver import Receiver, SyslogReceiver

MESSAGES = [
    b"<110>1 - - - - - - rotated PAY_KEY",
    "<110>1 - - - - - - ü\n2".encode(),
    b"x" * 70_000,
]


def test_messages_arrive_whole_and_in_order(tmp_path: Path) -> None:
    with SyslogReceiver(tmp_path) as receiver:
        for _ in range(2):
            send_syslog(receiver.target, messages=MESSAGES, way=receiver.way(), seconds=20)
    assert receiver.messages == MESSAGES * 2


def test_who_hangs_up_before_reading_has_nothing_for_sure(tmp_path: Path) -> None:
    def resets(spoken: socket.socket) -> None:
        spoken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        spoken.recv(1)

    with Receiver(tmp_path) as receiver:
        receiver.hear = resets  # type: ignore[method-assign]
        with pytest.raises(errors.AnswerLost) as lost:
            send_syslog(receiver.target, messages=MESSAGES, way=receiver.way(), seconds=20)
        receiver.hear = receiver.pause()  # type: ignore[assignment, method-assign]
        with pytest.raises(errors.AnswerTimedOut) as slow:
            send_syslog(receiver.target, messages=MESSAGES, way=receiver.way(), seconds=0.3)
    assert lost.value.may_have_arrived
    assert slow.value.may_have_arrived
    with pytest.raises(errors.PrivateAddress):
        send_syslog(
            receiver.target, messages=MESSAGES, way=receiver.way(lambda *_: ["::1"]), seconds=20
        )
