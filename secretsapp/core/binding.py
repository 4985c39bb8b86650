"""What binds a sealed box that waits to what it is for: one hash over all that will be sent.

The event of a proposal has it too, and an audit key authenticates that of a batch's item. The
encoding can never change for what waits.
"""

import hashlib

PREFIX = b"sealroom proposal 1\x00"
LENGTH_BYTES = 4


def digest(*parts: str) -> str:
    """SHA-256 in hexadecimal over the parts in order, each behind the length of its UTF-8 bytes."""
    hashed = hashlib.sha256(PREFIX)
    for part in parts:
        content = part.encode("utf-8")
        hashed.update(len(content).to_bytes(LENGTH_BYTES, "big") + content)
    return hashed.hexdigest()
