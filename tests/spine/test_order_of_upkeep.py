"""The order of upkeep: written down, sent outside any transaction, outcome stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import looking, stored_keys
from secretsapp.core import actor as actors
from secretsapp.core import place_files
from secretsapp.core.errors import LogBroken, MissingKey
from secretsapp.core.plaintext import Plaintext
from secretsapp.groups import reading, watching
from secretsapp.models import (
    ApiKey,
    AuditEvent,
    Proposal,
    Publication,
    RobloxGroup,
    ServerRestart,
    Universe,
)
from secretsapp.opencloud.transport import DeadlineAdapter
from secretsapp.servers import (
    following,
    log_reading,
    publications,
    publishing,
    restart_proposals,
    restarts,
)
from secretsapp.servers import watching as servers_watching
from tests.secrets.proposing import protect, stored
from tests.stage import GROUP_ID, NEXT_API_KEY, Cast
from tests.support.breaking import lose_audit_keys, lose_head, refuse_events_like
from tests.support.game_servers import RBXL, give_key, rotate_between_starts
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

WORKER = actors.system("order")
SENDING = ("/restarts", "/versions")


@dataclass(frozen=True)
class Scene:
    """Harbor with servers and a key for them, and the people in it."""

    universe: Universe
    place: int
    cast: Cast
    emulator: Emulator

    @property
    def sent(self) -> int:
        """How much was sent that changes anything at Roblox."""
        posted = [each for each in self.emulator.requests if each.method == "POST"]
        return sum(each.path.endswith(SENDING) for each in posted)


@pytest.fixture
def scene(universe: Universe, harbor: EmulatedUniverse, cast: Cast, emulator: Emulator) -> Scene:
    """Servers that have an old value, and a group that nobody has read."""
    emulator.add_group(GROUP_ID, owner_id=700)
    rotate_between_starts(give_key(universe, emulator), harbor, cast)
    return Scene(universe, harbor.profile.root_place_id, cast, emulator)


def restart(scene: Scene) -> None:
    restarts.restart(scene.cast["manager"].actor, scene.universe, bleed_off_minutes=60)


def approve(scene: Scene) -> None:
    proposal = Proposal.objects.filter(state="waiting").first()
    if proposal is None:
        proposal = restart_proposals.propose(scene.cast["manager"].actor, protect(scene.universe))
    restart_proposals.approve(scene.cast["admin"].actor, stored(proposal.pk))


def publish(scene: Scene) -> None:
    actor, file = scene.cast["manager"].actor, place_files.read(RBXL)
    publishing.publish(actor, scene.universe, place_id=scene.place, file=file, is_published=True)


WRITES = (restart, approve, publish)
ANY_WRITE = pytest.mark.parametrize("write", WRITES)
Write = Callable[[Scene], None]


def prepare(scene: Scene, write: Write) -> None:
    """Let what is approved be proposed before anything is broken."""
    if write is approve:
        restart_proposals.propose(scene.cast["manager"].actor, protect(scene.universe))


def assert_nothing_was_sent(scene: Scene) -> None:
    """Nor written down; what was proposed still waits."""
    assert scene.sent == 0
    assert not Publication.objects.exists()
    assert not ServerRestart.objects.exists()
    assert {each.state for each in Proposal.objects.all()} <= {"waiting"}


@ANY_WRITE
def test_without_a_head_of_the_log_nothing_reaches_roblox(scene: Scene, write: Write) -> None:
    prepare(scene, write)
    lose_head()
    with pytest.raises(LogBroken, match="head of the audit log is missing"):
        write(scene)
    assert_nothing_was_sent(scene)


@ANY_WRITE
def test_without_an_audit_key_nothing_reaches_roblox(
    scene: Scene, write: Write, settings: Settings, tmp_path: Path
) -> None:
    prepare(scene, write)
    lose_audit_keys(settings, tmp_path)
    with pytest.raises(MissingKey, match="AUDIT_KEYS"):
        write(scene)
    assert_nothing_was_sent(scene)


@pytest.fixture
def refused() -> Iterator[Callable[[str], None]]:
    """Lets the database refuse events until the test ends."""
    yield refuse_events_like
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS refuse_for_test() CASCADE")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS refuse_for_test")


@ANY_WRITE
def test_where_the_database_refuses_the_event_nothing_reaches_roblox(
    scene: Scene, write: Write, refused: Callable[[str], None]
) -> None:
    prepare(scene, write)
    watch = Watch()
    refused("universe.%.started")
    with pytest.raises(Exception, match="refused for a test"):
        write(scene)
    assert_nothing_was_sent(scene)
    assert watch.tags == []


@ANY_WRITE
def test_an_outcome_that_cannot_be_stored_leaves_it_open(
    scene: Scene, write: Write, refused: Callable[[str], None]
) -> None:
    refused("universe.%.succeeded")
    write(scene)
    states = [
        *Publication.objects.values_list("state", "settled_at"),
        *ServerRestart.objects.values_list("state", "settled_at"),
    ]
    assert (scene.sent, states) == (1, [("started", None)])
    newest = AuditEvent.objects.order_by("-sequence").values_list("tag", flat=True)[0]
    assert newest.endswith(".started")


@ANY_WRITE
def test_none_is_part_of_a_transaction(scene: Scene, write: Write) -> None:
    prepare(scene, write)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        write(scene)
    assert_nothing_was_sent(scene)


def look_at_keys(scene: Scene) -> None:
    looking.look_due(WORKER)


def replace_key(scene: Scene) -> None:
    actor, value = scene.cast["admin"].actor, Plaintext(NEXT_API_KEY.encode())
    stored_keys.replace(actor, ApiKey.objects.get(name="automation"), value=value, is_meant=True)


def try_key(scene: Scene) -> None:
    stored_keys.test(scene.cast["admin"].actor, ApiKey.objects.get(name="automation"))


def read_group(scene: Scene) -> None:
    reading.look(scene.cast["viewer"].actor, scene.universe)


def read_groups(scene: Scene) -> None:
    RobloxGroup.objects.create(pk=GROUP_ID)
    watching.read_due(WORKER)


def read_logs(scene: Scene) -> None:
    log_reading.look(scene.cast["viewer"].actor, scene.universe)


def read_rollout(scene: Scene) -> None:
    servers_watching.look(scene.cast["viewer"].actor, scene.universe, "PAY_KEY")


def follow(scene: Scene) -> None:
    restart(scene)
    following.follow_due(WORKER)


def settle(scene: Scene) -> None:
    publish(scene)
    Publication.objects.update(state="unknown")
    publications.settle_due(WORKER)


READS = (look_at_keys, replace_key, try_key, read_group, read_groups, read_logs, read_rollout)


@pytest.mark.parametrize("deed", [*WRITES, *READS, follow, settle])
def test_roblox_is_called_outside_any_transaction(
    scene: Scene, deed: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, ours, within = DeadlineAdapter.send, connections["default"], list[bool]()

    def watched(adapter: DeadlineAdapter, *told: Any, **options: Any) -> Any:
        within.append(ours.in_atomic_block)
        return send(adapter, *told, **options)

    monkeypatch.setattr(DeadlineAdapter, "send", watched)
    deed(scene)
    assert within, "Roblox wasn’t called"
    assert not any(within)
