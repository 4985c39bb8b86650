"""Everything that hangs on an exception, for tests that search it for what must not be there."""

from collections.abc import Iterator


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """The exception and all that led to it, shown in a traceback or not."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            yield found
            waiting += [found.__cause__, found.__context__]


def words_of(error: BaseException) -> str:
    """What the exception and its chain say, hold in their arguments and have as attributes."""
    return "\n".join(f"{link!s} {link!r} {link.args!r} {vars(link)!r}" for link in chain_of(error))
