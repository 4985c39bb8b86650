"""Channels in the browser: added with a secret that is shown once, tested, stopped and resumed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook

from secretsapp.channels import rule
from secretsapp.core.events.kinds import Severity
from secretsapp.models import ApiKey, Channel, Universe
from secretsapp.models.channels import ChannelKind
from tests.channels.telling import happens, open_channel, work
from tests.pages.reading import body, words
from tests.support.receiver import Receiver, says
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]
NEW = {"name": "Team", "at_least": "info", "events": ["secret.rotate", "grant"]}


@pytest.fixture
def receiver(tmp_path: Path, settings: Settings) -> Iterator[Receiver]:
    """A receiver of webhooks that the operator allows."""
    with Receiver(tmp_path, "localhost") as running:
        running.allow(settings)
        yield running


def secret_in(page: str) -> str:
    """The signing secret that the page shows."""
    return page.partition('value="whsec_')[2].partition('"')[0]


def test_a_webhook_is_added_tested_and_changed_and_its_secret_is_shown_once(
    client_for: SignIn, universe: Universe, receiver: Receiver
) -> None:
    admin = client_for("admin")
    assert "Add channel" in words(admin.get("/channels/"))
    shown = admin.post(
        "/channels/new/webhook/", NEW | {"target": receiver.url, "environments": "none"}
    )
    secret = f"whsec_{secret_in(body(shown))}"
    channel = Channel.objects.get()
    address = f"/channels/{channel.pk}/"
    assert rule.of(channel) == rule.Rule(
        ("grant", "secret.rotate"), Severity.INFO, environments=("",)
    )
    admin.post(f"{address}test/")
    (test,) = receiver.requests
    told = Webhook(secret).verify(test.body, dict(test.headers))
    assert told["type"] == "channel.test"
    page = words(admin.get(address))
    assert "Test sent. Answered 200." in page
    assert "localhost" in page
    for place in (address, "/channels/", f"{address}edit/", "/audit/?attempts=yes"):
        found = body(admin.get(place))
        assert "marker" not in found
        assert secret not in found
    watch = Watch()
    admin.post(f"{address}edit/", NEW | {"name": "Crew", "target": "", "is_new_secret": "on"})
    assert detail(watch.last)["fields"] == "name and environments and secret"
    assert secret not in watch.last.detail
    admin.post(f"{address}test/")
    fresh = receiver.requests[-1]
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(fresh.body, dict(fresh.headers))


def test_what_cannot_be_used_is_told_and_no_address_comes_back(
    client_for: SignIn, universe: Universe
) -> None:
    admin = client_for("admin")
    wrong = [
        ("webhook", {"target": "http://marker.example/"}, "https://"),
        ("webhook", {"target": "https://user:marker@a.example/"}, "user name"),
        ("webhook", {"target": "https://a.example/", "secret": "marker"}, "whsec_"),
        ("slack", {"target": ""}, "Enter where"),
        (
            "slack",
            {"target": "https://a.example/marker", "universes": "5"},
            "Select a valid choice",
        ),
        ("discord", {"target": "https://a.example/marker", "name": ""}, "Enter the address again"),
        ("syslog", {"target": "https://marker.example/"}, "host and a port"),
        ("email", {"target": "marker"}, "email address"),
        ("email", {"target": "a@example.com", "rhythm": "hourly"}, "rhythm"),
    ]
    for kind, sent, sentence in wrong:
        given = {"rhythm": "at_once"} if kind == "email" else {}
        answer = admin.post(f"/channels/new/{kind}/", NEW | given | sent)
        assert (answer.status_code, sentence in words(answer) or sentence in body(answer)) == (
            422,
            True,
        ), sent
        assert kind == "email" or "marker" not in body(answer)
    assert admin.get("/channels/new/carrier-pigeon/").status_code == 404
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    ("kind", "host", "told"),
    [
        ("discord", "discord.com", ""),
        ("discord", "canary.discord.com", ""),
        ("discord", "discord.com.marker.example", "webhooks are at discord.com. Check that you"),
        ("discord", "mydiscord.com", "trust mydiscord.com"),
        ("slack", "hooks.slack.com", ""),
        ("slack", "chat.example.com:8443", "webhooks are at hooks.slack.com. Check that you trust"),
        ("webhook", "anywhere.example.com", ""),
    ],
)
def test_where_a_chat_leads_elsewhere_it_is_added_with_a_warning(
    client_for: SignIn, universe: Universe, kind: str, host: str, told: str
) -> None:
    admin = client_for("admin")
    sent = NEW | {"target": f"https://{host}/api/webhooks/1/marker"}
    if kind == "webhook":
        sent["secret"] = "whsec_" + "A" * 43 + "="
    shown = words(admin.post(f"/channels/new/{kind}/", sent, follow=True))
    page = words(admin.get(f"/channels/{Channel.objects.get().pk}/"))
    for each in (shown, page):
        assert "marker" not in each.replace(host, "")
        assert ("Check that you trust" in each) == bool(told)
        assert told in each


def test_universes_are_ticked_and_those_beyond_the_first_are_typed(
    client_for: SignIn, universe: Universe, api_key: ApiKey
) -> None:
    admin, address = client_for("admin"), "/channels/new/email/"
    sent = {"name": "Team", "at_least": "info", "target": "a@example.com", "rhythm": "weekly"}
    page = body(admin.get(address))
    assert f'value="{universe.pk}"' in page
    assert "Other universes" not in page
    Universe.objects.bulk_create(
        Universe(id=number, name=f"Quay {number}", api_key=api_key) for number in range(1, 32)
    )
    for others, sentence in (("x", "universe"), ("5000", "no universe 5000")):
        answer = admin.post(address, sent | {"others": others})
        assert answer.status_code == 422
        assert sentence in words(answer)
    admin.post(address, sent | {"universes": ["2"], "others": f"{universe.pk}, 31"})
    channel = Channel.objects.get()
    assert rule.of(channel).universes == (2, 31, universe.pk)
    found = body(admin.get(f"/channels/{channel.pk}/edit/"))
    assert found.count("checked") >= 3


def test_what_could_not_be_delivered_is_retried_skipped_and_resumed_from_the_page(
    client_for: SignIn, universe: Universe, receiver: Receiver
) -> None:
    admin = client_for("admin")
    admin.post("/channels/new/discord/", NEW | {"target": receiver.url})
    address = f"/channels/{Channel.objects.get().pk}/"
    (lost,) = happens(universe, ["PAY_KEY"])
    receiver.plays = lambda _: says(500, b"<b>no</b>")
    work()
    page = words(admin.get(address))
    assert f"Event {lost} can’t be delivered" in page
    assert f'href="/audit/events/{lost}/"' in body(admin.get(address))
    assert 'value="off"' in body(admin.get("/channels/"))
    assert "Answered 500" in page
    assert "<b>no" not in body(admin.get(address))
    admin.post(f"{address}decide/", {"choice": "retry"})
    receiver.plays = lambda _: says(204)
    assert work() == 1
    (skipped,) = happens(universe, ["PAY_KEY"])
    receiver.plays = lambda _: says(500)
    work()
    for last in ("nonsense", str(skipped + 1)):
        admin.post(f"{address}decide/", {"choice": "skip", "last": last})
    assert Channel.objects.get().is_failing
    admin.post(f"{address}decide/", {"choice": "skip", "last": str(skipped)})
    admin.post(f"{address}decide/", {"choice": "off"})
    assert "Nothing is sent" in words(admin.get(address))
    happens(universe, ["PAY_KEY"])
    receiver.requests.clear()
    receiver.plays = lambda _: says(204)
    admin.post(f"{address}decide/", {"choice": "resume"})
    assert work() == 1
    admin.post(f"{address}test/")
    assert "Test failed" not in words(admin.get(address))
    assert "Team" in words(admin.post(f"{address}remove/", follow=True))
    assert not Channel.objects.exists()


def test_a_list_names_the_first_universes_of_a_channel_and_its_page_all(
    client_for: SignIn, universe: Universe
) -> None:
    key = universe.api_key
    made = Universe.objects.bulk_create(
        Universe(id=number, name=f"Quay {number}", api_key=key) for number in range(1, 6)
    )
    wanted = rule.Rule(universes=tuple(each.pk for each in made))
    channel = open_channel(ChannelKind.EMAIL, "crew@example.com", wanted).channel
    admin = client_for("admin")
    listed, page = (words(admin.get(f"/channels/{each}")) for each in ("", f"{channel.pk}/"))
    assert "Quay 1, Quay 2, Quay 3 and 2 more" in listed
    assert "Quay 3, Quay 4, Quay 5" in page
