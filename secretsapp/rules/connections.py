"""The only place where an API key is encrypted, decrypted and put to use.

What stands in its place with OAuth, `rules/oauth_access.py` opens and renews.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import BoundedSemaphore
from uuid import UUID

from django.conf import settings

from secretsapp.core import keyring
from secretsapp.core.actor import Actor
from secretsapp.core.errors import KeyTrouble, RobloxBusy
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey
from secretsapp.opencloud.client import Client, Timeouts
from secretsapp.opencloud.types import Bearer
from secretsapp.rules import roblox
from secretsapp.rules.keys import master_ring

# While Roblox is slow, every conversation with it holds a thread of this process. Most threads
# are kept from that, so that people who need no Roblox get answers: serving.py starts 32.
CONVERSATIONS_AT_ONCE = 8
WAIT_SECONDS = 2
RETRY_AFTER_SECONDS = 5

_conversations = BoundedSemaphore(CONVERSATIONS_AT_ONCE)


def encrypt(api_key_id: UUID, value: Plaintext) -> bytes:
    """The key's value as it is stored: it opens for the row of that id alone."""
    return master_ring().encrypt(value.expose(), owner=_owner(api_key_id))


def reencrypt(api_key: ApiKey) -> bytes:
    """The stored value again, under the master key that writes now."""
    return encrypt(api_key.pk, _decrypt(api_key))


def is_stored(api_key: ApiKey, value: Plaintext) -> bool:
    """Whether it is the value that is stored already; one that does not open is no one's."""
    try:
        return _decrypt(api_key) == value
    except KeyTrouble:
        return False


def key_id_of(api_key: ApiKey) -> str:
    """The id, in hexadecimal, of the master key that the stored value is under, if it is whole."""
    return keyring.key_id_in(bytes(api_key.encrypted_value))


@contextmanager
def client_of(actor: Actor, api_key: ApiKey) -> Iterator[Client]:
    """A client for a stored key; raises KeyTrouble where it does not open.

    An access by OAuth that ends soon is renewed first: raises the OpenCloudErrors of that.
    """
    with client_with(actor, authority_of(api_key, renews=True)) as client:
        yield client


@contextmanager
def client_with(actor: Actor, authority: Plaintext | Bearer) -> Iterator[Client]:
    """A client for a key that is not stored yet; RobloxBusy where too many speak with Roblox.

    The conversation may take long: what is remembered of the actor's rights ends here, so that
    someone who loses them in the meantime is shown nothing by the old ones.
    """
    actor.forget()
    with conversation(), _open_client(authority) as client:
        yield client


@contextmanager
def conversation() -> Iterator[None]:
    """One of the conversations that people may have at once; raises RobloxBusy."""
    if not _conversations.acquire(timeout=WAIT_SECONDS):
        roblox.turned_away.send(None)
        raise RobloxBusy(
            "Too many other requests are waiting for Roblox, so this one wasn’t sent. Try again "
            "in a few seconds.",
            retry_after=RETRY_AFTER_SECONDS,
        )
    try:
        yield
    finally:
        _conversations.release()


def timeouts() -> Timeouts:
    """How long Roblox is waited for, as the settings say."""
    seconds: float = settings.OPEN_CLOUD_TIMEOUT_SECONDS
    return Timeouts(read=seconds, answer=seconds)


@contextmanager
def clients_of(actor: Actor, api_key: ApiKey, *, count: int) -> Iterator[list[Client]]:
    """So many clients for a stored key, for a worker: nobody's page waits for its conversations.

    Raises as `client_of`. They renew nothing while they are open, because threads of theirs ask
    nothing of the database: `Client.ends_soon` says when to open others.
    """
    actor.forget()
    authority = authority_of(api_key)
    with ExitStack() as stack:
        yield [stack.enter_context(_open_client(authority)) for _ in range(count)]


def authority_of(api_key: ApiKey, *, renews: bool = False) -> Plaintext | Bearer:
    """What opens universes for a stored key: itself, or access by OAuth. Raises as `client_of`.

    To be had before threads begin that ask nothing of the database; there, it doesn't renew.
    """
    if not api_key.is_oauth:
        return _decrypt(api_key)
    # Few commands need it.
    from secretsapp.rules.oauth_access import StoredBearer  # noqa: PLC0415

    return StoredBearer(api_key.pk, renews=renews)


def _open_client(authority: Plaintext | Bearer) -> Client:
    proxy: str | None = settings.OPEN_CLOUD_PROXY
    return Client(
        settings.OPEN_CLOUD_URL,
        authority,
        proxy=proxy,
        timeouts=timeouts(),
        observe=_answered,
    )


def _answered(call: str, outcome: str, seconds: float) -> None:
    roblox.answered.send(None, call=call, outcome=outcome, seconds=seconds)


def _decrypt(api_key: ApiKey) -> Plaintext:
    blob = bytes(api_key.encrypted_value)
    return Plaintext(master_ring().decrypt(blob, owner=_owner(api_key.pk)))


def _owner(api_key_id: UUID) -> str:
    """Table, column and row, so that a blob moved elsewhere does not open."""
    return f"secretsapp_apikey.encrypted_value.{api_key_id}"
