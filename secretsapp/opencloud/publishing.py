"""The calls about versions of places: publish one, in beta at Roblox, and when it was updated.

Publishing needs the scope `universe-places:write` and takes 30 calls a minute of 10 MiB each
(documented). The other works with any key.
"""

from datetime import datetime

from secretsapp.core.place_files import PlaceFile
from secretsapp.core.times import parse_roblox_time
from secretsapp.opencloud.client import Client, observed
from secretsapp.opencloud.types import read_text

LARGEST_VERSION = 10**9


@observed
def publish_place(
    client: Client, universe_id: int, place_id: int, file: PlaceFile, *, is_published: bool
) -> int | None:
    """Send a version of a place, which players get if it is published; sent once.

    Gives the number of the version, or None where Roblox took it and told none. Raises as a write
    of the client does.
    """
    query = {"versionType": "Published" if is_published else "Saved"}
    path = f"/universes/v1/{universe_id}/places/{place_id}/versions"
    answer = client.transport.write_file(path, query, file.content, file.media_type)
    number = answer.as_write().get("versionNumber")
    return number if type(number) is int and 0 < number <= LARGEST_VERSION else None


@observed
def place_updated(client: Client, universe_id: int, place_id: int) -> datetime | None:
    """When the place was last updated, as Roblox says; None where it tells no time."""
    path = f"/cloud/v2/universes/{universe_id}/places/{place_id}"
    return parse_roblox_time(read_text(client.transport.read(path).as_read(), "updateTime"))
