"""The key rings, from the settings or from what `setup` generated; no one else reads keys.

Keys of the data directory are read at each use, so a change of their file holds for every process
at once. What the environment gives is read when a process starts.
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from secretsapp.core import private_files
from secretsapp.core.chain import AuditRing
from secretsapp.core.errors import MissingKey, WeakKey
from secretsapp.core.keyring import Key, KeyRing, generate_key, is_guessable, parse_keys


class Ring(StrEnum):
    """The rings of keys, each by the name of its setting.

    An installation can do without a checkpoint key: it signs no checkpoints then.
    """

    MASTER = "MASTER_KEYS"
    AUDIT = "AUDIT_KEYS"
    CHECKPOINT = "CHECKPOINT_KEYS"

    @property
    def word(self) -> str:
        """What its keys are called: `master`, `audit` or `checkpoint`."""
        return self.name.lower()


MASTER_KEYS, AUDIT_KEYS = Ring.MASTER, Ring.AUDIT
SECRET_KEY = "SECRET_KEY"  # noqa: S105 - the name of a setting

SHORTEST_SECRET_KEY = 32

_NEW_IN_FRONT = {
    ring: "Put the output of `openssl rand -base64 32` in front of it, separated by a new "
    "line or a comma, restart every process, and run `manage.py "
    f"rotate_{ring.word}_key`."
    for ring in Ring
}

FILES = {ring: f"{ring.word}_keys" for ring in Ring} | {SECRET_KEY: "secret_key"}


@dataclass(frozen=True)
class Source:
    """Where the keys of a ring come from.

    A variable of the environment has no path. `unused` is a file of the data directory that the
    environment takes the place of.
    """

    path: Path | None
    is_ours: bool
    unused: Path | None = None

    def __str__(self) -> str:
        return str(self.path or "the environment")


def master_ring() -> KeyRing:
    """The ring that encrypts at rest; raises KeyTrouble in words."""
    return KeyRing(_keys(MASTER_KEYS))


def audit_ring() -> AuditRing:
    """The ring that authenticates the audit log; raises KeyTrouble in words."""
    return AuditRing(_keys(AUDIT_KEYS))


def checkpoint_keys() -> list[Key]:
    """The keys that sign checkpoints; the first of them does. Raises KeyTrouble in words."""
    return _keys(Ring.CHECKPOINT)


def current_master_key_id() -> str:
    """The id, in hexadecimal, of the master key that writes."""
    return key_ids(Ring.MASTER)[0]


def key_ids(ring: Ring) -> list[str]:
    """The ids, in hexadecimal, of the ring's keys; the first of them writes. KeyTrouble if none."""
    return [key.key_id.hex() for key in _keys(ring)]


def _keys(setting: Ring) -> list[Key]:
    return parse_keys(_text(setting), setting)


def _text(setting: Ring) -> str:
    """What the environment says, else what `setup` left in the data directory."""
    return configured(setting) or generated(setting)


def generated(setting: Ring) -> str:
    """What the data directory has; raises MissingKey or ExposedKey in words."""
    path = path_of(setting)
    try:
        return private_files.read(path)
    except FileNotFoundError:
        raise MissingKey(
            f"{setting} is not set and {path} doesn't exist. Run `manage.py setup`, or set "
            f"the keys of this installation in {setting} or {setting}_FILE."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise MissingKey(f"{path} can't be read. Fix the file or its permissions.") from None


def configured(setting: str) -> str:
    """What the environment says, or nothing; Django refuses to give a SECRET_KEY that is empty."""
    try:
        return getattr(settings, setting) or ""
    except ImproperlyConfigured:
        return ""


def path_of(setting: str) -> Path:
    """Where the data directory has the keys of `setting`, if it has."""
    return Path(settings.KEYS_DIR) / FILES[setting]


def source_of(ring: Ring) -> Source:
    """Where the keys of the ring come from."""
    own = path_of(ring)
    if not configured(ring):
        return Source(own, is_ours=True)
    named: Path | None = getattr(settings, f"{ring}_FILE")
    return Source(named, is_ours=False, unused=own if _is_there(own) else None)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # Its directory is closed to this process, so nothing in it can be of use.
        return False


def check_secret_key() -> None:
    """Raise MissingKey unless Django has a secret key: it signs sessions and links."""
    if not configured(SECRET_KEY):
        raise MissingKey(
            f"SECRET_KEY is not set and {path_of(SECRET_KEY)} doesn't exist. Run `manage.py "
            "setup`, or set SECRET_KEY or SECRET_KEY_FILE."
        )


def check_strength() -> None:
    """Raise WeakKey where a key that is in use gives no protection; KeyTrouble if one is missing.

    A weak key behind the first of its ring stays: what it wrote has to be read until it is dropped.
    """
    _check_secret_key_is_random()
    for ring in _present():
        if is_guessable(_keys(ring)[0].material):
            raise WeakKey(
                f"The first key in {ring} could be guessed: it repeats itself. "
                f"{_NEW_IN_FRONT[ring]}"
            )
    _check_no_key_serves_twice()


def _present() -> list[Ring]:
    """The rings that this installation cannot do without, and the others where they are there."""
    return [ring for ring in Ring if ring is not Ring.CHECKPOINT or is_configured(ring)]


def _check_secret_key_is_random() -> None:
    content = configured(SECRET_KEY).encode()
    if len(content) < SHORTEST_SECRET_KEY or is_guessable(content):
        raise WeakKey(
            f"SECRET_KEY could be guessed: it is shorter than {SHORTEST_SECRET_KEY} "
            "characters or repeats itself. Put the output of `openssl rand -base64 48` in "
            "its place; everyone must then sign in again."
        )


def _check_no_key_serves_twice() -> None:
    """Someone who got the key of one use would have the other's too."""
    for one, other in permutations(reversed(_present()), 2):
        if _keys(one)[0] in _keys(other):
            kind = f"an {other.word}" if other is Ring.AUDIT else f"a {other.word}"
            raise WeakKey(f"The first key in {one} is {kind} key too. {_NEW_IN_FRONT[one]}")
    texts = [text for ring in _present() for text in _text(ring).replace(",", " ").split()]
    if configured(SECRET_KEY).strip() in texts:
        raise WeakKey(
            "SECRET_KEY is a key of another ring too. Put the output of `openssl rand "
            "-base64 48` in its place; everyone must then sign in again."
        )


def is_configured(setting: str) -> bool:
    """Whether the environment or the data directory has the keys of `setting`."""
    return bool(configured(setting)) or path_of(setting).exists()


def generate(setting: str) -> Path:
    """Make a key for `setting` in the data directory, readable by its owner alone.

    An existing file is never written over: its key may be the only one that opens the data.
    """
    path = path_of(setting)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_urlsafe(64) if setting == SECRET_KEY else generate_key()
    with private_files.locked(path.parent):
        if path.exists():
            raise FileExistsError(f"{path} already exists.")
        private_files.replace(path, key + "\n")
    if setting == SECRET_KEY:
        # The settings were read before there was one, and the rest of this process may need it.
        settings.SECRET_KEY = key
    return path
