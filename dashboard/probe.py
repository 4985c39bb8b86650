"""Asks the web server beside it whether it is alive: `python -m dashboard.probe PORT [/healthz]`.

It runs every few seconds, so it needs nothing but Python itself.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException  # noqa: TID251 - loopback
from pathlib import Path
from urllib.parse import urlsplit

HOST = "127.0.0.1"
ALIVE = "/healthz"
SECONDS = 10
WELL = 200
USAGE = "Usage: python -m dashboard.probe PORT [/healthz]"


def main(arguments: list[str]) -> None:
    """Say in a sentence how the server answers; the status is 1 unless it is well."""
    if not 1 <= len(arguments) <= 2 or not _is_port(arguments[0]):
        sys.exit(USAGE)
    port, path = int(arguments[0]), arguments[1] if arguments[1:] else ALIVE
    address = f"http://{HOST}:{port}{path}"
    status = status_of(port, path, host=_host_of_site())
    if not status:
        sys.exit(f"{address} doesn't answer.")
    if status != WELL:
        sys.exit(f"{address} answers {status}.")
    sys.stdout.write(f"{address} answers.\n")


def status_of(port: int, path: str, *, host: str, seconds: float = SECONDS) -> int:
    """The status with which the server on this machine answers; 0 where it does not."""
    connection = HTTPConnection(HOST, port, timeout=seconds)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        return connection.getresponse().status
    except (OSError, HTTPException, ValueError):
        return 0
    finally:
        connection.close()


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536


def _host_of_site() -> str:
    """The host of SITE_URL; a SITE_URL that cannot be used is for the server to complain of."""
    try:
        return urlsplit(_site().strip()).netloc
    except (OSError, ValueError):
        return ""


def _site() -> str:
    named = os.environ.get("SITE_URL_FILE")
    return Path(named).read_text("utf-8") if named else os.environ.get("SITE_URL", "")


if __name__ == "__main__":
    main(sys.argv[1:])
