"""Makes batches in tests: universes beside Harbor, and changes of several secrets at once."""

from collections.abc import Iterable, Mapping

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.batches.making import Wanted, make
from secretsapp.batches.planning import plan
from secretsapp.core.actor import Actor
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Batch, BatchItem, Universe
from secretsapp.universes import managing
from tests.stage import GROUP_ID, STAGEHAND

SECOND_ID = 7_000_000_001


def add_universe(
    emulator: Emulator,
    api_key: ApiKey,
    universe_id: int = SECOND_ID,
    *,
    secrets: Mapping[str, bytes] | None = None,
    name: str = "Staging",
) -> tuple[EmulatedUniverse, Universe]:
    """A universe with these secrets at the emulator and in Sealroom."""
    emulated = emulator.add_universe(universe_id, name=name, group_id=GROUP_ID)
    for secret, value in (secrets or {}).items():
        emulated.put(secret, value, "api.pay.example")
    managing.add(STAGEHAND, universe_id=universe_id, environment="staging", api_key=api_key)
    return emulated, Universe.objects.select_related("api_key").get(pk=universe_id)


def batch_of(
    actor: Actor, universes: Iterable[Universe], values: Mapping[str, bytes], reason: str = ""
) -> Batch:
    """A batch that gives each of these values to each universe."""
    pairs = [(universe, name) for universe in universes for name in values]
    planned = plan(actor, pairs=pairs)
    wanted = [Wanted(each, Plaintext(values[each.name])) for each in planned]
    return make(actor, wanted=wanted, reason=reason)


def states(batch: Batch) -> dict[str, str]:
    """The state of each item, by universe and name."""
    items = BatchItem.objects.filter(batch=batch)
    return {f"{item.universe_name} {item.name}": item.state for item in items}
