"""Who must have a second factor, from when on: everyone, or people with a role anywhere.

Whether someone falls under a rule is asked at every request, by what is true then: a new role
counts at once, and so does a factor that was removed. The shell is not concerned.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import Correctable, InvalidInput
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.roles import ROLE_WORDS, Permission, Role
from secretsapp.core.times import sentence_time
from secretsapp.models import RequiredFactor, User
from secretsapp.people.directory import FACTORS, check_may_manage, people_with_factors
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.holders import holders_of
from secretsapp.rules.policy import in_force, rights_of

LONGEST_AHEAD = timedelta(days=366)
BY_MANAGERS = Right(Permission.MANAGE_PEOPLE)


class HoldsUp(Correctable):
    """People lack a second factor that is to be required: who does it is asked whether to."""


@dataclass(frozen=True)
class Due:
    """From when on someone must have a second factor, which they lack."""

    at: datetime

    @property
    def is_over(self) -> bool:
        """Whether they can do nothing else by now."""
        return self.at <= timezone.now()


@dataclass(frozen=True)
class Rule:
    """Of whom a second factor is required, since when, and how many of them lack one."""

    role: Role | None
    since: datetime
    lacking: int

    @property
    def key(self) -> str:
        """How a form and an option name it; nothing means everyone."""
        return self.role or ""

    @property
    def whom(self) -> str:
        """Of whom, in words."""
        return words_of(self.role)

    @property
    def is_over(self) -> bool:
        """Whether it holds by now."""
        return self.since <= timezone.now()


def words_of(role: Role | None) -> str:
    """Of whom a rule is, in words."""
    return f"people with the role {ROLE_WORDS[role]}" if role else "everyone"


def due_of(actor: Actor) -> Due | None:
    """From when on the actor must have a second factor that they lack; None where not."""
    rules = RequiredFactor.objects.values_list("role", "since")
    if actor.person_id is None or not rules:
        return None
    roles = {"", *(holding.role for holding in rights_of(actor).holdings)}
    times = [since for role, since in rules if role in roles]
    if not times or people_with_factors([actor.person_id]):
        return None
    return Due(min(times))


def rules(actor: Actor) -> list[Rule]:
    """What is required, that of everyone first; Forbidden for those who do not manage people."""
    check_may_manage(actor)
    found = RequiredFactor.objects.order_by("role")
    return [_rule(Role(row.role) if row.role else None, row.since) for row in found]


def _rule(role: Role | None, since: datetime) -> Rule:
    return Rule(role, since, lacking(role).count())


def lacking(role: Role | None) -> QuerySet[User]:
    """The active people of whom a rule for that role would be, and who have no second factor."""
    people = holders_of(in_force().filter(role=role)) if role else User.objects.all()
    held = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return people.filter(~Exists(held), is_active=True).order_by("email")


def require(actor: Actor, role: Role | None, since: datetime, *, is_meant: bool) -> Rule:
    """Require a second factor of those with the role, or of everyone, in place of an earlier rule.

    Raises Forbidden for those who do not manage people, InvalidInput for a day that is too far off,
    and HoldsUp where some lack one and it was not said that it is meant.
    """
    since = max(since, timezone.now())
    if since > timezone.now() + LONGEST_AHEAD:
        raise InvalidInput("Choose a day within a year from now.", field="day")
    with acting(actor, BY_MANAGERS) as act:
        rule = _rule(role, since)
        if rule.lacking and not is_meant:
            raise HoldsUp(f"{sentence(actor, rule)} Nothing was changed.", field="confirmed")
        RequiredFactor.objects.update_or_create(role=rule.key, defaults={"since": since})
        detail = {"what": rule.whom, "since": sentence_time(since)}
        act.tell(PersonEvent.PERSON_FACTOR_REQUIRED, detail=detail)
    return rule


def sentence(actor: Actor, rule: Rule) -> str:
    """Whom a rule holds up, for who makes it."""
    if rule.lacking == 1:
        who = "One of them has no second factor"
    else:
        who = f"{rule.lacking or 'None'} of them have no second factor"
    own = User.objects.filter(pk=actor.person_id or 0)
    you = ", you among them" if lacking(rule.role).filter(pk__in=own).exists() else ""
    when = "From now on" if rule.is_over else f"From {sentence_time(rule.since)}"
    return f"{who}{you}. {when} they can do nothing else in the browser until they set one up."


def stop(actor: Actor, role: Role | None) -> bool:
    """Require it of them no more; whether it was. Forbidden for those who do not manage people."""
    with acting(actor, BY_MANAGERS) as act:
        was_required = RequiredFactor.objects.filter(role=role or "").delete()[0] > 0
        if was_required:
            detail = {"what": words_of(role)}
            act.tell(PersonEvent.PERSON_FACTOR_OPTIONAL, detail=detail)
    return was_required
