"""Which events a channel is told: by what happened, how grave it is, and where."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from django.db.models import CharField, Max, Q, QuerySet
from django.db.models.functions import Cast

from secretsapp.core.errors import BadRule, InvalidInput
from secretsapp.core.events import BY_TAG, EVENTS
from secretsapp.core.events.channels import ChannelEvent
from secretsapp.core.events.kinds import Severity
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.models import AuditEvent, Channel, RobloxGroup, Universe
from secretsapp.models.universes import Environment

UNIVERSES_AT_MOST = 50
# How the owner of a universe is written, if it is a group.
GROUPS = "groups/"
UNREADABLE = "someone edited its rule in the database, so it can’t be read"
_ENVIRONMENTS = frozenset(each.value for each in Environment)
# A channel is not told of itself what would be sent because something was sent.
OWN = (ChannelEvent.CHANNEL_PAUSED.tag, ChannelEvent.CHANNEL_TESTED.tag)

Kind = TypeVar("Kind", int, str)


@dataclass(frozen=True)
class Rule:
    """What to tell; `events` are tags or their beginnings, and whatever is empty means all.

    With universes or environments only what is about these is told, or about the groups that own
    them.
    """

    events: tuple[str, ...] = ()
    at_least: Severity = Severity.NOTICE
    universes: tuple[int, ...] = ()
    environments: tuple[str, ...] = ()

    @property
    def tags(self) -> list[str]:
        """The tags of the events that it wants."""
        grave = tuple(Severity)
        lowest = grave.index(self.at_least)
        return [
            event.tag
            for event in EVENTS
            if grave.index(event.severity) >= lowest
            and (not self.events or any(_is_within(event.tag, each) for each in self.events))
        ]

    @property
    def is_about_some(self) -> bool:
        """Whether it is about some universes alone."""
        return bool(self.universes or self.environments)


def _is_within(tag: str, beginning: str) -> bool:
    return tag == beginning or tag.startswith(f"{beginning}.")


def of(channel: Channel) -> Rule:
    """The rule of a channel, as it is stored; raises BadRule where someone edited that."""
    if found := readable(channel):
        return found
    raise BadRule(
        f"The rule of the channel “{channel.name}” can’t be read: someone edited it in the "
        "database. Edit the channel, choose what it is told, and save that."
    )


def readable(channel: Channel) -> Rule | None:
    """The rule of a channel; None where it can't be read or makes no sense."""
    try:
        stored = json.loads(channel.rule)
        found = Rule(
            events=_all_of(str, stored["events"]),
            at_least=Severity(stored["at_least"]),
            universes=_all_of(int, stored["universes"]),
            environments=_all_of(str, stored["environments"]),
        )
    except (KeyError, RecursionError, TypeError, ValueError):
        return None
    is_known = _ENVIRONMENTS.issuperset(found.environments)
    return found if is_known and found.tags and _are_ids(found.universes) else None


def _all_of(kind: type[Kind], found: Iterable[object]) -> tuple[Kind, ...]:
    """These, each of which has to be of that kind."""
    made = tuple(each for each in found if type(each) is kind)
    if len(made) != len(list(found)):
        raise TypeError
    return made


def _are_ids(found: Iterable[int]) -> bool:
    return all(0 < each <= UNIVERSE_ID_LIMIT for each in found)


def written(rule: Rule) -> str:
    """The rule as it is stored."""
    return json.dumps(asdict(rule), sort_keys=True)


def checked(rule: Rule, before: Rule | None = None) -> Rule:
    """The rule in its one form; raises InvalidInput for what is not there to be chosen.

    Universes of the rule `before` can stay, also where they were removed from Sealroom.
    """
    for each in rule.events:
        if not any(_is_within(tag, each) for tag in BY_TAG):
            raise InvalidInput("There is no such event. Choose one from the list.", field="events")
    if not _ENVIRONMENTS.issuperset(rule.environments):
        raise InvalidInput("There is no such environment.", field="environments")
    if len(rule.universes) > UNIVERSES_AT_MOST:
        raise InvalidInput(f"Choose {UNIVERSES_AT_MOST} universes at most.", field="universes")
    kept = before.universes if before else ()
    _check_universes([each for each in rule.universes if each not in kept])
    made = Rule(
        events=_in_order(rule.events),
        at_least=rule.at_least,
        universes=tuple(sorted(set(rule.universes))),
        environments=_in_order(rule.environments),
    )
    if not made.tags:
        raise InvalidInput("No event is chosen that is so severe. Lower it.", field="at_least")
    return made


def _in_order(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))


def _check_universes(ids: Sequence[int]) -> None:
    storable = [each for each in ids if each <= UNIVERSE_ID_LIMIT]
    there = set(Universe.objects.filter(pk__in=storable).values_list("pk", flat=True))
    for each in ids:
        if each not in there:
            raise InvalidInput(f"There is no universe {each} in Sealroom.", field="universes")


def newest() -> int:
    """The number of the newest event there is; 0 without one."""
    return AuditEvent.objects.aggregate(newest=Max("sequence"))["newest"] or 0


def matching(channel: Channel, after: int, up_to: int) -> QuerySet[AuditEvent]:
    """The events that the channel is told, from behind `after` to `up_to`, oldest first."""
    rule = of(channel)
    found = AuditEvent.objects.filter(sequence__gt=after, sequence__lte=up_to, tag__in=rule.tags)
    found = found.exclude(tag__in=OWN, subject_kind="channel", subject_id=str(channel.pk))
    if rule.is_about_some:
        found = found.filter(_about(rule))
    return found.order_by("sequence")


def _about(rule: Rule) -> Q:
    wanted = Q(universe_id__in=[str(each) for each in rule.universes])
    if rule.environments:
        # What is about a universe that was removed is told: nobody knows any more what it was for.
        others = Universe.objects.exclude(environment__in=rule.environments)
        unwanted = others.annotate(text=Cast("pk", CharField())).values("text")
        # An event that is about no universe has an empty id.
        wanted |= ~Q(universe_id="") & ~Q(universe_id__in=unwanted)
    return wanted | Q(subject_kind=RobloxGroup.subject_kind, subject_id__in=_groups(rule))


def _groups(rule: Rule) -> list[str]:
    """The ids of the groups that own universes of the rule: what changes in one is about each."""
    there = Q(pk__in=rule.universes) | Q(environment__in=rule.environments)
    owners = Universe.objects.filter(there, owner__startswith=GROUPS).order_by("owner")
    found = owners.values_list("owner", flat=True).distinct()
    return [owner.removeprefix(GROUPS) for owner in found]
