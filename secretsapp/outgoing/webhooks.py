"""Signs webhooks as Standard Webhooks describes it, so that its libraries can check them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import secrets

from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import Plaintext

PREFIX = "whsec_"
SHORTEST_BYTES, LONGEST_BYTES = 24, 64
NEW_BYTES = 32


def new_secret() -> str:
    """A new secret in the form in which receivers are given it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW_BYTES)).decode("ascii")


def check_secret(text: str, *, field: str = "secret") -> str:
    """The secret in its one form; raises InvalidInput, which never repeats it."""
    written = text.strip()
    key = _decoded(written.removeprefix(PREFIX))
    if not (written.startswith(PREFIX) and SHORTEST_BYTES <= len(key) <= LONGEST_BYTES):
        raise InvalidInput(
            f"Enter {PREFIX} and {SHORTEST_BYTES} to {LONGEST_BYTES} bytes in base64.",
            field=field,
        )
    return PREFIX + base64.b64encode(key).decode("ascii")


def signed_headers(
    secret: Plaintext, *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The headers of a message: its id, which stays the same when it is repeated, time, signature.

    `secret` is what `check_secret` returned; `timestamp` is that of this attempt, in seconds.
    """
    key = _decoded(secret.expose().decode("ascii").removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode("ascii") + body
    signature = base64.b64encode(hmac.digest(key, signed, "sha256")).decode("ascii")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def _decoded(text: str) -> bytes:
    """The bytes of base64, with or without its padding; none for what is not base64."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
