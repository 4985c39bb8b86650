"""What became of each write at the emulator, to hold the log's claims against."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

from emulator import RecordedRequest
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Change
from secretsapp.models.secrets import ChangeKind, ChangeState

Claim = tuple[str, str, str]


def untrue_claims(universe: EmulatedUniverse, requests: Iterable[RecordedRequest]) -> list[Claim]:
    """The changes whose state says something other than what the emulator did.

    The value of each create and rotate is its actor's name; deletes of a name are matched by
    their order, which is that of their one writer.
    """
    happened = dict(_happened(universe, requests))
    wrong = []
    for key, change in _keyed(Change.objects.order_by("started_at")):
        carried_out = happened.get(key, False)
        claimed = {ChangeState.SUCCEEDED: True, ChangeState.FAILED: False}.get(
            ChangeState(change.state), carried_out
        )
        if claimed != carried_out:
            wrong.append((change.kind, change.name, f"{change.state}: {change.reason}"))
    return wrong


def _keyed(changes: Iterable[Change]) -> Iterator[tuple[str, Change]]:
    deletes: dict[str, int] = defaultdict(int)
    for change in changes:
        if change.kind == ChangeKind.DELETE:
            deletes[change.name] += 1
            yield f"delete {change.name} {deletes[change.name]}", change
        else:
            yield change.actor_name, change


def _happened(
    universe: EmulatedUniverse, requests: Iterable[RecordedRequest]
) -> Iterator[tuple[str, bool]]:
    deletes: dict[str, int] = defaultdict(int)
    for request in requests:
        carried_out = request.outcome in (200, 201)
        if request.method == "DELETE":
            name = request.path.rsplit("/", 1)[1]
            deletes[name] += 1
            yield f"delete {name} {deletes[name]}", carried_out
        elif request.method in ("POST", "PATCH"):
            yield _value(universe, request), carried_out


def _value(universe: EmulatedUniverse, request: RecordedRequest) -> str:
    box = base64.b64decode(json.loads(request.body)["secret"])
    return universe.key_pair.unseal(box).decode()
