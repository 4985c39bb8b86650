"""What happened in the demo's group over the weeks since Sealroom was installed, in its order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from demo.story import (
    ACCOUNTS,
    ADMIN,
    API_KEY,
    API_KEY_NAME,
    AUDITOR,
    EDITOR,
    HARBOR,
    MANAGER,
    NEWCOMER,
    PASSWORD,
    PLAYGROUND,
    ROTATOR,
    SERVER_KEY,
    SERVER_KEY_NAME,
    STAGING,
    UNIVERSES,
    VIEWER,
)

INSTALLED_DAYS_AGO = 36
TO_THE_VIEWERS_END, TO_THE_NEWCOMERS_END = timedelta(days=5), timedelta(days=14)
_WEBHOOK = ("CHAT_WEBHOOK_URL", "hooks.chat.example.com")


@dataclass(frozen=True)
class Deed:
    """A command of the shell, so many days ago at a time in UTC, and what was piped into it."""

    days: int
    at: str
    words: tuple[str, ...]
    piped: str = ""
    is_refused: bool = False

    def moment(self, now: datetime) -> datetime:
        """When it was done."""
        return _moment(now, self.days, self.at)


@dataclass(frozen=True)
class Intrusion:
    """Someone with a seat in the group changes a secret of Harbor at Roblox."""

    days: int
    at: str
    name: str
    domain: str

    def moment(self, now: datetime) -> datetime:
        """When it was done."""
        return _moment(now, self.days, self.at)


@dataclass(frozen=True)
class Promotion:
    """In the group someone makes a role at Roblox, and gives it to a developer."""

    days: int
    at: str
    role: str

    def moment(self, now: datetime) -> datetime:
        """When it was done."""
        return _moment(now, self.days, self.at)


@dataclass(frozen=True)
class Players:
    """People come to Harbor, so that so many of its game servers start."""

    days: int
    at: str
    servers: int

    def moment(self, now: datetime) -> datetime:
        """When they came."""
        return _moment(now, self.days, self.at)


Happening = Deed | Intrusion | Promotion | Players


def past(now: datetime) -> Iterator[Happening]:
    """All of it, from the first day to this morning."""
    yield from _first_day()
    yield from _details()
    yield from _weeks(now)


def _moment(now: datetime, days: int, at: str) -> datetime:
    """Days ago at that time; of today, so long ago, for the time of day may be still to come."""
    hours_and_minutes = time.fromisoformat(at)
    if days:
        return datetime.combine(now.date() - timedelta(days=days), hours_and_minutes, UTC)
    return now - timedelta(hours=hours_and_minutes.hour, minutes=hours_and_minutes.minute)


def _first_day() -> Iterator[Deed]:
    """Accounts, the key, the universes, and who can do what."""
    yield _set_up(0, "setup")
    for minute, account in enumerate(ACCOUNTS, start=1):
        options = ("--name", account.name, *(["--admin"] if account.email == ADMIN else []))
        yield _set_up(minute, "create_user", account.email, *options, piped=PASSWORD)
    acting = ("--as", ADMIN)
    yield _set_up(10, "add_api_key", API_KEY_NAME, *acting, piped=API_KEY)
    for minute, universe in enumerate(UNIVERSES, start=12):
        options = ("--api-key", API_KEY_NAME, "--environment", universe.environment)
        yield _set_up(minute, "add_universe", str(universe.universe_id), *options, *acting)
    for minute, (email, role, where) in enumerate(_GRANTS, start=20):
        yield _set_up(minute, "grant", email, role, *where, "--reason", "Joined.", *acting)
    note = ("--note", "Everyone who looks after events in the running game.")
    yield _set_up(30, "create_team", TEAM, ROTATOR, EDITOR, *note, "--as", MANAGER)
    access = ("rotator", "--universe", str(STAGING), "--pattern", "PAY_*", "--reason", "Live ops.")
    yield _set_up(31, "grant", "--team", TEAM, *access, "--as", MANAGER)
    yield _set_up(33, "set_policy", "--environment", "production", "--days", "120", *acting)


TEAM = "Live ops"
_GRANTS = (
    (MANAGER, "manager", ("--universe", str(HARBOR))),
    (MANAGER, "manager", ("--universe", str(STAGING))),
    (MANAGER, "manager", ("--universe", str(PLAYGROUND))),
    (EDITOR, "viewer", ("--universe", str(HARBOR))),
    (EDITOR, "editor", ("--universe", str(STAGING))),
    (EDITOR, "editor", ("--universe", str(PLAYGROUND))),
    (ROTATOR, "rotator", ("--universe", str(HARBOR), "--pattern", "PAY_*")),
    (AUDITOR, "auditor", ("--all",)),
)


def _set_up(minute: int, *words: str, piped: str = "") -> Deed:
    return Deed(INSTALLED_DAYS_AGO, f"09:{minute:02}", words, piped)


def _details() -> Iterator[Deed]:
    """The manager writes down what is known of each secret."""
    noted = [(u, s) for u in UNIVERSES for s in u.secrets if s.note or s.owner]
    for minute, (universe, secret) in enumerate(noted):
        details = ("--note", secret.note, "--owner", secret.owner)
        words = ("set_details", str(universe.universe_id), secret.name, *details, "--as", MANAGER)
        yield Deed(INSTALLED_DAYS_AGO - 1, f"14:{minute:02}", words)


def _weeks(now: datetime) -> Iterator[Happening]:
    yield _rotated(33, "16:20", EDITOR, STAGING, "MATCHMAKER_TOKEN")
    yield _rotated(30, "10:05", MANAGER, HARBOR, "MODERATION_API_KEY")
    yield _created(29, "11:40", EDITOR, STAGING, "TRANSLATION_KEY", domain="translate.example.org")
    yield _rotated(28, "15:12", EDITOR, STAGING, "ANALYTICS_TOKEN")
    yield _created(25, "17:31", EDITOR, PLAYGROUND, "ECHO_TOKEN", domain="*")
    yield _denied(23, "13:02", EDITOR, HARBOR, "FEATURE_FLAGS_KEY")
    yield _rotated(23, "13:20", MANAGER, HARBOR, "FEATURE_FLAGS_KEY")
    yield _rotated(20, "09:48", EDITOR, STAGING, "FEATURE_FLAGS_KEY")
    yield _rotated(16, "19:03", EDITOR, PLAYGROUND, "FEATURE_FLAGS_KEY")
    # The payment provider had told of a leak.
    yield _rotated(14, "07:41", EDITOR, STAGING, "PAY_API_KEY")
    yield _rotated(14, "07:52", ROTATOR, HARBOR, "PAY_API_KEY")
    yield _rotated(14, "07:58", ROTATOR, HARBOR, "PAY_REFUND_KEY")
    yield Intrusion(12, "21:15", *_WEBHOOK)
    yield _looked(11, "09:05", MANAGER)
    yield _reviewed(11, "09:31", MANAGER, HARBOR, "CHAT_WEBHOOK_URL")
    yield from _told_elsewhere()
    yield _invited(now)
    yield from _key_for_servers()
    yield _rotated(8, "18:26", MANAGER, HARBOR, "MATCHMAKER_TOKEN")
    yield _reviewing(7, "09:12", "--universe", str(STAGING))
    yield _created(6, "12:09", MANAGER, HARBOR, "WEATHER_API_KEY", domain="api.weather.example.com")
    yield _rotated(5, "10:44", EDITOR, STAGING, "MATCHMAKER_TOKEN")
    yield _deleted(4, "16:37", MANAGER, PLAYGROUND, "OLD_PROTOTYPE_KEY")
    yield _denied(3, "20:02", VIEWER, HARBOR, "ANALYTICS_TOKEN")
    yield _rotated(2, "08:15", EDITOR, STAGING, "PAY_API_KEY")
    yield Players(1, "08:00", 9)
    yield _rotated(1, "11:30", ROTATOR, HARBOR, "PAY_API_KEY")
    yield Players(1, "13:10", 3)
    yield from _for_two(now)
    yield from _today()


def _today() -> Iterator[Happening]:
    """Someone in the group is given a new role, and soon after a secret is another at Roblox."""
    yield Promotion(0, "02:40", "Release")
    yield Intrusion(0, "02:10", *_WEBHOOK)
    yield _looked(0, "01:55", AUDITOR)
    yield Deed(0, "01:50", ("show_group", str(HARBOR), "--read", "--as", AUDITOR))
    yield Deed(0, "01:20", ("list_servers", str(HARBOR), "--as", MANAGER))
    digest = ("email", "Studio leads", "--rhythm=weekly")
    yield _channel(0, "00:40", *digest, piped="leads@example.com")


def _key_for_servers() -> Iterator[Deed]:
    """A second key of Harbor, which ends next week, and the group as it is before it changes."""
    yield Deed(9, "11:00", ("add_api_key", SERVER_KEY_NAME, "--as", ADMIN), piped=SERVER_KEY)
    chosen = ("edit_universe", str(HARBOR), "--server-key", SERVER_KEY_NAME, "--as", ADMIN)
    yield Deed(9, "11:05", chosen)
    yield Deed(9, "11:10", ("show_group", str(HARBOR), "--read", "--as", AUDITOR))


def _told_elsewhere() -> Iterator[Deed]:
    """Channels: one that leads where nothing is sent to, and one that is off again."""
    of_harbor = ("--event=secret.rotate", f"--universe={HARBOR}")
    yield _channel(
        10, "13:12", "webhook", "Build server", *of_harbor, piped="https://localhost:8443/"
    )
    yield Deed(10, "13:13", ("test_channel", "Build server", "--as", ADMIN), is_refused=True)
    discord = "https://discord.com/api/webhooks/1/demo"
    yield _channel(10, "13:20", "discord", "Incidents", "--severity=warning", piped=discord)
    yield Deed(10, "13:24", ("edit_channel", "Incidents", "--turn-off", "--as", ADMIN))


def _channel(days: int, at: str, kind: str, name: str, *options: str, piped: str) -> Deed:
    return Deed(days, at, ("add_channel", kind, name, *options, "--as", ADMIN), piped)


def _for_two(now: datetime) -> Iterator[Deed]:
    """Production is protected, and what waits for someone's answer since."""
    yield Deed(1, "15:04", ("protect", str(HARBOR), "--as", ADMIN))
    guest = (
        "invite",
        NEWCOMER,
        "--role",
        "rotator",
        "--universe",
        str(HARBOR),
        "--pattern",
        "PAY_*",
    )
    until = ("--until", (now + TO_THE_NEWCOMERS_END).isoformat(timespec="minutes"))
    words = ("--reason", "Moves us to the new payment provider.", "--greeting", "Welcome aboard!")
    yield Deed(1, "15:20", (*guest, *until, *words, "--link", "--as", MANAGER))
    leaked = ("--reason", "Someone pasted it into a public channel.", "--as", ADMIN)
    rotated = ("rotate_secret", str(HARBOR), "MODERATION_API_KEY")
    yield Deed(0, "06:40", (*rotated, *leaked), piped="newer value of MODERATION_API_KEY")
    yield _requested("05:15", VIEWER, "rotator", "CHAT_WEBHOOK_URL", "The webhook moves on Friday.")
    yield _requested("04:50", ROTATOR, "editor", "PAY_*", "The provider gives us new hosts.")
    why = ("--why", "The provider ends the old key on Monday.", "--as", ROTATOR)
    rotate = ("propose", "rotate", str(HARBOR), "PAY_REFUND_KEY")
    yield Deed(0, "04:05", (*rotate, *why), piped="newest value of PAY_REFUND_KEY")
    remove = ("propose", "delete", str(HARBOR), "LEGACY_STATS_KEY")
    yield Deed(0, "03:20", (*remove, "--why", "Nothing uses it.", "--as", MANAGER))


