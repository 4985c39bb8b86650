"""What binds a proposal to what was proposed: one hash over all that is sent once it is approved.

The event of the proposal has it too. The encoding can never change for proposals that wait.
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
