"""Channels to look at, in states that only time or a person brings."""

from django.urls import reverse
from django.utils import timezone

from secretsapp.channels import keeping
from secretsapp.channels.keeping import Terms
from secretsapp.channels.rule import Rule
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Channel, Delivery
from secretsapp.models.channels import ChannelKind
from tests.browser.conftest import Visitor
from tests.stage import STAGEHAND

ANSWER = "Answered 500: the receiver has been out of order for a while, please come back later " * 2


def path_of_a_failing_channel() -> str:
    """A channel that was paused, with what was delivered before and what waits."""
    terms = Terms("A channel that fails", Rule(("grant",)), target=Plaintext(b"https://a.example/"))
    channel = keeping.add(STAGEHAND, ChannelKind.SLACK, terms).channel
    now, numbers = timezone.now(), {"first": 1, "last": 12, "count": 10}
    times = {"began_at": now, "tried_at": now}
    for state, answer in (("sent", "Answered 200: ok"), ("waiting", ANSWER)):
        Delivery.objects.create(channel=channel, state=state, answer=answer, **numbers, **times)
    why = "delivery failed for a day"
    Channel.objects.filter(pk=channel.pk).update(state="paused", why=why, failing_since=now)
    return reverse("channel", args=[channel.pk])


def refuse_a_channel(visitor: Visitor) -> None:
    """Send the form with nothing in it."""
    visitor.page.get_by_role("button", name="Add channel").click()
    visitor.page.get_by_text("Enter a name for the channel.").wait_for()


def add_a_channel(visitor: Visitor) -> None:
    """Add a webhook, whose secret is shown then."""
    page = visitor.page
    page.get_by_label("Name", exact=True).fill("Machines")
    page.get_by_label("URL").fill("https://hooks.example.com/one")
    page.get_by_role("button", name="Add channel").click()
    page.get_by_role("heading", name="Signing secret of Machines").wait_for()
