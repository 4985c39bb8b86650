"""The actions on requests for access, and on access that ends soon."""

from datetime import timedelta

from django.utils import timezone

from secretsapp.access import renewals, requests
from secretsapp.access.requests import Wish
from secretsapp.core.actor import system
from secretsapp.core.errors import DecidedMeanwhile
from secretsapp.core.roles import Role
from secretsapp.models import AccessRequest, Grant
from tests.actions.acting import Action, Stage, nothing_done
from tests.granting import Terms

VIEWER, MANAGER = "viewer@example.com", "manager@example.com"
WISH = Wish(Role.ROTATOR, "PAY_KEY", 24, "the payment provider changed")


def ask(stage: Stage) -> AccessRequest:
    """Let the viewer ask to rotate a secret."""
    return requests.ask(stage.cast["viewer"].actor, stage.universe, WISH)


def made() -> AccessRequest:
    """The only request."""
    return AccessRequest.objects.select_related("person", "universe", "renews").get()


def let_end_soon(_stage: Stage) -> None:
    """Let the viewer's grant end in a day."""
    soon = timezone.now() + timedelta(days=1)
    Grant.objects.filter(person__email=VIEWER).update(until=soon)


def grant_of_viewer() -> Grant:
    """The viewer's grant."""
    return Grant.objects.select_related("person", "universe").get(person__email=VIEWER)


def ask_to_keep(stage: Stage) -> AccessRequest:
    """Let the viewer ask to keep their grant."""
    actor = stage.cast["viewer"].actor
    return requests.ask_to_keep(actor, grant_of_viewer(), hours=24, reason="the season goes on")


def let_end_soon_and_ask(stage: Stage) -> None:
    """Let the viewer ask to keep what ends soon."""
    let_end_soon(stage)
    ask_to_keep(stage)


def keep(stage: Stage) -> None:
    """Let the manager keep the viewer's grant, and find that it was decided already."""
    seen = grant_of_viewer()
    renewals.keep(stage.cast["manager"].actor, seen)
    try:
        renewals.let_end(stage.cast["manager"].actor, grant_of_viewer_as(seen))
    except DecidedMeanwhile:
        return
    raise AssertionError("It was decided twice.")


def grant_of_viewer_as(seen: Grant) -> Grant:
    """The grant as it was seen before it was kept."""
    seen.until = timezone.now() + timedelta(days=1)
    return seen


def ask_and_wait(stage: Stage) -> None:
    """Let a request be unanswered for a week."""
    ask(stage)
    AccessRequest.objects.update(lapses_at=timezone.now())


def renew(stage: Stage) -> None:
    """Let the viewer's grant end a day later, within an act that another function ends."""
    later = timezone.now() + timedelta(days=2)
    renewals.renew(nothing_done(stage), grant_of_viewer(), Terms(Role.VIEWER, "", later))


def event(tag: str, who: str) -> str:
    """The event about the viewer in Harbor."""
    return f"{tag} | {who} | Harbor |  | {VIEWER}"


REQUEST_ACTIONS = [
    Action("requests.ask", ask, (event("access.requested", VIEWER),)),
    Action(
        "requests.ask_to_keep",
        ask_to_keep,
        (event("access.requested", VIEWER),),
        before=let_end_soon,
    ),
    Action(
        "requests.approve",
        lambda stage: requests.approve(stage.cast["manager"].actor, made()),
        (event("access.approved", MANAGER), event("grant.given", MANAGER)),
        before=ask,
    ),
    Action(
        "requests.approve",
        lambda stage: requests.approve(stage.cast["manager"].actor, made()),
        (event("access.approved", MANAGER), event("grant.renewed", MANAGER)),
        before=let_end_soon_and_ask,
    ),
    Action(
        "requests.decline",
        lambda stage: requests.decline(stage.cast["manager"].actor, made(), note="not now"),
        (event("access.declined", MANAGER),),
        before=ask,
    ),
    Action(
        "requests.withdraw",
        lambda stage: requests.withdraw(stage.cast["viewer"].actor, made()),
        (event("access.withdrawn", VIEWER),),
        before=ask,
    ),
    Action(
        "requests.lapse",
        lambda _stage: requests.lapse(system("requests")),
        (event("access.lapsed", "Sealroom (requests)"),),
        before=ask_and_wait,
    ),
    Action(
        "renewals.keep",
        keep,
        (event("access.approved", MANAGER), event("grant.renewed", MANAGER)),
        before=let_end_soon_and_ask,
    ),
    Action(
        "renewals.let_end",
        lambda stage: renewals.let_end(stage.cast["manager"].actor, grant_of_viewer()),
        (event("access.declined", MANAGER), event("grant.end_confirmed", MANAGER)),
        before=let_end_soon_and_ask,
    ),
    # What follows writes no event of its own.
    Action("renewals.due", lambda stage: renewals.due(stage.cast["manager"].actor, timezone.now())),
    Action("renewals.renew", renew, before=let_end_soon),
    Action(
        "renewals.own",
        lambda stage: renewals.own(stage.cast["viewer"].actor, grant_of_viewer().pk),
        before=let_end_soon,
    ),
    Action(
        "renewals.to_decide",
        lambda stage: renewals.to_decide(stage.cast["manager"].actor, grant_of_viewer().pk),
        before=let_end_soon,
    ),
    Action(
        "requests.end_of_person",
        lambda stage: requests.end_of_person(nothing_done(stage), stage.cast["viewer"].user),
    ),
    Action(
        "requests.end_of_universe",
        lambda stage: requests.end_of_universe(nothing_done(stage), stage.universe),
    ),
]
