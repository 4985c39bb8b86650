"""Which events of a block or a shelf there are, as bits of a number: the first is the lowest."""

import struct
from collections.abc import Iterable, Iterator

from secretsapp.core.errors import LogBroken
from secretsapp.models import audit as audit_tables

EDITED = (
    "The index of the audit log can’t be read: someone edited it in the database. "
    "docs/operations.md says how to let it be made again."
)

# How bits are stored: as they are, or as the places of the few that there are.
_AS_BITS, _AS_PLACES = b"\x00", b"\x01"
_ONE = ord("1")
_PLACES_OF_BYTE = [[place for place in range(8) if byte >> place & 1] for byte in range(256)]


def every() -> int:
    """The bits of all events of a block."""
    return (1 << audit_tables.BLOCK_SIZE) - 1


def stored(bits: int) -> bytes:
    """As they are stored, in the shorter of two ways; no shelf has more places than 16 bits say."""
    length, count = (bits.bit_length() + 7) // 8, bits.bit_count()
    if 2 * count < length:
        return _AS_PLACES + struct.pack(f"<{count}H", *places(bits))
    return _AS_BITS + bits.to_bytes(length, "little")


def read(*kept: bytes | memoryview) -> int:
    """The bits that were stored, of several terms together; raises LogBroken for what no shelf has.

    The places of all of them are set at once: each number of its own has the length of a shelf.
    """
    places_of, found = list[int](), 0
    for each in kept:
        how, rest = bytes(each[:1]), bytes(each[1:])
        if how != _AS_PLACES:
            found |= int.from_bytes(rest, "little")
        elif len(rest) % 2:
            raise LogBroken(EDITED)
        else:
            places_of += struct.unpack(f"<{len(rest) // 2}H", rest)
    found |= at(places_of)
    if found.bit_length() > audit_tables.SHELF_SIZE * audit_tables.BLOCK_SIZE:
        raise LogBroken(EDITED)
    return found


def below(place: int) -> int:
    """The bits of all events of a block before that place."""
    return (1 << min(max(place, 0), audit_tables.BLOCK_SIZE)) - 1


def places(bits: int) -> Iterator[int]:
    """The places of the events, from the first."""
    for number, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            for place in _PLACES_OF_BYTE[byte]:
                yield 8 * number + place


def at(positions: Iterable[int]) -> int:
    """The bits of the events at these places."""
    known = list(positions)
    # A digit is set in a third of the time that a bit of a byte takes.
    digits = bytearray(b"0") * (max(known, default=0) + 1)
    for place in known:
        digits[place] = _ONE
    digits.reverse()
    return int(digits, 2)


def parted(shelf: int, bits: int) -> Iterator[tuple[int, int]]:
    """The blocks of a shelf where any event is, with their own bits."""
    size = audit_tables.BLOCK_SIZE // 8
    whole = bits.to_bytes(size * audit_tables.SHELF_SIZE, "little")
    for number in range(audit_tables.SHELF_SIZE):
        if part := int.from_bytes(whole[number * size : (number + 1) * size], "little"):
            yield shelf * audit_tables.SHELF_SIZE + number, part


def block_of(sequence: int) -> int:
    """The block that an event is in."""
    return (sequence - 1) // audit_tables.BLOCK_SIZE


def first_of(block: int) -> int:
    """The number of the first event of a block."""
    return block * audit_tables.BLOCK_SIZE + 1
