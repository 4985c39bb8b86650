"""Sessions are encrypted with the master key ring: what is parked in one is never in the clear."""

import json
from typing import Any

from secretsapp.services.sessions import decrypt, encrypt


class EncryptedSerializer:
    """Django's interface of a session serializer: a dictionary to bytes and back.

    What does not open raises, and Django then begins an empty session: the person signs in.
    """

    def dumps(self, obj: dict[str, Any]) -> bytes:
        """The session as an encrypted blob."""
        return encrypt(json.dumps(obj, separators=(",", ":")).encode("utf-8"))

    def loads(self, data: bytes) -> dict[str, Any]:
        """The session in the blob; raises KeyTrouble where it does not open."""
        found: dict[str, Any] = json.loads(decrypt(data))
        return found
