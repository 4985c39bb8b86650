"""The daily look at each key: real calls, a few universes a minute, and what Roblox tells of it.

A key that fails is so seen before someone needs it. What could not be found out, because Roblox
was away, is said beside the key and changes nothing that is known.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from secretsapp.api_keys import server_address
from secretsapp.api_keys.key_records import store
from secretsapp.api_keys.key_reports import KeyReport, not_tried, report_on, try_on
from secretsapp.api_keys.key_uses import used_by, uses_among, uses_of
from secretsapp.api_keys.remembered import remembered
from secretsapp.core.actor import Actor
from secretsapp.core.errors import KeyTrouble, NotFound, SealroomError, StaleVersion
from secretsapp.core.roles import Permission
from secretsapp.core.times import DAY, HOUR, MINUTE, start_of_day
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.answers import NotRenewed, OpenCloudError, Renewal
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS
from secretsapp.rules import budgets, connections
from secretsapp.rules.acting import NoRight, Right, acting
from secretsapp.rules.locks import claim, lock_api_key
from secretsapp.rules.roblox import translate

# Each universe takes one call of each endpoint, whose limits people need for themselves.
BUDGET, UNIVERSES_A_MINUTE = "keys", 8
CALLS_OF_A_UNIVERSE = 5
CLAIM = timedelta(seconds=UNIVERSES_A_MINUTE * CALLS_OF_A_UNIVERSE * LONGEST_CALL_SECONDS)
AGAIN_AFTER_FAILURE = HOUR

_FOUND = NoRight("nobody chose what is found")


def look_due(actor: Actor) -> list[ApiKey]:
    """Look at the keys that are due, as far as a minute allows; gives those it came to an end with.

    Any number of processes may do this at once: each claims the key that it looks at.
    """
    now, ended = timezone.now(), list[ApiKey]()
    due = ApiKey.objects.filter(_is_due(now)).order_by("look_due_at", "pk")
    for api_key in due[:UNIVERSES_A_MINUTE]:
        if not _claim(api_key, now):
            continue
        universes = _next_universes(api_key)
        if universes is None:
            break
        # It may have been removed or replaced meanwhile: the next look is at that one.
        with suppress(NotFound, StaleVersion):
            if _look(actor, api_key, universes):
                ended.append(api_key)
    return ended


def look_soon(actor: Actor) -> int:
    """Let the worker look at every key as soon as it can; gives how many there are."""
    with acting(actor, Right(Permission.MANAGE_API_KEYS)):
        return ApiKey.objects.update(look_due_at=timezone.now(), look_after=0)


def _is_due(now: datetime) -> Q:
    return Q(look_due_at=None) | Q(look_due_at__lte=now)


def _claim(api_key: ApiKey, now: datetime) -> bool:
    found = ApiKey.objects.filter(_is_due(now), pk=api_key.pk)
    return bool(claim(found, lasting=CLAIM, column="look_claimed_until"))


def _next_universes(api_key: ApiKey) -> list[Universe] | None:
    """Those to read now; None, and the claim is over, where nothing is left of this minute."""
    waiting = used_by(api_key).filter(pk__gt=api_key.look_after).order_by("pk")
    universes = list(waiting[:UNIVERSES_A_MINUTE])
    room = budgets.take_some(BUDGET, max(1, len(universes)), of=UNIVERSES_A_MINUTE)
    if not room:
        ApiKey.objects.filter(pk=api_key.pk).update(look_claimed_until=None)
        return None
    return universes[:room]


def _look(actor: Actor, api_key: ApiKey, universes: list[Universe]) -> bool:
    """Try the key on these universes; say whether that was the last of the look."""
    try:
        report = _tried(actor, api_key, universes)
    except KeyTrouble:
        # It is the master key that is wrong: `doctor` and every page that needs it say so.
        _put_off(api_key, "Sealroom couldn’t decrypt the key.")
        return False
    except SealroomError as error:
        _put_off(api_key, str(error))
        return False
    last = universes[-1].pk if universes else 0
    goes_on = used_by(api_key).filter(pk__gt=last).exists() if universes else False
    if report.passed and goes_on:
        _go_on(api_key, last)
        return False
    _finish(actor, api_key, report)
    return True


def _tried(actor: Actor, api_key: ApiKey, universes: list[Universe]) -> KeyReport:
    known = remembered(api_key)

    def advice() -> str:
        return server_address.server_address(actor).advice

    client_of_key = connections.clients_of(actor, api_key, count=1)
    try:
        with client_of_key as (client,):
            return try_on(client, uses_among(api_key, universes), advice, remembered=known)
    except OpenCloudError as error:
        refusal = translate(error, only_reads=True)
        if isinstance(error, NotRenewed) and error.why is Renewal.APP:
            # It stays so until someone sets the app up again.
            return not_tried(refusal)
        raise refusal from None


def _put_off(api_key: ApiKey, why: str) -> None:
    """Say why the look could not be made, and make it later; what is known stays so."""
    again = timezone.now() + AGAIN_AFTER_FAILURE
    ApiKey.objects.filter(pk=api_key.pk).update(
        look_failure=why, look_due_at=again, look_claimed_until=None
    )


def _go_on(api_key: ApiKey, last: int) -> None:
    """Let the next minute look at the universes behind that one."""
    ApiKey.objects.filter(pk=api_key.pk).update(
        look_after=last, look_due_at=timezone.now() + MINUTE, look_claimed_until=None
    )


def _finish(actor: Actor, api_key: ApiKey, report: KeyReport) -> None:
    """Store what was found; a look that passed everywhere is about every universe of the key."""
    with acting(actor, _FOUND) as act:
        stored = lock_api_key(api_key, was_tried=True)
        if report.passed:
            whole = report_on(report.hint or remembered(stored), uses_of(stored))
            report = KeyReport(whole.verdict, whole.result, report.ends_at, report.hint)
        store(act, stored, report)
        stored.look_failure, stored.look_after, stored.look_claimed_until = "", 0, None
        stored.look_due_at = _next_look(stored, timezone.now())
        stored.save(update_fields=_LOOK_FIELDS)


_LOOK_FIELDS = ["look_failure", "look_after", "look_claimed_until", "look_due_at"]


def _next_look(api_key: ApiKey, now: datetime) -> datetime:
    """The key's own minute of tomorrow: all keys together are spread over the day."""
    minute = api_key.pk.int % (24 * 60)
    return start_of_day(now.date()) + DAY + minute * MINUTE
