"""Django's own commands that would write past the audit log are closed."""

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
    ],
)
def test_a_command_past_the_log_changes_nothing_and_names_the_other(
    shell: Shell, cast: Cast, command: str, arguments: list[str], instead: str
) -> None:
    before = list(User.objects.order_by("pk").values_list("pk", "password"))
    events = AuditEvent.objects.count()
    sentence = shell.refuse(command, *arguments, piped=b"a lantern on the pier\n" * 2)
    assert sentence.endswith(f"Nothing was changed. {instead}")
    assert list(User.objects.order_by("pk").values_list("pk", "password")) == before
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("name", ["changepassword", "createsuperuser"])
@pytest.mark.parametrize(
    "arguments", [[], ["a", "b"], ["--noinput", "--email=viewer@example.com"], ["--database", "x"]]
)
def test_no_argument_opens_them(
    name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class("secretsapp", name)
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", name, *arguments])
    said = capsys.readouterr()
    assert (end.value.code, said.out) == (1, "")
    assert said.err.startswith("This command of Django's is closed")


def test_ours_are_found_before_djangos() -> None:
    found = get_commands()
    assert {found["changepassword"], found["createsuperuser"]} == {"secretsapp"}
