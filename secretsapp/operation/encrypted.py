"""What is encrypted under master keys and lasts: where it is stored, and under which key."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from secretsapp.channels import targets
from secretsapp.models import ApiKey, Channel, Identity, OAuthAccess
from secretsapp.people import factor_storage, identity_binding
from secretsapp.rules import connections, oauth_access


class Kind(StrEnum):
    """A kind of row with something encrypted in it, in words."""

    API_KEYS = "API keys"
    CHANNELS = "channels"
    FACTORS = "second factors"
    IDENTITIES = "identities"
    OAUTH = "OAuth connections"


@dataclass(frozen=True)
class Store:
    """The rows of a kind, the field that is encrypted, and which key it is under.

    `reencrypt` gives it under the key that writes now; raises KeyTrouble where it does not open.
    """

    rows: Callable[[], QuerySet[Any]]
    field: str
    key_id_of: Callable[[Any], str]
    reencrypt: Callable[[Any], object]


STORES = {
    Kind.API_KEYS: Store(
        ApiKey.objects.all, "encrypted_value", connections.key_id_of, connections.reencrypt
    ),
    Kind.CHANNELS: Store(
        Channel.objects.all, "encrypted_target", targets.key_id_of, targets.reencrypt
    ),
    Kind.FACTORS: Store(
        Authenticator.objects.all, "data", factor_storage.key_id_of_row, factor_storage.reencrypt
    ),
    Kind.IDENTITIES: Store(
        Identity.objects.all, "bound", identity_binding.key_id_of, identity_binding.reencrypt
    ),
    Kind.OAUTH: Store(
        OAuthAccess.objects.all,
        "encrypted_tokens",
        oauth_access.key_id_of,
        oauth_access.reencrypt,
    ),
}
TABLES = ", ".join(store.rows().model._meta.db_table for store in STORES.values())


def key_ids(kind: Kind) -> Counter[str]:
    """How many rows of the kind name each key; one that is damaged names none."""
    store = STORES[kind]
    found = Counter(store.key_id_of(row) for row in store.rows().only(store.field, "pk"))
    del found[""]
    return found
