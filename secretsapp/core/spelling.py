"""What someone probably meant by a name that is not there: proposed, and never taken for it."""

from collections.abc import Mapping

# A slip in a shorter word makes another word of it.
SHORTEST = 4
MOST = 3


def proposal(typed: str, known: Mapping[str, str]) -> str:
    """A question to put behind a sentence, with a blank before it, or empty where nothing is near.

    `known` is what the actor may see, and how each is shown. What differs in capitals alone comes
    before what differs by one slip of the finger.
    """
    sought = typed.strip().casefold()
    folded = {word: word.casefold() for word in known}
    alike = [word for word, text in folded.items() if text == sought]
    near = alike or [word for word, text in folded.items() if _is_one_slip(sought, text)]
    shown = " or ".join(known[word] for word in sorted(near)[:MOST])
    return f" Did you mean {shown}?" if shown else ""


def _is_one_slip(first: str, second: str) -> bool:
    """Whether a letter is missing, too many or another, or two are swapped."""
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < SHORTEST or len(longer) - len(shorter) > 1:
        return False
    pairs = enumerate(zip(shorter, longer, strict=False))
    start = next((place for place, (one, other) in pairs if one != other), len(shorter))
    left, right = shorter[start:], longer[start:]
    if len(shorter) < len(longer):
        return left == right[1:]
    is_swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or is_swapped
