"""`manage.py require_two_factor`: of whom a second factor is required."""

from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Role
from secretsapp.core.times import parse_day, sentence_time
from secretsapp.management.arguments import role_words
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import required_factors


class Command(ActingCommand):
    """Requires second factors."""

    help = (
        "Require a second factor of everyone, or of people with a role. From then on, who "
        "lacks one can do nothing else in the browser than set one up. The shell isn't concerned."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Of whom, and from when on."""
        parser.add_argument("--role", help="Only people with this role anywhere.", **role_words())
        when = parser.add_mutually_exclusive_group()
        when.add_argument(
            "--from",
            dest="since",
            type=first_moment,
            metavar="DAY",
            help="From this day on, in UTC: 2026-12-03 (default: at once).",
        )
        when.add_argument(
            "--nobody",
            action="store_true",
            help="Require it no more: of people with that role, or of anyone.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Require it, or no more."""
        role = Role(options["role"]) if options["role"] else None
        if options["nobody"]:
            return _stop(actor, role)
        since = options["since"] or timezone.now()
        rule = required_factors.require(actor, role, since, is_meant=True)
        data = {"role": rule.key, "since": rule.since.isoformat(), "lacking": rule.lacking}
        line = f"A second factor is required of {rule.whom} from {sentence_time(rule.since)}."
        notice = required_factors.sentence(actor, rule) if rule.lacking else ""
        return Report(lines=[line], data=data, notice=notice)


def _stop(actor: Actor, role: Role | None) -> Report:
    roles = [role] if role else [None, *Role]
    stopped = [each for each in roles if required_factors.stop(actor, each)]
    lines = [f"A second factor is no longer required of {_words(each)}." for each in stopped]
    nothing = ["It wasn't required. Nothing was changed."]
    return Report(lines=lines or nothing, data={"stopped": [each or "" for each in stopped]})


def _words(role: Role | None) -> str:
    return required_factors.words_of(role)


def first_moment(text: str) -> datetime:
    """The first moment of the day in an argument."""
    try:
        return parse_day(text)
    except ValueError:
        raise ArgumentTypeError("write a day such as 2026-12-03") from None
