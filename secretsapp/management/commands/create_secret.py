"""`manage.py create_secret`: a new secret at Roblox."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import SimilarName
from secretsapp.core.value_gate import cautions
from secretsapp.management.arguments import add_exactly, add_generating, add_secret, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_or_generate
from secretsapp.management.output import Report, change_report, showing_anyway
from secretsapp.management.proposing import add_reason, passage_of
from secretsapp.secrets import changes


class Command(ActingCommand):
    """Creates a secret."""

    help = (
        "Create a secret in a universe. Pipe its value in (one line ending at the end is "
        "removed), type it at a hidden prompt, or let it be generated."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret and where it may be sent."""
        add_secret(parser)
        add_reason(parser)
        add_exactly(parser)
        add_generating(parser)
        parser.add_argument(
            "--domain",
            required=True,
            help=(
                "The allowed host: api.example.com, *.example.com for its subdomains, * for "
                "any host, or '' for no requests."
            ),
        )

        parser.add_argument(
            "--similar-name",
            action="store_true",
            help="Create it even if another secret has almost the same name.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Seal the value and create the secret."""
        universe = universe_of(actor, options["universe_id"])
        name, domain = options["name"], options["domain"]
        # Before the value is asked for: what is typed unseen would have to be typed again.
        input_rules.check_name(name)
        input_rules.check_domain(input_rules.one_form(domain))
        passage = passage_of(universe, options)
        value = read_or_generate("Value: ", options)
        try:
            with showing_anyway(self, value, options):
                change = changes.create(
                    actor=actor,
                    universe=universe,
                    name=name,
                    value=value,
                    domain=domain,
                    similar_is_meant=options["similar_name"],
                    passage=passage,
                )
        except SimilarName as refusal:
            raise CommandError(f"{refusal} Add --similar-name to create it anyway.") from None
        sentence = f"Created {change.name} in {universe.name}."
        shown = value if options["show"] else None
        return change_report(change, sentence, cautions(value, change.domain), shown)
