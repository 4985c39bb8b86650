"""The actions on access by OAuth 2.0: connected, connected again, lost, disconnected, renewed."""

from django.utils import timezone

from secretsapp.api_keys import authorizing, connecting, losses
from secretsapp.core import actor as actors
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, OAuthAccess
from secretsapp.opencloud.types import Tokens
from tests.actions.acting import Action, Stage
from tests.support.connected import NAME, connect, granted, register_app

TOKENS = Tokens(Plaintext(b"access"), Plaintext(b"refresh"), 899)


def register(stage: Stage) -> None:
    """Let an app be set up, with which the person at Roblox grants Harbor."""
    register_app(stage.emulator)


def have_connected(stage: Stage) -> None:
    """Let Roblox be connected by a command."""
    register(stage)
    connect()


def lose(stage: Stage) -> None:
    """Let what was connected be lost."""
    have_connected(stage)
    OAuthAccess.objects.update(lost_at=timezone.now(), lost_why="revoked")


def stored() -> ApiKey:
    """What is connected."""
    return ApiKey.objects.get(name=NAME)


def come_back(stage: Stage) -> object:
    """Come back from Roblox with a new access."""
    actor = stage.cast["admin"].actor
    sent = authorizing.begin(actors.command("tests", account="stagehand"), name=NAME).as_json()
    address = authorizing.Sent(**sent).address
    return connecting.finish(actor, {**sent, "person_id": actor.person_id}, granted(address))


def come_back_again(stage: Stage) -> object:
    """Come back with another access in the place of the first."""
    actor = stage.cast["admin"].actor
    sent = authorizing.begin_again(actors.command("tests", account="stagehand"), stored())
    kept = {**sent.as_json(), "person_id": actor.person_id}
    return connecting.finish(actor, kept, granted(sent.address))


CONNECTING_ACTIONS = [
    Action(
        "connecting.finish",
        come_back,
        (f"api_key.connected | admin@example.com |  |  | {NAME}",),
        before=register,
    ),
    Action(
        "connecting.finish",
        come_back_again,
        (f"api_key.reconnected | admin@example.com |  |  | {NAME}",),
        before=have_connected,
    ),
    Action(
        "connecting.disconnect",
        lambda stage: connecting.disconnect(stage.cast["admin"].actor, stored()),
        (f"api_key.disconnected | admin@example.com |  |  | {NAME}",),
        before=have_connected,
    ),
    Action(
        "losses.tell_lost",
        lambda _stage: losses.tell_lost(actors.system("keys")),
        (
            f"api_key.lost | Sealroom (keys) |  |  | {NAME}",
            f"api_key.failing | Sealroom (keys) |  |  | {NAME}",
        ),
        before=lose,
    ),
]
