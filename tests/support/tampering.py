"""What only someone at the database can do: change rows that the triggers guard."""

from secretsapp.rules import triggers
from tests.support.database import execute


def behind_the_back(*statements: str) -> None:
    """Do what the statements say, and put the triggers back."""
    triggers.remove()
    for statement in statements:
        execute(statement)
    triggers.install()
