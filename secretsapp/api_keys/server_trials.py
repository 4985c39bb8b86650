"""Whether an API key reads the game servers of the universes that it is for."""

from collections.abc import Iterable

from secretsapp.models import Universe
from secretsapp.opencloud import server_management
from secretsapp.opencloud.answers import NotAllowed, Refused, TooManyRequests
from secretsapp.opencloud.client import Client
from secretsapp.rules.roblox import translate


def first_refusal(client: Client, universes: Iterable[Universe]) -> tuple[Universe, Refused] | None:
    """The first of the universes whose servers can't be read, and why; None where all can.

    Raises the OpenCloudErrors that say nothing of the key.
    """
    for universe in universes:
        try:
            server_management.forecast(client, universe.pk)
        except TooManyRequests:
            raise
        except Refused as refusal:
            return universe, refusal
    return None


def in_words(universe: Universe, refusal: Refused) -> str:
    """That its servers can't be read, in a sentence."""
    if isinstance(refusal, NotAllowed):
        return (
            f"{universe.name}: it can’t read game servers. Its scope universe:read is missing, it "
            "doesn’t cover this universe, or its user can’t manage the game."
        )
    return f"{universe.name}: {translate(refusal, only_reads=True)}"
