"""The documents say what the code does: their lists are equal to it, and their commands parse."""

import re
import shlex
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.core.management import BaseCommand, CommandError, get_commands, load_command_class

import verify_evidence
from secretsapp.core import chain
from secretsapp.core.events import EVENTS
from secretsapp.core.generating import Alphabet
from secretsapp.core.roles import PERMISSION_WORDS, PERMISSIONS, ROLE_WORDS, Permission, Role
from secretsapp.management.base import SealroomCommand
from secretsapp.management.closed import ClosedCommand
from secretsapp.web.event_labels import VERB_LABELS
from tests.repository.files import ROOT, name, own_files
from tests.repository.test_settings import settings_read_here

REFERENCE = ROOT / "docs" / "reference.md"
YES = "yes"
STATIC = "django.contrib.staticfiles"

LINK = re.compile(r"\]\(([^)\s#]+)[^)\s]*\)|srcset=\"([^\"]+)\"|src=\"([^\"]+)\"")
OWN_PLACE = re.compile(r"`((?:secretsapp|tests)/[\w/]+(?:\.py)?/?)`")
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"\bmanage\.py (?P<words>[a-z].*)$")
REDIRECTION = re.compile(r"\s+(?:[<>|]|2>|&&|#).*$")


def documents() -> list[Path]:
    """The Markdown files that we wrote."""
    return [path for path in own_files() if path.suffix == ".md"]


def section(text: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, heading
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without their heads: cells, code marks taken off."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    tables = [re.split(r"\s*(?<!\\)\|\s*", line.strip("|").strip()) for line in lines]
    heads = {number - 1 for number, cells in enumerate(tables) if set(cells[0]) == {"-"}}
    heads |= {number + 1 for number in heads}
    return [
        [cell.strip("`") for cell in cells]
        for number, cells in enumerate(tables)
        if number not in heads
    ]


def listed(heading: str) -> list[list[str]]:
    """The rows of the reference under a heading."""
    return rows(section(REFERENCE.read_text("utf-8"), heading))


def own_commands() -> dict[str, SealroomCommand]:
    """The commands of the product that do something."""
    loaded = {
        command: load_command_class(app, command)
        for command, app in get_commands().items()
        if app == "secretsapp"
    }
    return {
        command: found
        for command, found in loaded.items()
        if isinstance(found, SealroomCommand) and not isinstance(found, ClosedCommand)
    }


def usable_commands() -> dict[str, BaseCommand]:
    """The commands that a document may name: ours, and those of Django's that an operator needs."""
    return {**own_commands(), "collectstatic": load_command_class(STATIC, "collectstatic")}


def commands_in(text: str) -> Iterator[list[str]]:
    """The words behind `manage.py` in the blocks of a document, as a shell would split them."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if found := COMMAND.search(line):
                yield shlex.split(REDIRECTION.sub("", found["words"]), comments=True)


def refusal(words: list[str], commands: Mapping[str, BaseCommand]) -> str:
    """Why a command would not be taken as it is written; empty if it would be."""
    command = commands.get(words[0])
    if command is None:
        return f"{words[0]} is no command"
    parser = command.create_parser("manage.py", words[0])
    parser.called_from_command_line = False
    try:
        parser.parse_args(words[1:])
    except (CommandError, SystemExit) as error:
        return f"{' '.join(words)}: {error}"
    return ""


def broken_links(path: Path) -> list[str]:
    """The files that a document names and that are not there."""
    text = path.read_text("utf-8")
    links = ["".join(found) for found in LINK.findall(text)]
    near = [link for link in links if ":" not in link and not (path.parent / link).exists()]
    return near + [each for each in OWN_PLACE.findall(text) if not (ROOT / each).exists()]


def test_the_settings_are_all_listed() -> None:
    assert {row[0] for row in listed("Settings")} == settings_read_here()


def test_the_commands_are_all_listed() -> None:
    assert sorted(row[0] for row in listed("Commands")) == sorted(own_commands())


def test_the_alphabets_of_generated_values_are_all_listed() -> None:
    rows = listed("What is piped in")[-len(Alphabet) :]
    assert [row[0] for row in rows] == [alphabet.word for alphabet in Alphabet]
    for row, alphabet in zip(rows, Alphabet, strict=True):
        named = set("".join(re.sub("letters|digits|and|the default|[`;, ]", "", row[1])))
        assert named <= set(alphabet.characters)
        assert {each for each in alphabet.characters if each in string.punctuation} - {","} <= named


def test_the_events_are_all_listed_with_their_sentences() -> None:
    written = {tuple(row) for row in listed("Events")}
    assert written == {
        (
            event.tag,
            event.sentence,
            str(event.severity),
            VERB_LABELS[event.verb].word,
            str(event.result or "–"),
        )
        for event in EVENTS
    }


def test_the_fields_of_an_event_are_described_in_the_order_of_the_hash() -> None:
    told = section((ROOT / "docs" / "audit.md").read_text("utf-8"), "The fields")
    assert tuple(row[0] for row in rows(told)) == chain.FIELDS == verify_evidence.FIELDS


@pytest.mark.parametrize("document", ["access.md", "reference.md"])
def test_the_roles_are_listed_with_what_they_may(document: str) -> None:
    told = section((ROOT / "docs" / document).read_text("utf-8"), "Roles")
    written = {row[0]: [cell == YES for cell in row[1:]] for row in rows(told)}
    assert written == {
        PERMISSION_WORDS[permission]: [permission in PERMISSIONS[role] for role in Role]
        for permission in Permission
    }
    head = told.strip().splitlines()[0]
    assert [cell.strip() for cell in head.split("|")[2:-1]] == [ROLE_WORDS[role] for role in Role]


@pytest.mark.parametrize("path", documents(), ids=name)
def test_the_commands_of_a_document_are_taken_as_written(path: Path) -> None:
    commands = usable_commands()
    words = list(commands_in(path.read_text("utf-8")))
    assert [sentence for each in words if (sentence := refusal(each, commands))] == []


def test_what_the_documents_name_is_there() -> None:
    broken = {name(path): broken_links(path) for path in documents()}
    assert {path: links for path, links in broken.items() if links} == {}


def test_a_wrong_command_is_noticed() -> None:
    text = "```\npython manage.py setup --nonsense\n$ manage.py nothing < x.txt  # words\n```\n"
    found = [refusal(words, own_commands()) for words in commands_in(text)]
    assert found[0].startswith("setup --nonsense: ")
    assert found[1] == "nothing is no command"


def test_rows_of_a_table_are_read() -> None:
    text = "| a | b |\n|---|---|\n| `x` | y \\| z |\nwords\n"
    assert rows(text) == [["x", "y \\| z"]]


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "[x](gone.md#part) `tests/gone.py` `secretsapp/gone/` [y](https://example.com/z) [z](a.md)"
    )
    assert broken_links(path) == ["gone.md", "tests/gone.py", "secretsapp/gone/"]
