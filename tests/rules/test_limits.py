"""How many there can be of something holds also for two who add another at one moment."""

from collections.abc import Callable
from threading import Event as Moment
from threading import Thread

import pytest
from django.db import connections, transaction

from secretsapp.channels import keeping
from secretsapp.channels.rule import Rule
from secretsapp.core.errors import SealroomError
from secretsapp.core.plaintext import Plaintext
from secretsapp.log import witnesses
from secretsapp.models import Channel, Witness
from secretsapp.models.channels import ChannelKind
from secretsapp.rules.locks import lock_all
from tests.actions.test_rights_taken_away import SECONDS, telling_when_it_waits
from tests.stage import STAGEHAND, Cast
from tests.support.witness import verifier_line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

Rows = type[Channel] | type[Witness]


def add_witness(name: str) -> None:
    key = verifier_line(f"{name}.example.com", b"\x04", bytes(32))
    witnesses.add(STAGEHAND, name=name, address="https://127.0.0.1:9/", key=key)


def add_channel(name: str) -> None:
    target = Plaintext(f"https://{name}.example.com/hook".encode())
    keeping.add(STAGEHAND, ChannelKind.WEBHOOK, keeping.Terms(name, Rule(), target=target))


@pytest.mark.parametrize(
    ("rows", "most", "add", "expected"),
    [
        (Witness, "secretsapp.log.witnesses.WITNESSES_AT_MOST", add_witness, "There are 2 wit"),
        (Channel, "secretsapp.channels.keeping.CHANNELS_AT_MOST", add_channel, "There are 2 chan"),
    ],
)
def test_who_waits_for_another_that_adds_the_last_is_refused(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    rows: Rows,
    most: str,
    add: Callable[[str], None],
    expected: str,
) -> None:
    monkeypatch.setattr(most, 2)
    add("first")
    waits, refused = Moment(), []

    def go() -> None:
        try:
            with telling_when_it_waits(waits, f'FROM "{rows._meta.db_table}"'):
                add("third")
        except SealroomError as refusal:
            refused.append(str(refusal))
        finally:
            waits.set()
            connections.close_all()

    waiting = Thread(target=go)
    with transaction.atomic():
        lock_all(rows.objects.all())
        waiting.start()
        assert waits.wait(SECONDS)
        second = rows.objects.get()
        second.pk, second.name = None if rows is Witness else "0" * 32, "second"
        second.save(force_insert=True)
    waiting.join(SECONDS)
    assert [sentence.startswith(expected) for sentence in refused] == [True]
    assert rows.objects.count() == 2
