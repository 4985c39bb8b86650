"""Signed notes and checkpoints, in the formats of C2SP (signed-note, tlog-checkpoint, tlog-proof).

A note is text that ends in a new line, an empty line, and a line for each signature. Other people's
tools read and check them, so nothing of it is ours to change.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from secretsapp.core.errors import BadNote

ED25519 = b"\x01"
KEY_ID_BYTES = 4
KEY_BYTES = 32
# More than the sixteen that a reader has to bear, and few enough to look at each.
MOST_SIGNATURES = 100
LONGEST_NOTE = 64 * 1024
PROOF_HEADER = "c2sp.org/tlog-proof@v1"

_BEGINNING = "— "


@dataclass(frozen=True)
class Verifier:
    """A key that verifies, by its name; its text is what others keep to check a log."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes by which a signature says whose it is."""
        return key_id_of(self.name, ED25519, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(ED25519 + self.public)}"


@dataclass(frozen=True)
class Signer:
    """A key that signs, by its name; the seed is 32 random bytes."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        """The key that verifies what this one signs."""
        from nacl.signing import SigningKey  # noqa: PLC0415 - few commands need it

        return Verifier(self.name, bytes(SigningKey(self.seed).verify_key))

    def sign(self, text: str) -> bytes:
        """The signature of the text."""
        from nacl.signing import SigningKey  # noqa: PLC0415

        return bytes(SigningKey(self.seed).sign(text.encode()).signature)


@dataclass(frozen=True)
class Checkpoint:
    """What a log promises: whose it is, how many entries it has, and the root above them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def signer(name: str, seed: bytes) -> Signer:
    """The signer of that name; raises BadNote for a name that no note can bear."""
    check_name(name)
    return Signer(name, seed)


def verifier(text: str) -> Verifier:
    """The key in a line such as `example.com/log+530d903a+AekyeR…`; raises BadNote."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    content = decoded(encoded)
    check_name(name)
    found = Verifier(name, content[1:])
    if content[:1] != ED25519 or len(found.public) != KEY_BYTES or found.key_id.hex() != key_id:
        raise BadNote("This is not a verifier key of a log, or a letter of it is wrong.")
    return found


def sign(text: str, signers: Iterable[Signer]) -> str:
    """The note with that text, which ends in a new line, and a signature by each of them."""
    _check_text(text)
    lines = [_signature_line(each.verifier, each.sign(text)) for each in signers]
    return f"{text}\n{''.join(lines)}"


def opened(note: str, verifiers: Sequence[Verifier]) -> tuple[str, list[Verifier]]:
    """The text of the note, and which of these keys have signed it.

    Signatures of others are ignored. Raises BadNote where it is none, where none of these keys has
    signed it, and where a signature of one of them does not fit.
    """
    text, lines = _parts(note)
    found: list[Verifier] = []
    for line in lines:
        name, content = parsed(line)
        for key in verifiers:
            if (key.name, key.key_id) == (name, content[:KEY_ID_BYTES]) and key not in found:
                check_signature(key.name, key.public, text, content[KEY_ID_BYTES:])
                found.append(key)
    if not found:
        raise BadNote("The note has no signature by a key that is known.")
    return text, found


def checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note, whatever lines come behind its three; or BadNote."""
    origin, _, rest = text.partition("\n")
    size, _, rest = rest.partition("\n")
    root = decoded(rest.partition("\n")[0])
    is_number = size.isascii() and size.isdigit() and (size == "0" or size[0] != "0")
    if not origin or not is_number or len(size) > 19 or len(root) != hashlib.sha256().digest_size:
        raise BadNote("The note is signed, but is no checkpoint of a log.")
    return Checkpoint(origin, int(size), root)


def proof(index: int, hashes: Iterable[bytes], note: str) -> str:
    """The proof, for other people's tools, that the log has an entry at that index."""
    lines = [PROOF_HEADER, f"index {index}", *map(_base64, hashes)]
    return "\n".join([*lines, "", note])


def key_id_of(name: str, kind: bytes, public: bytes) -> bytes:
    """Four bytes by which a signature says which key, of which kind and name, it is of."""
    named = name.encode("utf-8") + b"\n" + kind + public
    return hashlib.sha256(named).digest()[:KEY_ID_BYTES]


def hash_lines(hashes: Iterable[bytes]) -> list[str]:
    """Hashes as the lines of a proof."""
    return [_base64(each) for each in hashes]


def hash_of(line: str) -> bytes:
    """The hash in a line of a proof; raises BadNote."""
    found = decoded(line)
    if len(found) != hashlib.sha256().digest_size:
        raise BadNote("A line of the proof is no hash.")
    return found


def check_name(name: str) -> None:
    """Raise BadNote for a name that no key can have."""
    if not name or "+" in name or any(sign.isspace() for sign in name):
        raise BadNote("The name of a log's key has no spaces and no plus sign.")


def _check_text(text: str) -> None:
    is_plain = all(sign == "\n" or sign >= " " for sign in text)
    if not text.endswith("\n") or not is_plain:
        raise BadNote("The text of a note ends in a new line and has no control characters.")


def _signature_line(key: Verifier, signature: bytes) -> str:
    return f"{_BEGINNING}{key.name} {_base64(key.key_id + signature)}\n"


def _parts(note: str) -> tuple[str, list[str]]:
    """The text, and the lines of signatures, which stand behind the last empty line."""
    text, _, signatures = note.rpartition("\n\n")
    lines = signatures.removesuffix("\n").split("\n")
    if len(note) > LONGEST_NOTE or not text or not signatures.endswith("\n"):
        raise BadNote("This is not a signed note.")
    if len(lines) > MOST_SIGNATURES:
        raise BadNote(f"The note has more than {MOST_SIGNATURES} signatures.")
    _check_text(text + "\n")
    return text + "\n", lines


def parsed(line: str) -> tuple[str, bytes]:
    """The name and the content of a line of a signature."""
    name, _, encoded = line.removeprefix(_BEGINNING).partition(" ")
    content = decoded(encoded)
    if not line.startswith(_BEGINNING) or not name or len(content) <= KEY_ID_BYTES:
        raise BadNote("A signature of the note is not written as one.")
    return name, content


def check_signature(name: str, public: bytes, text: str, signature: bytes) -> None:
    """Raise BadNote unless that is the signature of the text by that key of Ed25519."""
    from nacl.exceptions import BadSignatureError  # noqa: PLC0415
    from nacl.signing import VerifyKey  # noqa: PLC0415

    try:
        VerifyKey(public).verify(text.encode(), signature)
    except (BadSignatureError, ValueError):
        raise BadNote(f"The signature of {name} does not fit: the note was changed.") from None


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def decoded(text: str) -> bytes:
    """The bytes of base64 in its one form: other people's tools read no other."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return found if _base64(found) == text else b""
