"""Django's own commands that would work past rights, log or guards are closed."""

import re

import pytest
from django.core.management import get_commands, load_command_class

from secretsapp.models import AuditEvent, User
from tests.shell.conftest import Shell
from tests.stage import Cast


@pytest.mark.parametrize(
    ("command", "arguments", "instead"),
    [
        ("changepassword", [], "Use `manage.py set_password EMAIL`."),
        ("changepassword", ["viewer@example.com"], "Use `manage.py set_password EMAIL`."),
        ("createsuperuser", [], "Use `manage.py create_user EMAIL --admin`."),
        (
            "loaddata",
            ["people.json"],
            "Use the commands that are recorded, or `manage.py restore` for a backup.",
        ),
        (
            "remove_stale_contenttypes",
            [],
            "Use `manage.py setup`, which doesn't need it.",
        ),
        (
            "account_unsetmultipleprimaryemails",
            [],
            "Each account has one email address, so nothing needs it.",
        ),
    ],
)
def test_a_command_past_the_log_changes_nothing_and_names_the_other(
    shell: Shell, cast: Cast, command: str, arguments: list[str], instead: str
) -> None:
    before = list(User.objects.order_by("pk").values_list("pk", "password"))
    events = AuditEvent.objects.count()
    sentence = shell.refuse(command, *arguments, piped=b"a lantern on the pier\n" * 2)
    assert sentence.startswith("Nothing was changed. ")
    assert sentence.endswith(instead)
    assert list(User.objects.order_by("pk").values_list("pk", "password")) == before
    assert AuditEvent.objects.count() == events


CLOSED = (
    "account_unsetmultipleprimaryemails",
    "changepassword",
    "createcachetable",
    "createsuperuser",
    "dumpdata",
    "flush",
    "loaddata",
    "migrate",
    "remove_stale_contenttypes",
)


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a", "b"],
        ["--noinput", "--email=viewer@example.com"],
        ["--database", "x"],
        ["secretsapp", "zero"],
        ["--fake"],
        ["--help"],
    ],
)
def test_no_argument_opens_them(
    name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class("secretsapp", name)
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", name, *arguments])
    said = capsys.readouterr()
    assert (end.value.code, said.out) == (1, "")
    assert re.match(
        r"Nothing was (changed|read)\. This (Django|allauth) command is closed, because ", said.err
    )
    assert re.search(r"Nothing was (changed|read)\. [A-Z].*\.\n$", said.err)


def test_ours_are_found_before_those_of_others() -> None:
    found = get_commands()
    assert {found[name] for name in CLOSED} == {"secretsapp"}
