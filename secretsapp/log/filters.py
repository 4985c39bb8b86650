"""What is looked for in the audit log: one value, read from an address or from options.

The address is the query: `Query.text` is what stands behind its question mark, and reading that
gives the same query again, of the times that presets mean then.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from secretsapp.core.actor import ActorKind, Door
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events import BY_TAG
from secretsapp.core.events.kinds import Result
from secretsapp.core.input_rules import NAME_LIMIT, is_storable, parse_universe_id
from secretsapp.core.patterns import EVERY_NAME, parse_pattern
from secretsapp.log import filter_times
from secretsapp.log.filter_times import PRESETS, TODAY
from secretsapp.log.index.terms import words
from secretsapp.models import User
from secretsapp.models.universes import Environment

# What is no person, by the kind of actor that it is.
KINDS = (ActorKind.COMMAND.value, ActorKind.SYSTEM.value)
# Every environment; its own name for universes that have none.
ENVIRONMENTS = {each.value or "none": each for each in Environment}
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
LONGEST = 254
LONGEST_TEXT = 200

Known = TypeVar("Known")
# The account of an email address, where it may be known.
FindPerson = Callable[[str], int | None]


@dataclass(frozen=True)
class AuditFilter:
    """What to look for; empty means everything.

    `person` is part of an actor's name, `person_id` the account that acted, `actor_kind` what kind
    of actor; `about` and `about_id` are the same of whom it was done to. `secret` is a name or a
    beginning with a star behind it, `address` likewise; `tag` is a whole tag or its beginning.
    Each of `words` begins one of the event. `since` and `until` are both within. Without
    `shows_attempts` a change is told by its outcome alone. With `of_histories` these are the
    histories of secrets, for people who can list them and not read the log; with `of_own` it is
    what the person did who asks, whatever their rights.
    """

    universe_id: int | None = None
    environment: Environment | None = None
    person: str = ""
    person_id: int | None = None
    actor_kind: str = ""
    about: str = ""
    about_id: int | None = None
    door: str = ""
    address: str = ""
    secret: str = EVERY_NAME
    tag: str = ""
    result: Result | None = None
    words: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    change_id: str = ""
    session_id: str = ""
    request_id: str = ""
    shows_attempts: bool = False
    of_histories: bool = False
    of_own: bool = False

    @property
    def is_by_id(self) -> bool:
        """Whether it is about one change, session or request."""
        return bool(self.change_id or self.session_id or self.request_id)


@dataclass(frozen=True)
class Query:
    """What was asked for: each text by its name in an address, what they mean, and whose days."""

    asked: Mapping[str, str]
    wanted: AuditFilter
    zone: tzinfo = UTC

    @property
    def text(self) -> str:
        """The query as it stands in an address."""
        return urlencode(self.asked)


def account_of(email: str) -> int | None:
    """The account of that address, for those who may know of every account."""
    return User.objects.filter(email=email).values_list("pk", flat=True).first()


def parse(asked: Mapping[str, str], find_person: FindPerson = account_of) -> Query:
    """The query; raises InvalidInput for the first text that cannot be used, with its name."""
    given = {name: text.strip() for name, text in asked.items() if text.strip()}
    for name, text in given.items():
        _check(name, text)
    given = filter_times.of_one_time(given)
    zone = filter_times.zone_of(given.get("zone", ""))
    found: dict[str, object] = {}
    for name, text in given.items():
        found |= _MEANINGS[name](text, find_person)
    since, until = filter_times.times(given, zone)
    wanted = AuditFilter(**found, since=since, until=until)  # type: ignore[arg-type]  # by name
    return Query({name: given[name] for name in NAMES if name in given}, wanted, zone)


def check_once(names: Iterable[str]) -> None:
    """Raises InvalidInput for an address that says something twice: only one of it would count."""
    for name, count in Counter(names).items():
        if count > 1:
            raise InvalidInput(
                "The address says the same filter twice. Remove one of them.",
                field=name if name in NAMES else None,
            )


def narrowed(wanted: AuditFilter, within: AuditFilter) -> AuditFilter:
    """What is looked for within what a page is about: its universe, the histories, or oneself."""
    return replace(
        wanted,
        universe_id=within.universe_id or wanted.universe_id,
        person_id=within.person_id or wanted.person_id,
        of_histories=within.of_histories,
        of_own=within.of_own,
    )


def _check(name: str, text: str) -> None:
    if name not in NAMES:
        raise InvalidInput(
            "There is no such filter. Remove from the address what Sealroom didn’t put there."
        )
    if len(text) > LONGEST or not is_storable(text):
        raise InvalidInput("Shorten this, and remove control characters.", field=name)


def _universe(text: str, _: FindPerson) -> dict[str, object]:
    return {"universe_id": parse_universe_id(text)}


def _environment(text: str, _: FindPerson) -> dict[str, object]:
    return {"environment": _one_of(ENVIRONMENTS, text, "environment", "Choose an environment")}


def _person(text: str, find_person: FindPerson) -> dict[str, object]:
    if text in KINDS:
        return {"actor_kind": text}
    account = find_person(text)
    return {"person": text} if account is None else {"person_id": account}


def _about(text: str, find_person: FindPerson) -> dict[str, object]:
    account = find_person(text)
    return {"about": text} if account is None else {"about_id": account}


def _door(text: str, _: FindPerson) -> dict[str, object]:
    doors = {str(each): str(each) for each in Door}
    return {"door": _one_of(doors, text, "door", "Choose browser, shell or worker")}


def _address(text: str, _: FindPerson) -> dict[str, object]:
    if not set(text.removesuffix("*").lower()) <= set("0123456789abcdef.:"):
        raise InvalidInput(
            "Enter an IP address, or its beginning and a star, such as 192.0.2.*.", field="address"
        )
    return {"address": text.lower()}


def _secret(text: str, _: FindPerson) -> dict[str, object]:
    # A name at Roblox may be one that no pattern can be.
    if "*" not in text and len(text) <= NAME_LIMIT:
        return {"secret": text}
    try:
        return {"secret": parse_pattern(text)}
    except InvalidInput as refusal:
        raise InvalidInput(str(refusal), field="secret") from None


def _event(text: str, _: FindPerson) -> dict[str, object]:
    if not any(tag == text or tag.startswith(f"{text}.") for tag in BY_TAG):
        raise InvalidInput("There is no such event. Choose one from the list.", field="event")
    return {"tag": text}


def _result(text: str, _: FindPerson) -> dict[str, object]:
    results = {str(each): each for each in Result}
    return {"result": _one_of(results, text, "result", "Choose a result from the list")}


def _text(text: str, _: FindPerson) -> dict[str, object]:
    found = words(text)
    if not found or len(text) > LONGEST_TEXT:
        raise InvalidInput(
            f"Search for words, in {LONGEST_TEXT} characters at most. Numbers of five digits or "
            "more can’t be searched. To find a universe by its id, use More filters.",
            field="q",
        )
    return {"words": frozenset(found)}


def _since(text: str, _: FindPerson) -> dict[str, object]:
    _one_of({TODAY: "", **PRESETS}, text, "since", "Choose a time from the list")
    return {}


def _change(text: str, _: FindPerson) -> dict[str, object]:
    try:
        return {"change_id": str(UUID(text)), "shows_attempts": True}
    except ValueError:
        raise InvalidInput(
            "This isn’t the id of a change. Copy it from an event.", field="change"
        ) from None


def _session(text: str, _: FindPerson) -> dict[str, object]:
    return {"session_id": _id_of(text, "session"), "shows_attempts": True}


def _request(text: str, _: FindPerson) -> dict[str, object]:
    return {"request_id": _id_of(text, "request"), "shows_attempts": True}


def _id_of(text: str, what: str) -> str:
    if not _ID.fullmatch(text):
        raise InvalidInput(f"This isn’t the id of a {what}. Copy it from an event.", field=what)
    return text


def _attempts(text: str, _: FindPerson) -> dict[str, object]:
    return {"shows_attempts": bool(text)}


def _nothing(_text: str, _: FindPerson) -> dict[str, object]:
    """Days and zones mean something together."""
    return {}


def _one_of(known: Mapping[str, Known], text: str, field: str, sentence: str) -> Known:
    if text not in known:
        raise InvalidInput(f"{sentence}.", field=field)
    return known[text]


# The names of an address, in the order in which they stand there.
_MEANINGS: dict[str, Callable[[str, FindPerson], dict[str, object]]] = {
    "q": _text,
    "universe": _universe,
    "environment": _environment,
    "person": _person,
    "about": _about,
    "door": _door,
    "address": _address,
    "secret": _secret,
    "event": _event,
    "result": _result,
    "since": _since,
    "from": _nothing,
    "to": _nothing,
    "zone": _nothing,
    "attempts": _attempts,
    "change": _change,
    "session": _session,
    "request": _request,
}
NAMES = tuple(_MEANINGS)
