"""Which events of a shelf or a block there are, as bits of a number: the first is the lowest."""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping

from secretsapp.core.errors import LogBroken
from secretsapp.models import audit as audit_tables

EDITED = (
    "The index of the audit log can’t be read: someone edited it in the database. "
    "docs/operations.md says how to let it be made again."
)

# How bits are stored: as they are, as the places of the few that there are, or deflated.
_AS_BITS, _AS_PLACES, _DEFLATED = b"\x00", b"\x01", b"\x02"
# What is shorter than this is read as quickly without being inflated.
_WORTH_DEFLATING = 200
_BITS = [1 << place for place in range(8)]
_PLACES_OF_BYTE = [[place for place in range(8) if byte >> place & 1] for byte in range(256)]
_NOT_EMPTY = re.compile(rb"[^\0]", re.DOTALL)


def every() -> int:
    """The bits of all events of a shelf."""
    return (1 << _shelf_bytes() * 8) - 1


def stored(bits: int) -> bytes:
    """As they are stored, in the shortest way; no shelf has more places than 16 bits say."""
    length, count = (bits.bit_length() + 7) // 8, bits.bit_count()
    whole = bits.to_bytes(length, "little")
    found = _AS_BITS + whole
    if 2 * count < length:
        found = _AS_PLACES + struct.pack(f"<{count}H", *places(bits))
    if len(found) < _WORTH_DEFLATING:
        return found
    return min(found, _DEFLATED + zlib.compress(whole), key=len)


def read(*kept: bytes | memoryview) -> int:
    """The bits that were stored, of several terms together; raises LogBroken for what no shelf has.

    The places of all of them are set at once: each number of its own has the length of a shelf.
    """
    places_of, found = list[int](), 0
    for each in kept:
        how, rest = bytes(each[:1]), bytes(each[1:])
        if how == _DEFLATED:
            found |= int.from_bytes(_inflated(rest), "little")
        elif how != _AS_PLACES:
            found |= int.from_bytes(rest, "little")
        elif len(rest) % 2:
            raise LogBroken(EDITED)
        else:
            places_of += struct.unpack(f"<{len(rest) // 2}H", rest)
    found |= at(places_of)
    if found.bit_length() > _shelf_bytes() * 8:
        raise LogBroken(EDITED)
    return found


def _inflated(kept: bytes) -> bytes:
    """No more bytes than show that there are too many."""
    try:
        return zlib.decompressobj().decompress(kept, _shelf_bytes() + 1)
    except zlib.error as error:
        raise LogBroken(EDITED) from error


def _shelf_bytes() -> int:
    return audit_tables.SHELF_SIZE * audit_tables.BLOCK_SIZE // 8


def below(place: int) -> int:
    """The bits of all events of a block before that place."""
    return (1 << min(max(place, 0), audit_tables.BLOCK_SIZE)) - 1


def places(bits: int) -> Iterator[int]:
    """The places of the events, from the first."""
    kept = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for found in _NOT_EMPTY.finditer(kept):
        for place in _PLACES_OF_BYTE[kept[found.start()]]:
            yield 8 * found.start() + place


def at(positions: Iterable[int]) -> int:
    """The bits of the events at these places."""
    known = list(positions)
    kept = bytearray(max(known, default=-1) // 8 + 1)
    for place in known:
        kept[place >> 3] |= _BITS[place & 7]
    return int.from_bytes(kept, "little")


def parted(bits: int) -> dict[int, int]:
    """The blocks of a shelf where any event is, each by its place in it, with their own bits."""
    size = audit_tables.BLOCK_SIZE // 8
    whole = (bits & every()).to_bytes(_shelf_bytes(), "little")
    parts = (whole[start : start + size] for start in range(0, len(whole), size))
    found = (int.from_bytes(part, "little") for part in parts)
    return {number: those for number, those in enumerate(found) if those}


def joined(parts: Mapping[int, int]) -> int:
    """The bits of a shelf of which the bits of some blocks are given, each by its place in it."""
    size = audit_tables.BLOCK_SIZE // 8
    those = (parts.get(number, 0) for number in range(audit_tables.SHELF_SIZE))
    return int.from_bytes(b"".join(each.to_bytes(size, "little") for each in those), "little")


def block_of(sequence: int) -> int:
    """The block that an event is in."""
    return (sequence - 1) // audit_tables.BLOCK_SIZE


def first_of(block: int) -> int:
    """The number of the first event of a block."""
    return block * audit_tables.BLOCK_SIZE + 1
