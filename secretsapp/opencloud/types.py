"""What Roblox's answers become: small frozen records, read with tolerance."""

import re
from dataclasses import dataclass, field
from typing import Protocol

from secretsapp.core.input_rules import DOMAIN_LIMIT, NAME_LIMIT
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.times import parse_roblox_time
from secretsapp.opencloud.answers import Json, Unusable

TIME_LIMIT = 40
KEY_ID_LIMIT = 64
# A cursor is in an address, and Roblox documents no bound for it.
CURSOR_LIMIT = 1000
# Tokens of OAuth have no documented bound; they go into a header.
TOKEN_LIMIT = 8000
TOKEN_SECONDS_LIMIT = 24 * 3600
SCOPES_LIMIT = 100

_UNIVERSE_ID = re.compile("[0-9]{1,19}", re.ASCII)
_TOKEN = re.compile(f"[!-~]{{1,{TOKEN_LIMIT}}}")


@dataclass(frozen=True)
class RemoteSecret:
    """A secret as Roblox lists it: never its value. Times are Roblox's own text, or empty."""

    name: str
    domain: str
    key_id: str
    create_time: str
    update_time: str


@dataclass(frozen=True)
class WriteReceipt:
    """What an accepted create or update said; a field Roblox left out is None or empty."""

    domain: str | None
    create_time: str
    update_time: str


@dataclass(frozen=True)
class RemoteUniverse:
    """A universe's name and owner; `owner` is `groups/ID` or `users/ID`, or empty."""

    universe_id: int
    name: str
    owner: str


@dataclass(frozen=True)
class KeyScope:
    """What a key may do, such as `universe.secret:read`, and where; None is everywhere.

    `opens_future` says that Roblox wrote so: all universes, and those that will be.
    """

    name: str
    universe_ids: frozenset[int] | None
    opens_future: bool = False


@dataclass(frozen=True)
class Introspection:
    """What Roblox says of an API key: a hint, not a proof. `ends` is its text, or empty.

    `account` is the id of the user whose key it is, or empty.
    """

    name: str
    enabled: bool
    expired: bool
    ends: str
    scopes: tuple[KeyScope, ...]
    account: str = ""

    def has(self, scope: str) -> bool:
        """Whether the key has the scope somewhere."""
        return any(found.name == scope for found in self.scopes)

    def covers(self, scope: str, universe_id: int) -> bool:
        """Whether the key has the scope in that universe."""
        return any(
            found.name == scope
            and (found.universe_ids is None or universe_id in found.universe_ids)
            for found in self.scopes
        )


@dataclass(frozen=True)
class OAuthApp:
    """The app that Sealroom is at Roblox, and where it asks for tokens."""

    base_url: str
    client_id: str
    client_secret: Plaintext


@dataclass(frozen=True)
class Tokens:
    """What Roblox gives an app: a token for so many seconds, and one that brings the next, once."""

    access: Plaintext = field(repr=False)
    refresh: Plaintext = field(repr=False)
    seconds: int


class Bearer(Protocol):
    """Access by OAuth, in the place of an API key."""

    @property
    def access(self) -> Plaintext:
        """The access token that calls are made with now."""

    @property
    def ends_soon(self) -> bool:
        """Whether nothing more should be begun with it."""

    def renew(self) -> bool:
        """Take another after Roblox refused this one; whether there is another."""

    def told(self) -> Introspection:
        """What Roblox says that was granted; raises the OpenCloudErrors."""


def read_text(record: Json, *names: str) -> str:
    """The first of the fields that holds usable text, else empty: each of them is nullable.

    Text is usable if it is printable and no longer than a domain can be; nothing that Roblox
    documents is longer, but for keys, which are no concern of this function.
    """
    for name in names:
        found = record.get(name)
        if isinstance(found, str) and _is_usable(found):
            return found
    return ""


def read_secret(record: object) -> RemoteSecret:
    """One item of the list; an older guide names the times `created` and `updated`.

    Raises Unusable where the name or the domain cannot be told: both are acted upon.
    """
    if not isinstance(record, dict):
        raise Unusable("Roblox listed something that is not a secret.")
    name = read_text(record, "id")
    domain = record.get("domain")
    if not name or len(name) > NAME_LIMIT:
        raise Unusable("Roblox listed a secret without a usable name.")
    if not (domain is None or (isinstance(domain, str) and _is_usable(domain))):
        raise Unusable("Roblox listed a secret with an unusable domain.")
    return RemoteSecret(
        name=name,
        domain=domain or "",
        key_id=read_text(record, "key_id")[:KEY_ID_LIMIT],
        create_time=_read_time(record, "create_time", "created"),
        update_time=_read_time(record, "update_time", "updated"),
    )


def read_cursor(page: Json) -> str:
    """Where the list goes on, empty at its end; raises Unusable where that cannot be told.

    Only null, nothing and the empty text are an end: behind any other there may be more.
    """
    cursor = page.get("nextPageCursor")
    if cursor is None:
        return ""
    if not isinstance(cursor, str) or len(cursor) > CURSOR_LIMIT or not cursor.isprintable():
        raise Unusable("Roblox's list continues at a cursor that can't be used.")
    return cursor


