"""`manage.py list_secrets`: what a universe holds, never a value."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.sealing import short_fingerprint
from secretsapp.core.times import sentence_time
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, short_time, table
from secretsapp.models import Universe
from secretsapp.secrets import extent
from secretsapp.secrets import listing as secrets
from secretsapp.secrets.listing import SecretListing
from secretsapp.secrets.secret_view import SecretView
from secretsapp.universes import refreshing

_HEADINGS = ("NAME", "DOMAIN", "CHANGED (UTC)", "CHANGED BY", "STATE", "NOTE")


class Command(ActingCommand):
    """Lists secrets."""

    help = (
        "List the secrets of a universe that you can see, read from Roblox now. If Roblox "
        "can't be reached, this shows the last list and when it was read."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe."""
        add_universe_id(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Refresh the mirror and show it."""
        refreshing.refresh(actor, universe_of(actor, options["universe_id"]))
        universe = universe_of(actor, options["universe_id"])
        listing = secrets.listing(actor, universe)
        capacity = extent.capacity(actor, universe, listing.present)
        data = _data(universe, listing) | {"room": capacity.left if capacity else None}
        return Report(lines=_lines(listing), data=data, notice=_notice(universe, listing))


def _notice(universe: Universe, listing: SecretListing) -> str:
    return " ".join(filter(None, (_failure(universe), _new_key(universe, listing))))


def _failure(universe: Universe) -> str:
    if not universe.sync_failure:
        return ""
    when = sentence_time(universe.synced_at) if universe.synced_at else "never"
    return f"Last read {when}. {universe.sync_failure}"


def _new_key(universe: Universe, listing: SecretListing) -> str:
    if not listing.has_new_key:
        return ""
    key, before = map(short_fingerprint, (universe.key_fingerprint, universe.key_before))
    return (
        f"The universe's public key has changed: {key}, not {before}. Roblox may have renewed "
        "it. If no one knows why, don't rotate anything."
    )


def _lines(listing: SecretListing) -> list[str]:
    if not listing.secrets:
        return ["There are no secrets that you can see."]
    return table(_HEADINGS, [_row(view) for view in listing.secrets])


def _row(view: SecretView) -> tuple[str, ...]:
    secret = view.secret
    return (
        secret.name,
        secret.domain or "nowhere",
        short_time(view.changed_at),
        view.changed_by or "outside Sealroom",
        _state(view),
        secret.note.partition("\n")[0],
    )


def _state(view: SecretView) -> str:
    if view.is_under_way:
        return "being created, outcome unknown"
    if view.is_open:
        return "outcome unknown"
    if view.secret.missing_since:
        return "missing"
    return "changed outside" if view.secret.drifted_at else "–"


def _data(universe: Universe, listing: SecretListing) -> dict[str, Any]:
    return {
        "universe": universe.pk,
        "name": universe.name,
        "as_of": exact_time(universe.synced_at),
        "failure": universe.sync_failure,
        "public_key": universe.key_fingerprint,
        "public_key_before": universe.key_before,
        "public_key_since": exact_time(universe.key_since),
        "secrets": [_secret(view) for view in listing.secrets],
    }


def _secret(view: SecretView) -> dict[str, Any]:
    secret = view.secret
    return {
        "name": secret.name,
        "domain": secret.domain,
        "create_time": secret.create_time,
        "update_time": secret.update_time,
        "changed_by": view.changed_by,
        "outcome_unknown": view.is_open,
        "being_created": view.is_under_way,
        "missing_since": exact_time(secret.missing_since),
        "changed_elsewhere_at": exact_time(secret.drifted_at),
        "owner": secret.owner.email if secret.owner else "",
        "note": secret.note,
    }
