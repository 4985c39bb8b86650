"""The tree is that of RFC 6962: by its own words, by Certificate Transparency's data, and by Go's.

`vectors/tlog.json` was made once by Go's golang.org/x/mod v0.7.0 (packages sumdb/tlog and
sumdb/note, with Go 1.19, as Debian 12 has them), none of whose code is ours. The entry of number n
is SHA-256("event n"), counted from 1. `all_…` are SHA-256 over everything from 1 to 130 leaves:
each root; for each tree the proof of every leaf; for each tree that of every smaller one and of
itself, each with its length before it, in eight bytes.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from secretsapp.core import merkle

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "tlog.json").read_text())
MOST = 130
ENTRIES = [hashlib.sha256(f"event {number}".encode()).digest() for number in range(1, MOST + 1)]

# From the tests of Certificate Transparency, which every implementation repeats.
CT_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
]


def naive_root(entries: Sequence[bytes]) -> bytes:
    """MTH, word for word as the RFC defines it."""
    if len(entries) < 2:
        return hashlib.sha256(b"\x00" + entries[0] if entries else b"").digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(
        b"\x01" + naive_root(entries[:split]) + naive_root(entries[split:])
    ).digest()


@cache
def node(level: int, place: int) -> bytes:
    first = place << level
    return naive_root(ENTRIES[first : first + (1 << level)])


def encoded(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in hashes]


def over_every_tree(proof: Callable[[int, int], list[bytes]]) -> str:
    """One hash of the proofs of each tree, for each of its leaves."""
    found = hashlib.sha256()
    for size in range(MOST + 1):
        for index in range(size):
            hashes = proof(index, size)
            found.update(len(hashes).to_bytes(8, "big") + b"".join(hashes))
    return found.hexdigest()


def test_roots_are_those_of_the_definition_and_of_other_peoples_code() -> None:
    roots = [merkle.root(node, size) for size in range(MOST + 1)]
    assert roots == [naive_root(ENTRIES[:size]) for size in range(MOST + 1)]
    assert hashlib.sha256(b"".join(roots[1:])).hexdigest() == VECTORS["all_roots"]
    assert {size: encoded([roots[int(size)]])[0] for size in VECTORS["roots"]} == VECTORS["roots"]
    growing = merkle.Growing()
    for entry, root in zip(map(bytes.fromhex, CT_ENTRIES), CT_ROOTS, strict=True):
        growing.add(entry)
        assert growing.root().hex() == root


def test_a_tree_that_grows_has_the_same_roots_and_tells_each_subtree_that_it_closes() -> None:
    growing = merkle.Growing()
    assert growing.root() == merkle.EMPTY_ROOT
    for size, entry in enumerate(ENTRIES, start=1):
        closed = growing.add(entry)
        assert closed == [
            node(level, (size >> level) - 1) for level in range(8) if not size % (1 << level)
        ]
        assert growing.root() == merkle.root(node, size)
    assert merkle.complete([merkle.leaf_hash(entry) for entry in ENTRIES[:128]]) == node(7, 0)


def test_every_proof_is_that_of_other_peoples_code() -> None:
    def inclusion(index: int, size: int) -> list[bytes]:
        return merkle.inclusion(node, index, size)

    def consistency(index: int, size: int) -> list[bytes]:
        return merkle.consistency(node, index + 1, size)

    assert over_every_tree(inclusion) == VECTORS["all_inclusions"]
    assert over_every_tree(consistency) == VECTORS["all_consistencies"]
    assert encoded(inclusion(3, 7)) == VECTORS["inclusions"]["3 in 7"]
    assert encoded(consistency(2, 7)) == VECTORS["consistencies"]["3 to 7"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 64, MOST])
def test_an_inclusion_holds_for_its_leaf_and_place_alone(size: int) -> None:
    root = merkle.root(node, size)
    for index in range(size):
        proof = merkle.inclusion(node, index, size)
        told: dict[str, Any] = {"root": root, "size": size, "leaf": node(0, index), "index": index}
        assert merkle.includes(**told, proof=proof)
        assert not merkle.includes(**{**told, "leaf": merkle.leaf_hash(b"other")}, proof=proof)
        assert not merkle.includes(**{**told, "index": index + 1}, proof=proof)
        assert not merkle.includes(**{**told, "index": -1}, proof=proof)
        assert not merkle.includes(**{**told, "root": node(0, 1)}, proof=proof) or size == 2
        assert not merkle.includes(**told, proof=[*proof, root])
        if proof:
            assert not merkle.includes(**told, proof=proof[:-1])
            assert not merkle.includes(**told, proof=[*proof[:-1], bytes(32)])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 64, MOST])
def test_a_consistency_holds_between_its_two_trees_alone(size: int) -> None:
    root = merkle.root(node, size)
    for old in range(size + 1):
        proof = merkle.consistency(node, old, size)
        told: dict[str, Any] = {"old_root": merkle.root(node, old), "old_size": old}
        told |= {"root": root, "size": size}
        assert merkle.is_consistent(**told, proof=proof)
        assert not merkle.is_consistent(**{**told, "old_root": bytes(32)}, proof=proof)
        assert not merkle.is_consistent(**told, proof=[*proof, root])
        if proof:
            assert not merkle.is_consistent(**{**told, "root": bytes(32)}, proof=proof)
            assert not merkle.is_consistent(**told, proof=proof[:-1])
            assert not merkle.is_consistent(**told, proof=[bytes(32), *proof[1:]])
            assert not merkle.is_consistent(**{**told, "old_size": size + 1}, proof=proof)


def test_a_log_that_was_forked_has_no_consistency() -> None:
    forked = [*ENTRIES[:20], b"another" * 4, *ENTRIES[21:]]
    grown = merkle.Growing()
    roots = [grown.root() for entry in forked if grown.add(entry)]
    for old, size in pairwise((20, 21, 22, 40, MOST)):
        told: dict[str, Any] = {"old_root": merkle.root(node, old), "old_size": old}
        proof = merkle.consistency(node, old, size)
        assert not merkle.is_consistent(**told, root=roots[size - 1], size=size, proof=proof)


def test_what_no_tree_has_is_not_proved() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(ValueError, match="No tree"):
            merkle.inclusion(node, index, size)
    for old, size in ((-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="only grows"):
            merkle.consistency(node, old, size)
