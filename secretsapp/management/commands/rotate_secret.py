"""`manage.py rotate_secret`: a new value for a secret."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import DomainChanged, StaleVersion
from secretsapp.core.value_gate import cautions
from secretsapp.management.arguments import add_exactly, add_generating, add_secret, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_or_generate
from secretsapp.management.output import Report, change_report, showing_anyway
from secretsapp.management.proposing import add_reason, passage_of
from secretsapp.models import Universe
from secretsapp.secrets import changes
from secretsapp.secrets.changed_domains import known_domain


class Command(ActingCommand):
    """Rotates a secret."""

    help = (
        "Give a secret a new value. Pipe it in (one line ending at the end is removed), type it "
        "at a hidden prompt, or let it be generated. Running servers keep the old value "
        "until they restart."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret, and another domain if it should have one."""
        add_secret(parser)
        add_reason(parser)
        add_exactly(parser)
        add_generating(parser)
        parser.add_argument(
            "--domain",
            help="A new allowed host, or '' for no requests. Without this option it stays as it "
            "is, unless it was changed outside Sealroom: then you must choose.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Seal the value and rotate the secret."""
        universe = universe_of(actor, options["universe_id"])
        domain = options["domain"]
        # Before the value is asked for: what is typed unseen would have to be typed again.
        input_rules.check_domain(input_rules.one_form(domain or ""))
        passage = passage_of(universe, options)
        with choosing_a_domain(actor, universe, options) as known:
            value = read_or_generate("New value: ", options)
            with showing_anyway(self, value, options):
                change = changes.rotate(
                    actor=actor,
                    universe=universe,
                    name=options["name"],
                    value=value,
                    domain=domain,
                    seen_domain=known,
                    passage=passage,
                )
        return change_report(
            change,
            f"Rotated {change.name} in {universe.name}. Running servers keep the old value until "
            "they restart.",
            cautions(value, change.domain, before=change.seen_domain),
            value if options["show"] else None,
        )


@contextmanager
def choosing_a_domain(
    actor: Actor, universe: Universe, options: dict[str, Any]
) -> Iterator[str | None]:
    """Give the domain that is to stay, if one is; say how to choose where no one here chose it."""
    place = (actor, universe, options["name"])
    try:
        known = known_domain(*place) if options["domain"] is None else None
        try:
            yield known
        except StaleVersion:
            # What was read meanwhile may say more.
            known_domain(*place)
            raise
    except DomainChanged as refusal:
        before, now = (f"--domain {shlex.quote(each)}" for each in (refusal.before, refusal.now))
        raise CommandError(f"{refusal} To put it back: {before}. To keep it: {now}.") from None
