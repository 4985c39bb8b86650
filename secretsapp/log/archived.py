"""How far the log is in archives: those events are in files, and the table goes on behind them."""

from secretsapp.core import archives
from secretsapp.core.archives import Head
from secretsapp.core.errors import BadNote, LogBroken
from secretsapp.log.checking import START, Anchor
from secretsapp.log.damaged_rows import read
from secretsapp.models import AuditArchive

_UNREADABLE = "The list of archives can't be read: someone edited it. The log was tampered with."


def newest() -> AuditArchive | None:
    """The newest archive, if there is one; raises LogBroken where one cannot be read."""
    return next(reversed(rows()), None)


def rows() -> list[AuditArchive]:
    """Every archive in order; raises LogBroken where one cannot be read."""
    found = read(lambda: sorted(AuditArchive.objects.order_by(), key=_number))
    if found is None:
        raise LogBroken(_UNREADABLE)
    return found


def _number(row: AuditArchive) -> int:
    return row.number


def last() -> int:
    """The number of the last event that is in an archive; 0 without any."""
    found = AuditArchive.objects.order_by("-number").values_list("last", flat=True).first()
    return found or 0


def of_event(sequence: int) -> AuditArchive | None:
    """The archive that has the event of that number, if one has."""
    return AuditArchive.objects.filter(first__lte=sequence, last__gte=sequence).first()


def boundary() -> Anchor:
    """The last event that is in an archive, behind which the chain goes on; raises LogBroken."""
    found = newest()
    return START if found is None else Anchor(found.last, head_of(found).link)


def head_of(row: AuditArchive) -> Head:
    """What its note says, which may be signed by anyone; raises LogBroken where the row differs."""
    try:
        head = archives.parse(row.note.partition("\n\n")[0] + "\n")
    except (AttributeError, BadNote):
        raise LogBroken(edited(row)) from None
    stored = (row.number, row.first, row.last, row.protected)
    if stored != (head.number, head.first, head.last, " ".join(head.protected)):
        raise LogBroken(edited(row))
    return head


def edited(row: AuditArchive) -> str:
    """What is said of a row that no archive stands behind."""
    return (
        f"The row of archive {row.number!s:.20} was edited, or not made by Sealroom. Events up to "
        f"{row.last!s:.20} may have been deleted without an archive. Restore a backup."
    )


def sentence(row: AuditArchive) -> str:
    """Where its events are, for someone who looks for one."""
    which = f"Events {row.first} to {row.last}"
    return f"{which} are in the archive {row.file} of {row.made_at:%Y-%m-%d}."
