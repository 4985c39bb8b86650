"""What an action needs on stage, and the calls that take more than a line."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grant_rows, grants
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission, Role
from secretsapp.models import ApiKey, Change, Grant, Universe
from secretsapp.models.secrets import ChangeKind, ChangeState
from secretsapp.opencloud.types import RemoteSecret
from secretsapp.people import accounts
from secretsapp.rules.acting import Act, Right
from secretsapp.rules.policy import Rights
from secretsapp.secrets import attempts, changes, details
from secretsapp.universes import managing, mirror
from tests.granting import Terms
from tests.stage import Cast
from tests.support import planned as planning
from tests.support.planned import Planned
from tests.support.unfinished import leave_open, let_rest, mirrored

SECOND_UNIVERSE = 77
VALUE = Plaintext(b"new")
PASSWORD = Plaintext(b"a sentence nobody guesses")


@dataclass(frozen=True)
class Stage:
    """Everything that an action may need."""

    emulator: Emulator
    harbor: EmulatedUniverse
    universe: Universe
    cast: Cast

    @property
    def api_key(self) -> ApiKey:
        """The stored key."""
        return self.universe.api_key


Call = Callable[[Stage], object]


def nothing(_stage: Stage) -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Action:
    """A call, and its events as `tag | actor | universe | secret | subject`."""

    function: str
    act: Call
    events: tuple[str, ...] = ()
    before: Call = nothing


def leave_rotation_open(stage: Stage) -> None:
    """Leave a rotation behind whose outcome is not known, and which took effect."""
    leave_open("rotate", faults.cut_after(), stage.emulator, stage.cast, stage.universe)


def meddle(stage: Stage) -> None:
    """Change one secret, remove one and add one outside the dashboard."""
    stage.harbor.put("PAY_KEY", b"theirs", "api.pay.example")
    stage.harbor.remove("PAY_WEBHOOK")
    stage.harbor.put("APPEARED", b"theirs", "")
    let_rest(stage.universe)


def add_second_universe(stage: Stage) -> None:
    """Let the emulator have another universe."""
    stage.emulator.add_universe(SECOND_UNIVERSE, name="Quay")


def engage_second_admin(stage: Stage) -> None:
    """Let there be an admin beside the first."""
    grants.give(stage.cast["admin"].actor, stage.cast["stranger"].user, None, Terms(Role.ADMIN))


def disable_viewer(stage: Stage) -> None:
    """Disable the viewer."""
    accounts.disable(stage.cast["admin"].actor, stage.cast["viewer"].user)


def attempt(stage: Stage) -> Change:
    """Attempt a write that needs nothing of Roblox."""
    needs = (Right(Permission.CREATE_SECRET, stage.universe.pk, "NEW_KEY"),)
    planned = Planned(ChangeKind.CREATE, stage.universe, "NEW_KEY", "", None, needs, lambda: None)
    return planning.attempt(stage.cast["editor"].actor, planned)


def create(stage: Stage) -> Change:
    """Create a secret."""
    return changes.create(
        actor=stage.cast["editor"].actor,
        universe=stage.universe,
        name="NEW_KEY",
        value=VALUE,
        domain="",
    )


def rotate(stage: Stage) -> Change:
    """Rotate a secret."""
    actor = stage.cast["rotator"].actor
    return changes.rotate(actor=actor, universe=stage.universe, name="PAY_KEY", value=VALUE)


def delete(stage: Stage) -> Change:
    """Delete a secret."""
    actor = stage.cast["manager"].actor
    return changes.delete(actor=actor, universe=stage.universe, name="PAY_KEY")


def edit_details(stage: Stage) -> None:
    """Give a secret an owner."""
    details.edit(
        actor=stage.cast["editor"].actor,
        universe=stage.universe,
        secret=mirrored(stage.universe),
        note="",
        owner=stage.cast["viewer"].user,
    )


def add_universe(stage: Stage) -> Universe:
    """Add the other universe."""
    return managing.add(
        stage.cast["admin"].actor, universe_id=SECOND_UNIVERSE, api_key=stage.api_key
    )


def store_listing(stage: Stage) -> None:
    """Store a listing in which one secret is left."""
    held = stage.harbor.secrets["SIGNING_SEED"]
    remote = RemoteSecret(held.name, held.domain, held.key_id, held.create_time, held.update_time)
    mirror.store(stage.universe, [remote], began=timezone.now())


def settle_row(stage: Stage) -> bool:
    """Settle a change of which another function tells the log."""
    return attempts.settle_row(Change.objects.get(), ChangeState.FAILED, "reason")


def adopt(stage: Stage) -> None:
    """Take a listing over into a row that is not saved."""
    held = stage.harbor.secrets["PAY_KEY"]
    mirror.adopt(mirrored(stage.universe), RemoteSecret(held.name, "", "", "", ""))


def knows_newer(stage: Stage) -> bool:
    """Ask whether the mirror holds more than Roblox lists."""
    held = stage.harbor.secrets["PAY_KEY"]
    remote = RemoteSecret(held.name, held.domain, held.key_id, held.create_time, held.update_time)
    return mirror.knows_newer(stage.universe, remote, timezone.now())


def nothing_done(stage: Stage) -> Act:
    """An act of the admin that is not under way: nothing of it is appended."""
    return Act(stage.cast["admin"].actor, Rights(()), {})


def tell_of_grant(stage: Stage) -> None:
    """Tell of a grant in an act that another function ends."""
    grant_rows.tell(nothing_done(stage), AccessEvent.GRANT_GIVEN, Grant.objects.all()[0])


def store_grant(stage: Stage) -> Grant:
    """Let a grant say something else in an act that another function ends."""
    return grant_rows.store(nothing_done(stage), Grant.objects.all()[0], Terms(Role.VIEWER))


def change_grant(stage: Stage) -> None:
    """Let the viewer rotate, as someone who looked at their grant just now."""
    viewer = stage.cast["viewer"].user
    grant = Grant.objects.get(person=viewer)
    terms = Terms(Role.ROTATOR)
    grants.change(stage.cast["manager"].actor, grant, terms, seen=grant.given_at)
