"""Restarts game servers: written down with the binding check of rights, sent once, stored.

What became of one whose answer never came, and how far one is, is read in `following`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils import timezone

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import HeldUp, InvalidInput, SealroomError, StaleVersion
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.core.upkeep_errors import RestartUnderWay
from secretsapp.models import Proposal, ServerRestart, Universe
from secretsapp.models.servers import OPEN_RESTARTS, RestartState
from secretsapp.opencloud import answers, server_management
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.server_types import PlaceForecast, RestartReceipt
from secretsapp.rules.acting import AT_ONCE, Act, AtOnce, NoRight, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import require
from secretsapp.secrets.approving import Approved
from secretsapp.secrets.attempts import SEND_WITHIN
from secretsapp.servers import rollouts
from secretsapp.servers.server_keys import RESTARTING, client_for_servers, refusal_of

# As `POST …/restarts` takes them (documented).
LONGEST_BLEED_OFF = 240
ATTRIBUTES_LIMIT_BYTES = 500
MOST_PLACES = 100

EVENTS = {
    RestartState.STARTED: UniverseEvent.UNIVERSE_RESTART_STARTED,
    RestartState.TAKEN: UniverseEvent.UNIVERSE_RESTART_SUCCEEDED,
    RestartState.FAILED: UniverseEvent.UNIVERSE_RESTART_FAILED,
    RestartState.UNKNOWN: UniverseEvent.UNIVERSE_RESTART_UNKNOWN,
    RestartState.UNDETERMINED: UniverseEvent.UNIVERSE_RESTART_UNDETERMINED,
}
TO_STORE = NoRight("what was sent is told, whatever its sender may by now")


@dataclass(frozen=True)
class Forecast:
    """What a restart would end, by place; `failure` says why that isn't known."""

    places: list[PlaceForecast]
    failure: str = ""

    @property
    def servers(self) -> int | None:
        """How many servers run; None where Roblox didn't tell of every place."""
        return _sum([place.servers for place in self.places])

    @property
    def players(self) -> int | None:
        """How many players are in them; None where Roblox didn't tell of every place."""
        return _sum([place.players for place in self.places])


def _sum(counts: list[int | None]) -> int | None:
    return None if None in counts else sum(count or 0 for count in counts)


def right_to_restart(universe: Universe) -> Right:
    """The right to restart its servers: of all names, as a restart is for all."""
    return Right(Permission.RESTART_SERVERS, universe.pk, "")


def as_text(place_ids: Iterable[int]) -> str:
    """The ids of places as they are stored, in one form however they were chosen."""
    return " ".join(map(str, sorted(set(place_ids))))


def check_may(actor: Actor, universe: Universe) -> None:
    """Raise Forbidden for who may not restart its servers."""
    require(actor, Permission.RESTART_SERVERS, universe.pk, "")


def forecast(actor: Actor, universe: Universe) -> Forecast:
    """What a restart would end; raises Forbidden. Where it doesn't come, that is said."""
    check_may(actor, universe)
    try:
        with client_for_servers(actor, universe, RESTARTING) as client:
            return Forecast(server_management.forecast(client, universe.pk))
    except SealroomError as error:
        return Forecast([], failure=str(error))


def restart(
    actor: Actor,
    universe: Universe,
    *,
    place_ids: Sequence[int] = (),
    bleed_off_minutes: int | None = None,
    why: str = "",
    seen_last: str = "",
    passage: AtOnce | Approved = AT_ONCE,
) -> ServerRestart:
    """Restart the servers of these places in all versions, or of all places; sent once.

    With a bleed-off, servers take no new players for so many minutes before they end. `why` is for
    the log; the game is given the names of secrets. `seen_last` is the last restart that the person
    saw (`last_of`). The outcome of what comes back may be unknown. Raises Forbidden, InvalidInput,
    NeedsApproval in a protected universe, RestartUnderWay, StaleVersion after another one, and
    Roblox's refusals.
    """
    check_may(actor, universe)
    check(place_ids, bleed_off_minutes, why)
    attributes = attributes_of(actor, universe)
    with client_for_servers(actor, universe, RESTARTING) as client:
        known = [each.restart_id for each in server_management.list_restarts(client, universe.pk)]
        row = ServerRestart(
            universe=universe,
            state=RestartState.STARTED,
            places=as_text(place_ids),
            bleed_off_minutes=bleed_off_minutes,
            why=why.strip(),
            known=" ".join(known),
            actor_name=actor.name,
            started_at=timezone.now(),
        )
        _begin(actor, row, passage, seen_last)
        _end(actor, row, _sent(client, row, attributes))
    return row


def last_of(universe: Universe) -> str:
    """The last restart there, for a form to carry: so that nobody sends one twice by accident."""
    last = _last(universe)
    return str(last.pk) if last else "none"


def _last(universe: Universe) -> ServerRestart | None:
    """The last one that may have restarted anything."""
    restarts = ServerRestart.objects.filter(universe=universe).exclude(state=RestartState.FAILED)
    return restarts.order_by("-started_at").first()


def attributes_of(actor: Actor, universe: Universe) -> dict[str, str]:
    """What the game is told with the restart: which secrets changed, as far as there is room.

    Of these only names that the actor may list.
    """
    names: list[str] = []
    for view in rollouts.of_universe(actor, universe):
        if not view.is_out and _size([*names, view.change.name]) <= ATTRIBUTES_LIMIT_BYTES:
            names.append(view.change.name)
    return _attributes(names)


def _attributes(names: list[str]) -> dict[str, str]:
    return {"by": "Sealroom", "changedSecrets": ",".join(names)}


