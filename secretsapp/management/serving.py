"""The web server: how it is started, and when it is there."""

import argparse
import ipaddress
import socket
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from dashboard import probe
from dashboard.env import is_loopback
from secretsapp.core import private_files
from secretsapp.management.processes import Processes, ProcessFailed

HOST = probe.HOST
READY_SECONDS = 60
# Several times the conversations with Roblox that one process holds at once (as
# rules/connections.py says), so that pages which need no Roblox are answered while it is slow.
THREADS = 32
POLL_SECONDS = 0.1
# Longer than a reverse proxy keeps a connection it does not use: then it never sends a request
# into one that is being closed here.
KEEP_SECONDS = 75


def parse_port(text: str) -> int:
    """A port of TCP, as an argument on the command line."""
    if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")


def parse_host(text: str) -> str:
    """An address of this machine to listen on, as an argument on the command line."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "a host is an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all"
        ) from None
    return f"[{address}]" if address.version == 6 else str(address)


def check_proxied(host: str) -> None:
    """Raise ProcessFailed where others could connect without a proxy: see docs/operations.md."""
    if is_loopback(host.strip("[]")) or settings.TRUSTED_PROXIES:
        return
    raise ProcessFailed(
        f"Others could connect to {host} without a proxy: over plain HTTP, and {THREADS} slow "
        "connections would stop this server. Put a reverse proxy in front of it and set its "
        "address in TRUSTED_PROXIES, or listen on 127.0.0.1."
    )


def check_port(port: int, command: str) -> None:
    """Raise ProcessFailed where something else listens on the port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as error:
            another = port + 1 if port < 65535 else 8000
            raise ProcessFailed(
                f"Port {port} can't be used: {error.strerror}. Choose another: {command} "
                f"PORT={another}"
            ) from None


def note_port(port: int) -> None:
    """Note on which port of this machine Sealroom is, for links from other shells.

    A data directory that cannot be written keeps links where they lead without it.
    """
    with suppress(OSError):
        private_files.replace(Path(settings.PORT_FILE), f"{port}\n")


def web_server(port: int, *, host: str = HOST, ending_seconds: int = 2) -> list[str]:
    """The arguments of Python that serve the dashboard on that port.

    What is being answered when it is told to end has `ending_seconds` left.
    """
    # Left to itself gunicorn believes X-Forwarded-Proto from loopback; who is believed, and that
    # is no one else, is in TRUSTED_PROXIES and is looked up by ForwardedSchemeMiddleware.
    believing = ["--forwarded-allow-ips", ""]
    ending = ["--graceful-timeout", str(ending_seconds), "--no-control-socket"]
    telling = ["--log-level", "warning", "--logger-class", "dashboard.server_log.ServerLog"]
    return [
        *["-m", "gunicorn", "dashboard.wsgi"],
        *["--bind", f"{host}:{port}", "--threads", str(THREADS)],
        *["--keep-alive", str(KEEP_SECONDS), *believing, *ending, *telling],
    ]


def wait_until_ready(port: int, processes: Processes, *, site: str) -> None:
    """Ask until the dashboard at the address `site` answers on that port.

    Raises ProcessFailed where it does not, or with an error.
    """
    host = urlsplit(site).netloc
    deadline = time.monotonic() + READY_SECONDS
    while not (status := probe.status_of(port, "/", host=host, seconds=READY_SECONDS)):
        if name := processes.ended():
            raise ProcessFailed(f"The {name} didn't start.")
        if time.monotonic() > deadline:
            raise ProcessFailed(f"Sealroom didn't answer within {READY_SECONDS} seconds.")
        time.sleep(POLL_SECONDS)
    if status >= 500:
        raise ProcessFailed("Sealroom answers with an error; its output is above.")
