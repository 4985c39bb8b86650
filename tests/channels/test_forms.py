"""Each kind of channel reads events in its own form, in which nobody calls anyone or leads away."""

import html
import re
from base64 import b64decode

import pytest
from django.core.cache import cache
from django.utils import timezone

from secretsapp.channels import keeping, mailing, rule, testing
from secretsapp.channels.rule import Rule
from secretsapp.core import signed_notes
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.kinds import Severity
from secretsapp.core.events.secrets import SecretEvent, UniverseEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.log import checkpoints
from secretsapp.mail import sending
from secretsapp.models import Channel, OutgoingMail, Universe
from secretsapp.models.channels import ChannelKind, Rhythm
from secretsapp.rules.acting import NoRight, acting
from tests.channels.telling import ALL, happens, log, newest, open_channel, stored, work
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast
from tests.support.receiver import Receiver, SyslogReceiver
from tests.support.tampering import behind_the_back

pytestmark = pytest.mark.django_db

FORCED = SecretEvent.SECRET_CHANGE_FORCED
LURE = "@everyone <!channel> <@U1> **now** [free](https://evil.example) `x` www.evil.example"


def in_log() -> list[int]:
    """The numbers of the events that the channel is told, of all there are."""
    return [each.sequence for each in rule.matching(stored(), 0, newest())]


@pytest.mark.parametrize("kind", [ChannelKind.DISCORD, ChannelKind.SLACK])
def test_chats_are_told_ten_events_a_message_in_which_nothing_calls_or_leads_away(
    universe: Universe, receiver: Receiver, kind: ChannelKind
) -> None:
    saved = open_channel(kind, receiver.url, Rule())
    receiver.requests.clear()
    numbers = happens(universe, [f"PAY_{number}" for number in range(12)])
    work()
    longest = happens(universe, ["LONG"] * 6, FORCED, reason="*" * 900)
    lures = happens(universe, ["PAY_KEY"], FORCED, reason=LURE)
    work()
    bodies = [each.json for each in receiver.requests]
    texts = [str(each["content" if kind is ChannelKind.DISCORD else "text"]) for each in bodies]
    told = [[int(number) for number in re.findall(r"#(\d+)[\]>]", text)] for text in texts]
    assert [number for each in told for number in each] == [
        saved.channel.position + 1,
        *numbers,
        *longest,
        *lures,
    ]
    assert [len(each) for each in told][:2] == [10, 3]
    assert all(len(text) <= 4000 for text in texts)
    last = texts[-1].splitlines()[-1]
    for calling in ("@everyone", "<!", "<@", "https://evil", "www.evil", "**now"):
        assert calling not in last
    if kind is ChannelKind.DISCORD:
        assert all(len(text) <= 2000 for text in texts)
        assert all(each["allowed_mentions"] == {"parse": []} for each in bodies)
        assert "](https" not in texts[-1]


@pytest.mark.parametrize(
    ("kind", "field"), [(ChannelKind.DISCORD, "content"), (ChannelKind.SLACK, "text")]
)
def test_chats_are_told_of_a_checkpoint_with_its_note_to_be_kept(
    universe: Universe, receiver: Receiver, kind: ChannelKind, field: str
) -> None:
    open_channel(kind, receiver.url, Rule(events=("checkpoint",), at_least=Severity.INFO))
    made = [checkpoints.make(STAGEHAND)]
    for name in ("ONE", "TWO"):
        happens(universe, [name])
        made.append(checkpoints.make(STAGEHAND))
    receiver.requests.clear()
    work()
    text = "\n".join(str(each.json[field]) for each in receiver.requests)
    blocks = re.findall(r"^```\n(.+?)```$", text, re.DOTALL | re.MULTILINE)
    notes = [html.unescape(each) if kind is ChannelKind.SLACK else each for each in blocks]
    assert notes == [each.note for each in made]
    signed_notes.opened(notes[0], [signed_notes.verifier(made[0].verifier)])


