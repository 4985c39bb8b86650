"""The actions on the health of API keys: the daily look, warnings, and what people say of them."""

from datetime import timedelta

from django.utils import timezone

from secretsapp.api_keys import end_warnings, key_records, key_reports, key_upkeep, looking
from secretsapp.api_keys.key_uses import Uses
from secretsapp.core import actor as actors
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.due import key_values
from secretsapp.models import ApiKey, Change
from secretsapp.opencloud.types import Introspection
from secretsapp.secrets import roblox_values
from secretsapp.secrets.roblox_values import KeyAnswer
from tests.actions.acting import Action, Stage, nothing_done, rotate
from tests.core.values import MADE_UP_KEY
from tests.stage import API_KEY

KEYS = actors.system("keys")
TOLD = Introspection("automation", enabled=True, expired=False, ends="", scopes=())


def disable_key(stage: Stage) -> None:
    """Let Roblox refuse the key."""
    stage.emulator.add_api_key(API_KEY, enabled=False)


def let_end_soon(_stage: Stage) -> None:
    """Let the key end in a few days."""
    ApiKey.objects.update(ends_at=timezone.now() + timedelta(days=5))


def tell_of_key(stage: Stage) -> None:
    """Let Roblox have told of the key, and let it have replaced another."""
    key_records.keep(stage.api_key, key_reports.report_on(TOLD, Uses([stage.universe], [])))
    ApiKey.objects.update(old_replaced_at=timezone.now())


def ask_roblox(stage: Stage) -> object:
    """Ask Roblox about a key that is to be a value."""
    value = Plaintext(MADE_UP_KEY.encode())
    actor, rotates = stage.cast["rotator"].actor, Permission.ROTATE_SECRET
    return roblox_values.ask(actor, rotates, stage.universe, "PAY_KEY", value)


def keep_end(stage: Stage) -> str:
    """Keep when the key of a secret ends."""
    answer = KeyAnswer("It ends.", timezone.now() + timedelta(days=9))
    change = Change.objects.get()
    return key_values.keep_end(stage.cast["editor"].actor, change, answer)


KEY_HEALTH_ACTIONS = [
    Action(
        "roblox_values.ask",
        ask_roblox,
        ("secret.key.asked | rotator@example.com | Harbor | PAY_KEY | ",),
    ),
    Action(
        "key_values.keep_end",
        keep_end,
        ("secret.policy.set | editor@example.com | Harbor | PAY_KEY | ",),
        before=rotate,
    ),
    Action(
        "roblox_values.stored",
        lambda stage: roblox_values.stored(
            stage.cast["rotator"].actor, stage.universe.pk, "PAY_KEY", since=timezone.now()
        ),
    ),
    Action(
        "key_upkeep.say_fixed",
        lambda stage: key_upkeep.say_fixed(stage.cast["admin"].actor, stage.api_key),
        ("api_key.fixed | admin@example.com |  |  | automation",),
        before=tell_of_key,
    ),
    Action(
        "key_upkeep.say_old_deleted",
        lambda stage: key_upkeep.say_old_deleted(stage.cast["admin"].actor, stage.api_key),
        ("api_key.old_deleted | admin@example.com |  |  | automation",),
        before=tell_of_key,
    ),
    Action("looking.look_due", lambda _stage: looking.look_due(KEYS)),
    Action(
        "looking.look_due",
        lambda _stage: looking.look_due(KEYS),
        ("api_key.failing | Sealroom (keys) |  |  | automation",),
        before=disable_key,
    ),
    Action("looking.look_soon", lambda stage: looking.look_soon(stage.cast["admin"].actor)),
    Action(
        "end_warnings.warn_due",
        lambda _stage: end_warnings.warn_due(KEYS),
        ("api_key.ending | Sealroom (keys) |  |  | automation",),
        before=let_end_soon,
    ),
    Action(
        "key_records.store",
        lambda stage: key_records.store(
            nothing_done(stage), stage.api_key, key_reports.report_on(None, Uses([], []))
        ),
    ),
    Action(
        "key_records.keep",
        lambda stage: key_records.keep(stage.api_key, key_reports.report_on(None, Uses([], []))),
    ),
]
