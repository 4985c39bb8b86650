"""Publishes places: a version is written down with the binding check of rights, and sent once.

What became of one whose answer never came is read in `publications`.
"""

from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import (
    HeldUp,
    InvalidInput,
    RobloxRefused,
    SealroomError,
    StaleVersion,
)
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.core.place_files import PlaceFile
from secretsapp.core.roles import Permission
from secretsapp.core.times import MINUTE
from secretsapp.core.upkeep_errors import PublishProtected, PublishUnderWay
from secretsapp.models import Publication, Universe
from secretsapp.models.servers import OPEN_PUBLICATIONS, PublicationState
from secretsapp.opencloud import answers, publishing
from secretsapp.opencloud.client import Client
from secretsapp.rules.acting import Act, NoRight, Right, acting
from secretsapp.rules.locks import lock_universe
from secretsapp.rules.policy import require, rights_of
from secretsapp.secrets.attempts import SEND_WITHIN
from secretsapp.servers.server_keys import PUBLISHING, client_for_servers, refusal_of

EVENTS = {
    PublicationState.STARTED: UniverseEvent.UNIVERSE_PUBLISH_STARTED,
    PublicationState.SUCCEEDED: UniverseEvent.UNIVERSE_PUBLISH_SUCCEEDED,
    PublicationState.FAILED: UniverseEvent.UNIVERSE_PUBLISH_FAILED,
    PublicationState.UNKNOWN: UniverseEvent.UNIVERSE_PUBLISH_UNKNOWN,
    PublicationState.UNDETERMINED: UniverseEvent.UNIVERSE_PUBLISH_UNDETERMINED,
}
# The same file is hardly meant so soon after itself: it was a second click.
TWICE_WITHIN = MINUTE
TO_STORE = NoRight("what was sent is told, whatever its sender may by now")
_REFUSED = {
    400: "Roblox refused the file, so nothing was published. Open it in Studio and save it again.",
    401: "Roblox refused the API key for this, so nothing was published: it is missing the scope "
    "universe-places:write, it is disabled or expired, or its user can’t edit the place. Fix it at "
    "Roblox, or choose another key for servers in the universe’s settings.",
    404: "Roblox doesn’t know this place, so nothing was published. Check the ID.",
    409: "Roblox says that this place isn’t part of the universe, so nothing was published.",
    413: "Roblox says that the file is too large, so nothing was published.",
}

NOT_TOLD = (
    "Roblox doesn’t list versions that are only saved. Look at the place’s version history in "
    "the Creator Dashboard."
)


def may_publish(actor: Actor, universe: Universe) -> bool:
    """Whether the actor may publish its places, as far as is known now."""
    return rights_of(actor).allows_throughout(Permission.PUBLISH_PLACES, universe.pk)


def check_may(actor: Actor, universe: Universe) -> None:
    """Raise Forbidden for who may not publish its places."""
    require(actor, Permission.PUBLISH_PLACES, universe.pk, "")


def refuse_protected(universe: Universe) -> None:
    """Raise PublishProtected where two people make changes."""
    if universe.protected:
        raise PublishProtected(
            f"{universe.name} is protected, so nobody publishes its places alone. Nothing was "
            "sent. It can’t be proposed either, because Sealroom would have to keep the file "
            "until someone approves it. Publish it from Studio."
        )


def publish(
    actor: Actor, universe: Universe, *, place_id: int, file: PlaceFile, is_published: bool
) -> Publication:
    """Send a version of the place once; players get it if it is published.

    The outcome of what comes back may be unknown. Raises Forbidden, InvalidInput,
    PublishProtected, PublishUnderWay, StaleVersion for a second click, and Roblox's refusals.
    """
    check_may(actor, universe)
    refuse_protected(universe)
    with client_for_servers(actor, universe, PUBLISHING) as client:
        ended = _ended(universe.pk, place_id)
        row = Publication(
            universe=universe,
            place_id=place_id,
            is_published=is_published,
            size=file.size,
            sha256=file.sha256,
            state=PublicationState.STARTED,
            seen_updated_at=_updated(client, universe, place_id),
            actor_name=actor.name,
            started_at=timezone.now(),
        )
        _begin(actor, row, ended)
        _end(actor, row, _send(client, row, file))
    return row


def _updated(client: Client, universe: Universe, place_id: int) -> datetime | None:
    """When the place was updated last; raises InvalidInput where the universe has no such place."""
    try:
        if not 0 < place_id <= UNIVERSE_ID_LIMIT:
            raise answers.Missing(404)
        return publishing.place_updated(client, universe.pk, place_id)
    except answers.Missing:
        raise InvalidInput(
            f"Nothing was sent: Roblox tells of no place {place_id} in {universe.name}. Check the "
            "ID in the Creator Dashboard.",
            field="place",
        ) from None


