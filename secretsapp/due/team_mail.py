"""Reminds the people of a team by mail, where a policy names one: each of what they can see.

What someone owns is in a mail of their own (`due_mail`).
"""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from secretsapp.core import actor as actors
from secretsapp.core.actor import Door
from secretsapp.core.roles import Permission
from secretsapp.due.listing import Wanted, due
from secretsapp.due.reminded import mail_line, of_team, team_of
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import Secret, Team, Universe, User
from secretsapp.rules.holders import people_with_any
from secretsapp.rules.paging import FIRST


def queue(universe: Universe, secrets: Collection[Secret], today: date) -> None:
    """Queue a mail for each person of the team who can see one of these secrets of the universe."""
    team = team_of(universe)
    if team is None or not secrets:
        return
    names = [secret.name for secret in secrets]
    able = people_with_any(Permission.LIST_SECRETS, universe.pk, names)
    about = {"day": today.isoformat(), "team": str(team.pk)}
    outbox.queue_all(
        outbox.mail(KIND, person, about, key=f"{today} {team.pk} {person.pk}")
        for person in able.filter(memberships__team=team)
    )


def _write(person: User | None, about: About) -> Letter | None:
    """What is due in their team now, as far as they can see it; nothing for who isn't in it."""
    team = Team.objects.filter(pk=about["team"], memberships__person=person).first()
    if person is None or team is None:
        return None
    reader = actors.person(person.pk, person.email, Door.WORKER)
    page = due(reader, Wanted(), FIRST, among=of_team(team) & ~Q(owner=person))
    if not page.items:
        return None
    further = page.count - len(page.items)
    words = {"team": team.name, "secrets": list(map(mail_line, page.items)), "further": further}
    one_or_more = "A secret" if page.count == 1 else f"{page.count} secrets"
    return Letter(f"{one_or_more} of {team.name} to rotate", words)


KIND = Kind("team_secrets_due", _write)
