"""A line to a target: TLS to a checked address, all of it within one deadline."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from threading import Timer

import certifi

from secretsapp.core.times import Deadline
from secretsapp.outgoing.addresses import Networks, Resolve, checked, resolve
from secretsapp.outgoing.errors import (
    CertificateRefused,
    ConnectionFailed,
    OutgoingError,
    TimedOut,
)
from secretsapp.outgoing.targets import Target

# One record of TLS: a socket's timeout holds for each, and a whole message could be stretched.
PIECE_BYTES = 16 * 1024
# So long after its end a line is cut off from outside, where nothing inside has noticed.
GRACE_SECONDS = 0.5


@dataclass(frozen=True)
class Way:
    """How lines are opened: which networks are allowed besides the internet, and who vouches.

    `authorities` are certificates in PEM that vouch for hosts besides those that everyone trusts.
    """

    networks: Networks = ()
    authorities: str = ""
    resolve: Resolve = resolve


@dataclass(frozen=True)
class Line:
    """An open line and the moment at which it is over."""

    socket: ssl.SSLSocket
    deadline: Deadline

    def send(self, data: bytes) -> None:
        """Send all of it; raises OSError, or TimeoutError where the other side takes it slowly."""
        for start in range(0, len(data), PIECE_BYTES):
            self.socket.settimeout(self.deadline.left())
            self.socket.sendall(data[start : start + PIECE_BYTES])

    def close_in_order(self) -> None:
        """Say goodbye and wait until the other side has read everything; raises OSError if not.

        Many hang up without a word once they have read ours, which is as good.
        """
        self.socket.settimeout(self.deadline.left())
        with suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError):
            self.socket.unwrap()
        # It may be us who hung up.
        self.deadline.left()


@contextmanager
def open_line(target: Target, way: Way, deadline: Deadline) -> Iterator[Line]:
    """A line to the target, on which nothing was said yet; raises OutgoingErrors."""
    addresses = checked(target, networks=way.networks, deadline=deadline, resolve=way.resolve)
    with (
        _connected(target, addresses, deadline) as raw,
        _cut_off(target, raw, deadline),
        _wrapped(target, way, raw, deadline) as line,
    ):
        yield Line(line, deadline)


def _connected(target: Target, addresses: list[str], deadline: Deadline) -> socket.socket:
    """A connection to the first address that takes one; each has its share of the time."""
    failure: OutgoingError = ConnectionFailed(target.host)
    for tried, address in enumerate(addresses):
        try:
            return _connect(address, target.port, deadline.left() / (len(addresses) - tried))
        except TimeoutError:
            failure = TimedOut(target.host)
        except OSError:
            failure = ConnectionFailed(target.host)
    raise failure


def _connect(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address, which is a number: nothing is looked up."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((address, port))
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _cut_off(target: Target, raw: socket.socket, deadline: Deadline) -> Iterator[None]:
    """Nothing is read from the connection once time is up, whatever reads.

    OpenSSL takes messages of TLS itself, such as tickets, for as long as they keep coming, and
    looks at no clock meanwhile.
    """
    try:
        seconds = deadline.left() + GRACE_SECONDS
    except TimeoutError:
        raise TimedOut(target.host) from None
    # TLS takes the connection over; this is the same one by another number.
    with raw.dup() as same:
        clock = Timer(seconds, _shut, [same])
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _wrapped(target: Target, way: Way, raw: socket.socket, deadline: Deadline) -> ssl.SSLSocket:
    """The connection under TLS, with a host that has proved to be the target."""
    try:
        raw.settimeout(deadline.left())
        return _context(way.authorities).wrap_socket(raw, server_hostname=target.host)
    except TimeoutError:
        failure: OutgoingError = TimedOut(target.host)
    except ssl.SSLCertVerificationError:
        failure = CertificateRefused(target.host)
    except (OSError, ValueError):
        failure = ConnectionFailed(target.host)
    raise failure


@lru_cache(maxsize=4)
def _context(authorities: str) -> ssl.SSLContext:
    """TLS with the authorities that browsers trust; the environment adds none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())
    if authorities:
        context.load_verify_locations(cadata=authorities)
    return context
