"""Plays the demo's past: `python -m demo.seed STATE_FILE`, once, into an installation set up.

The emulator runs inside this process meanwhile, so that it can be changed behind the dashboard's
back; its state file is what the demo's own emulator begins with.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.core.management import CommandError

from demo import shell, story
from demo.story import PlannedSecret, PlannedUniverse
from emulator import Emulator, Universe


def main(arguments: list[str]) -> int:
    """Seed, and give the exit status."""
    with Emulator(state_file=Path(arguments[0])) as emulator:
        emulator.add_api_key(story.API_KEY, name=story.API_KEY_NAME)
        universes = {
            planned.universe_id: _emulate(emulator, planned) for planned in story.UNIVERSES
        }
        os.environ["OPEN_CLOUD_URL"] = emulator.url
        os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
        django.setup()
        try:
            _play(universes)
        except CommandError as refusal:
            print(f"The demo could not be seeded: {refusal}", file=sys.stderr)
            return 1
    return 0


def _emulate(emulator: Emulator, planned: PlannedUniverse) -> Universe:
    universe = emulator.add_universe(
        planned.universe_id, name=planned.name, group_id=story.GROUP_ID
    )
    for secret in planned.secrets:
        universe.put(
            secret.name,
            _value(secret.name),
            secret.domain,
            create_time=_days_ago(secret.created),
            update_time=_days_ago(secret.changed),
        )
    return universe


def _value(name: str) -> bytes:
    return f"demo value of {name}".encode()


def _days_ago(days: int) -> datetime:
    """Not at the same minute every day: it shall look like the work of people."""
    return datetime.now(UTC) - timedelta(days=days, minutes=37 * days % 600)


def _play(universes: dict[int, Universe]) -> None:
    _create_accounts()
    _add_universes()
    _grant_roles()
    _write_details()
    _change_secrets()
    _change_behind_the_back(universes[story.HARBOR])


def _create_accounts() -> None:
    for account in story.ACCOUNTS:
        options = ["--admin"] if account.email == story.ADMIN else []
        shell.run("create_user", account.email, *options, piped=story.PASSWORD)


def _add_universes() -> None:
    acting = ("--as", story.ADMIN)
    shell.run("add_api_key", story.API_KEY_NAME, *acting, piped=story.API_KEY)
    for planned in story.UNIVERSES:
        environment = ("--environment", planned.environment)
        key = ("--api-key", story.API_KEY_NAME)
        shell.run("add_universe", planned.universe_id, *key, *environment, *acting)


def _grant_roles() -> None:
    for planned in story.UNIVERSES:
        _grant(story.MANAGER, "manager", planned.universe_id)
    _grant(story.EDITOR, "viewer", story.HARBOR)
    _grant(story.EDITOR, "editor", story.STAGING)
    _grant(story.EDITOR, "editor", story.PLAYGROUND)
    _grant(story.ROTATOR, "rotator", story.HARBOR, "--pattern", "PAY_*")
    end = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="minutes")
    reason = ("--reason", "Helps with the winter event.")
    _grant(story.VIEWER, "viewer", story.HARBOR, "--until", end, *reason)
    shell.run("grant", story.AUDITOR, "auditor", "--all", "--as", story.ADMIN)


def _grant(email: str, role: str, universe_id: int, *options: str) -> None:
    where = ("--universe", universe_id)
    shell.run("grant", email, role, *where, *options, "--as", story.ADMIN)


def _write_details() -> None:
    for planned in story.UNIVERSES:
        for secret in planned.secrets:
            if secret.note or secret.owner:
                _write_details_of(planned.universe_id, secret)


def _write_details_of(universe_id: int, secret: PlannedSecret) -> None:
    details = ("--note", secret.note, "--owner", secret.owner)
    shell.run("set_details", universe_id, secret.name, *details, "--as", story.MANAGER)


def _change_secrets() -> None:
    """A little history, refusals included."""
    _rotate(story.EDITOR, story.STAGING, "PAY_API_KEY")
    _rotate(story.EDITOR, story.STAGING, "MATCHMAKER_TOKEN")
    _rotate(story.ROTATOR, story.HARBOR, "PAY_API_KEY")
    domain = ("--domain", "api.weather.example.com")
    acting = ("--as", story.MANAGER)
    shell.run("create_secret", story.HARBOR, "WEATHER_API_KEY", *domain, *acting, piped="sunny")
    shell.run("delete_secret", story.PLAYGROUND, "OLD_PROTOTYPE_KEY", "--yes", *acting)
    rotation = (story.HARBOR, "ANALYTICS_TOKEN", "--as", story.VIEWER)
    shell.refused("rotate_secret", *rotation, piped="not mine to change")


def _rotate(email: str, universe_id: int, name: str) -> None:
    shell.run("rotate_secret", universe_id, name, "--as", email, piped=f"newer value of {name}")


def _change_behind_the_back(harbor: Universe) -> None:
    """Someone with a seat in the group changes a secret at Roblox, and a refresh finds it."""
    harbor.put("CHAT_WEBHOOK_URL", b"changed elsewhere", "hooks.chat.example.com")
    shell.run("list_secrets", story.HARBOR, "--as", story.AUDITOR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
