"""A rule that someone edited in the database pauses its channel alone, and can be saved again."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from secretsapp.channels import delivering, keeping, listing, rule
from secretsapp.channels.rule import Rule
from secretsapp.core.errors import BadRule
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Channel, Delivery, Universe
from secretsapp.models.channels import ChannelKind, ChannelState
from tests.channels.telling import happens, open_channel, work
from tests.pages.reading import words
from tests.post_office import PostOffice
from tests.stage import STAGEHAND, Cast
from tests.support.receiver import Receiver
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

WHOLE = json.loads(rule.written(Rule()))


def named(name: str) -> Channel:
    return Channel.objects.get(name=name)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "{",
        "7",
        "[]",
        "[" * 100_000,
        json.dumps(WHOLE | {"at_least": "never"}),
        json.dumps(WHOLE | {"events": 7}),
        json.dumps(WHOLE | {"events": [7]}),
        json.dumps(WHOLE | {"events": ["nothing.there"]}),
        json.dumps(WHOLE | {"universes": ["1"]}),
        json.dumps(WHOLE | {"universes": [True]}),
        json.dumps(WHOLE | {"universes": [10**30]}),
        json.dumps(WHOLE | {"environments": ["nowhere"]}),
        json.dumps({name: found for name, found in WHOLE.items() if name != "universes"}),
    ],
)
def test_only_the_channel_with_that_rule_is_paused(
    universe: Universe, receiver: Receiver, stored: str
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url, name="Edited")
    open_channel(ChannelKind.WEBHOOK, receiver.url, name="Whole")
    Channel.objects.filter(name="Edited").update(rule=stored)
    happens(universe, ["PAY_KEY"])
    watch = Watch()
    assert work() == 1
    assert named("Edited").state == ChannelState.PAUSED
    assert named("Whole").state == ChannelState.ON
    assert watch.tags == ["channel.paused"]
    assert detail(watch.events[0]) == {"reason": rule.UNREADABLE}
    assert [view.is_readable for view in listing.overview(STAGEHAND)] == [False, True]


def test_the_pages_say_so_and_it_is_told_what_it_missed_once_its_rule_is_saved(
    universe: Universe, cast: Cast, receiver: Receiver
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url)
    Channel.objects.update(rule="{}")
    happens(universe, ["PAY_KEY"])
    assert work() == 0
    client, team = Client(), named("Team")
    client.force_login(cast["admin"].user)
    page, edit = (reverse(name, args=[team.pk]) for name in ("channel", "channel_edit"))
    for address in (reverse("home"), page):
        assert "someone edited its rule in the database" in words(client.get(address)), address
    assert "Can’t be read" in words(client.get(reverse("channels")))
    decide = reverse("channel_decide", args=[team.pk])
    for choice in ("resume", "from_now"):
        told = client.post(decide, {"choice": choice}, follow=True)
        assert "choose what it is told, and save that" in words(told)
    with pytest.raises(BadRule):
        keeping.resume(STAGEHAND, team, from_now=False)
    saved = {"name": "Team", "at_least": "notice", "events": "secret.rotate"}
    assert "Changes saved." in words(client.post(edit, saved, follow=True))
    client.post(decide, {"choice": "resume"})
    assert work() == 1
    [request] = receiver.requests
    assert request.json["data"]["secret_name"] == "PAY_KEY"


def test_one_that_leads_to_email_is_paused_too(universe: Universe, post_office: PostOffice) -> None:
    open_channel(ChannelKind.EMAIL, "team@example.com")
    Channel.objects.update(rule="{}")
    happens(universe, ["PAY_KEY"])
    assert work() == 0
    assert named("Team").state == ChannelState.PAUSED


def test_whatever_else_is_wrong_with_a_row_keeps_no_other_channel_waiting(
    universe: Universe, receiver: Receiver
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url, name="Edited")
    open_channel(ChannelKind.WEBHOOK, receiver.url, name="Whole")
    Channel.objects.filter(name="Edited").update(kind="nothing")
    happens(universe, ["PAY_KEY"])
    assert work() == 1
    [failed] = Delivery.objects.filter(channel__name="Edited")
    assert failed.answer == delivering.BROKEN


def test_a_rule_saved_as_that_of_a_new_channel_counts_as_a_change(receiver: Receiver) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url)
    Channel.objects.update(rule="{")
    target = Plaintext(receiver.url.encode())
    keeping.edit(STAGEHAND, named("Team"), keeping.Terms("Team", Rule(), target=target))
    assert rule.of(named("Team")) == Rule()
