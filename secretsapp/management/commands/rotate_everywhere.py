"""`manage.py rotate_everywhere`: one value for a secret in many universes."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.batches import everywhere, making
from secretsapp.batches.everywhere import Choice, Where
from secretsapp.batches.planning import Planned
from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import OutcomeUnknown
from secretsapp.management.arguments import (
    add_exactly,
    add_generating,
    group_id,
    universe_id,
    universe_of,
    word,
)
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import follow
from secretsapp.management.input import read_or_generate
from secretsapp.management.output import Report, table
from secretsapp.models.universes import Environment

_HEADINGS = ("UNIVERSE", "SECRET", "WHAT", "ALLOWED HOST", "LAST CHANGED", "REFUSED")


class Command(ActingCommand):
    """Gives a secret one value in many universes."""

    help = (
        "Give a secret one new value in every universe where it is, or in those you choose. The "
        "value is piped in, typed at a hidden prompt or generated. First look with --dry-run. A "
        "protected universe gets a proposal (that needs --as)."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The name, the universes, and what else a rotation takes."""
        parser.add_argument("name", type=str.strip, metavar="NAME", help="The name of the secret.")
        add_choice(parser)
        parser.add_argument(
            "--domain",
            help="The allowed host in all of them, or '' for no requests. Without this option each "
            "keeps its own; where the secret isn't yet, it is needed.",
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="Why, for the log.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Only show what would happen. Nothing is sent."
        )
        add_exactly(parser)
        add_generating(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show what would happen, or make a batch of it and follow that to its end."""
        planned = _planned(actor, options)
        if options["dry_run"]:
            return _told(planned)
        _refuse_unless_whole(planned)
        domain = options["domain"]
        input_rules.check_domain(input_rules.one_form(domain or ""))
        everywhere.check_domain_given(planned, domain)
        value = read_or_generate("New value: ", options)
        wanted = everywhere.wanted(planned, value, domain)
        batch = making.make(actor, wanted=wanted, reason=options["reason"])
        if not options["show"]:
            return follow(self, actor, batch)
        shown = value.expose().decode("ascii")
        try:
            report = follow(self, actor, batch)
        except (CommandError, OutcomeUnknown):
            # Some may have it whatever became of the others.
            self.stdout.write(json.dumps({"value": shown}) if options["as_json"] else shown)
            raise
        return Report([*report.lines, shown], {**report.data, "value": shown})


def add_choice(parser: CommandParser) -> None:
    """In which universes."""
    parser.add_argument(
        "--universe",
        action="append",
        type=universe_id,
        default=[],
        metavar="UNIVERSE_ID",
        help="Only this universe. Repeat it for several.",
    )
    parser.add_argument(
        "--where",
        type=word,
        choices=[each.value for each in Where],
        default=Where.THERE.value,
        help="Where the secret is (there), where it isn't (missing), or both (all).",
    )
    parser.add_argument(
        "--environment",
        type=word,
        default="",
        choices=[each.value for each in Environment if each.value],
        help="Only universes of this environment.",
    )
    parser.add_argument(
        "--group",
        type=group_id,
        metavar="GROUP_ID",
        help="Only universes that this Roblox group owns.",
    )


def _planned(actor: Actor, options: dict[str, Any]) -> list[Planned]:
    if options["universe"]:
        ids = {universe_of(actor, each).pk for each in options["universe"]}
        return everywhere.chosen(actor, options["name"], ids)
    owner = f"groups/{options['group']}" if options["group"] else ""
    choice = Choice(Where(options["where"]), options["environment"], owner)
    return everywhere.candidates(actor, options["name"], choice)


def _refuse_unless_whole(planned: list[Planned]) -> None:
    """Nothing is half done: what can't be done has to be left out first."""
    if not planned:
        raise CommandError(
            "There is no such secret in any universe that you can change. Nothing was sent. Check "
            "the spelling: names are case-sensitive."
        )
    if refused := [each for each in planned if each.refused]:
        first = refused[0]
        raise CommandError(
            f"Nothing was sent: {len(refused)} of {len(planned)} can't be done. "
            f"{first.universe.name}: {first.refused} See all with --dry-run, and choose with "
            "--universe."
        )


def _told(planned: list[Planned]) -> Report:
    rows = [
        (
            each.universe.name_and_environment,
            each.name,
            "propose" if each.needs_approval else each.kind.value,
            each.domain or "–",
            each.seen_version or "–",
            each.refused or "–",
        )
        for each in planned
    ]
    lines = table(_HEADINGS, rows) if rows else ["There is no such secret."]
    data = [
        {
            "universe": each.universe.pk,
            "name": each.name,
            "change": each.kind.value,
            "needs_approval": each.needs_approval,
            "refused": each.refused,
        }
        for each in planned
    ]
    return Report(lines=[*lines, "Nothing was sent."], data={"planned": data})