def _size(names: list[str]) -> int:
    return len(json.dumps(_attributes(names)).encode())


def check(place_ids: Sequence[int], minutes: int | None, why: str) -> None:
    """Raise InvalidInput for what Roblox wouldn't take, or the log."""
    if minutes is not None and not 1 <= minutes <= LONGEST_BLEED_OFF:
        raise InvalidInput(
            f"Roblox takes 1 to {LONGEST_BLEED_OFF} minutes.", field="bleed_off_minutes"
        )
    if len(place_ids) > MOST_PLACES:
        raise InvalidInput(f"Choose {MOST_PLACES} places at most.", field="places")
    labels.check_remark(why, field="why", limit=labels.REASON_LIMIT)


def _begin(actor: Actor, row: ServerRestart, passage: AtOnce | Approved, seen_last: str) -> None:
    """Write it down, if it may pass, the actor still may and no other is open."""
    need = right_to_restart(row.universe)
    with acting(actor, need, *passage.needs, people=passage.people) as act:
        universe = lock_universe(row.universe)
        passage.admit(act, universe, row, None)
        if ServerRestart.objects.filter(universe=universe, state__in=OPEN_RESTARTS).exists():
            raise RestartUnderWay(
                "Nothing was sent: whether Roblox took an earlier restart isn’t known yet. "
                "Sealroom will find out. Try again in a few minutes."
            )
        if isinstance(passage, Approved):
            _refuse_done(row, passage.proposal)
        _refuse_overtaken(universe, seen_last)
        row.save(force_insert=True)
        tell(act, row)


def _refuse_done(row: ServerRestart, proposal: Proposal) -> None:
    """Raise StaleVersion where the same servers were restarted since it was proposed."""
    since = ServerRestart.objects.filter(started_at__gte=proposal.proposed_at, places=row.places)
    done = since.filter(universe=row.universe_id).exclude(state=RestartState.FAILED).first()
    if done is not None:
        raise StaleVersion(f"{done.actor_name} restarted the same servers after it was proposed.")


def _refuse_overtaken(universe: Universe, seen_last: str) -> None:
    """Raise StaleVersion after a restart that the person hasn't seen, such as their own click."""
    last = _last(universe)
    if last is not None and seen_last not in ("", str(last.pk)):
        raise StaleVersion(
            f"Nothing was sent: {last.actor_name} restarted servers here after you opened this "
            "page. Check whether they have to restart again."
        )


def _sent(
    client: Client, row: ServerRestart, attributes: dict[str, str]
) -> RestartReceipt | answers.OpenCloudError | None:
    """What came of sending it once; None where it is too late to send anything."""
    if timezone.now() - row.started_at > SEND_WITHIN:
        return None
    try:
        return server_management.launch_restart(
            client,
            row.universe_id,
            row.place_ids,
            bleed_off_minutes=row.bleed_off_minutes,
            attributes=attributes,
        )
    except answers.OpenCloudError as error:
        return error


def _end(
    actor: Actor, row: ServerRestart, sent: RestartReceipt | answers.OpenCloudError | None
) -> None:
    """Store what came of it; raises the refusal where nothing was restarted."""
    if isinstance(sent, RestartReceipt):
        row.remote_id, row.total = sent.restart_id, sent.servers
        row.remaining = sent.servers
        _store(actor, row, RestartState.TAKEN)
    elif sent is None:
        refused: SealroomError = HeldUp(
            "Nothing was sent: this server was held up for too long. Try again."
        )
        _store(actor, row, RestartState.FAILED, str(refused))
        raise refused
    elif isinstance(sent, answers.Refused | answers.NothingSent):
        refused = refusal_of(sent, RESTARTING)
        _store(actor, row, RestartState.FAILED, str(refused))
        raise refused
    else:
        _store(actor, row, RestartState.UNKNOWN)


def _store(actor: Actor, row: ServerRestart, state: RestartState, reason: str = "") -> None:
    """Store the outcome; a failure to do so leaves it open, to be found out by reading."""
    try:
        with acting(actor, TO_STORE) as act:
            lock_universe(row.universe)
            if move(row, state, reason):
                tell(act, row)
    except (DatabaseError, SealroomError):
        row.state = RestartState.UNKNOWN


def move(row: ServerRestart, state: RestartState, reason: str = "") -> bool:
    """Move an open restart to `state` unless another process did; say whether this one did."""
    row.state, row.reason = state, reason
    row.settled_at = None if state is RestartState.UNKNOWN else timezone.now()
    over = state in (RestartState.FAILED, RestartState.UNDETERMINED)
    row.finished_at = row.settled_at if over else None
    open_rows = ServerRestart.objects.filter(pk=row.pk, state__in=OPEN_RESTARTS)
    return bool(
        open_rows.update(
            state=state,
            reason=reason,
            settled_at=row.settled_at,
            finished_at=row.finished_at,
            remote_id=row.remote_id,
            total=row.total,
            remaining=row.remaining,
            claimed_until=None,
        )
    )


def tell(act: Act, row: ServerRestart, **more: str) -> None:
    """Tell the log what it came to."""
    detail = {
        "places": row.places.replace(" ", ", ") or "all",
        "bleed_off_minutes": str(row.bleed_off_minutes or 0),
        "why": row.why,
        "proposed_by": row.proposed_by,
        "servers": "" if row.total is None else str(row.total),
        "reason": row.reason,
        **more,
    }
    told = {key: text for key, text in detail.items() if text}
    act.tell(EVENTS[RestartState(row.state)], row.universe, change_id=str(row.pk), detail=told)
