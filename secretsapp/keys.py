"""The key rings, from the settings or from what `setup` generated; nobody else reads keys."""

import secrets
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from secretsapp.core.chain import AuditRing
from secretsapp.core.errors import MissingKey, WrongKey
from secretsapp.core.keyring import Key, KeyRing, generate_key, parse_keys
from secretsapp.models import KeyProof

MASTER_KEYS = "MASTER_KEYS"
AUDIT_KEYS = "AUDIT_KEYS"
SECRET_KEY = "SECRET_KEY"  # noqa: S105 - the name of a setting

FILES = {MASTER_KEYS: "master_keys", AUDIT_KEYS: "audit_keys", SECRET_KEY: "secret_key"}

_PROOF_ID = 1
_PROOF_OWNER = "secretsapp_keyproof"
_PROOF = b"this installation opens with this key"


def master_ring() -> KeyRing:
    """The ring that encrypts at rest; raises MissingKey in words."""
    return KeyRing(_keys(MASTER_KEYS))


def audit_ring() -> AuditRing:
    """The ring that authenticates the audit log; raises MissingKey in words."""
    return AuditRing(_keys(AUDIT_KEYS))


def current_master_key_id() -> str:
    """The id, in hexadecimal, of the master key that writes."""
    return _keys(MASTER_KEYS)[0].key_id.hex()


def _keys(setting: str) -> list[Key]:
    return parse_keys(_text(setting), setting)


def _text(setting: str) -> str:
    """What the environment says, else what `setup` left in the data directory."""
    if configured := _configured(setting):
        return configured
    path = _path(setting)
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        raise MissingKey(
            f"{setting} is not set and {path} is not there. Run `manage.py setup`, or give the "
            f"keys of this installation in {setting} or {setting}_FILE."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise MissingKey(f"{path} cannot be read. Correct the file or its permissions.") from None


def _configured(setting: str) -> str:
    """What the environment says, or nothing; Django refuses to give a SECRET_KEY that is empty."""
    try:
        return getattr(settings, setting) or ""
    except ImproperlyConfigured:
        return ""


def _path(setting: str) -> Path:
    return Path(settings.KEYS_DIR) / FILES[setting]


def check_secret_key() -> None:
    """Raise MissingKey unless Django has a secret key: it signs sessions and links."""
    if not _configured(SECRET_KEY):
        raise MissingKey(
            f"SECRET_KEY is not set and {_path(SECRET_KEY)} is not there. Run `manage.py setup`, "
            "or give it in SECRET_KEY or SECRET_KEY_FILE."
        )


def is_configured(setting: str) -> bool:
    """Whether the environment or the data directory has the keys of `setting`."""
    return bool(_configured(setting)) or _path(setting).exists()


def generate(setting: str) -> Path:
    """Make a key for `setting` in the data directory, readable by its owner alone.

    An existing file is never written over: its key may be the only one that opens the data.
    """
    path = _path(setting)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    key = _new(setting)
    path.write_text(key + "\n", "ascii")
    if setting == SECRET_KEY:
        # The settings were read before there was one, and the rest of this process may need it.
        settings.SECRET_KEY = key
    return path


def _new(setting: str) -> str:
    return secrets.token_urlsafe(64) if setting == SECRET_KEY else generate_key()


def store_proof() -> None:
    """Store the known value under the current master key, in place of an earlier one."""
    blob = master_ring().encrypt(_PROOF, owner=_PROOF_OWNER)
    KeyProof.objects.update_or_create(pk=_PROOF_ID, defaults={"blob": blob})


def has_proof() -> bool:
    """Whether the installation was set up with a master key."""
    return KeyProof.objects.filter(pk=_PROOF_ID).exists()


def check_proof() -> None:
    """Raise MissingKey or WrongKey unless the configured master keys open this database."""
    proof = KeyProof.objects.filter(pk=_PROOF_ID).first()
    if proof is None:
        raise MissingKey("This installation is not set up. Run `manage.py setup`.")
    if master_ring().decrypt(bytes(proof.blob), owner=_PROOF_OWNER) != _PROOF:
        raise WrongKey("MASTER_KEYS does not belong to this database. Give the right ones.")
