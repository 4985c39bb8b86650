"""The game servers of a universe: what each read at its start, what it logged, and restarts."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, Self, TypeVar
from uuid import uuid4

from emulator.clock import TICKS_PER_SECOND, Clock
from emulator.documents import Document

NOT_FOUND = "Can't find secret with given key"

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
_Method = Callable[Concatenate["Fleet", _Arguments], _Result]

Versions = Mapping[int, "Chosen"]


@dataclass(frozen=True)
class LogLine:
    """One line of a server's log; severity 3 is an error."""

    tick: int
    message: str
    severity: int


@dataclass(frozen=True)
class GameServer:
    """A server; `secrets` are what it read at its start, and all that it ever knows of them."""

    job_id: str
    place_id: int
    version: int
    created: int
    occupancy: int
    secrets: Mapping[str, bytes] = field(repr=False)
    ended: int | None = None
    status: str = "active"

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """The server that `as_document` described."""
        secrets = {name: b64decode(value) for name, value in document["secrets"].items()}
        return cls(**{**document, "secrets": secrets})

    def as_document(self) -> Document:
        """What the state file keeps of the server."""
        secrets = {name: b64encode(value).decode() for name, value in self.secrets.items()}
        return {**vars(self), "secrets": secrets}

    @property
    def active(self) -> bool:
        """Whether it runs."""
        return self.ended is None


@dataclass(frozen=True)
class Chosen:
    """Which versions of a place a restart is for: those named, all but the latest, or all."""

    versions: frozenset[int] | None = None
    exclude_current: bool = False

    def takes(self, version: int, latest: int) -> bool:
        """Whether servers of that version restart."""
        if self.exclude_current:
            return version != latest
        return self.versions is None or version in self.versions


@dataclass
class Restart:
    """A restart that was taken: whose servers, and when it begins; `done` once they have ended."""

    id: str
    scheduled: int
    begins: int
    places: Versions
    jobs: dict[int, list[str]]
    players: dict[int, int]
    attributes: Mapping[str, object]
    done: int | None = None


