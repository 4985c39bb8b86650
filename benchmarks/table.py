"""The lines of the table that is printed at the end: what was measured, and what was wanted."""

import sys

HEADER = "| what | measured | ratio | wanted | met |\n|---|---|---:|---:|---|\n"


def line(what: str, measured: str) -> None:
    """A figure that nothing is wanted of."""
    _write(what, measured, "", "", "")


def ratio(what: str, measured: str, found: float) -> None:
    """Two figures of one run, as a ratio, of which nothing is wanted."""
    _write(what, measured, f"{found:.2f}", "", "")


def at_least(what: str, measured: str, found: float, bound: float) -> None:
    """A figure that should not be below a bound."""
    _write(what, measured, _number(found), f"≥ {bound:g}", _word(found >= bound))


def at_most(what: str, measured: str, found: float, bound: float) -> None:
    """A figure that should not be above a bound."""
    _write(what, measured, _number(found), f"≤ {bound:g}", _word(found <= bound))


def say(words: str) -> None:
    """What is going on, beside the table."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _number(found: float) -> str:
    return f"{found:.0f}" if found >= 100 or found == int(found) else f"{found:.2f}"


def _word(is_met: bool) -> str:
    return "yes" if is_met else "**no**"


def _write(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()
