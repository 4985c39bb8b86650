"""What is worth a look though nothing is wrong: one rule each, for pages, lists and counts."""

from datetime import datetime, timedelta

from secretsapp.core.input_rules import ANY_DOMAIN, SECRETS_PER_UNIVERSE

# A value that no one has replaced for so long is worth a rotation.
OLD_AFTER = timedelta(days=365)
# A reading of Roblox that is older than this says little of how it is there now.
STALE_AFTER = timedelta(days=1)
# From this part of the most on, a universe is nearly full.
NEARLY_FULL = 0.9
NEARLY_FULL_FROM = int(SECRETS_PER_UNIVERSE * NEARLY_FULL)


def is_any_host(domain: str) -> bool:
    """Whether Roblox sends a secret with this domain to any host."""
    return domain == ANY_DOMAIN


def is_old(update_time: str, now: datetime) -> bool:
    """Whether the value was last updated long ago; `update_time` is Roblox's text, or empty."""
    return "" < update_time < old_before(now)


def old_before(now: datetime) -> str:
    """The day before which values are old, to compare with Roblox's times as they are stored.

    Roblox writes its times in UTC with the year first, so that their text orders them, also in
    the database.
    """
    return f"{now - OLD_AFTER:%Y-%m-%d}"


def is_stale(synced_at: datetime, now: datetime) -> bool:
    """Whether Roblox was read so long ago that its list may look different by now."""
    return now - synced_at > STALE_AFTER


def is_nearly_full(secrets: int) -> bool:
    """Whether a universe with so many secrets has little room left."""
    return secrets >= NEARLY_FULL_FROM
