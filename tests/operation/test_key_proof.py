"""The known value that tells whether the configured keys are those of this database."""

import pytest
from pytest_django import Settings

from secretsapp.core.errors import MissingKey, WrongKey
from secretsapp.core.keyring import generate_key
from secretsapp.models import KeyProof
from secretsapp.operation import key_proof
from secretsapp.rules.keys import master_ring


@pytest.mark.django_db
def test_the_proof_tells_a_wrong_key_from_a_missing_one(settings: Settings) -> None:
    key_proof.check()
    ring = master_ring()
    KeyProof.objects.update(blob=ring.encrypt(b"another sentence", owner="secretsapp_keyproof"))
    with pytest.raises(WrongKey, match="doesn't belong to this database"):
        key_proof.check()
    KeyProof.objects.update(blob=ring.encrypt(b"anything", owner="elsewhere"))
    with pytest.raises(WrongKey, match="damaged or moved"):
        key_proof.check()
    settings.MASTER_KEYS = generate_key()
    with pytest.raises(MissingKey, match="not configured"):
        key_proof.check()
    KeyProof.objects.all().delete()
    assert not key_proof.is_stored()
    with pytest.raises(MissingKey, match="is not set up"):
        key_proof.check()
