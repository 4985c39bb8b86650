"""Moves the oldest events of the log into an archive: what is written, and then their removal.

The caller writes the lines to a file in between, and reads that back.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from secretsapp.core import archives, labels, merkle, signed_notes
from secretsapp.core.actor import Actor
from secretsapp.core.archives import Head
from secretsapp.core.errors import InvalidInput, LogBroken, NotFound, StaleVersion
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.log import archive_planning, archived, checkpoints, proving, tree
from secretsapp.log.archive_checks import told_of
from secretsapp.log.archive_lines import line_of
from secretsapp.log.archive_reading import Front
from secretsapp.log.checking import Anchor
from secretsapp.log.index import building
from secretsapp.models import AuditArchive, AuditEvent, Checkpoint
from secretsapp.rules import keys
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.locks import lock_tree
from secretsapp.rules.policy import require_installation

# So many events are read and verified at once.
AT_ONCE = 1024


@dataclass
class Archiving:
    """An archive in the making: events behind `start` up to `last`, of which `checkpoint` tells.

    While the lines are taken it learns what the head says of them.
    """

    start: Anchor
    last: int
    checkpoint: Checkpoint
    earlier: Head | None
    grown: merkle.Growing
    edge: tuple[str, ...]
    sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    link: str = ""
    keys: set[str] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        """A line for each event, which was verified; raises LogBroken and KeyTrouble."""
        for first in range(self.start.sequence + 1, self.last + 1, AT_ONCE):
            for event in tree.verify(first, min(first + AT_ONCE - 1, self.last)):
                line = line_of(event)
                self.sha256.update(line.encode())
                self._learn(event)
                yield line

    def _learn(self, event: AuditEvent) -> None:
        self.link = event.link
        self.grown.add(bytes.fromhex(event.content))
        detail = read_detail(event.detail) or {}
        if event.tag == ProofEvent.CHECKPOINT_MADE.tag:
            self.keys.add(detail.get("public", ""))
        if event.tag == UniverseEvent.UNIVERSE_REMOVED.tag:
            change = self.protected.add if detail.get("protected") else self.protected.discard
            change(event.universe_id)

    def head(self) -> Head:
        """The head, once all lines were taken; raises LogBroken where the tree is another."""
        root = self.grown.root()
        if root != merkle.root(tree.Stored(), self.last):
            raise LogBroken("The tree over the audit log is not what its events give.")
        return Head(
            origin=self.checkpoint.note.partition("\n")[0],
            number=self.earlier.number + 1 if self.earlier else 1,
            first=self.start.sequence + 1,
            last=self.last,
            before=self.start.link,
            link=self.link,
            edge=self.edge,
            root=root.hex(),
            sha256=self.sha256.hexdigest(),
            previous=self.earlier.digest if self.earlier else archives.NO_ARCHIVE,
            keys=tuple(sorted(self.keys | _keys_beside(self.keys, self.last))),
            protected=tuple(sorted(self.protected)),
        )

    def front(self, head: Head) -> Front:
        """The first line of the archive, in which the first key of checkpoints signs the head."""
        signer = signed_notes.signer(head.origin, keys.checkpoint_keys()[0].material)
        note = signed_notes.sign(str(head), [signer])
        proof = merkle.consistency(tree.Stored(), head.last, self.checkpoint.size)
        return Front(note, self.checkpoint.note, signed_notes.hash_lines(proof))


def begin(actor: Actor, before: datetime, reason: str) -> Archiving:
    """Plan an archive of the events before that time, under a checkpoint made now.

    Raises Forbidden, InvalidInput without a reason, NotFound where there is nothing to archive, and
    what `checkpoints.make` does.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    labels.check_remark(reason, field="reason", limit=labels.REASON_LIMIT)
    if not reason.strip():
        raise InvalidInput("Say why: the log keeps the reason.", field="reason")
    checkpoint = checkpoints.make(actor)
    newest, start = archived.newest(), archived.boundary()
    last = archive_planning.end(before, checkpoint.size)
    if last <= start.sequence:
        raise NotFound(
            f"There is nothing to archive. Archives are of whole groups of "
            f"{archive_planning.unit():,} events before that day, each cosigned by every witness "
            "and told to every channel, and none has an open change, a waiting proposal or "
            "a change outside Sealroom that nobody has reviewed."
        )
    earlier = archived.head_of(newest) if newest else None
    edge = merkle.edge(tree.Stored(), 0, start.sequence)
    return Archiving(
        start=start,
        last=last,
        checkpoint=checkpoint,
        earlier=earlier,
        grown=merkle.Growing(start.sequence, list(edge)),
        edge=tuple(each.hex() for each in edge),
        keys=set(earlier.keys if earlier else ()),
        protected=set(earlier.protected if earlier else ()),
    )


def _keys_beside(known: set[str], last: int) -> set[str]:
    """The keys of checkpoints of so few events whose own event comes behind the last."""
    of_part = Checkpoint.objects.filter(size__lt=last).order_by()
    newest = of_part.values("verifier").annotate(newest=Max("number")).values("newest")
    found = set()
    for row in Checkpoint.objects.filter(number__in=newest):
        key = signed_notes.verifier(row.verifier).public.hex()
        if key not in known:
            proving.check_told(row)
            found.add(key)
    return found


def remove(
    actor: Actor,
    front: Front,
    head: Head,
    *,
    file: str,
    reason: str,
    before_commit: Callable[[], object],
) -> None:
    """Delete the events of the archive and record it, all or nothing.

    `before_commit` is called when everything else is done. Raises Forbidden, StaleVersion where
    someone else was first, and LogBroken.
    """
    needs = (Right(Permission.MANAGE_API_KEYS), Right(Permission.READ_AUDIT))
    with acting(actor, *needs) as act:
        lock_tree()
        if archived.last() != head.first - 1:
            raise StaleVersion("Someone else has made an archive meanwhile. Nothing was deleted.")
        AuditArchive.objects.create(
            number=head.number,
            first=head.first,
            last=head.last,
            file=file,
            note=front.head,
            protected=" ".join(head.protected),
            made_at=timezone.now(),
        )
        building.forget_archived()
        count, _ = AuditEvent.objects.filter(sequence__lte=head.last).delete()
        if count != head.count:
            raise LogBroken("The log has other events than the archive. Nothing was deleted.")
        act.tell(ProofEvent.AUDIT_ARCHIVED, detail=told_of(head, file) | {"reason": reason.strip()})
        act.before_commit = before_commit
