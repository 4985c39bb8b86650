"""Everything the emulator knows, under one lock, kept in a file if there is one."""

from pathlib import Path
from threading import RLock

from emulator import documents
from emulator.api_keys import ApiKey
from emulator.clock import Clock
from emulator.documents import Document, UnusableStateFile
from emulator.group import Group
from emulator.limits import RateLimiter
from emulator.oauth import OAuth
from emulator.universe import Profile, Shared, Universe

FORMAT = 1


class State:
    """Universes, groups, API keys and the limiter; hold `lock` while using more than one."""

    def __init__(self, state_file: Path | None, rate_limit: int | None, clock: Clock) -> None:
        self.lock = RLock()
        self.clock = clock
        self.limiter = RateLimiter(rate_limit)
        self.oauth = OAuth(self.lock, self.clock)
        self.universes: dict[int, Universe] = {}
        self.groups: dict[int, Group] = {}
        self.api_keys: dict[str, ApiKey] = {}
        self._state_file = state_file
        self._shared = Shared(self.lock, self.clock, self._save)
        self._load()

    def add_universe(self, profile: Profile) -> Universe:
        """Make a universe without secrets; raises ValueError if it is there already."""
        with self.lock:
            if profile.universe_id in self.universes:
                raise ValueError(f"Universe {profile.universe_id} already exists.")
            universe = Universe(profile, self._shared)
            self.universes[profile.universe_id] = universe
            self._save()
            return universe

    def add_group(self, group_id: int, name: str, owner_id: int | None) -> Group:
        """Make a group with its first roles; raises ValueError if it is there already."""
        with self.lock:
            if group_id in self.groups:
                raise ValueError(f"Group {group_id} already exists.")
            group = Group.fresh(group_id, name, owner_id, self._shared)
            self.groups[group_id] = group
            self._save()
            return group

    def add_api_key(self, api_key: ApiKey) -> None:
        """Make an API key known; one that is known already is replaced."""
        with self.lock:
            self.api_keys[api_key.key] = api_key
            self._save()

    def note_use(self, api_key: ApiKey) -> None:
        """Keep when a key was last let in; the file learns it with the next change."""
        self.api_keys[api_key.key] = api_key.used_at(self.clock.now())

    def universe_of_place(self, place_id: int) -> Universe | None:
        """The universe that the place belongs to."""
        for universe in self.universes.values():
            if place_id in universe.profile.place_ids:
                return universe
        return None

    def _save(self) -> None:
        if self._state_file is not None:
            documents.write(self._state_file, self._as_document())

    def _as_document(self) -> Document:
        return {
            "format": FORMAT,
            "last_tick": self.clock.last_tick,
            "universes": [universe.as_document() for universe in self.universes.values()],
            "groups": [group.as_document() for group in self.groups.values()],
            "api_keys": [api_key.as_document() for api_key in self.api_keys.values()],
        }

    def _load(self) -> None:
        document = documents.read(self._state_file) if self._state_file else None
        if document is None:
            return
        try:
            self._take_over(document)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UnusableStateFile(
                f"The state file {self._state_file} was not written by this emulator."
            ) from None

    def _take_over(self, document: Document) -> None:
        if document["format"] != FORMAT:
            raise ValueError("another format")
        self.clock.last_tick = int(document["last_tick"])
        for found in document["universes"]:
            universe = Universe.from_document(found, self._shared)
            self.universes[universe.id] = universe
        # Older files hold no groups.
        for found in document.get("groups", ()):
            group = Group.from_document(found, self._shared)
            self.groups[group.id] = group
        for found in document["api_keys"]:
            api_key = ApiKey.from_document(found)
            self.api_keys[api_key.key] = api_key
