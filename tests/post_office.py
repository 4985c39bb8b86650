"""A mail server on a socket of its own, as far as sending needs one (RFC 5321)."""

import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import ClassVar

OK = b"250 ok"
REFUSED = b"451 not now"
UNKNOWN = b"550 no such mailbox"


def body_of(mail: EmailMessage, form: str = "plain") -> str:
    """What a mail says as text, or as HTML if `form` is `html`."""
    part = mail.get_body((form,))
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


@dataclass
class PostOffice:
    """What was sent, whether anything is taken now, and how long taking it takes.

    It refuses mails to `unknown`, and where it `hangs`, it takes connections and says nothing.
    """

    port: int = 0
    is_open: bool = True
    seconds: float = 0
    hangs: bool = False
    unknown: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    office: PostOffice


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server
    answers: ClassVar = {b"DATA": b"354 go on", b"QUIT": b"221 bye"}

    def handle(self) -> None:
        """Answer line by line until the other side has gone."""
        if self.server.office.hangs:
            self.rfile.read()
            return
        self._say(b"220 post office")
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"RCPT":
                self._say(self._answer_about(line.decode().strip()[len("RCPT TO:<") : -1]))
                continue
            self._say(self.answers.get(verb, OK))
            if verb == b"DATA":
                self._take()

    def _answer_about(self, recipient: str) -> bytes:
        office = self.server.office
        if not office.is_open:
            return REFUSED
        if recipient == office.unknown:
            return UNKNOWN
        office.recipients.append(recipient)
        return OK

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        time.sleep(self.server.office.seconds)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.server.office.mails.append(mail)
        self._say(OK)

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    """A post office that takes mails until the context ends."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.office = PostOffice(port=server.server_address[1])
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.office
        finally:
            server.shutdown()
            thread.join()
