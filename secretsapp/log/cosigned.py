"""A checkpoint with the cosignatures of its witnesses, and who has cosigned which."""

from collections import defaultdict
from collections.abc import Iterable

from secretsapp.core import cosignatures
from secretsapp.core.errors import BadNote, InvalidInput, LogBroken
from secretsapp.models import Checkpoint, Cosignature


def note(checkpoint: Checkpoint) -> str:
    """The signed note with every cosignature that fits it, for others to check."""
    return checkpoint.note + "".join(f"{each.line}\n" for each in fitting(checkpoint))


def fitting(checkpoint: Checkpoint) -> list[Cosignature]:
    """The cosignatures of the checkpoint that fit it, in the order in which they came."""
    found = Cosignature.objects.filter(number=checkpoint.number).order_by("pk")
    return [each for each in found if fits(each, checkpoint)]


def signers(checkpoint: Checkpoint | None) -> set[str]:
    """The keys that have cosigned it, which no row of a witness can only claim."""
    return {each.verifier for each in fitting(checkpoint)} if checkpoint else set()


def known_by(checkpoint: Checkpoint | None) -> str:
    """Who has cosigned it, as the log tells with the next checkpoint: names and ids of keys."""
    return " ".join(sorted(_short(key) for key in signers(checkpoint)))


def check_kept(checkpoint: Checkpoint, told: str, found: Iterable[Cosignature]) -> None:
    """Raise LogBroken where a cosignature of which the log tells isn't there any more."""
    kept = {_short(each.verifier) for each in found}
    for key in told.split():
        if key not in kept:
            raise LogBroken(
                f"The cosignature of checkpoint {checkpoint.number} by {key} is missing: it was "
                "removed."
            )


def _short(verifier: str) -> str:
    """The name and the id of a key, without the key itself."""
    name, _, rest = verifier.partition("+")
    return f"{name}+{rest.partition('+')[0]}"


def fits(found: Cosignature, checkpoint: Checkpoint) -> bool:
    """Whether it is what its witness signed of that checkpoint; of kinds unknown, is of its key."""
    try:
        key = cosignatures.read_key(found.verifier)
        read = cosignatures.read(found.line, checkpoint.note, key)
    except (BadNote, InvalidInput, AttributeError, TypeError):
        return False
    return read.time == found.signed_at


def of(checkpoints: Iterable[Checkpoint]) -> dict[int, list[Cosignature]]:
    """The cosignatures of each of these checkpoints by its number, by the name of the witness."""
    numbers = [each.number for each in checkpoints]
    by_number: dict[int, list[Cosignature]] = defaultdict(list)
    for found in Cosignature.objects.filter(number__in=numbers).order_by("witness", "pk"):
        by_number[found.number].append(found)
    return by_number


def check(checkpoint: Checkpoint, found: Iterable[Cosignature]) -> None:
    """Raise LogBroken unless all of them fit the checkpoint."""
    for each in found:
        if not fits(each, checkpoint):
            raise LogBroken(
                f"The cosignature of checkpoint {checkpoint.number} by {each.witness} was edited: "
                "it doesn't fit."
            )
