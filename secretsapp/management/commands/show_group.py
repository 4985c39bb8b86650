"""`manage.py show_group`: who could have changed a universe's secrets at Roblox."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.groups import could, reading, reviewing
from secretsapp.groups.could import GroupView
from secretsapp.groups.deeds import LogEntry, deed
from secretsapp.groups.records import Role
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, short_time, table
from secretsapp.models import GroupNotice


class Command(ActingCommand):
    """Tells who could have changed secrets, and what changed in the group."""

    help = (
        "Show who could have changed the secrets of a universe at Roblox, as far as that is known, "
        "with the roles of its group, what changed in it, and its own audit log."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe, and what to do first."""
        add_universe_id(parser)
        parser.add_argument("--read", action="store_true", help="Read the group from Roblox first.")
        parser.add_argument(
            "--reviewed",
            action="store_true",
            help="Mark what changed in the group as reviewed, for all of its universes.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Read and mark as far as asked, and show what is known."""
        universe = universe_of(actor, options["universe_id"])
        if options["read"]:
            reading.look(actor, universe)
        view = could.of_universe(actor, universe)
        if options["reviewed"]:
            reviewing.review(actor, universe, seen=view.seen)
        group = view.group
        return Report(
            lines=list(_lines(view)),
            data=_data(view),
            notice=" ".join(filter(None, (group.failure, group.log_failure))) if group else "",
        )


def _lines(view: GroupView) -> list[str]:
    told = [view.could.words]
    if view.could.doubt:
        told.append(view.could.doubt)
    told += table(("ROLE", "RANK", "MEMBERS", "ACCOUNTS"), [_role(r) for r in view.could.roles])
    told += table(("NOTICED (UTC)", "CHANGED IN THE GROUP"), [_notice(n) for n in view.notices])
    told += table(("TIME (UTC)", "BY", "WHAT", "WHOM"), [_entry(e) for e in view.entries])
    return told


def _role(role: Role) -> tuple[str, ...]:
    members = "–" if role.members is None else str(role.members)
    return role.title, str(role.rank), members, ", ".join(map(str, role.accounts or ())) or "–"


def _notice(notice: GroupNotice) -> tuple[str, ...]:
    return short_time(notice.noticed_at), f"{notice.get_kind_display()}: {_changed(notice)}"


def _changed(notice: GroupNotice) -> str:
    return ", ".join(filter(None, (notice.role, notice.what)))


def _entry(entry: LogEntry) -> tuple[str, ...]:
    by = f"{entry.user_name or '–'} ({entry.user_id or '–'})"
    return short_time(entry.time), by, deed(entry), entry.about or "–"


def _data(view: GroupView) -> dict[str, Any]:
    told, group = view.could, view.group
    return {
        "universe": told.universe.pk,
        "group": told.group_id,
        "name": group.name if group else "",
        "read_at": exact_time(told.read_at),
        "accounts": [{"account": each.user_id, "why": each.why} for each in told.accounts],
        "roles": [
            {
                "name": role.name,
                "rank": role.rank,
                "members": role.members,
                "accounts": list(role.accounts or ()),
            }
            for role in told.roles
        ],
        "notices": [
            {"kind": str(each.kind), "role": each.role, "what": each.what} for each in view.notices
        ],
        "log": [
            {
                "time": exact_time(each.time),
                "action": each.action,
                "account": each.user_id,
                "about": each.about,
            }
            for each in view.entries
        ],
        "log_since": exact_time(group.log_since) if group else "",
        "log_failure": group.log_failure if group else "",
    }
