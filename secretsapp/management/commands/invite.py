"""`manage.py invite`: invitations by links, each for one person and once."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.access.pattern_reach import reach_of
from secretsapp.access.terms import FirstGrant
from secretsapp.core.actor import Actor
from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.management.arguments import (
    add_bounds,
    add_scope,
    is_placed,
    role_words,
    scope_of,
    terms_of,
    universe_of,
)
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time
from secretsapp.people import invitations
from secretsapp.people.invitation_links import InvitationLink


class Command(ActingCommand):
    """Invites people."""

    help = (
        "Invite people: mail each a link if mail is set up, or else, and with --link, print it. "
        "With it the person creates an account, or accepts with the one they have; it works once, "
        "for a week. Give it only to that person. "
        "Without --role the account can do nothing until you grant it a role. --role needs "
        "--universe, --environment, --group or --all. All are invited, or none."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Whom, to what, and a word of greeting."""
        parser.add_argument("emails", nargs="+", metavar="EMAIL", help="Whom to invite.")
        parser.add_argument(
            "--role", help="Grant this role, in upper or lower case.", **role_words()
        )
        add_scope(parser, required=False, several=True)
        add_bounds(parser)
        parser.add_argument(
            "--greeting", default="", metavar="TEXT", help="What they read with the invitation."
        )
        parser.add_argument(
            "--link", action="store_true", help="Print the links, even if mail is set up."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Invite them."""
        given = _given(actor, options)
        reaches = [reach_of(actor, each.universe, each.terms.names) for each in given]
        words = {"greeting": options["greeting"]}
        by_mail = outbox.is_set_up() and not options["link"]
        links = invitations.invite(actor, options["emails"], given, by_mail=by_mail, **words)
        return Report(
            lines=[line for link in links for line in _lines(link)],
            data={"invitations": [_data(link) for link in links]},
            notice="\n".join(dict.fromkeys(each.caution for each in reaches if each.caution)),
        )


def _given(actor: Actor, options: dict[str, Any]) -> list[FirstGrant]:
    """What they are given; what bounds a role without naming one is refused."""
    placed = is_placed(options)
    if options["role"] and placed:
        terms = terms_of(options)
        if options["universe"]:
            ids = dict.fromkeys(options["universe"])
            return [FirstGrant(universe_of(actor, each), terms) for each in ids]
        return [FirstGrant(scope_of(actor, options), terms)]
    if options["role"]:
        raise CommandError(
            "No one was invited: --role needs --universe, --environment, --group or --all."
        )
    if placed or any(options[name] for name in ("pattern", "until", "reason")):
        raise CommandError("No one was invited: add --role to say what they can do there.")
    return []


def _lines(link: InvitationLink) -> list[str]:
    if not link.address:
        return [f"A link is mailed to {link.email}."]
    return [link.address, f"It invites {link.email} once, until {sentence_time(link.ends_at)}."]


def _data(link: InvitationLink) -> dict[str, Any]:
    return {"email": link.email, "link": link.address or None, "ends_at": exact_time(link.ends_at)}
