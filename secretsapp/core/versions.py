"""Tells whether something is still as a person saw it, where nothing counts its versions."""

import hashlib
import json


def version_of(*parts: str) -> str:
    """The same text for the same parts, and another for any others; it tells none of them."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
