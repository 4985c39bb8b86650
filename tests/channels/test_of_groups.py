"""What changes in a group is told to channels for its universes, and to no channel for others."""

import pytest

from emulator import Emulator, Group
from secretsapp.channels.rule import Rule
from secretsapp.groups import watching
from secretsapp.models import ApiKey, Universe
from secretsapp.models.channels import ChannelKind
from tests.channels.telling import open_channel, work
from tests.groups.conftest import OWNER
from tests.groups.test_watching import WORKER, read_after
from tests.stage import GROUP_ID, HARBOR_ID
from tests.support.receiver import Receiver

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

OTHERS = 99


@pytest.fixture
def groups(universe: Universe, api_key: ApiKey, emulator: Emulator) -> tuple[Group, Group]:
    """The group of Harbor, in production, and that of Quay, in staging; both were read once."""
    Universe.objects.create(
        id=77, name="Quay", api_key=api_key, environment="staging", owner=f"groups/{OTHERS}"
    )
    Universe.objects.filter(pk=HARBOR_ID).update(environment="production")
    emulator.add_universe(77, name="Quay", group_id=OTHERS)
    named = ((GROUP_ID, "Harbor Works"), (OTHERS, "Quay Works"))
    first, second = (emulator.add_group(each, name=name, owner_id=OWNER) for each, name in named)
    watching.read_due(WORKER)
    return first, second


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule(events=("group",)), ["Harbor Works", "Quay Works"]),
        (Rule(events=("group",), universes=(HARBOR_ID,)), ["Harbor Works"]),
        (Rule(universes=(77,)), ["Quay Works"]),
        (Rule(events=("group",), environments=("production",)), ["Harbor Works"]),
        (Rule(environments=("staging",)), ["Quay Works"]),
        (Rule(environments=("development",)), []),
        (Rule(events=("secret",), universes=(HARBOR_ID,)), []),
    ],
)
def test_a_new_owner_is_told_to_channels_for_the_groups_universes(
    groups: tuple[Group, Group], receiver: Receiver, rule: Rule, told: list[str]
) -> None:
    open_channel(ChannelKind.WEBHOOK, receiver.url, rule)
    for group in groups:
        group.give_to(999)
    read_after()
    work()
    said = [each.json["data"] for each in receiver.requests]
    assert sorted(each["detail"]["name"] for each in said) == told
    assert all(each.json["type"] == "group.owner_changed" for each in receiver.requests)


def test_a_universe_that_an_account_owns_brings_no_group(
    groups: tuple[Group, Group], receiver: Receiver
) -> None:
    Universe.objects.filter(pk=HARBOR_ID).update(owner=f"users/{GROUP_ID}")
    open_channel(ChannelKind.WEBHOOK, receiver.url, Rule(("group",), universes=(HARBOR_ID,)))
    groups[1].give_to(999)
    read_after()
    assert (work(), receiver.requests) == (0, [])
