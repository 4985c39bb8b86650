"""People are *they*, never *he* or *she*; and words that Sealroom does not use stay out."""

import re
from pathlib import Path

from tests.repository.files import ROOT, name, own_files

ONE_SEX = re.compile(
    r"(?<![A-Za-z])(?:he|him|his|himself|she|her|hers|herself)(?![A-Za-z])", re.IGNORECASE
)
# Old words for things that have a better one (docs/writing.md), and words that people rarely use.
UNUSED = re.compile(
    r"""\b(?: mend(?:s|ed|ing)? | anew | somebody | anybody | everybody | whoever | lately
    | shall | e-mails? )\b
    | what \s needs \s you | that \s was \s not \s done | may \s be \s sent \s to | took \s stock
    | set \s out \s to | on \s the \s terminal | capitals \s count | changed \s elsewhere
    | never \s sendable | any \s domain | apart \s by
    | (?: from | in | off | outside | past ) \s the \s dashboard""",
    re.IGNORECASE | re.VERBOSE,
)
# What is stored keeps its words, and tests are written for those who change the code.
STORED = ("secretsapp/migrations/", "tests/", "benchmarks/bare/")
# The licence is not our text, and this file has to name the words.
LEFT_OUT = {ROOT / "LICENSE", Path(__file__).resolve()}


def lines_of_one_sex(text: str) -> list[str]:
    """The lines that speak of people as if all were men, or women; parts of names count."""
    return [line.strip() for line in text.splitlines() if ONE_SEX.search(line)]


def text_of(path: Path) -> str:
    """What is written in a file; nothing where it is a picture."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8")


def unused_words(text: str) -> list[str]:
    """The words in it that Sealroom does not use, as they are written."""
    return [" ".join(found.split()) for found in UNUSED.findall(text)]


def test_words_that_are_not_used_stay_out() -> None:
    ours = [path for path in own_files() if not name(path).startswith(STORED)]
    written = {name(path): unused_words(text_of(path)) for path in ours if path not in LEFT_OUT}
    assert {path: words for path, words in written.items() if words} == {}


def test_a_word_that_is_not_used_is_noticed() -> None:
    noticed = ["Mended", "whoever", "e-mail", "set out\nto", "outside the dashboard"]
    assert unused_words(", ".join(noticed)) == [" ".join(each.split()) for each in noticed]
    assert unused_words("amendment, dashboard.probe, the dashboard/ folder, latest") == []


def test_people_are_they() -> None:
    written = [path for path in own_files() if path not in LEFT_OUT]
    assert len(written) > len(LEFT_OUT)
    found = {name(path): lines_of_one_sex(text_of(path)) for path in written}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_person_of_one_sex_is_noticed() -> None:
    noticed = ["He has it.", "what is his", "def test_nobody_finds_what_he_may_not_list", "(HIM)"]
    assert lines_of_one_sex("\n".join(noticed)) == noticed
    assert lines_of_one_sex("The sheet is here; they have theirs, this is the history.") == []