@pytest.mark.parametrize("kind", [ChannelKind.DISCORD, ChannelKind.SLACK])
@pytest.mark.parametrize("length", [0, 5000])
def test_a_note_that_someone_edited_neither_leaves_its_block_nor_makes_a_message_too_long(
    universe: Universe, receiver: Receiver, kind: ChannelKind, length: int
) -> None:
    open_channel(kind, receiver.url, Rule(events=("checkpoint",), at_least=Severity.INFO))
    checkpoints.make(STAGEHAND)
    edited = f"```\n<!channel> &{'x' * length}\r\n"
    behind_the_back(f"UPDATE secretsapp_checkpoint SET note = '{edited}'")
    receiver.requests.clear()
    assert work() == 1
    (received,) = receiver.requests
    text = str(received.json["content" if kind is ChannelKind.DISCORD else "text"])
    assert text.count("```") == (0 if length else 2)
    assert ("channel" in text) == (not length)
    assert "signed checkpoint" in text
    assert kind is ChannelKind.DISCORD or "<!channel>" not in text


def test_syslog_is_told_a_message_an_event_with_what_the_log_has_of_it(
    universe: Universe, syslog: SyslogReceiver
) -> None:
    open_channel(ChannelKind.SYSLOG, f"localhost:{syslog.port}")
    happens(universe, ["PAY_KEY"])
    happens(universe, ["PAY_KEY"], SecretEvent.SECRET_ROTATE_FAILED, reason='a "]\\ b\nc')
    keeping.edit(
        STAGEHAND, stored(), keeping.Terms("Team", Rule(("secret.rotate",), Severity.INFO))
    )
    assert work() == 1
    first, second = (message.decode() for message in syslog.messages)
    assert re.match(
        r"<109>1 \d{4}-\d\d-\d\dT[\d:.]+Z 127\.0\.0\.1 sealroom - secret\.rotate\.succeeded "
        r'\[sealroom@32473 sequence="\d+" event="secret.rotate.succeeded" result="succeeded" ',
        first,
    )
    assert first.endswith(
        "] \ufeffcommand line: tests by stagehand on stage rotated PAY_KEY in Harbor"
    )
    assert "\n" not in second
    assert testing.send_test(STAGEHAND, stored()).is_sent
    assert b"channel.test" in syslog.messages[-1]


def test_syslog_has_the_note_of_a_checkpoint_byte_for_byte(
    universe: Universe, syslog: SyslogReceiver
) -> None:
    rule = Rule(events=("checkpoint",), at_least=Severity.INFO)
    open_channel(ChannelKind.SYSLOG, f"localhost:{syslog.port}", rule)
    made = checkpoints.make(STAGEHAND)
    happens(universe, ["PAY_KEY"])
    edited = checkpoints.make(STAGEHAND)
    behind_the_back(
        f"UPDATE secretsapp_checkpoint SET note = '{'x' * 6000}' WHERE number = {edited.number}"
    )
    work()
    first, second = syslog.messages
    found = re.search(rb' checkpoint="([^"]+)"', first)
    assert found is not None
    assert b64decode(found[1]).decode() == made.note
    assert (b"checkpoint.made" in second, b" checkpoint=" in second) == (True, False)


def test_mail_comes_at_once_but_no_second_one_while_the_first_waits(
    universe: Universe, post_office: PostOffice
) -> None:
    cache.clear()
    open_channel(ChannelKind.EMAIL, "team@example.com")
    happens(universe, ["ONE"])
    work()
    happens(universe, ["TWO", "THREE"])
    work()
    sending.send_waiting([mailing.KIND])
    work(later=mailing.BUSY_PAUSE)
    sending.send_waiting([mailing.KIND])
    first, second = post_office.mails
    assert (first["subject"], second["subject"]) == ("1 event in Sealroom", "2 events in Sealroom")
    assert "rotated ONE in Harbor" in body_of(first)
    assert "rotated TWO in Harbor" in body_of(second, "html")
    assert [state for state, *_ in log(stored())] == ["sent", "sent"]


def test_what_the_mail_server_never_took_is_told_once_the_channel_is_resumed(
    universe: Universe, post_office: PostOffice
) -> None:
    cache.clear()
    open_channel(ChannelKind.EMAIL, "team@example.com")
    happens(universe, ["ONE"])
    assert work() == 0
    OutgoingMail.objects.update(state="given_up", ended_at=timezone.now())
    work(later=mailing.BUSY_PAUSE)
    assert (stored().state, stored().why) == ("paused", mailing.GIVEN_UP)
    keeping.resume(STAGEHAND, stored(), from_now=False)
    work(later=mailing.BUSY_PAUSE)
    sending.send_waiting([mailing.KIND])
    assert "rotated ONE in Harbor" in body_of(post_office.mails[0])


