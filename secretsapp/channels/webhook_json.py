"""What a webhook is sent: an event a message, as Standard Webhooks writes its payloads."""

import json

from secretsapp.channels.sentences import Told
from secretsapp.core.chain import FIELDS
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent

TEST = "channel.test"


def body(told: Told) -> bytes:
    """The event as it was hashed, its hash, what it says in words, and where it stands."""
    stored = told.event.chained_fields()
    data: dict[str, object] = {name: stored.get(name, "") for name in FIELDS}
    data |= {
        "sequence": told.event.sequence,
        "detail": read_detail(stored["detail"]) or {},
        "content": told.event.content,
        "severity": str(told.view.severity),
        "result": str(told.view.result or ""),
        "sentence": told.sentence,
        "link": told.link,
    }
    if told.event.tag == ProofEvent.CHECKPOINT_MADE.tag:
        data["checkpoint"] = told.note
    return _written(told.event.tag, stored["time"], data)


def test_body(*, time: str, sentence: str, link: str) -> bytes:
    """What a test sends."""
    return _written(TEST, time, {"sentence": sentence, "link": link})


def _written(kind: str, time: str, data: dict[str, object]) -> bytes:
    return json.dumps({"type": kind, "timestamp": time, "data": data}).encode()