def _locked(method: _Method[_Arguments, _Result]) -> _Method[_Arguments, _Result]:
    """The method under the emulator's lock."""

    @wraps(method)
    def under_lock(
        fleet: "Fleet", /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        with fleet.lock:
            return method(fleet, *arguments, **named)

    return under_lock


class Fleet:
    """The game servers of one universe.

    With `ignores_restarts`, restarts are taken and never done. With `misses_active`, active servers
    can't be fetched; with `misses_shut_down`, those that ended can't. With `omits_times`, no server
    tells when it was created. The state file keeps the servers that run, and nothing else.
    """

    def __init__(
        self,
        lock: RLock,
        clock: Clock,
        values: Callable[[], Mapping[str, bytes]],
        changed: Callable[[], None],
    ) -> None:
        self.lock = lock
        self.ignores_restarts = False
        self.misses_active = False
        self.misses_shut_down = False
        self.omits_times = False
        self.servers: dict[str, GameServer] = {}
        self.restarts: dict[str, Restart] = {}
        self.logs: dict[str, list[LogLine]] = {}
        self.latest: dict[int, int] = {}
        self.newest: dict[int, int] = {}
        self.published: dict[int, int] = {}
        self._clock = clock
        self._values = values
        self._changed = changed

    @_locked
    def start(
        self, place_id: int, count: int = 1, *, occupancy: int = 5, version: int | None = None
    ) -> list[str]:
        """Start servers of a place, by default of its latest version; gives their job ids."""
        jobs = [self._start(place_id, occupancy, version) for _ in range(count)]
        self._changed()
        return jobs

    def _start(self, place_id: int, occupancy: int, version: int | None) -> str:
        job_id = str(uuid4())
        self.servers[job_id] = GameServer(
            job_id=job_id,
            place_id=place_id,
            version=version or self.latest.setdefault(place_id, 1),
            created=self._clock.tick(),
            occupancy=occupancy,
            secrets=self._values(),
        )
        return job_id

    @_locked
    def end(self, job_id: str, status: str = "shut_down") -> None:
        """End a server that runs."""
        server = self.servers[job_id]
        self.servers[job_id] = replace(server, ended=self._clock.tick(), status=status, occupancy=0)

    @_locked
    def save(self, place_id: int) -> int:
        """Save a new version of the place, with which no server starts; gives its number."""
        before = self.newest.get(place_id, self.latest_of(place_id))
        self.newest[place_id] = before + 1
        return before + 1

    @_locked
    def publish(self, place_id: int) -> int:
        """Publish a new version of the place; servers that run keep theirs."""
        self.latest[place_id] = self.save(place_id)
        self.published[place_id] = self._clock.tick()
        return self.latest[place_id]

    @_locked
    def read(self, job_id: str, name: str) -> bytes | None:
        """What a script of the server gets for a secret; if none, the log gets a line."""
        found = self.servers[job_id].secrets.get(name)
        if found is None:
            self.log(job_id, NOT_FOUND, severity=3)
        return found

    @_locked
    def log(self, job_id: str, message: str, *, severity: int = 0) -> None:
        """Add a line to the server's log."""
        line = LogLine(self._clock.tick(), message, severity)
        self.logs.setdefault(job_id, []).append(line)

    @_locked
    def active(self, place_id: int | None = None) -> list[GameServer]:
        """The servers that run, as of now."""
        self.catch_up()
        return [
            server
            for server in self.servers.values()
            if server.active and place_id in (None, server.place_id)
        ]

    @_locked
    def schedule(
        self, places: Versions, bleed_off_minutes: int, attributes: Mapping[str, object]
    ) -> Restart:
        """Take a restart of these places; matching servers end once the bleed-off is over."""
        meant = [each for each in self.active() if self.is_meant(each, places)]
        now = self._clock.tick()
        restart = Restart(
            id=str(uuid4()),
            scheduled=now,
            begins=now + bleed_off_minutes * 60 * TICKS_PER_SECOND,
            places=places,
            jobs=_jobs_by_place(places, meant),
            players={
                place: sum(each.occupancy for each in meant if each.place_id == place)
                for place in places
            },
            attributes=attributes,
        )
        self.restarts[restart.id] = restart
        self.catch_up()
        return restart

    def now(self) -> int:
        """The ticks since 1970."""
        return self._clock.ticks()

    def is_meant(self, server: GameServer, places: Versions) -> bool:
        """Whether a restart of these places is for the server."""
        chosen = places.get(server.place_id)
        return chosen is not None and chosen.takes(server.version, self.latest_of(server.place_id))

    def latest_of(self, place_id: int) -> int:
        """The latest version of the place."""
        return self.latest.setdefault(place_id, 1)

    def catch_up(self) -> None:
        """Do what restarts were to do by now: end their servers, and start as many again."""
        for restart in self.restarts.values():
            due = restart.done is None and restart.begins <= self._clock.ticks()
            if due and not self.ignores_restarts:
                self._carry_out(restart)

    def _carry_out(self, restart: Restart) -> None:
        for place_id, jobs in restart.jobs.items():
            for job_id in jobs:
                server = self.servers[job_id]
                if server.active:
                    self.end(job_id, "restarted")
                    self._start(place_id, server.occupancy, self.latest_of(place_id))
        restart.done = self._clock.tick()
        self._changed()

    def as_documents(self) -> list[Document]:
        """What the state file keeps of the servers."""
        return [server.as_document() for server in self.servers.values() if server.active]

    def take_over(self, documents: Iterable[Document]) -> None:
        """Let these servers run again."""
        for server in map(GameServer.from_document, documents):
            self.servers[server.job_id] = server
            self.latest[server.place_id] = max(self.latest_of(server.place_id), server.version)


def _jobs_by_place(places: Iterable[int], servers: list[GameServer]) -> dict[int, list[str]]:
    return {place: [each.job_id for each in servers if each.place_id == place] for place in places}
