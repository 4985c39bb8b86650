"""The actions on channels, and what a worker stores of its deliveries."""

from datetime import timedelta

from django.utils import timezone

from secretsapp.channels import delivering, keeping, mailing, outcomes, testing
from secretsapp.channels.keeping import Terms
from secretsapp.channels.messages import Message
from secretsapp.channels.outcomes import Result
from secretsapp.channels.rule import Rule
from secretsapp.channels.sending import Outcome
from secretsapp.channels.targets import Opened
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Channel, Delivery
from secretsapp.models.channels import ChannelKind, ChannelState
from tests.actions.acting import Action, Stage

ADMIN = "admin@example.com"
GONE = Outcome(is_sent=False, words="Answered 410.", is_gone=True)
TERMS = Terms("Team", Rule(), target=Plaintext(b"team@example.com"))


def add(stage: Stage) -> Channel:
    """Let there be a channel that leads to mail."""
    return keeping.add(stage.cast["admin"].actor, ChannelKind.EMAIL, TERMS).channel


def add_webhook(stage: Stage) -> None:
    """Let there be a channel that leads to a webhook, and a day that it failed."""
    terms = Terms("Team", Rule(), target=Plaintext(b"https://hooks.example.com/"))
    keeping.add(stage.cast["admin"].actor, ChannelKind.WEBHOOK, terms)
    Channel.objects.update(failing_since=timezone.now() - timedelta(days=1))


def fail(stage: Stage) -> None:
    """Let there be a channel with something that could not be delivered."""
    channel = add(stage)
    now, numbers = timezone.now(), {"first": 1, "last": 10**6, "count": 2}
    Delivery.objects.create(channel=channel, **numbers, state="waiting", began_at=now, tried_at=now)


def turn_off(stage: Stage) -> None:
    """Let there be a channel that is off."""
    keeping.turn_off(stage.cast["admin"].actor, add(stage))


def refuse(_kind: ChannelKind, _opened: Opened, _message: Message) -> Outcome:
    """What a receiver says that wants nothing more."""
    return GONE


def store(stage: Stage) -> int:
    """Store that the receiver wants nothing more."""
    channel = Channel.objects.get()
    message = Message("msg", channel.position + 1, channel.position + 1, 1)
    worker = stage.cast["admin"].actor
    return outcomes.store(worker, channel, [Result(message, GONE)], channel.position)


def told(tag: str) -> tuple[str, ...]:
    """The event of that tag, about the channel."""
    return (f"channel.{tag} | {ADMIN} |  |  | Team",)


CHANNEL_ACTIONS = [
    Action("keeping.add", add, told("added")),
    Action(
        "keeping.edit",
        lambda stage: keeping.edit(
            stage.cast["admin"].actor, Channel.objects.get(), Terms("Crew", Rule())
        ),
        (f"channel.changed | {ADMIN} |  |  | Crew",),
        before=add,
    ),
    Action("keeping.version", lambda _: keeping.version(Channel()), before=add),
    Action(
        "keeping.remove",
        lambda stage: keeping.remove(stage.cast["admin"].actor, Channel.objects.get()),
        told("removed"),
        before=add,
    ),
    Action(
        "keeping.turn_off",
        lambda stage: keeping.turn_off(stage.cast["admin"].actor, Channel.objects.get()),
        told("turned_off"),
        before=add,
    ),
    Action(
        "keeping.resume",
        lambda stage: keeping.resume(
            stage.cast["admin"].actor, Channel.objects.get(), from_now=True
        ),
        told("resumed"),
        before=turn_off,
    ),
    Action(
        "keeping.retry",
        lambda stage: keeping.retry(stage.cast["admin"].actor, Channel.objects.get()),
        before=fail,
    ),
    Action(
        "keeping.skip",
        lambda stage: keeping.skip(stage.cast["admin"].actor, Channel.objects.get(), last=10**6),
        told("skipped"),
        before=fail,
    ),
    Action(
        "testing.send_test",
        lambda stage: testing.send_test(stage.cast["admin"].actor, Channel.objects.get()),
        told("tested"),
        before=add,
    ),
    Action(
        "delivering.deliver",
        lambda stage: delivering.deliver(stage.cast["admin"].actor, refuse),
        told("paused"),
        before=add_webhook,
    ),
    Action("outcomes.store", store, told("paused"), before=add_webhook),
    Action(
        "outcomes.store_failure",
        lambda stage: outcomes.store_failure(
            stage.cast["admin"].actor, Channel.objects.get(), "It didn’t work."
        ),
        told("paused"),
        before=add_webhook,
    ),
    Action(
        "outcomes.stop",
        lambda stage: outcomes.stop(
            stage.cast["admin"].actor, Channel.objects.get(), ChannelState.PAUSED, "it failed"
        ),
        told("paused"),
        before=add_webhook,
    ),
    Action(
        "outcomes.end_waiting", lambda _: outcomes.end_waiting(Channel.objects.get()), before=fail
    ),
    Action("outcomes.clear", lambda _stage: outcomes.clear()),
    Action("mailing.first_at", lambda _stage: mailing.first_at("daily")),
    Action(
        "mailing.queue",
        lambda stage: mailing.queue(stage.cast["admin"].actor, Channel.objects.get()),
        before=add,
    ),
    Action(
        "mailing.queue_test",
        lambda _stage: mailing.queue_test(Channel.objects.get(), who="the admin"),
        before=add,
    ),
    Action(
        "mailing.take_back",
        lambda _stage: mailing.take_back(Channel.objects.get()),
        before=add,
    ),
]