def _ended(universe_id: int, place_id: int) -> int:
    """How many versions of the place were sent whose outcome is settled."""
    ended = Publication.objects.filter(universe=universe_id, place_id=place_id)
    return ended.exclude(state__in=OPEN_PUBLICATIONS).count()


def _begin(actor: Actor, row: Publication, ended: int) -> None:
    """Write it down, if the actor still may and no other of the place is open.

    Nor may one have `ended` since the place was read: its time would be taken for that of this one.
    """
    with acting(actor, Right(Permission.PUBLISH_PLACES, row.universe_id, "")) as act:
        universe = lock_universe(row.universe)
        refuse_protected(universe)
        _refuse_overtaken(row, ended)
        row.save(force_insert=True)
        tell(act, row)


def _refuse_overtaken(row: Publication, ended: int) -> None:
    """Raise PublishUnderWay while another of the place is open, StaleVersion after another."""
    others = Publication.objects.filter(universe=row.universe_id, place_id=row.place_id)
    if others.filter(state__in=OPEN_PUBLICATIONS).exists():
        raise PublishUnderWay(
            "Nothing was sent: whether Roblox has an earlier version of this place isn’t known "
            "yet. Sealroom will find out. Try again in a few minutes."
        )
    if _ended(row.universe_id, row.place_id) != ended:
        raise StaleVersion(
            "Nothing was sent: someone else sent a version of this place just now. Look at the "
            "last versions before you send yours."
        )
    sent = others.exclude(state=PublicationState.FAILED).order_by("-started_at").first()
    if sent is not None and _is_second(row, sent):
        raise StaleVersion(
            f"Nothing was sent: {sent.actor_name} sent this very file to this place less than a "
            "minute ago. Look at the last versions before you send it again."
        )


def _is_second(row: Publication, sent: Publication) -> bool:
    is_same = (row.sha256, row.is_published) == (sent.sha256, sent.is_published)
    return is_same and abs(row.started_at - sent.started_at) < TWICE_WITHIN


def _send(
    client: Client, row: Publication, file: PlaceFile
) -> answers.OpenCloudError | HeldUp | None:
    """Send it once, unless it is too late for that; gives what went wrong."""
    if timezone.now() - row.started_at > SEND_WITHIN:
        return HeldUp("Nothing was sent: this server was held up for too long. Try again.")
    try:
        row.version = publishing.publish_place(
            client, row.universe_id, row.place_id, file, is_published=row.is_published
        )
    except answers.OpenCloudError as error:
        return error
    return None


def _end(actor: Actor, row: Publication, problem: answers.OpenCloudError | HeldUp | None) -> None:
    """Store what came of it; raises the refusal where nothing was published."""
    if problem is None:
        _store(actor, row, PublicationState.SUCCEEDED)
    elif isinstance(problem, answers.Refused | answers.NothingSent | HeldUp):
        refusal = _refusal_of(problem)
        _store(actor, row, PublicationState.FAILED, str(refusal))
        raise refusal
    elif row.is_published:
        _store(actor, row, PublicationState.UNKNOWN)
    else:
        _store(actor, row, PublicationState.UNDETERMINED, NOT_TOLD)


def _refusal_of(problem: answers.OpenCloudError | HeldUp) -> SealroomError:
    if isinstance(problem, HeldUp):
        return problem
    if isinstance(problem, answers.Refused) and problem.status in _REFUSED:
        return RobloxRefused(_REFUSED[problem.status])
    return refusal_of(problem, PUBLISHING)


def _store(actor: Actor, row: Publication, state: PublicationState, reason: str = "") -> None:
    """Store the outcome; a failure to do so leaves it open, to be found out by reading."""
    try:
        with acting(actor, TO_STORE) as act:
            lock_universe(row.universe)
            if move(row, state, reason):
                tell(act, row)
    except (DatabaseError, SealroomError):
        row.state = PublicationState.UNKNOWN


def move(row: Publication, state: PublicationState, reason: str = "") -> bool:
    """Move an open one to `state` unless another process did; say whether this one did."""
    row.state, row.reason = state, reason
    row.settled_at = None if state is PublicationState.UNKNOWN else timezone.now()
    rows = Publication.objects.filter(pk=row.pk, state__in=OPEN_PUBLICATIONS)
    told = {"state": state, "reason": reason, "settled_at": row.settled_at}
    return bool(rows.update(**told, version=row.version, claimed_until=None))


def tell(act: Act, row: Publication, **more: str) -> None:
    """Tell the log what it came to: of the file only what it can be recognized by."""
    detail = {
        "place": str(row.place_id),
        "kind": row.kind,
        "bytes": str(row.size),
        "sha256": row.sha256,
        "version": "" if row.version is None else str(row.version),
        "reason": row.reason,
        **more,
    }
    told = {key: text for key, text in detail.items() if text}
    event = EVENTS[PublicationState(row.state)]
    act.tell(event, row.universe, change_id=str(row.pk), detail=told)
