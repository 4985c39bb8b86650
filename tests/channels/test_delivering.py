"""What happens is told to every channel: in order, at least once, and by one worker at a time."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks import Webhook

from secretsapp.channels import keeping, sending
from secretsapp.channels.messages import Message
from secretsapp.channels.rule import Rule
from secretsapp.channels.sending import Outcome
from secretsapp.channels.targets import Opened
from secretsapp.core.errors import StaleVersion
from secretsapp.core.events.kinds import Severity
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.models import Channel, Universe
from secretsapp.models.channels import ChannelKind
from tests.channels.telling import happens, log, open_channel, stored, work
from tests.opencloud.wires import PATIENCE_SECONDS, Script, sends
from tests.stage import STAGEHAND
from tests.support.receiver import Received, Receiver, says
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

MINUTES, HOUR, DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)
WARNINGS = Rule(at_least=Severity.WARNING)


def answering(script: Script) -> Callable[[Received], Script]:
    """Plays the same script, whatever comes."""
    return lambda _received: script


def sequences(receiver: Receiver) -> list[int]:
    """The numbers of the events that reached the receiver."""
    return [each.json["data"]["sequence"] for each in receiver.requests]


def test_a_webhook_is_told_each_event_signed_and_under_an_id_that_stays(
    universe: Universe, receiver: Receiver
) -> None:
    happens(universe, ["BEFORE"])
    library, told = Webhook(open_channel(ChannelKind.WEBHOOK, receiver.url).secret), []
    first, second = happens(universe, ["PAY_KEY", "PAY_WEBHOOK"])

    def takes(received: Received) -> Script:
        told.append(library.verify(received.body, dict(received.headers)))
        return says(503 if len(told) == 2 else 204)

    receiver.plays = takes
    assert (work(), work(), work(later=HOUR), work(later=HOUR)) == (1, 0, 1, 0)
    assert [each["data"]["sequence"] for each in told] == [first, second, second]
    assert told[0]["type"] == "secret.rotate.succeeded"
    assert "rotated PAY_KEY in Harbor" in told[0]["data"]["sentence"]
    ids = [each.headers["webhook-id"] for each in receiver.requests]
    assert ids[1] == ids[2] != ids[0]
    assert log(stored()) == [("sent", first, first, 1), ("sent", second, second, 2)]


def test_no_event_is_lost_whatever_the_receiver_does(
    universe: Universe, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url)
    numbers = happens(universe, [f"PAY_{number}" for number in range(3)])
    endless = b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n"
    scripts = [
        sends(b""),
        sends(b"220 not HTTP\r\n\r\n"),
        says(500, b"out \x1b[31m of order"),
        says(302, location="https://169.254.169.254/"),
        sends(endless, b"x" * 70_000),
        receiver.pause(),
    ]
    refusals = []
    for tries, script in enumerate(scripts, 1):
        receiver.plays = answering(script)
        monkeypatch.setattr(sending, "SECONDS", 0.5 if script is scripts[-1] else 10)
        assert work(later=tries * HOUR * 2) == 0
        waiting = stored().deliveries.get(state="waiting")
        assert (waiting.first, waiting.tries) == (numbers[0], tries)
        refusals.append(waiting.answer)
    assert len(set(refusals)) == 5
    assert all(each.isprintable() and "token" not in each for each in refusals)
    monkeypatch.setattr(sending, "SECONDS", 10)
    receiver.requests.clear()
    receiver.plays = lambda _: says(200)
    assert work(later=DAY) == 3
    assert sequences(receiver) == numbers


def test_a_name_that_leads_into_a_private_network_on_the_second_look_is_sent_nothing(
    universe: Universe, receiver: Receiver
) -> None:
    looks = iter([["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "::ffff:192.168.0.1"]])
    way = receiver.way(lambda _host, _port: next(looks))
    send = partial(sending.send, way=way)
    open_channel(ChannelKind.WEBHOOK, receiver.url)
    for name in ("FIRST", "SECOND"):
        happens(universe, [name])
        work(send)
    assert (len(receiver.requests), receiver.connections) == (1, 1)
    assert "10.0.0.1" in stored().deliveries.get(state="waiting").answer
    assert work(send, later=HOUR) == 0
    assert receiver.connections == 1


def test_a_receiver_that_wants_nothing_more_ends_its_channel_and_others_are_told(
    universe: Universe, receiver: Receiver
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url, WARNINGS)
    happens(universe, ["PAY_KEY"], SecretEvent.SECRET_DRIFT_CHANGED)
    open_channel(ChannelKind.WEBHOOK, receiver.url, WARNINGS, name="Others")
    receiver.plays = lambda _: says(410)
    watch = Watch()
    work()
    assert watch.tags == ["channel.paused"]
    assert (stored().state, stored("Others").state) == ("off", "on")
    receiver.requests.clear()
    receiver.plays = lambda _: says(200)
    work()
    assert [each.json["type"] for each in receiver.requests] == ["channel.paused"]


def test_a_channel_that_fails_for_a_day_is_paused_and_a_person_decides_what_is_skipped(
    universe: Universe, receiver: Receiver
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url)
    first, second, third = happens(universe, ["ONE", "TWO", "THREE"])
    receiver.plays = lambda _: says(500)
    work()
    watch = Watch()
    with time_machine.travel(timezone.now() + DAY):
        work()
        assert (stored().state, stored().why) == ("paused", "delivery failed for a day")
        assert [(event.tag, event.subject_name) for event in watch.events] == [
            ("channel.paused", "Team")
        ]
        receiver.requests.clear()
        receiver.plays = lambda _: says(200)
        assert work(later=DAY) == 0
        with pytest.raises(StaleVersion):
            keeping.skip(STAGEHAND, stored(), last=second)
        keeping.skip(STAGEHAND, stored(), last=first)
        keeping.resume(STAGEHAND, stored(), from_now=False)
        assert work() == 2
    assert sequences(receiver) == [second, third]
    assert watch.tags == ["channel.paused", "channel.skipped", "channel.resumed"]
    keeping.turn_off(STAGEHAND, stored())
    happens(universe, ["MEANWHILE"])
    assert work() == 0
    keeping.resume(STAGEHAND, stored(), from_now=True)
    assert detail(watch.last)["count"] == "1"
    assert work() == 0


def test_what_a_changed_rule_leaves_out_waits_no_longer(
    universe: Universe, receiver: Receiver
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url)
    (number,) = happens(universe, ["PAY_KEY"])
    receiver.plays = lambda _: says(500)
    work()
    keeping.edit(STAGEHAND, stored(), keeping.Terms("Team", Rule(("backup",))))
    work(later=HOUR)
    assert log(stored()) == [("skipped", number, number, 1)]
    assert not stored().is_failing


def test_a_slow_receiver_keeps_no_other_channel_waiting(
    universe: Universe, receiver: Receiver
) -> None:
    """The slow one answers only once the other has been told everything."""
    is_told, quick = Event(), list[int]()
    open_channel(ChannelKind.WEBHOOK, f"{receiver.url}&slow", name="A slow one")
    open_channel(ChannelKind.WEBHOOK, receiver.url)
    numbers = happens(universe, [f"PAY_{number}" for number in range(5)])

    def plays(received: Received) -> Script:
        if "slow" in received.path:
            return says(200 if is_told.wait(PATIENCE_SECONDS) else 500)
        quick.append(received.json["data"]["sequence"])
        if quick == numbers:
            is_told.set()
        return says(200)

    receiver.plays = plays
    assert work() > 5
    assert stored("A slow one").failing_since is None


def test_one_worker_has_a_channel_at_a_time_and_what_it_leaves_behind_is_sent_again(
    universe: Universe,
) -> None:
    ids: list[str] = []

    def dies(_kind: ChannelKind, _opened: Opened, message: Message) -> Outcome:
        ids.append(message.id)
        raise KeyboardInterrupt

    def takes(_kind: ChannelKind, _opened: Opened, message: Message) -> Outcome:
        ids.append(message.id)
        return Outcome(is_sent=True, words="Answered 200.")

    open_channel(ChannelKind.WEBHOOK, "https://hooks.example.com/")
    happens(universe, ["PAY_KEY"])
    with pytest.raises(KeyboardInterrupt):
        work(dies)
    assert work(takes) == 0
    assert work(takes, later=MINUTES) == 1
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_an_answer_that_repeats_the_address_is_not_kept(
    universe: Universe, receiver: Receiver
) -> None:
    made = open_channel(ChannelKind.WEBHOOK, f"{receiver.url}/T0KEN%2DTOKEN?key=ABCDEFGH1")
    happens(universe, ["PAY_KEY"])
    for tries, words in enumerate(
        (b"no /t0ken-token here", b"key ABCDEFGH1", made.secret.encode())
    ):
        receiver.plays = answering(says(404, b"x" * 500 + words))
        work(later=tries * HOUR * 2)
        assert stored().deliveries.get().answer == "Answered 404."
    receiver.plays = answering(says(404, b"no such channel"))
    work(later=HOUR * 8)
    assert stored().deliveries.get().answer == "Answered 404: no such channel"


def test_a_wait_that_is_asked_for_is_kept_but_not_for_ever(
    universe: Universe, receiver: Receiver
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url)
    happens(universe, ["PAY_KEY"])
    for asked, least, most in ((600, 600, 720), (10**6, 3600, 4320), (0, 240, 300)):
        receiver.plays = answering(says(429, retry_after=str(asked)))
        begun = timezone.now()
        Channel.objects.update(next_at=None)
        work()
        next_at = stored().next_at
        assert next_at is not None
        assert timedelta(seconds=least) <= next_at - begun <= timedelta(seconds=most + 60)
    keeping.retry(STAGEHAND, stored())
    receiver.plays = lambda _: says(200)
    assert work() == 1
