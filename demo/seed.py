"""Plays the demo's past: `python -m demo.seed STATE_FILE`, once, from the set-up on.

The emulator runs inside this process meanwhile, so that it can be changed behind the dashboard's
back; its state file is what the demo's own emulator begins with. Both are told the time by one
clock, so that what happened lies weeks apart.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.core.management import CommandError

from demo import shell, story
from demo.clock import StoryClock
from demo.past import Deed, Intrusion, Players, Promotion, past
from demo.story import PlannedUniverse
from emulator import (
    MANAGE_GROUP,
    READ_GROUP,
    READ_UNIVERSE,
    WRITE_UNIVERSE,
    Emulator,
    Group,
    Universe,
)
from emulator.clock import Clock


def main(arguments: list[str]) -> int:
    """Seed, and give the exit status."""
    clock = StoryClock()
    told = Clock(clock.nanoseconds)
    with Emulator(state_file=Path(arguments[0]), clock=told) as emulator:
        os.environ["OPEN_CLOUD_URL"] = emulator.url
        os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
        django.setup()
        try:
            _play(clock, emulator)
        except CommandError as refusal:
            print(f"The demo could not be seeded: {refusal}", file=sys.stderr)
            return 1
    return 0


def _play(clock: StoryClock, emulator: Emulator) -> None:
    now = datetime.now(UTC)
    happened = list(past(now))
    clock.set_to(happened[0].moment(now))
    clock.rule()
    emulator.add_api_key(story.API_KEY, name=story.API_KEY_NAME)
    group = _found_group(emulator)
    universes = {each.universe_id: _emulate(emulator, each, now) for each in story.UNIVERSES}
    for each in happened:
        clock.set_to(each.moment(now))
        if isinstance(each, Deed):
            _prepare_key(emulator, each, now)
            _do(each)
        else:
            _let_happen(each, universes[story.HARBOR], group)


def _emulate(emulator: Emulator, planned: PlannedUniverse, now: datetime) -> Universe:
    universe = emulator.add_universe(
        planned.universe_id, name=planned.name, group_id=story.GROUP_ID
    )
    for secret in planned.secrets:
        universe.put(
            secret.name,
            f"demo value of {secret.name}".encode(),
            secret.domain,
            create_time=_days_before(now, secret.created),
            update_time=_days_before(now, secret.changed),
        )
    return universe


def _days_before(now: datetime, days: int) -> datetime:
    """Not at the same minute every day: it looks like the work of people."""
    return now - timedelta(days=days, minutes=37 * days % 600)


def _do(deed: Deed) -> None:
    tried = shell.refused if deed.is_refused else shell.run
    tried(*deed.words, piped=deed.piped)


def _found_group(emulator: Emulator) -> Group:
    """The group with an owner, and a role that a developer has."""
    owner = story.GROUP_OWNER
    group = emulator.add_group(story.GROUP_ID, name=story.GROUP_NAME, owner_id=owner)
    group.assign(story.DEVELOPER, group.add_role("Developer", 50, ("viewAuditLog",)).role_id)
    return group


def _prepare_key(emulator: Emulator, deed: Deed, now: datetime) -> None:
    """Make the key for servers at Roblox just before it is added: it ends next week."""
    if deed.piped == story.SERVER_KEY:
        emulator.add_api_key(
            story.SERVER_KEY,
            name=story.SERVER_KEY_NAME,
            owner_id=story.GROUP_OWNER,
            universes=[story.HARBOR],
            scopes={READ_UNIVERSE, WRITE_UNIVERSE, READ_GROUP, MANAGE_GROUP},
            expires=now + timedelta(days=6),
        )


def _let_happen(each: Intrusion | Players | Promotion, harbor: Universe, group: Group) -> None:
    """What people do at Roblox, without Sealroom."""
    if isinstance(each, Intrusion):
        harbor.put(each.name, b"changed outside Sealroom", each.domain)
    elif isinstance(each, Players):
        harbor.fleet.start(harbor.profile.root_place_id, each.servers)
    else:
        role = group.add_role(each.role, 60, ("viewAuditLog",))
        group.assign(story.DEVELOPER, role.role_id)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
