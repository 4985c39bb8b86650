"""Creating, rotating and deleting secrets: what Roblox gets is exactly what was given."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import PublicKey, Sealed, seal
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.secrets import changes
from tests.stage import Cast
from tests.support.watch import Watch, detail, writes

pytestmark = pytest.mark.django_db

ANYTHING = strategies.characters(codec="utf-8", exclude_characters="\0\ufeff\ufffd")
VALUES = [
    b"one line",
    b"first line\nsecond line\n",
    "Grüße, ☃ und 語".encode(),
    b"x" * 1024,
    bytes(range(1, 128)),
]


def seal_for(harbor: EmulatedUniverse, value: bytes) -> Sealed:
    """The value, sealed somewhere else for the universe."""
    pair = harbor.key_pair
    return seal(Plaintext(value), PublicKey.from_base64(pair.public_key, pair.key_id))


@pytest.mark.parametrize("value", VALUES)
def test_create_gives_roblox_exactly_the_value(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, value: bytes
) -> None:
    watch = Watch()
    change = changes.create(
        actor=cast["editor"].actor,
        universe=universe,
        name="NEW_KEY",
        value=Plaintext(value),
        domain="*.example.com",
    )
    held = harbor.secrets["NEW_KEY"]
    assert (held.value, held.domain) == (value, "*.example.com")
    assert (change.state, change.reason) == (ChangeState.SUCCEEDED, "")
    assert watch.tags == ["secret.create.started", "secret.create.succeeded"]
    mirrored = Secret.objects.get(universe=universe, name="NEW_KEY")
    assert (mirrored.domain, mirrored.update_time) == ("*.example.com", held.update_time)
    assert (mirrored.last_change, mirrored.unsure, mirrored.drifted_at) == (change, False, None)


@pytest.mark.parametrize("value", VALUES)
def test_rotate_gives_roblox_exactly_the_value_and_keeps_the_domain(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, value: bytes
) -> None:
    watch = Watch()
    change = changes.rotate(
        actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(value)
    )
    held = harbor.secrets["PAY_KEY"]
    assert (held.value, held.domain) == (value, "api.pay.example")
    assert Change.objects.get(pk=change.pk).state == ChangeState.SUCCEEDED
    assert watch.tags == ["secret.rotate.started", "secret.rotate.succeeded"]
    mirrored = Secret.objects.get(universe=universe, name="PAY_KEY")
    assert (mirrored.update_time, mirrored.last_change) == (held.update_time, change)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=strategies.text(ANYTHING, min_size=1, max_size=256))
def test_any_text_arrives_as_it_is(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, text: str
) -> None:
    value = text.encode()
    changes.rotate(
        actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(value)
    )
    assert harbor.values["PAY_KEY"] == value


def test_delete_removes_the_secret_there_and_here(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    change = changes.delete(actor=cast["manager"].actor, universe=universe, name="PAY_KEY")
    assert "PAY_KEY" not in harbor.secrets
    assert change.state == ChangeState.SUCCEEDED
    assert not Secret.objects.filter(universe=universe, name="PAY_KEY").exists()
    assert watch.tags == ["secret.delete.started", "secret.delete.succeeded"]


def test_a_value_that_is_already_sealed_is_sent_as_it_is(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    actor = cast["editor"].actor
    emulator.clear_requests()
    changes.create(
        actor=actor,
        universe=universe,
        name="NEW_KEY",
        value=seal_for(harbor, b"sealed elsewhere"),
        domain="",
    )
    changes.rotate(
        actor=actor, universe=universe, name="PAY_KEY", value=seal_for(harbor, b"this one too")
    )
    assert harbor.values["NEW_KEY"] == b"sealed elsewhere"
    assert harbor.values["PAY_KEY"] == b"this one too"
    assert not any("public-key" in request.path for request in emulator.requests)


def test_the_public_key_is_fetched_for_every_value(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    for number in range(2):
        harbor.rotate_key_pair()
        changes.rotate(
            actor=cast["rotator"].actor,
            universe=universe,
            name="PAY_KEY",
            value=Plaintext(b"value %d" % number),
        )
    assert harbor.values["PAY_KEY"] == b"value 1"


def test_a_new_domain_is_sent_and_the_event_names_both(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    changes.rotate(
        actor=cast["editor"].actor,
        universe=universe,
        name="PAY_KEY",
        value=Plaintext(b"value"),
        domain="",
    )
    assert harbor.secrets["PAY_KEY"].domain == ""
    assert Secret.objects.get(universe=universe, name="PAY_KEY").domain == ""
    assert detail(watch.last) == {"domain": "", "domain_before": "api.pay.example"}


def test_a_rotator_may_send_the_domain_that_the_secret_has(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    changes.rotate(
        actor=cast["rotator"].actor,
        universe=universe,
        name="PAY_KEY",
        value=Plaintext(b"value"),
        domain="api.pay.example",
    )
    assert harbor.values["PAY_KEY"] == b"value"


def test_the_version_that_was_seen_lets_the_write_pass(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    seen = Secret.objects.get(universe=universe, name="PAY_KEY").update_time
    change = changes.rotate(
        actor=cast["rotator"].actor,
        universe=universe,
        name="PAY_KEY",
        value=Plaintext(b"value"),
        seen_version=seen,
    )
    assert (change.seen, change.seen_update_time) == (True, seen)
    assert writes(emulator) == ["PATCH"]


@pytest.mark.parametrize("variation", ["terse", "legacy_times"])
def test_a_terse_or_older_answer_keeps_the_mirror_right(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, variation: str
) -> None:
    setattr(harbor, variation, True)
    changes.rotate(
        actor=cast["editor"].actor,
        universe=universe,
        name="PAY_KEY",
        value=Plaintext(b"value"),
        domain="*",
    )
    mirrored = Secret.objects.get(universe=universe, name="PAY_KEY")
    assert (mirrored.domain, mirrored.unsure) == ("*", False)
    assert mirrored.update_time == harbor.secrets["PAY_KEY"].update_time


def test_an_answer_without_times_leaves_the_mirror_unsure(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    harbor.omit_times = True
    changes.rotate(
        actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(b"value")
    )
    assert Secret.objects.get(universe=universe, name="PAY_KEY").unsure


def test_the_change_tells_who_did_what_from_where(universe: Universe, cast: Cast) -> None:
    actor = cast["editor"].actor
    change = changes.create(
        actor=actor, universe=universe, name="NEW_KEY", value=Plaintext(b"value"), domain="*"
    )
    stored = Change.objects.get(pk=change.pk)
    assert (stored.actor_kind, stored.actor_id) == (actor.kind, actor.person_id)
    assert (stored.actor_name, stored.door) == ("editor@example.com", "browser")
    assert (stored.address, stored.kind, stored.name) == ("127.0.0.1", "create", "NEW_KEY")
    assert (stored.seen, stored.domain) == (False, "*")
    assert stored.settled_at is not None
