"""The tables of the audit log: events and proofs, only inserted; its head, tallies and index.

Events that are in an archive are deleted, and nothing else ever is.
"""

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models

from secretsapp.core import chain
from secretsapp.core.errors import LogBroken

HEAD_ID = 1

# The events of a block. What is behind the last whole block is read without the index.
BLOCK_SIZE = 1024
# The blocks of a shelf: so many whole ones are put together, so that a long log has few rows.
SHELF_SIZE = 64


class AuditEvent(models.Model):
    """One event. It copies ids and names and has no foreign keys, so that others may go."""

    sequence = models.BigIntegerField(primary_key=True)
    format = models.SmallIntegerField()
    time = models.DateTimeField()
    tag = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=254)
    door = models.CharField(max_length=10)
    address = models.CharField(max_length=45, blank=True)
    universe_id = models.CharField(max_length=20, blank=True)
    universe_name = models.CharField(max_length=100, blank=True)
    secret_name = models.CharField(max_length=64, blank=True)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    subject_name = models.CharField(max_length=254, blank=True)
    change_id = models.CharField(max_length=36, blank=True)
    detail = models.TextField()
    session_id = models.CharField(max_length=16, blank=True, db_default="")
    request_id = models.CharField(max_length=64, blank=True, db_default="")
    content = models.CharField(max_length=64)
    link = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-sequence"]
        indexes: ClassVar = [
            models.Index(fields=["universe_id", "secret_name", "sequence"], name="event_of_secret"),
            models.Index(fields=["actor_id", "sequence"], name="event_of_actor"),
            models.Index(fields=["tag", "sequence"], name="event_of_tag"),
            models.Index(fields=["change_id", "sequence"], name="event_of_change"),
            models.Index(fields=["session_id", "sequence"], name="event_of_session"),
            models.Index(fields=["request_id", "sequence"], name="event_of_request"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.tag}"

    def chained_fields(self) -> dict[str, str]:
        """The event as the flat texts that are hashed, those of its form; raises LogBroken."""
        names = chain.FIELDS_OF.get(self.format)
        if names is None:
            raise LogBroken(f"Event {self.sequence} has an unknown format.")
        fields = {name: str(getattr(self, name)) for name in names}
        return fields | {"time": _text_of(self.time)}


def _text_of(time: datetime) -> str:
    """UTC to the microsecond, which is what both engines store."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class AuditHead(models.Model):
    """One row: the sequence number and link of the newest event; appending locks it."""

    sequence = models.BigIntegerField()
    link = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pk=1), name="audit_head_is_single"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}:{self.link}"


class AuditSubtree(models.Model):
    """A complete subtree of the Merkle tree over the events' content hashes; every eighth level.

    That of level 8 and place 0 is above the first 256 events, and those had been verified.
    """

    level = models.PositiveSmallIntegerField()
    place = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["level", "place"], name="audit_subtree_is_single"),
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class Checkpoint(models.Model):
    """A signed note that says how many events the log has, and the root of the tree above them.

    `key_id` is that of its key in the ring, and `verifier` the line by which others verify it.
    """

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField()
    key_id = models.CharField(max_length=16)
    verifier = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.size}"


class Witness(models.Model):
    """Someone who is given each checkpoint, and cosigns it if the log only grew.

    `number`, `size` and `cosigned_at` are of the checkpoint that it cosigned last. `failure` and
    `alarm` are sentences, empty once it cosigns again.
    """

    name = models.CharField(max_length=60, unique=True)
    address = models.CharField(max_length=2000)
    verifier = models.CharField(max_length=2200)
    added_at = models.DateTimeField()
    number = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    cosigned_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failure = models.TextField(default="")
    alarm = models.TextField(default="")
    next_try_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Cosignature(models.Model):
    """What a witness signed of a checkpoint, which stays when the witness is removed.

    `signed_at` is the time that it signed, None where its kind of key can't be verified here.
    """

    number = models.BigIntegerField()
    witness = models.CharField(max_length=60)
    verifier = models.CharField(max_length=2200)
    line = models.TextField()
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "verifier"], name="cosignature_is_single"),
        ]

    def __str__(self) -> str:
        return f"{self.number} by {self.witness}"


class AuditArchive(models.Model):
    """Events `first` to `last`, which are in a file and no longer in the table.

    `note` is the signed head of the file. `protected` are the ids of the universes that were
    removed while they were protected, which only these events tell.
    """

    number = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    file = models.TextField()
    note = models.TextField()
    protected = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.first} to {self.last}"


class Tally(models.Model):
    """How many events of one kind the log was told of since `began_at`, and how many it was not.

    `networks` are those that the ones came from of which it was not told, as a list in JSON.
    """

    kind = models.CharField(max_length=80, primary_key=True)
    began_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=1)
    told = models.PositiveIntegerField(default=0)
    untold = models.PositiveIntegerField(default=0)
    networks = models.TextField(default="[]")

    def __str__(self) -> str:
        return f"{self.kind}: {self.told} told, {self.untold} not"


class AuditBlock(models.Model):
    """A block that is in the index: the first and the last time in it, and each event's.

    Block 0 has the events 1 to BLOCK_SIZE. `times` are microseconds since 1970, eight bytes each.
    """

    block = models.BigIntegerField(primary_key=True)
    first_time = models.BigIntegerField()
    last_time = models.BigIntegerField()
    times = models.BinaryField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["last_time", "first_time"], name="audit_block_times"),
        ]

    def __str__(self) -> str:
        return f"{self.block}"


class AuditTerm(models.Model):
    """Something that events hold: a `kind`, such as an address, and which, in UTF-8.

    Bytes have one order on every engine, so all with the same beginning stand together.
    """

    kind = models.CharField(max_length=1)
    value = models.BinaryField(max_length=1100)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="audit_term_is_single"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {bytes(self.value)!r}"


class AuditPosting(models.Model):
    """Which events of a block hold a term: a bit for each (`log/index/bits.py`)."""

    pk = models.CompositePrimaryKey("term_id", "block")
    term_id = models.BigIntegerField()
    block = models.BigIntegerField()
    bits = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.term_id} in {self.block}"


class AuditShelf(models.Model):
    """Which events of a whole shelf hold a term, in place of the postings of its blocks."""

    pk = models.CompositePrimaryKey("term_id", "shelf")
    term_id = models.BigIntegerField()
    shelf = models.BigIntegerField()
    bits = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.term_id} in {self.shelf}"
