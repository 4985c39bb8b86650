"""The few numbers at the top of the first page, each of what the actor can open from there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from secretsapp.api_keys.key_ends import WARN_BEFORE
from secretsapp.core.actor import Actor
from secretsapp.core.events.kinds import Result
from secretsapp.core.roles import Permission
from secretsapp.home import attention
from secretsapp.home.at_hand import AtHand
from secretsapp.home.needs import Need
from secretsapp.home.universe_cards import UniverseCard
from secretsapp.log import reading
from secretsapp.log.filters import AuditFilter
from secretsapp.models import Universe
from secretsapp.rules.policy import rights_of

CHANGED_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Figures:
    """How many there are, None where the actor may not know or open it.

    Where there are many universes they are counted, and not what is in them. `universe` is the
    only one that the actor sees, so that the secrets are all on its page.
    """

    secrets: int | None
    universes: int | None
    universe: Universe | None
    attention: int
    changes: int | None
    keys_ending: int | None


def count(
    actor: Actor,
    chosen: AtHand,
    needs: Sequence[Need],
    cards: Iterable[UniverseCard],
    *,
    alarms: int = 0,
) -> Figures:
    """The figures for the actor, in two queries at most; `cards` are those of what is at hand.

    `alarms` about the audit log need attention too.
    """
    universes = chosen.universes
    return Figures(
        secrets=sum(card.secrets for card in cards) if chosen.is_all else None,
        universes=None if chosen.is_all else chosen.count,
        universe=universes[0] if chosen.is_all and len(universes) == 1 else None,
        attention=attention.count(actor, needs) + alarms,
        changes=_changes(actor),
        keys_ending=_keys_ending(actor, needs),
    )


def _changes(actor: Actor) -> int | None:
    """What was recently done to secrets, as in the log that the figure leads to."""
    if not reading.may_read(actor):
        return None
    since = timezone.now() - CHANGED_WITHIN
    return reading.count(actor, AuditFilter(tag="secret", result=Result.SUCCEEDED, since=since))


def _keys_ending(actor: Actor, needs: Sequence[Need]) -> int | None:
    """Every key whose end is near is among the needs, whatever else is the matter with it."""
    if not rights_of(actor).allows_installation(Permission.MANAGE_API_KEYS):
        return None
    now = timezone.now()
    ends = [need.api_key.ends_at for need in needs if need.api_key]
    return sum(1 for end in ends if end is not None and now < end <= now + WARN_BEFORE)
