"""A known value under the master key, which tells a wrong key from one that was never set up."""

from secretsapp.core.errors import MissingKey, WrongKey
from secretsapp.models import KeyProof
from secretsapp.rules.keys import master_ring

_ID = 1
_OWNER = "secretsapp_keyproof"
_SENTENCE = b"this installation opens with this key"


def store() -> None:
    """Store the known value under the current master key, in place of an earlier one."""
    blob = master_ring().encrypt(_SENTENCE, owner=_OWNER)
    KeyProof.objects.update_or_create(pk=_ID, defaults={"blob": blob})


def is_stored() -> bool:
    """Whether the installation was set up with a master key."""
    return KeyProof.objects.filter(pk=_ID).exists()


def check() -> None:
    """Raise MissingKey or WrongKey unless the configured master keys open this database."""
    proof = KeyProof.objects.filter(pk=_ID).first()
    if proof is None:
        raise MissingKey("This installation is not set up. Run `manage.py setup`.")
    if master_ring().decrypt(bytes(proof.blob), owner=_OWNER) != _SENTENCE:
        raise WrongKey("MASTER_KEYS doesn't belong to this database. Set the right keys.")
