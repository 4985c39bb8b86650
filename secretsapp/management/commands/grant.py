"""`manage.py grant`: a role for a person or a team."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import grants
from secretsapp.access.pattern_reach import reach_of
from secretsapp.core.actor import Actor
from secretsapp.core.patterns import written
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.core.times import sentence_time
from secretsapp.management.arguments import add_bounds, add_scope, role_words, scope_of, terms_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.holders import add_holder, holder_data, holder_of
from secretsapp.management.output import Report, exact_time, place_data
from secretsapp.models import Grant


class Command(ActingCommand):
    """Grants a role."""

    help = (
        "Grant a person, or with --team a team, a role in a universe, an environment, a group's "
        "universes or all universes, replacing what they have there; with --add beside it. No one "
        "can grant more than they have themselves."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Who it is for, the role, where it holds, and its bounds."""
        add_holder(parser)
        help_text = f"{', '.join(Role)}; in upper or lower case."
        parser.add_argument("role", help=help_text, **role_words())
        add_scope(parser)
        add_bounds(parser)
        parser.add_argument(
            "--add", action="store_true", help="Keep the grants they have there, and add this one."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the grant."""
        holder = holder_of(actor, options)
        terms = terms_of(options)
        where = scope_of(actor, options)
        reach = reach_of(actor, where, terms.names)
        act = grants.add if options["add"] else grants.give
        grant = act(actor, holder, where, terms)
        return Report(
            lines=[_sentence(grant), *filter(None, [reach.told])],
            data=_data(grant) | {"matches": reach.count},
            notice=reach.caution,
        )


def _sentence(grant: Grant) -> str:
    where = grant.scope
    names = f", for {written(grant.names)}" if any(grant.names) else ""
    end = f", until {sentence_time(grant.until)}" if grant.until else ""
    return f"{grant.holder} is now {ROLE_WORDS[Role(grant.role)]} of {where}{names}{end}."


def _data(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.pk,
        **holder_data(grant.holder),
        "role": grant.role,
        **place_data(grant.place),
        "patterns": [name for name in grant.names if name],
        "until": exact_time(grant.until),
    }
