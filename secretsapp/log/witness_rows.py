"""Holds the rows of witnesses against what the log tells of them: one that is gone warns nobody."""

from collections.abc import Iterable, Mapping

from secretsapp.core.errors import LogBroken
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.log import archived
from secretsapp.log.damaged_rows import read, read_rows
from secretsapp.models import AuditEvent, Witness

_ADDED, _REMOVED = ProofEvent.WITNESS_ADDED.tag, ProofEvent.WITNESS_REMOVED.tag
_TAGS = (_ADDED, ProofEvent.WITNESS_CHANGED.tag, _REMOVED)
_WORDS = ("address", "key")

# Number, tag and detail of an event.
Told = tuple[int, str, str]
# What the log tells of a witness by its name; None of one that was removed.
Known = dict[str, Mapping[str, str] | None]


def check() -> None:
    """Raise LogBroken for the first witness that isn't as the log tells.

    What is only told in archives isn't known here, so such a witness is taken as it is.
    """
    rows, told = _at_once()
    there, known = {row.name: row for row in rows}, _known(told)
    for name, words in known.items():
        _compare(name, words, there.pop(name, None))
    if there and not archived.last():
        raise LogBroken(
            f"The witness {min(there)} was put into the database: the audit log doesn't tell of it."
        )


def _at_once() -> tuple[list[Witness], list[Told]]:
    """The rows, and the events that tell of them, as they were at one moment."""
    before, rows = None, list[Witness]()
    while before != (told := _told()):
        before, rows = told, _rows()
    return rows, told


def _rows() -> list[Witness]:
    rows = read_rows(Witness.objects.order_by())
    if rows is None:
        raise LogBroken("A witness can't be read: someone edited it in the database.")
    return rows


def _told() -> list[Told]:
    """The few events are found by their index, which is checked where the whole log is verified."""
    found = AuditEvent.objects.filter(tag__in=_TAGS).order_by()
    told: list[Told] | None = read(lambda: list(found.values_list("sequence", "tag", "detail")))
    if told is None:
        raise LogBroken("What the audit log tells of witnesses can't be read: someone edited it.")
    return sorted(told)


def _known(told: Iterable[Told]) -> Known:
    known = Known()
    for _, tag, text in told:
        detail = read_detail(text) or {}
        name, words = detail.get("name", ""), {key: detail[key] for key in _WORDS if key in detail}
        former = detail.get("name_before", name)
        before = {} if tag == _ADDED else known.get(former) or {}
        known[former] = None
        if tag != _REMOVED:
            known[name] = {**before, **words}
    return known


def _compare(name: str, words: Mapping[str, str] | None, row: Witness | None) -> None:
    if words is None:
        if row is not None:
            raise LogBroken(
                f"The witness {name} is in the database, but the audit log says that it was "
                "removed or renamed."
            )
        return
    if row is None:
        raise LogBroken(f"The witness {name} was removed from the database behind the audit log.")
    if any(words.get(key, text) != text for key, text in zip(_WORDS, _stored(row), strict=True)):
        raise LogBroken(f"The witness {name} was edited: it is not what the audit log says of it.")


def _stored(row: Witness) -> tuple[str, str]:
    return row.address, row.verifier
