"""What is to be said of an API key: what it read, and what Roblox tells of it."""

from dataclasses import dataclass
from datetime import datetime

from secretsapp.api_keys.trial_steps import WRITE
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import Universe
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.errors import OpenCloudError
from secretsapp.opencloud.types import Introspection

_READS = "it reads, but cannot change secrets"
_LACKS = f"it lacks {WRITE}"
READS_ONLY = f"{_READS}: {_LACKS}"


@dataclass(frozen=True)
class KeyReport:
    """The result of a test: a sentence, whether the key works, and its end if Roblox tells.

    A key that serves no universe has nothing to be tried on: `passed` is None.
    """

    passed: bool | None
    result: str
    ends_at: datetime | None


def hint_of(client: Client) -> Introspection | None:
    """What Roblox tells of the key itself: of new keys alone."""
    try:
        return client.introspect()
    except OpenCloudError:
        return None


def end_of(hint: Introspection | None) -> datetime | None:
    """When the key ends, if Roblox tells."""
    return parse_roblox_time(hint.ends) if hint else None


def report_on(hint: Introspection | None, universes: list[Universe]) -> KeyReport:
    """What is to be said of a key that read all of the universes."""
    if not universes:
        return KeyReport(passed=None, result="not used yet", ends_at=end_of(hint))
    unchangeable = [each.name for each in universes if _tells_no_write(hint, each)]
    if unchangeable:
        is_everywhere = len(unchangeable) == len(universes)
        partly = f"{_READS} in {', '.join(unchangeable)}: {_LACKS} there"
        result = READS_ONLY if is_everywhere else partly
        return KeyReport(passed=False, result=result, ends_at=end_of(hint))
    count = len(universes)
    words = f"it opens {count} universe{'' if count == 1 else 's'}"
    return KeyReport(passed=True, result=words, ends_at=end_of(hint))


def _tells_no_write(hint: Introspection | None, universe: Universe) -> bool:
    """Whether Roblox tells the key's scopes, and writing in the universe is none of them."""
    return bool(hint and hint.scopes) and not (hint and hint.covers(WRITE, universe.pk))
