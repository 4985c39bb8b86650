"""`manage.py propose`: a change of a protected universe, for someone else to approve."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import SimilarName
from secretsapp.management.arguments import (
    add_exactly,
    add_generating,
    add_universe_id,
    universe_of,
    word,
)
from secretsapp.management.base import ActingCommand
from secretsapp.management.commands.rotate_secret import choosing_a_domain
from secretsapp.management.input import read_or_generate
from secretsapp.management.output import Report
from secretsapp.management.proposing import add_which_servers, add_why, data_of, title
from secretsapp.models import Change, Proposal, Universe
from secretsapp.secrets import changes, waiting
from secretsapp.secrets.proposals import Proposing, propose_unprotecting, proposing
from secretsapp.servers import restart_proposals

OF_UNIVERSE = ("unprotect", "restart")
KINDS = ("create", "rotate", "delete", *OF_UNIVERSE)


class Command(ActingCommand):
    """Proposes a change."""

    help = (
        "Propose a change of a protected universe: create, rotate or delete a secret, remove the "
        "protection, or restart its game servers. Nothing is sent until another person approves "
        "it. Pipe the value in, type it at a hidden prompt, or let it be generated. Needs --as."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """What is proposed, of what, and why."""
        parser.add_argument("kind", type=word, choices=KINDS, help="What is proposed.")
        add_universe_id(parser)
        parser.add_argument(
            "name", type=str.strip, nargs="?", default="", metavar="NAME", help="The secret."
        )
        add_exactly(parser)
        add_generating(parser)
        parser.add_argument("--domain", help="The allowed host; a new secret needs one.")
        parser.add_argument(
            "--similar-name",
            action="store_true",
            help="Create it even if another secret has almost the same name.",
        )
        parser.add_argument("--note", default="", metavar="TEXT", help="The note of a new secret.")
        parser.add_argument("--mine", action="store_true", help="Become the owner of a new secret.")
        add_which_servers(parser)
        add_why(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the proposal."""
        if options["kind"] != "create" and (options["note"] or options["mine"]):
            raise CommandError("Only a new secret is proposed with --note or --mine.")
        passage = proposing(actor, options["why"], note=options["note"], is_mine=options["mine"])
        universe = universe_of(actor, options["universe_id"])
        if bool(options["name"]) is (options["kind"] in OF_UNIVERSE):
            raise CommandError("Name the secret. To propose `unprotect` or `restart`, name none.")
        if options["kind"] != "restart" and (options["place"] or options["bleed_off"] is not None):
            raise CommandError("Only a restart is proposed with --place or --bleed-off.")
        if options["kind"] in OF_UNIVERSE:
            made = _propose_of_universe(actor, universe, options).pk
        else:
            propose = {"create": _create, "rotate": _rotate, "delete": _delete}[options["kind"]]
            made = propose(actor, universe, options, passage).pk
        view = waiting.get(actor, made)
        lines = [
            f"Proposed {title(view)}. Nothing is sent until someone else approves it:",
            f"  manage.py approve {made}",
        ]
        return Report(lines=lines, data=data_of(view))


def _propose_of_universe(actor: Actor, universe: Universe, options: dict[str, Any]) -> Proposal:
    if options["kind"] == "unprotect":
        return propose_unprotecting(actor, universe, options["why"])
    return restart_proposals.propose(
        actor,
        universe,
        place_ids=options["place"],
        bleed_off_minutes=options["bleed_off"],
        why=options["why"],
    )


def _create(
    actor: Actor, universe: Universe, options: dict[str, Any], passage: Proposing
) -> Change:
    if options["domain"] is None:
        raise CommandError("A new secret needs --domain: its allowed host, or '' for no requests.")
    input_rules.check_name(options["name"])
    input_rules.check_domain(input_rules.one_form(options["domain"]))
    try:
        return changes.create(
            actor=actor,
            universe=universe,
            name=options["name"],
            value=read_or_generate("Value: ", options),
            domain=options["domain"],
            similar_is_meant=options["similar_name"],
            passage=passage,
        )
    except SimilarName as refusal:
        raise CommandError(f"{refusal} Add --similar-name to propose it anyway.") from None


def _rotate(
    actor: Actor, universe: Universe, options: dict[str, Any], passage: Proposing
) -> Change:
    input_rules.check_domain(input_rules.one_form(options["domain"] or ""))
    with choosing_a_domain(actor, universe, options) as known:
        return changes.rotate(
            actor=actor,
            universe=universe,
            name=options["name"],
            value=read_or_generate("New value: ", options),
            domain=options["domain"],
            seen_domain=known,
            passage=passage,
        )


def _delete(
    actor: Actor, universe: Universe, options: dict[str, Any], passage: Proposing
) -> Change:
    return changes.delete(actor=actor, universe=universe, name=options["name"], passage=passage)
