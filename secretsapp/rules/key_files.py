"""The files of key rings in the data directory: where keys come from, go in front, and go out.

Every change is made under a lock and puts a whole file in the place of the earlier one. Every
process reads these files at each use of a ring, so a change holds for all of them at once: a key
is in its file before anything is under it, and none meets a blob whose key it does not have.
Keys from the environment are the operator's to change: the refusal says how.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from secretsapp.core import private_files
from secretsapp.core.errors import KeysElsewhere, KeyTrouble, NotFound, StillInUse
from secretsapp.core.keyring import generate_key, parse_keys
from secretsapp.rules.keys import Ring, generated, key_ids, path_of, source_of


def number_of(ring: Ring, key_id: str) -> int:
    """The place of the key in its ring; that of number 1 writes. Raises NotFound."""
    ids = key_ids(ring)
    _check_among(ids, ring, key_id)
    return ids.index(key_id) + 1


def check_does_not_write(ring: Ring, key_id: str) -> None:
    """Raise NotFound unless the ring has the key, and StillInUse if it is the one that writes."""
    _check_idle(key_ids(ring), ring, key_id)


def _check_among(ids: list[str], ring: Ring, key_id: str) -> None:
    if key_id not in ids:
        raise NotFound(f"There is no such {ring.word} key. `manage.py list_keys` lists them.")


def _check_idle(ids: list[str], ring: Ring, key_id: str) -> None:
    _check_among(ids, ring, key_id)
    if ids[0] == key_id:
        raise StillInUse(
            f"The {ring.word} key {key_id} is used for writing. First rotate to another one: "
            f"`manage.py add_key {ring.word}` creates it and says how."
        )


def add(ring: Ring) -> str:
    """Put a new key behind the others in the data directory; gives its id.

    Behind them it reads and does not write yet: nothing is under it before it was copied
    elsewhere. Raises KeysElsewhere and KeyTrouble.
    """
    _check_ours(
        ring,
        "Add the output of `openssl rand -base64 32` after the keys there, separated by a "
        "new line or a comma, and restart every Sealroom process.",
    )
    key = generate_key()
    _change(ring, lambda texts: [*texts.values(), key])
    return parse_keys(key, ring)[0].key_id.hex()


def promote(ring: Ring, key_id: str) -> None:
    """Put the key in front, so that it writes, unless it is; raises as `add` does, and NotFound."""
    number = number_of(ring, key_id)
    if number == 1:
        return
    _check_ours(
        ring,
        f"Move key number {number} to the front there, restart every Sealroom process, and "
        "run this again.",
    )

    def in_front(texts: dict[str, str]) -> list[str]:
        _check_among(list(texts), ring, key_id)
        return [texts.pop(key_id), *texts.values()]

    _change(ring, in_front)


@contextmanager
def dropping(ring: Ring, key_id: str) -> Iterator[None]:
    """Take the key out of its file, once what is done within is done; it stays where that fails.

    Raises as `add` does, NotFound, and StillInUse if it is the one that writes: someone may have
    put it in front since the caller looked.
    """
    number = number_of(ring, key_id)
    _check_ours(
        ring,
        f"Remove key number {number} there, which is no longer needed, and restart every "
        "Sealroom process.",
    )

    def without(texts: dict[str, str]) -> list[str]:
        _check_idle(list(texts), ring, key_id)
        del texts[key_id]
        return list(texts.values())

    with _changing(ring, without):
        yield


def _check_ours(ring: Ring, by_hand: str) -> None:
    source = source_of(ring)
    if not source.is_ours:
        raise KeysElsewhere(f"{ring} comes from {source}, which Sealroom doesn't change. {by_hand}")


def _change(ring: Ring, change: Callable[[dict[str, str]], list[str]]) -> None:
    with _changing(ring, change):
        pass


@contextmanager
def _changing(ring: Ring, change: Callable[[dict[str, str]], list[str]]) -> Iterator[None]:
    """Change the texts of the keys, each under its id; one change after the other, none lost."""
    path = path_of(ring)
    try:
        with private_files.locked(path.resolve().parent):
            content = generated(ring)
            ids = [key.key_id.hex() for key in parse_keys(content, ring)]
            texts = dict(zip(ids, content.replace(",", " ").split(), strict=True))
            with private_files.replacing(path, "".join(f"{text}\n" for text in change(texts))):
                yield
    except OSError as error:
        raise KeyTrouble(f"{path} can't be changed: {error.strerror}.") from None