def _reviewing(days: int, at: str, *where: str) -> Deed:
    """The manager asks who still needs their access."""
    return Deed(days, at, ("review", *where, "--days", "14", "--as", MANAGER))


def _requested(at: str, email: str, role: str, names: str, reason: str) -> Deed:
    asked = ("request", str(HARBOR), role, "--names", names, "--hours", str(7 * 24))
    return Deed(0, at, (*asked, "--reason", reason, "--as", email))


def _invited(now: datetime) -> Deed:
    """The viewer, for the winter event and not for longer."""
    end = (now + TO_THE_VIEWERS_END).isoformat(timespec="minutes")
    why = ("--until", end, "--reason", "Helps with the winter event.")
    words = ("grant", VIEWER, "viewer", "--universe", str(HARBOR), *why, "--as", ADMIN)
    return Deed(9, "10:20", words)


def _rotated(days: int, at: str, email: str, universe_id: int, name: str) -> Deed:
    words = ("rotate_secret", str(universe_id), name, "--as", email)
    return Deed(days, at, words, piped=f"newer value of {name}")


def _denied(days: int, at: str, email: str, universe_id: int, name: str) -> Deed:
    words = ("rotate_secret", str(universe_id), name, "--as", email)
    return Deed(days, at, words, piped="not theirs to change", is_refused=True)


def _created(days: int, at: str, email: str, universe_id: int, name: str, *, domain: str) -> Deed:
    words = ("create_secret", str(universe_id), name, "--domain", domain, "--as", email)
    return Deed(days, at, words, piped=f"first value of {name}")


def _deleted(days: int, at: str, email: str, universe_id: int, name: str) -> Deed:
    return Deed(days, at, ("delete_secret", str(universe_id), name, "--yes", "--as", email))


def _looked(days: int, at: str, email: str) -> Deed:
    return Deed(days, at, ("list_secrets", str(HARBOR), "--as", email))


def _reviewed(days: int, at: str, email: str, universe_id: int, name: str) -> Deed:
    return Deed(days, at, ("acknowledge_drift", str(universe_id), name, "--as", email))
