"""Whether Roblox can be reached at all, and what time it is there; no key is sent."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from secretsapp.opencloud.answers import NothingSent
from secretsapp.opencloud.client import Timeouts
from secretsapp.opencloud.transport import DeadlineAdapter

# Any answer will do; without a key it is a refusal.
PATH = "/cloud/v2/universes/1"


@dataclass(frozen=True)
class Sight:
    """The status of an answer, and Roblox's clock where it tells it."""

    status: int
    time: datetime | None


def look(base_url: str, *, proxy: str | None, timeouts: Timeouts) -> Sight:
    """Ask once and without a key; raises NothingSent where no answer comes."""
    seconds = timeouts.connect + timeouts.answer
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"http": proxy, "https": proxy} if proxy else {}
        session.mount(base_url, DeadlineAdapter(timeouts.answer, seconds, lambda _ends: Retry(0)))
        try:
            with session.get(
                base_url.rstrip("/") + PATH,
                timeout=(timeouts.connect, timeouts.read),
                allow_redirects=False,
                stream=True,
            ) as answer:
                return Sight(answer.status_code, _time(answer.headers.get("date", "")))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            reason = type(error).__name__
    raise NothingSent(f"No answer came ({reason}).")


def _time(text: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(text)
    except ValueError:
        return None
    return told if told.tzinfo else None
