"""The calls of Roblox's Open Cloud that Sealroom makes, and how long one may take.

Retries are for reads alone.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, Self, TypeVar

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT, check_name
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import PublicKey, Sealed, UnusablePublicKey
from secretsapp.opencloud.answers import (
    Allowance,
    Answer,
    NothingSent,
    NoUniverse,
    OpenCloudError,
    Unknown,
    Unusable,
)
from secretsapp.opencloud.types import (
    Bearer,
    Introspection,
    OAuthApp,
    RemoteSecret,
    RemoteUniverse,
    WriteReceipt,
    read_cursor,
    read_introspection,
    read_receipt,
    read_secret,
    read_text,
    read_universe,
)

# Roblox sends pages of 10 unless asked for more, up to 500, which is also the most secrets a
# universe can have (documented). A list far beyond that is none that can be acted upon.
PAGE_LIMIT = 500
PAGES_AT_MOST = 10
SECRETS_AT_MOST = 1000

CONNECT_SECONDS = 5
READ_SECONDS = 15
ANSWER_SECONDS = 20
LONGEST_CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS + ANSWER_SECONDS

# A write may reach Roblox until its own call has ended, and Roblox may take a while to show it;
# looking up Roblox's address, which no timeout of ours bounds, may take as long again.
SETTLE_AFTER = timedelta(seconds=3 * LONGEST_CALL_SECONDS)

# The name of the call, its outcome in a word, and its seconds.
Observe = Callable[[str, str, float], None]

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")
_Call = Callable[Concatenate["Client", _Arguments], _Answer]


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, for each piece of an answer, and for all of it."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    answer: float = ANSWER_SECONDS


def observed(call: _Call[_Arguments, _Answer]) -> _Call[_Arguments, _Answer]:
    """The call, of whose end the client's `observe` is told."""

    @wraps(call)
    def tell(
        client: "Client", /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Answer:
        began = time.monotonic()
        try:
            answer = call(client, *arguments, **named)
        except OpenCloudError as error:
            client.observe(call.__name__, error.outcome, time.monotonic() - began)
            raise
        finally:
            client.allowances[call.__name__] = client.allowance
        client.observe(call.__name__, "ok", time.monotonic() - began)
        return answer

    return tell


def _unobserved(_call: str, _outcome: str, _seconds: float) -> None:
    """Tell no one."""


class Client:
    """A conversation with Roblox under one API key or access; use it as a context manager.

    Every call may raise the OpenCloudErrors: a read NothingSent, Refused or Unusable, a write
    NothingSent, Refused or Unknown. `observe` is told how each ended; `allowances` are what the
    last answer to each call, by its name, said of Roblox's limits.
    """

    def __init__(
        self,
        base_url: str,
        authority: Plaintext | Bearer,
        *,
        proxy: str | None = None,
        timeouts: Timeouts | None = None,
        observe: Observe = _unobserved,
    ) -> None:
        # Requests and urllib3 take longer to load than most commands take as a whole, and many
        # never call Roblox.
        from secretsapp.opencloud.transport import Transport  # noqa: PLC0415

        self.observe = observe
        self.allowances: dict[str, Allowance | None] = {}
        self._authority = authority
        for_each = timeouts or Timeouts()
        self.transport = Transport(
            base_url,
            authority,
            proxy=proxy,
            connect=for_each.connect,
            read=for_each.read,
            answer=for_each.answer,
        )

    @property
    def allowance(self) -> Allowance | None:
        """What the last answer said of Roblox's limits."""
        return self.transport.allowance

    @property
    def ends_soon(self) -> bool:
        """Whether nothing more should be begun with it: an access by OAuth is over soon."""
        return not isinstance(self._authority, Plaintext) and self._authority.ends_soon

    def __enter__(self) -> Self:
        self.transport.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.transport.__exit__(*raised)

    @observed
    def list_secrets(self, universe_id: int) -> list[RemoteSecret]:
        """Every secret of the universe, in one call where there is no more than a page.

        The list ends with a cursor that is null or empty (seen in clients). Raises Unusable
        where it does not end, is longer than any can be, holds a name twice, or may go on behind
        a cursor that cannot be used: a list with a part missing would make secrets vanish.
        """
        secrets: dict[str, RemoteSecret] = {}
        cursors = {""}
        cursor = ""
        for _ in range(PAGES_AT_MOST):
            page, cursor = self._page(universe_id, cursor)
            _add(secrets, page)
            if not cursor:
                return list(secrets.values())
            if cursor in cursors:
                raise Unusable("Roblox listed the same page twice.")
            cursors.add(cursor)
        raise Unusable("Roblox's list did not end.")

    def _page(self, universe_id: int, cursor: str) -> tuple[list[RemoteSecret], str]:
        query: dict[str, str | int] = {"limit": PAGE_LIMIT}
        if cursor:
            query["cursor"] = cursor
        page = self.transport.read(_secrets_path(universe_id), query).as_read()
        items = page.get("secrets")
        if "secrets" not in page or not isinstance(items, list | None):
            raise Unusable("Roblox's answer is not a list of secrets.")
        return [read_secret(item) for item in items or []], read_cursor(page)

    @observed
    def public_key(self, universe_id: int) -> PublicKey:
        """The universe's public key; fetch it immediately before every seal (documented)."""
        path, asked_at = f"{_secrets_path(universe_id)}/public-key", datetime.now(UTC)
        record = self.transport.read(path).as_read()
        key, key_id = read_text(record, "secret"), read_text(record, "key_id")
        try:
            return PublicKey.from_base64(key, key_id, asked_at)
        except UnusablePublicKey:
            raise Unusable("Roblox's public key can't be used.") from None

    @observed
    def create_secret(
        self, universe_id: int, name: str, sealed: Sealed, domain: str
    ) -> WriteReceipt:
        """Create a secret; Conflict if the name is taken."""
        body = {"id": name, **_content(sealed, domain)}
        answer = self.transport.write("POST", _secrets_path(universe_id), body)
        return _receipt(answer, name)

    @observed
    def update_secret(
        self, universe_id: int, name: str, sealed: Sealed, domain: str
    ) -> WriteReceipt:
        """Replace value and domain; what a PATCH without a domain does is unspecified."""
        body = _content(sealed, domain)
        answer = self.transport.write("PATCH", _secret_path(universe_id, name), body)
        return _receipt(answer, name)

    @observed
    def delete_secret(self, universe_id: int, name: str) -> None:
        """Delete a secret for good; Missing if it is not there."""
        _receipt(self.transport.write("DELETE", _secret_path(universe_id, name)), name)

    @observed
    def universe(self, universe_id: int) -> RemoteUniverse:
        """The universe's name and owner."""
        record = self.transport.read(f"/cloud/v2/universes/{universe_id}").as_read()
        return read_universe(universe_id, record)

    @observed
    def universe_of_place(self, place_id: int) -> int:
        """The id of the universe a place belongs to (seen in clients); NoUniverse if to none."""
        record = self.transport.read(f"/universes/v1/places/{place_id}/universe").as_read()
        found = record.get("universeId")
        if found is None:
            raise NoUniverse("Roblox has no universe with that place.")
        if type(found) is not int or not 0 < found <= UNIVERSE_ID_LIMIT:
            raise Unusable("Roblox named no universe for that place.")
        return found

    @observed
    def introspect(self) -> Introspection:
        """What Roblox says of this key: a hint, because it works only for new keys (seen).

        Of an access by OAuth it says so as long as that lasts.
        """
        if not isinstance(self._authority, Plaintext):
            return self._authority.told()
        body = {"apiKey": self._authority.expose().decode("latin-1")}
        return read_introspection(
            self.transport.post_to_read("/api-keys/v1/introspect", body).as_read()
        )


def _add(secrets: dict[str, RemoteSecret], page: list[RemoteSecret]) -> None:
    """Add a page to what is listed so far, by name."""
    if len(secrets) + len(page) > SECRETS_AT_MOST:
        raise Unusable("Roblox listed more secrets than a universe can have.")
    for secret in page:
        if secret.name in secrets:
            raise Unusable("Roblox listed the same secret twice.")
        secrets[secret.name] = secret


def _secrets_path(universe_id: int) -> str:
    return f"/cloud/v2/universes/{universe_id}/secrets"


def _secret_path(universe_id: int, name: str) -> str:
    """The path of one secret; NothingSent for what is no name, as it could point elsewhere."""
    try:
        check_name(name)
    except InvalidInput:
        raise NothingSent("Roblox has no secret with such a name.") from None
    return f"{_secrets_path(universe_id)}/{name}"


def _receipt(answer: Answer, name: str) -> WriteReceipt:
    """What Roblox says of the write to that name; Unknown where it speaks of another secret."""
    record = answer.as_write()
    if record.get("id") not in (None, name):
        raise Unknown("Roblox answered about another secret.")
    return read_receipt(record)


def _content(sealed: Sealed, domain: str) -> dict[str, str]:
    return {"secret": sealed.box, "key_id": sealed.key_id, "domain": domain}


def ask_oauth(
    app: OAuthApp, path: str, form: Mapping[str, str], *, proxy: str | None, timeouts: Timeouts
) -> Answer:
    """Ask as the app, with its secret in the body (documented); raises NothingSent or Unknown."""
    from secretsapp.opencloud.transport import Transport  # noqa: PLC0415 - as in the client

    own = {"client_id": app.client_id, "client_secret": app.client_secret.expose().decode()}
    waits = {"connect": timeouts.connect, "read": timeouts.read, "answer": timeouts.answer}
    with Transport(app.base_url, None, proxy=proxy, **waits) as transport:
        return transport.post_form(path, {**form, **own})
