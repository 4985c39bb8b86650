"""A write whose sending a test decides, for what comes before and after it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import Sealed
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeKind
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import RemoteSecret, WriteReceipt
from secretsapp.rules.acting import Right
from secretsapp.secrets import attempts

NOWHERE = "http://127.0.0.1:9"

Send = Callable[[], WriteReceipt | None]


@dataclass(frozen=True)
class Planned:
    """An intent that is sent by calling `write`."""

    kind: ChangeKind
    universe: Universe
    name: str
    domain: str
    seen: RemoteSecret | None
    needs: tuple[Right, ...]
    write: Send
    read_at: datetime = field(default_factory=timezone.now)
    sealed: Sealed | None = None

    def send(self, _client: Client) -> WriteReceipt | None:
        """Do what the test decided."""
        return self.write()


def attempt(actor: Actor, planned: Planned) -> Change:
    """Attempt it, with a client that nothing asks."""
    with Client(NOWHERE, Plaintext(b"no key")) as client:
        return attempts.attempt(actor, planned, client)


def seen_in_mirror(universe: Universe, name: str) -> RemoteSecret:
    """The secret as Roblox would list it if the mirror is right."""
    row = Secret.objects.get(universe=universe, name=name)
    return RemoteSecret(row.name, row.domain, row.key_id, row.create_time, row.update_time)
