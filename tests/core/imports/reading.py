"""What rows are expected to be, written as briefly as a test can read it."""

from secretsapp.core.imports.reading import Reading, read
from secretsapp.core.imports.rows import Row


def only(text: str | bytes) -> Row:
    """The only row of a file."""
    (row,) = rows(text)
    return row


def rows(text: str | bytes) -> list[Row]:
    """The rows of a file."""
    return list(reading(text).rows)


def reading(text: str | bytes) -> Reading:
    """What a file is read as."""
    return read(text if isinstance(text, bytes) else text.encode())


def value_of(row: Row) -> str:
    """The value that would be sealed."""
    assert row.value is not None, row.fault
    return row.value.expose().decode()


def values(text: str | bytes) -> dict[str, str]:
    """The names and values of rows about which nothing is asked."""
    return {row.name: value_of(row) for row in rows(text) if row.is_clear}
