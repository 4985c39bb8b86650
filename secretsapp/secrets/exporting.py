"""What a universe's secrets are called and what is known of them, as a file; never a value."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.utils import timezone

from secretsapp.core import csv_text
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.input_rules import is_documented_name
from secretsapp.core.printing import in_one_line
from secretsapp.core.roles import Permission
from secretsapp.models import Universe
from secretsapp.rules.acting import Right, acting
from secretsapp.secrets import listing
from secretsapp.secrets.secret_view import SecretView


class Form(StrEnum):
    """The forms of an export; `env` has the names alone, for someone to fill in the values."""

    CSV = "csv"
    JSON = "json"
    ENV = "env"


@dataclass(frozen=True)
class Row:
    """What is known of a secret; times are Roblox's own, and empty where it gave none."""

    name: str
    allowed_host: str
    created: str
    changed: str
    changed_by: str
    owner: str
    note: str
    missing_since: str
    changed_elsewhere: str


HEADINGS = tuple(Row.__annotations__)


def export(actor: Actor, universe: Universe, form: Form) -> str:
    """The secrets of the universe that the actor may list, as the text of a file.

    The log holds that they were exported. Raises Forbidden for who may list none.
    """
    with acting(actor, Right(Permission.LIST_SECRETS, universe.pk)) as act:
        found = listing.listing(actor, universe).secrets
        rows = [_row(view) for view in found if not view.is_under_way]
        detail = {"count": str(len(rows)), "format": form.value}
        act.tell(UniverseEvent.UNIVERSE_EXPORTED, universe, detail=detail)
    return _TEXTS[form](universe, rows)


def form_of(text: str) -> Form:
    """The form of that name; raises InvalidInput."""
    try:
        return Form(text)
    except ValueError:
        names = ", ".join(Form)
        raise InvalidInput(f"Choose one of these forms: {names}.", field="format") from None


def _row(view: SecretView) -> Row:
    secret = view.secret
    return Row(
        name=secret.name,
        allowed_host=secret.domain,
        created=secret.create_time,
        changed=secret.update_time,
        changed_by=view.changed_by,
        owner=secret.owner.email if secret.owner else "",
        note=secret.note,
        missing_since=_exact(secret.missing_since),
        changed_elsewhere=_exact(secret.drifted_at),
    )


def _exact(time: datetime | None) -> str:
    return time.astimezone(UTC).isoformat() if time else ""


def _csv(_universe: Universe, rows: Iterable[Row]) -> str:
    return "".join(csv_text.lines(HEADINGS, (tuple(asdict(row).values()) for row in rows)))


def _json(universe: Universe, rows: Iterable[Row]) -> str:
    told = {
        "universe": universe.pk,
        "name": universe.name,
        "environment": universe.environment,
        "as_of": _exact(universe.synced_at),
        "secrets": [asdict(row) for row in rows],
    }
    return f"{json.dumps(told, indent=2, ensure_ascii=False)}\n"


def _env(universe: Universe, rows: Iterable[Row]) -> str:
    """The names with nothing behind them; one that no such file can have stands as a comment."""
    of = in_one_line(universe.name_and_environment)
    lines = [f"# Secrets of {of}, {timezone.now():%Y-%m-%d}. Roblox gives their values to nobody."]
    for row in rows:
        lines.append(f"# Allowed host: {in_one_line(row.allowed_host) or 'none'}")
        name = in_one_line(row.name)
        lines.append(f"{name}=" if is_documented_name(row.name) else f"# {name}")
    return "".join(f"{line}\n" for line in lines)


_TEXTS = {Form.CSV: _csv, Form.JSON: _json, Form.ENV: _env}
