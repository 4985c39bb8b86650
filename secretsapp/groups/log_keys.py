"""Which of a universe's API keys reads its group's audit log, or what is missing for that."""

from collections.abc import Sequence
from dataclasses import dataclass

from secretsapp.api_keys.remembered import remembered
from secretsapp.models import ApiKey, Universe

SCOPE = "legacy-group:manage"

HOW = (
    f"It takes an API key with the scope {SCOPE}, of an account whose role in the group may view "
    "the audit log. Roblox has no smaller scope for it: with that key one can also manage the "
    "group, so give it to the universe as its key for servers, and never use its account for more."
)

NO_KEY = (
    "The group can’t be read with a connection by OAuth, which is for secrets alone. An admin can "
    "choose an API key for servers in the universe’s settings: any that works will do."
)


@dataclass(frozen=True)
class Chosen:
    """The key to read a group with, and why its log isn't read with it; empty where it is."""

    api_key: ApiKey
    log_failure: str

    @property
    def reads_log(self) -> bool:
        """Whether the group's log can be asked for."""
        return not self.log_failure


def chosen(universe: Universe) -> Chosen:
    """The key for servers where it has the scope, or Roblox told nothing of it; else the other.

    The key for secrets is asked for the log only where Roblox told that it has the scope.
    """
    own, other = universe.api_key, universe.server_key
    for api_key in (other, own):
        hint = remembered(api_key) if api_key else None
        if api_key and hint and hint.has(SCOPE):
            return Chosen(api_key, "")
    if other is not None and remembered(other) is None:
        return Chosen(other, "")
    reading = other if other is not None and own.is_oauth else own
    return Chosen(reading, f"No API key here is known to have the scope for it. {HOW}")


def best(universes: Sequence[Universe]) -> Universe:
    """Of a group's universes, the one whose keys may read its log, if any may."""
    for universe in universes:
        keys = (universe.server_key, universe.api_key)
        hints = [remembered(each) for each in keys if each]
        if any(hint and hint.has(SCOPE) for hint in hints):
            return universe
    with_other = [universe for universe in universes if universe.server_key]
    with_key = [universe for universe in universes if not universe.api_key.is_oauth]
    return (with_other or with_key or universes)[0]
