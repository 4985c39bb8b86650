"""Texts, comments and names say *they* of a person, and never *he* or *she*."""

import re
from pathlib import Path

from tests.repository.files import ROOT, name, own_files

ONE_SEX = re.compile(
    r"(?<![A-Za-z])(?:he|him|his|himself|she|her|hers|herself)(?![A-Za-z])", re.IGNORECASE
)
# The licence is not our text, and this file has to name the words.
LEFT_OUT = {ROOT / "LICENSE", Path(__file__).resolve()}


def lines_of_one_sex(text: str) -> list[str]:
    """The lines that speak of people as if all were men, or women; parts of names count."""
    return [line.strip() for line in text.splitlines() if ONE_SEX.search(line)]


def text_of(path: Path) -> str:
    """What is written in a file; nothing where it is a picture."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8")


def test_people_are_they() -> None:
    written = [path for path in own_files() if path not in LEFT_OUT]
    assert len(written) > len(LEFT_OUT)
    found = {name(path): lines_of_one_sex(text_of(path)) for path in written}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_person_of_one_sex_is_noticed() -> None:
    noticed = ["He has it.", "what is his", "def test_nobody_finds_what_he_may_not_list", "(HIM)"]
    assert lines_of_one_sex("\n".join(noticed)) == noticed
    assert lines_of_one_sex("The sheet is here; they have theirs, this is the history.") == []
