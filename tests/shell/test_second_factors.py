"""Second factors from the shell: required, no longer required, and reset for who lost them."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from secretsapp.models import AuditEvent, RequiredFactor
from tests.shell.conftest import Shell
from tests.stage import Cast
from tests.support.apps_of_people import give_app
from tests.support.passkeys_of_people import give_passkey


def test_a_second_factor_is_required_of_a_role_from_a_day_on_and_no_more(
    shell: Shell, cast: Cast
) -> None:
    give_app(cast["editor"].user)
    day = timezone.now().date() + timedelta(days=5)
    said = shell.run("require_two_factor", "--role", "Viewer", "--from", day, "--json")
    since = f"{day.isoformat()}T00:00:00+00:00"
    assert said.json == {"role": "viewer", "since": since, "lacking": 1}
    assert "One of them has no second factor" in said.errors
    said = shell.run("require_two_factor", "--role", "editor")
    assert said.output.startswith("A second factor is required of people with the role Editor")
    assert said.errors == ""
    shell.run("require_two_factor", "--role", "viewer", "--nobody")
    assert [row.role for row in RequiredFactor.objects.all()] == ["editor"]
    shell.run("require_two_factor")
    stopped = shell.run("require_two_factor", "--nobody", "--json").json
    assert stopped == {"stopped": ["", "editor"]}
    assert "wasn't required" in shell.run("require_two_factor", "--nobody").output
    told = AuditEvent.objects.filter(tag__startswith="person.factor_").exclude(
        tag="person.factor_added"
    )
    assert told.count() == 6


@pytest.mark.parametrize(
    "options",
    [["--from", "soon"], ["--role", "root"], ["--from", "2026-12-03", "--nobody"]],
)
def test_what_cannot_be_required_is_wrong_usage(shell: Shell, db: None, options: list[str]) -> None:
    shell.refuse("require_two_factor", *options)
    assert not RequiredFactor.objects.exists()


def test_who_does_not_manage_people_requires_nothing(shell: Shell, cast: Cast) -> None:
    refused = shell.refuse("require_two_factor", "--as", "manager@example.com")
    assert "You need the Admin role" in str(refused)
    assert not RequiredFactor.objects.exists()


def test_lost_factors_are_reset_once(shell: Shell, cast: Cast) -> None:
    give_app(cast["viewer"].user)
    give_passkey(cast["viewer"].user)
    said = shell.run("reset_factors", "viewer@example.com")
    assert said.output.startswith("Reset the second factors of viewer@example.com")
    assert not Authenticator.objects.exists()
    said = shell.run("reset_factors", "viewer@example.com", "--json")
    assert said.json == {"email": "viewer@example.com", "reset": False}
