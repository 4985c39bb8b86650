"""A witness of the tests, which speaks C2SP tlog-witness over TLS and shares no code with us.

It remembers the newest checkpoint of one log, checks signatures, checkpoints and consistency proofs
by itself, as RFC 6962 writes them down, and cosigns.
"""

import base64
import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from tests.opencloud.wires import Script
from tests.support.receiver import Received, Receiver, says

HOST, NAME = "localhost", "witness.example.com/tides"


@dataclass
class Memory:
    """What the witness knows of the log: its key, and the checkpoint that it cosigned last."""

    log_key: str = ""
    size: int = 0
    root: bytes = hashlib.sha256().digest()


@dataclass
class Witness:
    """A witness at a receiver of its own; a context manager like that."""

    receiver: Receiver
    name: str = NAME
    kind: bytes = b"\x04"
    key: SigningKey = field(default_factory=SigningKey.generate)
    memory: Memory = field(default_factory=Memory)
    seconds_ahead: int = 0

    @classmethod
    def at(cls, directory: Path, kind: bytes = b"\x04") -> "Witness":
        """A witness with a certificate in that directory, and a key of that kind."""
        directory.mkdir(exist_ok=True)
        made = cls(Receiver(directory, HOST), kind=kind)
        made.receiver.plays = made.answer
        return made

    def __enter__(self) -> "Witness":
        self.receiver.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.receiver.__exit__(*raised)

    @property
    def address(self) -> str:
        """Its submission prefix."""
        return f"https://{HOST}:{self.receiver.port}/tides"

    @property
    def verifier(self) -> str:
        """The line by which others know it."""
        return verifier_line(self.name, self.kind, bytes(self.key.verify_key))

    def knows(self, log_key: str) -> None:
        """Let it trust that key of the log."""
        self.memory.log_key = log_key

    def answer(self, received: Received) -> Script:
        """What a witness answers to add-checkpoint."""
        if received.path != "/tides/add-checkpoint":
            return says(404)
        head, _, note = received.body.decode().partition("\n\n")
        old, *proof = head.split("\n")
        text, _, signatures = note.partition("\n\n")
        origin, size, root = text.split("\n")[:3]
        if origin != self.memory.log_key.partition("+")[0]:
            return says(404)
        if not self._is_signed(text + "\n", signatures):
            return says(403)
        return self._cosign(text + "\n", int(old.removeprefix("old ")), int(size), root, proof)

    def _cosign(self, text: str, old: int, size: int, root: str, proof: list[str]) -> Script:
        memory, new_root = self.memory, base64.b64decode(root)
        if old > size:
            return says(400)
        if old != memory.size:
            return says(409, f"{memory.size}\n".encode(), content_type="text/x.tlog.size")
        if old == size and new_root != memory.root:
            return says(409, f"{memory.size}\n".encode(), content_type="text/x.tlog.size")
        hashes = [base64.b64decode(line) for line in proof]
        if not grew(old, memory.root, size, new_root, hashes):
            return says(422)
        memory.size, memory.root = size, new_root
        now = int(time.time()) + self.seconds_ahead
        signed = self.key.sign(f"cosignature/v1\ntime {now}\n{text}".encode()).signature
        content = base64.b64encode(self._key_id() + now.to_bytes(8, "big") + signed).decode()
        other = base64.b64encode(b"another signature of someone else").decode()
        return says(200, f"— other.example {other}\n— {self.name} {content}\n".encode())

    def _is_signed(self, text: str, signatures: str) -> bool:
        name, key_id, encoded = self.memory.log_key.split("+", 2)
        for line in signatures.splitlines():
            _, by, signature = line.split(" ")
            content = base64.b64decode(signature)
            if (by, content[:4].hex()) == (name, key_id):
                try:
                    VerifyKey(base64.b64decode(encoded)[1:]).verify(text.encode(), content[4:])
                except BadSignatureError:
                    return False
                return True
        return False

    def _key_id(self) -> bytes:
        return _key_id(self.name, self.kind, bytes(self.key.verify_key))


def verifier_line(name: str, kind: bytes, public: bytes) -> str:
    """The line by which a key is known."""
    content = base64.b64encode(kind + public).decode()
    return f"{name}+{_key_id(name, kind, public).hex()}+{content}"


def _key_id(name: str, kind: bytes, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def grew(old: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """Whether the proof shows it; by the recursion that RFC 6962 (2.1.2) makes proofs with."""
    if old in (0, size):
        return not proof and (old == 0 or old_root == root)
    left = list(proof)
    try:
        before, after = _roots(old, size, left, old_root, is_whole=True)
    except IndexError:
        return False
    return not left and (before, after) == (old_root, root)


def _roots(
    old: int, size: int, proof: list[bytes], old_root: bytes, *, is_whole: bool
) -> tuple[bytes, bytes]:
    """The roots above the first `old` and all `size` leaves, with hashes from the proof's front."""
    if old == size:
        found = old_root if is_whole else proof.pop(0)
        return found, found
    split = 1 << (size - 1).bit_length() - 1
    if old <= split:
        before, after = _roots(old, split, proof, old_root, is_whole=is_whole)
        return before, _node(after, proof.pop(0))
    before, after = _roots(old - split, size - split, proof, old_root, is_whole=False)
    beside = proof.pop(0)
    return _node(beside, before), _node(beside, after)


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
