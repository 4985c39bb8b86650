"""A universe: its profile, its key pair, and its secrets with the values that were unsealed."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from threading import RLock
from typing import Self

from emulator.clock import Clock, as_text
from emulator.documents import Document
from emulator.fleet import Fleet
from emulator.key_pairs import KeyPair


@dataclass
class Shared:
    """What the universes of one emulator have in common: lock, clock, and whom to tell."""

    lock: RLock
    clock: Clock
    changed: Callable[[], None]


@dataclass(frozen=True)
class Profile:
    """What Roblox tells of a universe; it is owned by a group or by a user."""

    universe_id: int
    name: str
    group_id: int | None
    user_id: int | None
    root_place_id: int
    place_ids: tuple[int, ...]
    create_time: str
    visibility: str = "PUBLIC"


@dataclass(frozen=True)
class SecretRecord:
    """A secret as the emulator holds it; only the emulator knows the value."""

    name: str
    value: bytes = field(repr=False)
    domain: str
    key_id: str
    create_time: str
    update_time: str

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """The record that `as_document` described."""
        return cls(**{**document, "value": base64.b64decode(document["value"])})

    def as_document(self) -> Document:
        """What the state file keeps of the record."""
        return {**asdict(self), "value": base64.b64encode(self.value).decode("ascii")}


class Universe:
    """One universe; a test may read it, change it behind everyone's back, and vary its replies.

    With `terse`, replies to a create or update hold only id and times; with `legacy_times`,
    times are named as in the older guide; with `omit_times`, no reply holds a time. `fleet` are its
    game servers.
    """

    def __init__(
        self,
        profile: Profile,
        shared: Shared,
        key_pair: KeyPair | None = None,
        secrets: Mapping[str, SecretRecord] | None = None,
    ) -> None:
        self.profile = profile
        self.terse = False
        self.legacy_times = False
        self.omit_times = False
        self.fleet = Fleet(shared.lock, shared.clock, lambda: self.values, shared.changed)
        self._shared = shared
        self._key_pair = key_pair or KeyPair.fresh()
        self._secrets = dict(secrets or {})

    @classmethod
    def from_document(cls, document: Document, shared: Shared) -> Self:
        """The universe that `as_document` described."""
        profile = Profile(
            **{**document["profile"], "place_ids": tuple(document["profile"]["place_ids"])}
        )
        records = [SecretRecord.from_document(found) for found in document["secrets"]]
        key_pair = KeyPair.from_document(document["key_pair"])
        universe = cls(profile, shared, key_pair, {record.name: record for record in records})
        # Older files hold no servers.
        universe.fleet.take_over(document.get("servers", ()))
        return universe

    def as_document(self) -> Document:
        """What the state file keeps of the universe."""
        return {
            "profile": asdict(self.profile),
            "key_pair": self._key_pair.as_document(),
            "secrets": [record.as_document() for record in self._secrets.values()],
            "servers": self.fleet.as_documents(),
        }

    @property
    def id(self) -> int:
        """The universe's id."""
        return self.profile.universe_id

    @property
    def key_pair(self) -> KeyPair:
        """The pair that secrets must be sealed with now."""
        with self._shared.lock:
            return self._key_pair

    @property
    def secrets(self) -> dict[str, SecretRecord]:
        """Every secret by its name, as of now."""
        with self._shared.lock:
            return dict(self._secrets)

    @property
    def values(self) -> dict[str, bytes]:
        """The values that were unsealed, by name, as of now."""
        return {name: record.value for name, record in self.secrets.items()}

    def put(
        self,
        name: str,
        value: bytes,
        domain: str = "",
        *,
        create_time: datetime | str | None = None,
        update_time: datetime | str | None = None,
    ) -> SecretRecord:
        """Create or replace a secret without any call, at the times given or now."""
        with self._shared.lock:
            now = self._shared.clock.tell()
            known = self._secrets.get(name)
            record = SecretRecord(
                name=name,
                value=value,
                domain=domain,
                key_id=self._key_pair.key_id,
                create_time=as_text(create_time or (known.create_time if known else now)),
                update_time=as_text(update_time or now),
            )
            return self._store(record)

    def change(self, name: str, value: bytes, domain: str | None) -> SecretRecord:
        """Give a secret that exists a new value; without a domain it keeps its own."""
        with self._shared.lock:
            known = self._secrets[name]
            record = replace(
                known,
                value=value,
                domain=known.domain if domain is None else domain,
                key_id=self._key_pair.key_id,
                update_time=self._shared.clock.tell(),
            )
            return self._store(record)

    def remove(self, name: str) -> None:
        """Delete a secret; raises KeyError if there is none of that name."""
        with self._shared.lock:
            del self._secrets[name]
            self._shared.changed()

    def rotate_key_pair(self) -> str:
        """Take a new key pair, so that the old key id is refused from now on; gives the new id."""
        with self._shared.lock:
            self._key_pair = KeyPair.fresh()
            self._shared.changed()
            return self._key_pair.key_id

    def _store(self, record: SecretRecord) -> SecretRecord:
        self._secrets[record.name] = record
        self._shared.changed()
        return record
