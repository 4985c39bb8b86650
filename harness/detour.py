"""The way to the emulator for a client that others wrote, with Roblox's address built in."""

from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

ROBLOX = "https://apis.roblox.com"


class Detour(HTTPAdapter):
    """Sends what is meant for Roblox to the emulator: the client has its address built in."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send the request to the same path elsewhere; raises ValueError for one to others."""
        meant = request.url or ""
        if not meant.startswith(f"{ROBLOX}/"):
            raise ValueError(f"{meant} is not meant for Roblox.")
        request.url = self.url + meant.removeprefix(ROBLOX)
        return super().send(request, *args, **options | {"proxies": None})
