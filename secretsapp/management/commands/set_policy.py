"""`manage.py set_policy`: how often secrets are to be rotated."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import team_listing
from secretsapp.core.actor import Actor
from secretsapp.due.policies import Terms, set_policy
from secretsapp.management.arguments import whole
from secretsapp.management.base import ActingCommand
from secretsapp.management.due_options import add_covered, covered_of, day, where_words
from secretsapp.management.output import Report
from secretsapp.models.due import DueRule


class Command(ActingCommand):
    """Sets a rotation policy."""

    help = (
        "Set how often secrets are to be rotated: all, those of an environment or a universe, or "
        "one. The most specific policy applies. Nothing changes at Roblox."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Where it holds, and what it asks for."""
        add_covered(parser)
        rule = parser.add_mutually_exclusive_group()
        rule.add_argument("--days", type=whole, help="Every so many days.")
        rule.add_argument(
            "--ends",
            type=day,
            metavar="DAY",
            help="By the day on which its credential ends at the provider; only with --secret.",
        )
        rule.add_argument("--never", action="store_true", help="Never.")
        parser.add_argument(
            "--hint", default="", help="How to rotate it at the provider; only with --secret."
        )

        parser.add_argument(
            "--team",
            metavar="NAME",
            help="The team whose people are reminded by mail; not with --secret.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Set it, and say whether anything changed."""
        covered = covered_of(actor, options)
        team = team_listing.named(actor, options["team"]) if options["team"] else None
        hint = options["hint"].strip()
        terms = Terms(_rule(options), options["days"], options["ends"], hint, team=team)
        is_new = set_policy(actor, covered, terms)
        where = where_words(covered)
        said = f"Saved when {where} are due." if not covered.name else f"Saved when {where} is due."
        return Report(
            lines=[said if is_new else "Nothing changed: that was set already."],
            data={
                "universe": covered.universe.pk if covered.universe else None,
                "environment": covered.environment,
                "secret": covered.name,
                "rule": terms.rule.value,
                "team": team.name if team else None,
                "changed": is_new,
            },
        )


def _rule(options: dict[str, Any]) -> DueRule:
    """What was asked for; with a hint alone a wider policy says the rest."""
    if options["days"] is not None:
        return DueRule.EVERY
    if options["ends"] is not None:
        return DueRule.ENDS
    return DueRule.NEVER if options["never"] else DueRule.FOLLOWS
