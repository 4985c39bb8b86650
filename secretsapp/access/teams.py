"""Makes, changes and deletes teams, and lets people in and out.

Letting someone into a team gives them all that it has: so all of that, ended or not, must
lie within the actor's own rights, as the database has it under the lock of the team.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError
from django.utils import timezone

from secretsapp.access import grant_rows
from secretsapp.access.team_listing import beyond, gives_access, makes_teams, may_be_changed
from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, NotFound
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Event
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import Membership, Team, User
from secretsapp.rules.acting import Act, Oneself, acting
from secretsapp.rules.locks import lock_team
from secretsapp.rules.versions import differences, refuse_stale, version_of

NAME_LIMIT = 60
TEAMS_LIMIT = 200
PEOPLE_LIMIT = 200


@dataclass(frozen=True)
class ToMakeTeams:
    """That the actor gives access to every secret of some universe."""

    def check(self, act: Act) -> None:
        """Raise Forbidden for everyone else."""
        if not makes_teams(act.rights):
            raise refusal(Permission.MANAGE_GRANTS)


@dataclass(frozen=True)
class ToGiveAccess:
    """That the actor gives access to something; of the others no one learns of any team."""

    def check(self, act: Act) -> None:
        """Raise Forbidden for everyone else."""
        if not gives_access(act.rights):
            raise refusal(Permission.MANAGE_GRANTS)


def create(actor: Actor, *, name: str, note: str = "", people: Iterable[User] = ()) -> Team:
    """Make a team of these people, which has no access yet.

    Raises Forbidden, InvalidInput for a name or note that will not do or too many teams or people,
    and AlreadyExists.
    """
    name, note, joining = _checked_name(name), _checked_note(note), list(people)
    with _named_once(), acting(actor, ToMakeTeams(), people=joining) as act:
        if Team.objects.count() >= TEAMS_LIMIT:
            raise InvalidInput(f"There can be {TEAMS_LIMIT} teams. Delete one that isn’t needed.")
        _refuse_taken(name)
        team = Team.objects.create(name=name, note=note)
        act.tell(AccessEvent.TEAM_CREATED, subject=team)
        _let_in(act, team, joining)
    return team


def version(team: Team) -> str:
    """What tells whether the team is still called as a person saw it."""
    return version_of(team.name, team.note)


def edit(actor: Actor, team: Team, *, name: str, note: str, seen_version: str = "") -> None:
    """Rename a team or change its note; raises what `create` raises, and StaleVersion."""
    name, note = _checked_name(name), _checked_note(note)
    with _named_once(), _changing(actor, team) as (act, stored):
        refuse_stale(seen_version, version(stored), what="Someone else changed this team")
        _refuse_taken(name, beside=stored)
        before = {"name": stored.name, "note": stored.note}
        detail = differences(before, {"name": name, "note": note}, unsaid=("note",))
        if detail:
            stored.name, stored.note = name, note
            stored.save(update_fields=["name", "note"])
            act.tell(AccessEvent.TEAM_CHANGED, subject=stored, detail=detail)


def delete(actor: Actor, team: Team) -> None:
    """Delete a team with all its grants; raises Forbidden, and NotFound where it is gone."""
    with _changing(actor, team, _people_in(team)) as (act, stored):
        ending = stored.grants.select_for_update(of=("self",)).order_by("pk")
        for grant in ending.select_related("team", "universe"):
            grant_rows.tell(act, AccessEvent.GRANT_REVOKED, grant)
        detail = {"people": str(stored.memberships.count())}
        act.tell(AccessEvent.TEAM_DELETED, subject=stored, detail=detail)
        Team.objects.filter(pk=stored.pk).delete()


def add_people(actor: Actor, team: Team, people: Iterable[User]) -> list[User]:
    """Let people into a team, who have all that it has from now on; gives those who were not in.

    Raises Forbidden, InvalidInput for a disabled account or too many, and AlreadyExists where all
    of them are in it; then nobody was added.
    """
    joining = list(people)
    with _changing(actor, team, joining) as (act, stored):
        added = _let_in(act, stored, joining)
        if not added:
            raise AlreadyExists("They’re already in the team.", field="people")
    return added


def remove_person(actor: Actor, team: Team, person: User) -> None:
    """Let someone be in a team no more, which ends at once what came through it."""
    with _changing(actor, team, [person]) as (act, stored):
        _let_out(act, stored, person, AccessEvent.TEAM_MEMBER_REMOVED)


def leave(actor: Actor, person: User, team: Team) -> None:
    """Leave a team oneself; raises NotFound for who is not in it."""
    with acting(actor, Oneself(person)) as act:
        _let_out(act, lock_team(team), person, AccessEvent.TEAM_MEMBER_LEFT)


@contextmanager
def _changing(actor: Actor, team: Team, people: Iterable[User] = ()) -> Iterator[tuple[Act, Team]]:
    """An act in which the actor may change the team; its row is locked, and so are the people."""
    with acting(actor, ToGiveAccess(), people=people) as act:
        stored = lock_team(team)
        if not may_be_changed(stored, act.rights):
            raise beyond(stored)
        yield act, stored


def _people_in(team: Team) -> list[User]:
    return list(User.objects.filter(memberships__team=team))


def _let_in(act: Act, team: Team, people: Iterable[User]) -> list[User]:
    present = set(team.memberships.values_list("person_id", flat=True))
    joining = [act.people[pk] for pk in dict.fromkeys(each.pk for each in people)]
    added = [person for person in joining if person.pk not in present]
    if disabled := next((each for each in added if not each.is_active), None):
        raise InvalidInput(
            f"The account of {disabled.email} is disabled. Enable it first.", field="people"
        )
    if len(present) + len(added) > PEOPLE_LIMIT:
        raise InvalidInput(
            f"A team can have {PEOPLE_LIMIT} people, and this one has {len(present)}.",
            field="people",
        )
    by = {"adder_id": act.actor.person_id, "added_by": act.actor.name, "added_at": timezone.now()}
    Membership.objects.bulk_create(Membership(team=team, person=each, **by) for each in added)
    for each in added:
        act.tell(AccessEvent.TEAM_MEMBER_ADDED, subject=each, detail={"team": team.name})
    return added


def _let_out(act: Act, team: Team, person: User, event: Event) -> None:
    count, _ = team.memberships.filter(person=person).delete()
    if not count:
        raise NotFound(f"{person.email} isn’t in the team {team}. Nothing was changed.")
    act.tell(event, subject=person, detail={"team": team.name})


def _checked_name(name: str) -> str:
    """The name, which can't pass for an address or for another by characters that are unseen."""
    name = name.strip()
    labels.check_person_name(name, field="name", limit=NAME_LIMIT)
    return name


def _checked_note(note: str) -> str:
    note = note.strip()
    labels.check_remark(note, field="note", limit=labels.NOTE_LIMIT)
    return note


def _refuse_taken(name: str, *, beside: Team | None = None) -> None:
    """Raise AlreadyExists where another team is called so, however it is capitalised."""
    others = Team.objects.exclude(pk=beside.pk) if beside else Team.objects.all()
    if _as_read(name) in map(_as_read, others.values_list("name", flat=True)):
        raise _taken()


def _as_read(name: str) -> str:
    """What the name is to the eye: for a database only ASCII has capitals."""
    return unicodedata.normalize("NFKC", name).casefold()


@contextmanager
def _named_once() -> Iterator[None]:
    """Raise AlreadyExists where another took the name at the same moment."""
    try:
        yield
    except IntegrityError:
        raise _taken() from None


def _taken() -> AlreadyExists:
    return AlreadyExists("There is already a team with that name.", field="name")
