"""The emulator as tests and the command line use it."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from emulator.api_keys import READ_SECRETS, WRITE_SECRETS, ApiKey, Block
from emulator.clock import Clock
from emulator.exchange import Exchange
from emulator.faults import Fault, Injection
from emulator.group import Group
from emulator.journal import RecordedRequest
from emulator.oauth import OAuth
from emulator.server import HOST, Server
from emulator.state import State
from emulator.universe import Profile, Universe

DEFAULT_GROUP_ID = 1234567
DEFAULT_OWNER_ID = 7654321
SECRETS_SCOPES = frozenset({READ_SECRETS, WRITE_SECRETS})


class EmulatorFailed(Exception):
    """The emulator itself made a mistake, so what a test saw of it proves nothing."""


class Emulator:
    """Roblox's Open Cloud on 127.0.0.1; a context manager that starts and stops it.

    A port of 0 takes any free one and keeps it over a stop and a new start. The latency is in
    milliseconds, the rate limit in calls a minute of each endpoint for each owner of keys. With a
    state file, what it holds is loaded and every change is written to it. Times are those of the
    clock, where one is given.
    """

    def __init__(
        self,
        port: int = 0,
        latency_ms: float = 0,
        rate_limit: int | None = None,
        state_file: Path | str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._port = port
        path = Path(state_file) if state_file else None
        self._state = State(path, rate_limit, clock or Clock())
        self._exchange = Exchange(self._state, latency_ms)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        failures = self.stop()
        if failures and problem is None:
            raise EmulatorFailed("The emulator itself failed.") from failures[0]

    def start(self) -> None:
        """Listen and serve; raises OSError if the port is taken."""
        if self._server is not None:
            raise RuntimeError("The emulator is already running.")
        self._exchange.stopping.clear()
        self._server = Server(self._port, self._exchange)
        self._port = self._server.port
        self._server.start()

    def stop(self) -> list[BaseException]:
        """End every connection and stop listening; gives the emulator's own errors, if any."""
        if self._server is None:
            return []
        self._exchange.stopping.set()
        server, self._server = self._server, None
        server.stop()
        return server.failures

    @property
    def url(self) -> str:
        """The address to use in place of https://apis.roblox.com, once it was started."""
        if self._port == 0:
            raise RuntimeError("The emulator has not been started.")
        return f"http://{HOST}:{self._port}"

    @property
    def universes(self) -> dict[int, Universe]:
        """The universes by id, as of now."""
        with self._state.lock:
            return dict(self._state.universes)

    @property
    def groups(self) -> dict[int, Group]:
        """The groups by id, as of now."""
        with self._state.lock:
            return dict(self._state.groups)

    @property
    def oauth(self) -> OAuth:
        """The apps of OAuth 2.0, and what people granted them."""
        return self._state.oauth

    @property
    def api_keys(self) -> dict[str, ApiKey]:
        """The API keys by their text, as of now."""
        with self._state.lock:
            return dict(self._state.api_keys)

    def add_universe(
        self,
        universe_id: int,
        *,
        name: str = "",
        group_id: int | None = None,
        user_id: int | None = None,
        root_place_id: int | None = None,
        place_ids: Iterable[int] = (),
        visibility: str = "PUBLIC",
    ) -> Universe:
        """A new universe, owned by the user or else by a group; one of its places is the root.

        Raises ValueError if the universe is there already or is given two owners.
        """
        if group_id is not None and user_id is not None:
            raise ValueError("A universe has one owner: a group or a user.")
        root = root_place_id or universe_id + 1
        profile = Profile(
            universe_id=universe_id,
            name=name or f"Universe {universe_id}",
            group_id=None if user_id is not None else group_id or DEFAULT_GROUP_ID,
            user_id=user_id,
            root_place_id=root,
            place_ids=tuple(sorted({root, *place_ids})),
            create_time=self._state.clock.tell(),
            visibility=visibility,
        )
        return self._state.add_universe(profile)

    def add_group(
        self, group_id: int = DEFAULT_GROUP_ID, *, name: str = "", owner_id: int | None = 1
    ) -> Group:
        """A new group, in which its owner is alone; ValueError if it is there already."""
        return self._state.add_group(group_id, name or f"Group {group_id}", owner_id)

    def add_api_key(
        self,
        key: str,
        *,
        name: str = "automation",
        owner_id: int = DEFAULT_OWNER_ID,
        universes: Iterable[int] | None = None,
        scopes: Iterable[str] = SECRETS_SCOPES,
        expires: datetime | None = None,
        enabled: bool = True,
        allowed: bool = True,
        permitted: bool = True,
    ) -> ApiKey:
        """A new API key, or new terms for one that is known; it is made now.

        `universes` None covers all; not `allowed`, the caller's address is not on the key's list
        (401); not `permitted`, its owner has no permission in the group (403).
        """
        if expires is not None and expires.tzinfo is None:
            raise ValueError("The end of a key needs a time zone.")
        covered = None if universes is None else frozenset(universes)
        api_key = ApiKey(
            key=key,
            name=name,
            owner_id=owner_id,
            universes=covered,
            scopes=frozenset(scopes),
            expires=expires,
            enabled=enabled,
            allowed=allowed,
            permitted=permitted,
            made=self._state.clock.now(),
        )
        self._state.add_api_key(api_key)
        return api_key

    def block_api_key(self, key: str, block: Block) -> None:
        """Let Roblox refuse a key that is known (401), whatever its terms are."""
        self._state.add_api_key(replace(self.api_keys[key], block=block))

    def age_api_key(self, key: str, made: datetime) -> None:
        """Let a key that is known be made then, and used by nobody since."""
        self._state.add_api_key(replace(self.api_keys[key], made=made, used=None))

    @property
    def rate_limit(self) -> int | None:
        """Calls a minute of each endpoint for each owner, or None."""
        return self._state.limiter.limit

    @rate_limit.setter
    def rate_limit(self, limit: int | None) -> None:
        with self._state.lock:
            self._state.limiter.limit = limit

    @property
    def latency_ms(self) -> float:
        """Milliseconds that every answer takes longer."""
        return self._exchange.latency_ms

    @latency_ms.setter
    def latency_ms(self, latency_ms: float) -> None:
        self._exchange.latency_ms = latency_ms

    def inject(
        self,
        fault: Fault,
        *,
        times: int = 1,
        method: str | None = None,
        path: str | re.Pattern[str] | None = None,
        skip: int = 0,
    ) -> Injection:
        """Let the fault befall the next `times` matching requests, after the first `skip` of them.

        `path` is a part of the path, or a pattern to be found in it. The injection that is given
        back counts down its `times`, so that a test can see whether the fault has struck.
        """
        if times < 1 or skip < 0:
            raise ValueError("A fault strikes at least once, and skips no fewer than none.")
        injection = Injection(fault, times, skip, method, path)
        with self._state.lock:
            self._exchange.faults.add(injection)
        return injection

    def clear_faults(self) -> None:
        """Forget the faults that have not struck."""
        with self._state.lock:
            self._exchange.faults.clear()

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests in the order of their arrival, as of now."""
        return self._exchange.journal.requests

    def clear_requests(self) -> None:
        """Forget the requests that were recorded."""
        self._exchange.journal.clear()

    def wait_idle(self, timeout: float = 10) -> None:
        """Return when no request is being handled, delayed ones included; else TimeoutError."""
        self._exchange.journal.wait_idle(timeout)

    def wait_for_requests(self, count: int, timeout: float = 10) -> None:
        """Return when at least so many requests are recorded; else TimeoutError."""
        self._exchange.journal.wait_for_requests(count, timeout)
