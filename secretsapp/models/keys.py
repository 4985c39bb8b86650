"""A known value encrypted at set-up, which tells a wrong master key from a missing one."""

from typing import ClassVar

from django.db import models


class KeyProof(models.Model):
    """One row: a fixed sentence under the master key of its time."""

    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pk=1), name="key_proof_is_single"),
        ]

    def __str__(self) -> str:
        return "proof of the master key"
