"""A caller of the emulator: real requests over real sockets, under one API key."""

import socket
from base64 import b64decode, b64encode
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from nacl.public import PublicKey, SealedBox

TIMEOUT_SECONDS = 10.0


class Caller:
    """Calls the secrets store of one universe as a client would; a context manager."""

    def __init__(self, url: str, universe_id: int | str, key: str | None) -> None:
        self.url = url
        self.path = f"/cloud/v2/universes/{universe_id}"
        self.session = requests.Session()
        self.session.trust_env = False
        if key is not None:
            self.session.headers["x-api-key"] = key

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.session.close()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request, following no redirect."""
        options = {"timeout": TIMEOUT_SECONDS, "allow_redirects": False, **options}
        return self.session.request(method, self.url + path, **options)

    def list_secrets(self, **query: str | int) -> requests.Response:
        """One page of the list."""
        return self.call("GET", f"{self.path}/secrets", params=query)

    def public_key(self) -> requests.Response:
        """The key to seal with."""
        return self.call("GET", f"{self.path}/secrets/public-key")

    def sealed(self, value: bytes) -> dict[str, str]:
        """A value sealed with the key of now, and the id of that key."""
        record = self.public_key().json()
        return {"secret": seal(value, record["secret"]), "key_id": record["key_id"]}

    def create(self, name: object, value: bytes = b"value", **more: object) -> requests.Response:
        """Create a secret; further fields are added to the body or replace some of it."""
        return self.post({"id": name, **self.sealed(value), **more})

    def post(self, body: object) -> requests.Response:
        """Create a secret with a body of one's own."""
        return self.call("POST", f"{self.path}/secrets", json=body)

    def update(self, name: str, value: bytes = b"value", **more: object) -> requests.Response:
        """Update a secret; further fields are added to the body or replace some of it."""
        body = {**self.sealed(value), **more}
        return self.call("PATCH", f"{self.path}/secrets/{name}", json=body)

    def delete(self, name: str) -> requests.Response:
        """Delete a secret."""
        return self.call("DELETE", f"{self.path}/secrets/{name}")


def seal(value: bytes, public_key: str) -> str:
    """A sealed box in base64, made with a public key in base64."""
    box = SealedBox(PublicKey(b64decode(public_key)))
    return b64encode(box.encrypt(value)).decode()


def connect(url: str) -> socket.socket:
    """A plain connection to the emulator."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), TIMEOUT_SECONDS)


def exchange(url: str, sent: bytes) -> bytes:
    """What comes back for some bytes when nothing more is sent."""
    with connect(url) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Everything up to the end of the connection."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received