def test_mail_that_waits_is_taken_back_where_the_channel_is_turned_off_or_leads_elsewhere(
    universe: Universe, post_office: PostOffice
) -> None:
    cache.clear()
    open_channel(ChannelKind.EMAIL, "team@example.com")
    happens(universe, ["ONE"])
    work()
    other = Plaintext(b"others@example.com")
    keeping.edit(STAGEHAND, stored(), keeping.Terms("Team", rule.of(stored()), target=other))
    sending.send_waiting([mailing.KIND])
    work(later=mailing.BUSY_PAUSE)
    keeping.turn_off(STAGEHAND, stored())
    sending.send_waiting([mailing.KIND])
    assert post_office.mails == []
    keeping.resume(STAGEHAND, stored(), from_now=False)
    work(later=mailing.BUSY_PAUSE)
    sending.send_waiting([mailing.KIND])
    [mail] = post_office.mails
    assert mail["to"] == "others@example.com"
    assert "rotated ONE in Harbor" in body_of(mail)


def test_an_address_that_is_too_long_to_be_shown_is_refused() -> None:
    long = ".".join(["a" * 60] * 4)
    for kind, target in (
        (ChannelKind.EMAIL, f"{'a' * 60}@{long}.example"),
        (ChannelKind.SYSLOG, f"{long}.example:65535"),
    ):
        with pytest.raises(InvalidInput, match=r"too long|Enter an email address"):
            open_channel(kind, target)


def test_a_digest_comes_once_a_day_or_week_and_not_where_nothing_happened(
    universe: Universe, post_office: PostOffice
) -> None:
    cache.clear()
    open_channel(ChannelKind.EMAIL, "team@example.com", rhythm=Rhythm.WEEKLY)
    due = stored().next_at
    assert due is not None
    assert (due.weekday(), due.hour) == (0, mailing.HOUR)
    happens(universe, [f"PAY_{number}" for number in range(mailing.LISTED + 2)])
    assert work() == 0
    Channel.objects.update(next_at=None)
    for _ in range(2):
        work()
        assert stored().next_at == due
        Channel.objects.update(next_at=None)
        sending.send_waiting([mailing.KIND])
    (mail,) = post_office.mails
    assert mail["subject"] == f"{mailing.LISTED + 2} events in Sealroom"
    assert "And 2 more" in body_of(mail)
    with pytest.raises(InvalidInput):
        open_channel(ChannelKind.SLACK, "https://a.example/", name="No", rhythm=Rhythm.DAILY)


def test_a_rule_chooses_events_severity_and_universes(universe: Universe, cast: Cast) -> None:
    other = Universe.objects.create(
        id=77, name="Quay", api_key=universe.api_key, environment="staging"
    )
    start = open_channel(ChannelKind.WEBHOOK, "https://a.example/", ALL).channel.position
    (here,) = happens(universe, ["PAY_KEY"])
    (there,) = happens(other, ["PAY_KEY"])
    (started,) = happens(universe, ["PAY_KEY"], SecretEvent.SECRET_ROTATE_STARTED)
    (gone,) = happens(other, [""], UniverseEvent.UNIVERSE_REMOVED)
    with acting(STAGEHAND, NoRight("the stage is set")) as act:
        act.tell(AccessEvent.GRANT_REVOKED, subject=cast["viewer"].user)
    (nowhere,) = (event.sequence for event in act.events)
    everything = {here, there, started, gone, nowhere}

    def chosen(**wanted: object) -> set[int]:
        made = rule.checked(Rule(**wanted))  # type: ignore[arg-type]
        Channel.objects.update(rule=rule.written(made), position=start)
        return everything & set(in_log())

    assert chosen(at_least=Severity.INFO) == everything
    assert chosen() == everything - {started}
    assert chosen(at_least=Severity.WARNING) == {gone}
    assert chosen(events=("secret.rotate", "grant")) == {here, there, nowhere}
    assert chosen(universes=(77,)) == {there, gone}
    assert chosen(environments=("production",), universes=(77,)) == {here, there, gone}
    other.delete()
    assert chosen(environments=("production",)) == {here, there, gone}
    Channel.objects.update(rule=rule.written(Rule(universes=(77,))))
    keeping.edit(STAGEHAND, stored(), keeping.Terms("Team", rule.of(stored())))
    for nonsense in ({"events": ("secre",)}, {"universes": (5,)}, {"environments": ("moon",)}):
        with pytest.raises(InvalidInput):
            chosen(**nonsense)