def _read_time(record: Json, *names: str) -> str:
    """A time as Roblox wrote it, or empty where it is none: versions compare by this text."""
    text = read_text(record, *names)
    return text if len(text) <= TIME_LIMIT and parse_roblox_time(text) else ""


def _is_usable(text: str) -> bool:
    return len(text) <= DOMAIN_LIMIT and text.isprintable()


def read_receipt(record: Json) -> WriteReceipt:
    """The answer to a create or update; it may hold only the name and the times."""
    domain = record.get("domain")
    return WriteReceipt(
        domain=domain if isinstance(domain, str) and _is_usable(domain) else None,
        create_time=_read_time(record, "create_time", "created"),
        update_time=_read_time(record, "update_time", "updated"),
    )


def read_universe(universe_id: int, record: Json) -> RemoteUniverse:
    """The universe resource; its owner is in `group` or in `user`."""
    return RemoteUniverse(
        universe_id=universe_id,
        name=read_text(record, "displayName"),
        owner=read_text(record, "group", "user"),
    )


def read_introspection(record: Json) -> Introspection:
    """The introspection of a key; clients saw two spellings of the end."""
    scopes = record.get("scopes")
    return Introspection(
        name=read_text(record, "name"),
        enabled=record.get("enabled") is not False,
        expired=record.get("expired") is True,
        ends=read_text(record, "expirationTimeUtc", "expirationUtcTime"),
        scopes=tuple(_scopes(scopes if isinstance(scopes, list) else [])),
        account=_id_in(record.get("authorizedUserId")),
    )


def _id_in(found: object) -> str:
    """An id that may be a number or a text, or empty."""
    text = str(found) if type(found) in (int, str) else ""
    return text if _UNIVERSE_ID.fullmatch(text) else ""


def _scopes(scopes: list[object]) -> list[KeyScope]:
    """The scopes as `name:operation`, in the words of Roblox's own pages."""
    found = []
    for scope in scopes:
        if isinstance(scope, dict):
            name, universe_ids = read_text(scope, "name"), _universe_ids(scope)
            opens_future = _has_star(scope)
            found += [
                KeyScope(f"{name}:{operation}", universe_ids, opens_future)
                for operation in _operations(scope)
            ]
    return found


def _operations(scope: Json) -> list[str]:
    found = scope.get("operations")
    texts = found if isinstance(found, list) else []
    return [text for text in texts if isinstance(text, str) and _is_usable(text)]


def _has_star(scope: Json) -> bool:
    """Whether a star stands for every universe."""
    found = scope.get("universeIds")
    return isinstance(found, list) and "*" in found


def _universe_ids(scope: Json) -> frozenset[int] | None:
    """The universes a scope is bound to; None where it is bound to none, or nothing is said."""
    found = scope.get("universeIds")
    if not isinstance(found, list) or _has_star(scope):
        return None
    texts = [str(each) for each in found]
    return frozenset(int(text) for text in texts if _UNIVERSE_ID.fullmatch(text))


def read_tokens(record: Json) -> Tokens:
    """The answer that brings tokens; raises Unusable where one of them can't be used."""
    seconds = record.get("expires_in")
    if type(seconds) is not int or not 0 < seconds <= TOKEN_SECONDS_LIMIT:
        raise Unusable("Roblox gave a token without a usable end.")
    return Tokens(_token(record, "access_token"), _token(record, "refresh_token"), seconds)


def _token(record: Json, name: str) -> Plaintext:
    found = record.get(name)
    if not isinstance(found, str) or not _TOKEN.fullmatch(found):
        raise Unusable("Roblox gave a token that can't be used.")
    return Plaintext(found.encode("ascii"))


def read_granted(told: Json, resources: Json) -> Introspection:
    """What a token is for: scopes as introspection tells them, universes as the resources do."""
    infos = resources.get("resource_infos")
    ids = [_granted_ids(info) for info in infos] if isinstance(infos, list) else []
    universe_ids = frozenset().union(*ids)
    scopes = told.get("scope")
    names = scopes.split() if isinstance(scopes, str) and scopes.isprintable() else []
    return Introspection(
        name="",
        enabled=told.get("active") is not False,
        expired=False,
        ends="",
        scopes=tuple(KeyScope(name[:DOMAIN_LIMIT], universe_ids) for name in names[:SCOPES_LIMIT]),
        account=_id_in(told.get("sub")),
    )


def _granted_ids(info: object) -> frozenset[int]:
    """The universes of one owner; what can't be read names none."""
    resources = info.get("resources") if isinstance(info, dict) else None
    universe = resources.get("universe") if isinstance(resources, dict) else None
    ids = universe.get("ids") if isinstance(universe, dict) else None
    found = _universe_ids({"universeIds": ids if isinstance(ids, list) else []})
    return found or frozenset()
