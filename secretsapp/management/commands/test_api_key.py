"""`manage.py test_api_key`: whether a stored API key works, tried on Roblox itself."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.api_keys import key_listing, stored_keys
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, renewal


class Command(ActingCommand):
    """Tests an API key."""

    help = "Test a stored API key on every universe that uses it, and say when it expires."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The name of the stored key."""
        parser.add_argument("name", metavar="NAME", help="The name of the stored key.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Try the key; one that does not pass is a failure of the command."""
        api_key = key_listing.get(actor, options["name"])
        report = stored_keys.test(actor, api_key)
        if not report.passed:
            ended = f" {report.end.sentence}" if report.end.is_over else ""
            raise CommandError(
                f"The API key “{api_key.name}” failed its test: {report.result}{ended}"
            )
        passed = f"The API key “{api_key.name}” passed its test: {report.result}."
        return Report(
            lines=[f"{passed} {report.end.sentence}"],
            notice=renewal(report.end),
            data={
                "api_key": api_key.name,
                "result": report.result,
                "ends_at": exact_time(report.ends_at),
            },
        )
