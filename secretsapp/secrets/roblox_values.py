"""A Roblox API key as the value of a secret: asked about once, where its person agrees.

The value goes to Roblox alone, which made it, and is neither kept nor shown.
"""

from dataclasses import dataclass
from datetime import datetime

from secretsapp.core.actor import Actor
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.core.times import parse_roblox_time, sentence_time
from secretsapp.core.value_gate import Suspicion, suspicions
from secretsapp.models import Change, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.opencloud.answers import NothingSent, OpenCloudError
from secretsapp.opencloud.types import Introspection
from secretsapp.rules import connections
from secretsapp.rules.acting import Right, acting

_NO_KEY = "It doesn’t look like a Roblox API key, so Roblox wasn’t asked about it."
_ADDRESSES = "Roblox doesn’t say whether it has accepted IP addresses: look there."


@dataclass(frozen=True)
class KeyAnswer:
    """What Roblox said of a key, in a sentence; and when it ends, if it said so."""

    sentence: str
    ends_at: datetime | None = None


def ask(
    actor: Actor, permission: Permission, universe: Universe, name: str, value: Plaintext
) -> KeyAnswer:
    """Ask Roblox once about a key that was stored; the log is told first.

    Raises Forbidden for those who may not send that secret a value. What isn't in the form of a key
    is sent nowhere.
    """
    if Suspicion.ROBLOX_KEY not in suspicions(value):
        return KeyAnswer(_NO_KEY)
    with acting(actor, Right(permission, universe.pk, name)) as act:
        act.tell(SecretEvent.SECRET_KEY_ASKED, universe, name)
    try:
        with connections.client_with(actor, value) as client:
            return _answer(client.introspect())
    except NothingSent:
        return KeyAnswer("Sealroom couldn’t reach Roblox to ask about the key.")
    except OpenCloudError:
        told = "Roblox told nothing of the key: it knows new ones alone, for about an hour."
        return KeyAnswer(f"{told} Look there when it expires.")


def stored(actor: Actor, universe_id: int, name: str, *, since: datetime) -> Change | None:
    """The change by which the person stored a value there since then; None where none succeeded."""
    written = Change.objects.filter(
        universe=universe_id,
        name=name,
        actor_id=actor.person_id,
        started_at__gte=since,
        state=ChangeState.SUCCEEDED,
    )
    return written.select_related("universe").order_by("-started_at").first()


def _answer(hint: Introspection) -> KeyAnswer:
    ends_at = parse_roblox_time(hint.ends)
    return KeyAnswer(f"{_state(hint, ends_at)} {_ADDRESSES}", ends_at)


def _state(hint: Introspection, ends_at: datetime | None) -> str:
    if hint.expired:
        return "Roblox says the key has expired, so no game can use it."
    if not hint.enabled:
        return "Roblox says the key is disabled, so no game can use it."
    if ends_at is None:
        return "Roblox knows the key, and it has no expiry date."
    return f"Roblox says the key expires on {sentence_time(ends_at)}."
