"""The actions on game servers: readings write no event, restarts theirs."""

from django.utils import timezone

from emulator import READ_UNIVERSE, WRITE_PLACES, WRITE_UNIVERSE
from secretsapp.core import actor as actors
from secretsapp.core import place_files
from secretsapp.models import Change, Proposal, Publication, ServerRestart
from secretsapp.models.servers import PublicationState, RestartState
from secretsapp.opencloud import answers
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.servers import (
    following,
    log_reading,
    publications,
    publishing,
    restart_proposals,
    restarts,
    rollouts,
    server_keys,
    watching,
)
from tests.actions.acting import Action, Stage, nothing_done, rotate
from tests.secrets.proposing import protect, stored
from tests.spine.named import leave_publication, leave_restart
from tests.stage import API_KEY
from tests.support.game_servers import RBXL

WORKER = actors.system("servers")
MANAGER = "manager@example.com"
RESTART = "universe.restart"


def let_the_key_read_servers(stage: Stage) -> None:
    """Let the key of Harbor be one for its servers too, of which one runs."""
    scopes = {"universe.secret:read", "universe.secret:write", READ_UNIVERSE, WRITE_UNIVERSE}
    scopes.add(WRITE_PLACES)
    stage.emulator.add_api_key(API_KEY, name="automation", scopes=scopes)
    stage.universe.server_key = stage.api_key
    stage.universe.save(update_fields=["server_key"])
    stage.harbor.fleet.start(stage.harbor.profile.root_place_id)


def rotate_first(stage: Stage) -> None:
    """Let there be a change that has not reached the server."""
    let_the_key_read_servers(stage)
    rotate(stage)


def restart(stage: Stage) -> ServerRestart:
    """Restart the servers as the manager."""
    return restarts.restart(stage.cast["manager"].actor, stage.universe)


def restart_first(stage: Stage) -> None:
    """Let there be a restart that isn't known to be finished."""
    let_the_key_read_servers(stage)
    restart(stage)


def follow(stage: Stage) -> None:
    """Look how far the restart is."""
    row = ServerRestart.objects.get()
    following.follow(stage.cast["manager"].actor, following.RestartView(row))


def begin_rollouts(_stage: Stage) -> None:
    """Let there be a row for each change."""
    rollouts.begin(Change.objects.all())


def open_restart(stage: Stage) -> ServerRestart:
    """A restart whose outcome isn't known."""
    return leave_restart(stage.universe, state=RestartState.UNKNOWN, finished_at=None)


def open_client(stage: Stage) -> None:
    """Open a client for the servers and ask nothing."""
    actor = stage.cast["manager"].actor
    with server_keys.client_for_servers(actor, stage.universe, server_keys.READING):
        pass


def publish(stage: Stage) -> None:
    """Publish the root place as the manager."""
    publishing.publish(
        stage.cast["manager"].actor,
        stage.universe,
        place_id=stage.harbor.profile.root_place_id,
        file=place_files.read(RBXL),
        is_published=True,
    )


def leave_publication_open(stage: Stage) -> Publication:
    """A version of which it isn't known whether Roblox has it."""
    return leave_publication(stage.universe, state="unknown")


def settle_publication(stage: Stage) -> None:
    """Let there be one whose answer never came long ago, and find out what became of it."""
    leave_publication(stage.universe, state="unknown", is_published=False)
    Publication.objects.update(started_at=timezone.now() - SETTLE_AFTER)
    publications.settle_due(WORKER)


def protect_with_key(stage: Stage) -> None:
    """Let Harbor be protected, with a key for its servers."""
    let_the_key_read_servers(stage)
    protect(stage.universe)


def propose_restart(stage: Stage) -> Proposal:
    """Propose a restart as the manager."""
    return restart_proposals.propose(stage.cast["manager"].actor, stage.universe)


def propose_first(stage: Stage) -> None:
    """Let a restart wait for another person."""
    protect_with_key(stage)
    propose_restart(stage)


def approve_restart(stage: Stage) -> None:
    """Approve it as the admin."""
    restart_proposals.approve(stage.cast["admin"].actor, stored(Proposal.objects.get()))


FINISHED = (f"{RESTART}.finished | Sealroom (servers) | Harbor |  | ",)

