"""`manage.py list_drift`: which secrets were changed outside Sealroom, in every universe."""

from typing import Any

from secretsapp.core.actor import Actor
from secretsapp.groups import could
from secretsapp.groups.could import Could
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, short_time, table
from secretsapp.rules.paging import FIRST
from secretsapp.secrets import outside
from secretsapp.secrets.outside import Found

_HEADINGS = ("UNIVERSE", "ID", "SECRET", "FOUND", "NOTICED (UTC)", "ALLOWED HOST", "OWNER")


class Command(ActingCommand):
    """Lists what was changed outside."""

    help = (
        "List the secrets that were changed or deleted outside Sealroom and not reviewed yet: the "
        "40 that were noticed last, with who could have. acknowledge_drift marks them as reviewed."
    )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show them, what was noticed last first."""
        page = outside.changed(actor, FIRST)
        rows = [_row(each) for each in page.items]
        lines = table(_HEADINGS, rows) if rows else ["Nothing to review."]
        if page.next:
            lines.append(f"{page.count - page.last} more are not shown.")
        told = could.of_universes(actor, {each.secret.universe_id for each in page.items})
        lines += [f"{each.universe.name}: {each.words}" for each in told.values()]
        secrets = [_data(each, told.get(each.secret.universe_id)) for each in page.items]
        return Report(lines=lines, data={"count": page.count, "secrets": secrets})


def _row(found: Found) -> tuple[str, ...]:
    secret = found.secret
    return (
        secret.universe.name,
        str(secret.universe_id),
        secret.name,
        "deleted" if secret.missing_since else "changed",
        short_time(found.noticed_at),
        secret.domain or "–",
        secret.owner.email if secret.owner else "–",
    )


def _data(found: Found, who: Could | None) -> dict[str, Any]:
    secret = found.secret
    return {
        "universe": secret.universe_id,
        "name": secret.name,
        "found": "deleted" if secret.missing_since else "changed",
        "noticed_at": exact_time(found.noticed_at),
        "domain": secret.domain,
        "update_time": secret.update_time,
        "owner": secret.owner.email if secret.owner else "",
        "could": [each.user_id for each in who.accounts] if who else [],
    }
