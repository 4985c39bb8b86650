"""Sets when secrets are to be rotated, for all of them, an environment, a universe or one."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.due_states import FEWEST_DAYS, MOST_DAYS
from secretsapp.core.errors import InvalidInput, SecretGone, StaleVersion
from secretsapp.core.events.secrets import DueEvent
from secretsapp.core.roles import Permission
from secretsapp.core.upkeep_errors import NothingDue
from secretsapp.models import Change, RotationPolicy, Secret, Team, Universe
from secretsapp.models.due import DueRule
from secretsapp.models.universes import Environment
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.due_dates import renew, renew_secrets
from secretsapp.rules.locks import lock_all, lock_policies, lock_team, lock_universe
from secretsapp.rules.policy import require, require_installation

# What can be said of a single secret, and what of many.
OF_ONE = (DueRule.EVERY, DueRule.ENDS, DueRule.NEVER, DueRule.FOLLOWS)
OF_MANY = (DueRule.EVERY, DueRule.NEVER)
NO_POLICY = "There is no policy of its own here. Nothing was changed."


@dataclass(frozen=True)
class Covered:
    """Where a policy holds: a secret of a universe, a universe, an environment, or everywhere."""

    universe: Universe | None = None
    name: str = ""
    environment: str = ""

    @property
    def need(self) -> Right:
        """What it takes to set it."""
        if self.universe and self.name:
            return Right(Permission.EDIT_DETAILS, self.universe.pk, self.name)
        return Right(Permission.MANAGE_UNIVERSES)

    @property
    def policies(self) -> QuerySet[RotationPolicy]:
        """The policy of exactly that place, if there is one."""
        if self.name:
            return RotationPolicy.objects.filter(secret__in=self.secrets)
        place = {"universe": self.universe, "environment": self.environment}
        return RotationPolicy.objects.filter(secret=None, **place)

    @property
    def secrets(self) -> QuerySet[Secret]:
        """The secret, if it is one."""
        return Secret.objects.filter(universe=self.universe, name=self.name)

    @property
    def universes(self) -> QuerySet[Universe]:
        """The universes in it."""
        if self.universe:
            return Universe.objects.filter(pk=self.universe.pk)
        inside = {"environment": self.environment} if self.environment else {}
        return Universe.objects.filter(**inside)

    def renew(self) -> None:
        """Bring up to date when what is in it is due."""
        if self.name:
            renew_secrets(self.secrets)
        else:
            renew(self.universes)


@dataclass(frozen=True)
class Terms:
    """What a policy asks for; `hint` says how to rotate one secret at its provider.

    `ends_with` is the change whose value ends then, where it isn't whichever is there. The people
    of `team` are reminded too; a single secret has an owner instead.
    """

    rule: DueRule
    days: int | None = None
    ends_on: date | None = None
    hint: str = ""
    ends_with: Change | None = None
    team: Team | None = None


def set_policy(actor: Actor, covered: Covered, terms: Terms) -> bool:
    """Set the policy of a place, in place of another; gives whether anything changed.

    The log gets the rule, who is reminded, and of a hint only that it changed. Raises Forbidden,
    InvalidInput, NotFound for a team that is gone, SecretGone where there is no such secret, or
    StaleVersion where its value is another by now.
    """
    require_right(actor, covered)
    _check(covered, terms)
    with acting(actor, covered.need) as act:
        team = lock_team(terms.team) if terms.team else None
        _lock(covered)
        before = covered.policies.first()
        after = _policy(act, covered, terms, before)
        if before is not None and _said(before) == _said(after):
            return False
        after.save()
        covered.renew()
        is_other_hint = after.hint != (before.hint if before else "")
        detail = {"rule": after.words} | ({"hint": "changed"} if is_other_hint else {})
        detail |= _reminded(team, before)
        event = DueEvent.SECRET_POLICY_SET if covered.name else DueEvent.POLICY_SET
        _tell(act, event, covered, detail | {"where": after.where})
    return True


def remove_policy(actor: Actor, covered: Covered) -> None:
    """Remove the policy of a place: a wider one holds then, if there is one.

    Raises Forbidden, or NothingDue where the place has none of its own, or is none.
    """
    require_right(actor, covered)
    if covered.environment not in Environment.values:
        raise NothingDue(NO_POLICY)
    with acting(actor, covered.need) as act:
        _lock(covered)
        policy = covered.policies.first()
        if policy is None:
            raise NothingDue(NO_POLICY)
        covered.policies.delete()
        covered.renew()
        event = DueEvent.SECRET_POLICY_REMOVED if covered.name else DueEvent.POLICY_REMOVED
        _tell(act, event, covered, {"rule": policy.words, "where": policy.where})


def require_right(actor: Actor, covered: Covered) -> None:
    """Raise Forbidden unless the actor can set the policy of that place."""
    if covered.universe and covered.name:
        require(actor, Permission.EDIT_DETAILS, covered.universe.pk, covered.name)
        return
    universe = covered.universe
    require_installation(actor, Permission.MANAGE_UNIVERSES, universe.pk if universe else None)


def _lock(covered: Covered) -> None:
    """Lock every universe of the place, so that no secret is written and none comes meanwhile."""
    if covered.universe:
        lock_universe(covered.universe)
        return
    lock_policies()
    lock_all(covered.universes)


def _policy(
    act: Act, covered: Covered, terms: Terms, before: RotationPolicy | None
) -> RotationPolicy:
    """The row as it is to be; an end is that of the value that is there now."""
    secret = covered.secrets.filter(missing_since=None).first() if covered.name else None
    if covered.name and secret is None:
        raise SecretGone(f"{covered.name} no longer exists. Check the list.")
    if secret and terms.ends_with and secret.last_change_id != terms.ends_with.pk:
        raise StaleVersion(f"{covered.name} has been changed again since.")
    is_end = terms.rule == DueRule.ENDS
    return RotationPolicy(
        pk=before.pk if before else None,
        secret=secret,
        universe=None if secret else covered.universe,
        environment=covered.environment,
        rule=terms.rule,
        days=terms.days if terms.rule == DueRule.EVERY else None,
        ends_on=terms.ends_on if is_end else None,
        ends_of=secret.update_time if secret and is_end else "",
        hint=terms.hint,
        team=terms.team,
        said_by=act.actor.name,
        said_at=timezone.now(),
    )


def _reminded(team: Team | None, before: RotationPolicy | None) -> dict[str, str]:
    """The team that is reminded from now on, or that none is any more."""
    if team:
        return {"team": team.name}
    return {"team": "none any more"} if before and before.team_id else {}


def _said(policy: RotationPolicy) -> tuple[object, ...]:
    return policy.rule, policy.days, policy.ends_on, policy.ends_of, policy.hint, policy.team_id


def _tell(act: Act, event: DueEvent, covered: Covered, detail: dict[str, str]) -> None:
    if covered.name:
        detail.pop("where")
    act.tell(event, covered.universe, covered.name, detail=detail)


def _check(covered: Covered, terms: Terms) -> None:
    if covered.environment not in Environment.values:
        raise InvalidInput("There is no such environment.", field="environment")
    if terms.rule not in (OF_ONE if covered.name else OF_MANY):
        raise InvalidInput("Choose when it is to be rotated.", field="rule")
    if terms.rule == DueRule.EVERY and not FEWEST_DAYS <= (terms.days or 0) <= MOST_DAYS:
        raise InvalidInput(
            f"Enter a number of days from {FEWEST_DAYS} to {MOST_DAYS:,}.", field="days"
        )
    if terms.rule == DueRule.ENDS:
        _check_end(terms.ends_on)
    _check_hint(covered, terms)
    if terms.team and covered.name:
        raise InvalidInput("A single secret has an owner instead of a team.", field="team")


def _check_end(day: date | None) -> None:
    today = timezone.now().date()
    if day is None or not today <= day <= today + timedelta(days=MOST_DAYS):
        raise InvalidInput(
            "Enter the day on which the credential ends: today, or up to ten years ahead.",
            field="ends_on",
        )


def _check_hint(covered: Covered, terms: Terms) -> None:
    labels.check_remark(terms.hint, field="hint", limit=labels.NOTE_LIMIT)
    if terms.hint and not covered.name:
        raise InvalidInput("Only a single secret can have a hint.", field="hint")
    if terms.rule == DueRule.FOLLOWS and not terms.hint.strip():
        raise InvalidInput(
            "There is nothing to save: choose when it is due, or write a hint.", field="rule"
        )