SERVER_ACTIONS: list[Action] = [
    Action(
        "restarts.restart",
        restart,
        tuple(
            f"{RESTART}.{state} | {MANAGER} | Harbor |  | " for state in ("started", "succeeded")
        ),
        before=let_the_key_read_servers,
    ),
    Action(
        "restarts.forecast",
        lambda stage: restarts.forecast(stage.cast["manager"].actor, stage.universe),
    ),
    Action(
        "restarts.check_may",
        lambda stage: restarts.check_may(stage.cast["manager"].actor, stage.universe),
    ),
    Action(
        "restarts.attributes_of",
        lambda stage: restarts.attributes_of(stage.cast["manager"].actor, stage.universe),
    ),
    Action("restarts.last_of", lambda stage: restarts.last_of(stage.universe)),
    Action("restarts.move", lambda stage: restarts.move(open_restart(stage), RestartState.FAILED)),
    Action("restarts.tell", lambda stage: restarts.tell(nothing_done(stage), open_restart(stage))),
    Action(
        "following.follow",
        follow,
        (f"{RESTART}.finished | {MANAGER} | Harbor |  | ",),
        before=restart_first,
    ),
    Action(
        "following.follow_due",
        lambda _stage: following.follow_due(WORKER),
        FINISHED,
        before=restart_first,
    ),
    Action(
        "following.get",
        lambda stage: following.get(
            stage.cast["manager"].actor, stage.universe, leave_restart(stage.universe).pk
        ),
    ),
    Action("following.of_universe", lambda stage: following.of_universe(stage.universe)),
    Action(
        "watching.look",
        lambda stage: watching.look(stage.cast["viewer"].actor, stage.universe, "PAY_KEY"),
        before=rotate_first,
    ),
    Action("watching.watch_due", lambda _stage: watching.watch_due(WORKER), before=rotate_first),
    Action(
        "watching.check_may_see",
        lambda stage: watching.check_may_see(stage.cast["viewer"].actor, stage.universe, "PAY_KEY"),
    ),
    Action("rollouts.begin", begin_rollouts, before=rotate_first),
    Action(
        "rollouts.of_universe",
        lambda stage: rollouts.of_universe(stage.cast["viewer"].actor, stage.universe),
    ),
    Action(
        "rollouts.of_secret",
        lambda stage: rollouts.of_secret(stage.cast["viewer"].actor, stage.universe, "PAY_KEY"),
    ),
    Action(
        "rollouts.unreached",
        lambda stage: rollouts.unreached(stage.cast["viewer"].actor, stage.universe),
    ),
    Action(
        "rollouts.may_restart",
        lambda stage: rollouts.may_restart(stage.cast["viewer"].actor, stage.universe),
    ),
    Action(
        "rollouts.pause_after",
        lambda _stage: rollouts.pause_after(Change(started_at=timezone.now()), timezone.now()),
    ),
    Action("log_reading.of_universe", lambda stage: log_reading.of_universe(stage.universe)),
    Action("log_reading.servers_of", lambda _stage: log_reading.servers_of(None)),
    Action(
        "log_reading.look",
        lambda stage: log_reading.look(stage.cast["viewer"].actor, stage.universe),
        before=let_the_key_read_servers,
    ),
    Action(
        "server_keys.refusal_of",
        lambda _stage: server_keys.refusal_of(answers.NotAllowed(403), server_keys.RESTARTING),
    ),
    Action("server_keys.client_for_servers", open_client, before=let_the_key_read_servers),
    Action(
        "server_keys.choose",
        lambda stage: server_keys.choose(stage.cast["admin"].actor, stage.universe, None),
        ("universe.changed | admin@example.com | Harbor |  | ",),
        before=let_the_key_read_servers,
    ),
    Action(
        "publishing.publish",
        publish,
        tuple(
            f"universe.publish.{state} | {MANAGER} | Harbor |  | "
            for state in ("started", "succeeded")
        ),
        before=let_the_key_read_servers,
    ),
    Action(
        "publishing.check_may",
        lambda stage: publishing.check_may(stage.cast["manager"].actor, stage.universe),
    ),
    Action(
        "publishing.may_publish",
        lambda stage: publishing.may_publish(stage.cast["viewer"].actor, stage.universe),
    ),
    Action(
        "publishing.refuse_protected", lambda stage: publishing.refuse_protected(stage.universe)
    ),
    Action(
        "publishing.move",
        lambda stage: publishing.move(leave_publication_open(stage), PublicationState.FAILED),
    ),
    Action(
        "publishing.tell",
        lambda stage: publishing.tell(nothing_done(stage), leave_publication_open(stage)),
    ),
    Action("publications.of_universe", lambda stage: publications.of_universe(stage.universe)),
    Action("publications.known_places", lambda stage: publications.known_places(stage.universe)),
    Action(
        "publications.settle_due",
        settle_publication,
        ("universe.publish.undetermined | Sealroom (servers) | Harbor |  | ",),
    ),
    Action(
        "restart_proposals.propose",
        propose_restart,
        (f"{RESTART}.proposed | {MANAGER} | Harbor |  | {MANAGER}",),
        before=protect_with_key,
    ),
    Action(
        "restart_proposals.approve",
        approve_restart,
        (
            f"proposal.approved | admin@example.com | Harbor |  | {MANAGER}",
            f"{RESTART}.started | admin@example.com | Harbor |  | ",
            f"{RESTART}.succeeded | admin@example.com | Harbor |  | ",
        ),
        before=propose_first,
    ),
    Action("restarts.check", lambda _stage: restarts.check([1], 5, "why")),
    Action("restarts.as_text", lambda _stage: restarts.as_text([2, 1, 2])),
    Action("restarts.right_to_restart", lambda stage: restarts.right_to_restart(stage.universe)),
]
