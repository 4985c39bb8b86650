"""What is refused before anything is sent: no write, no change, no event of one."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import (
    Forbidden,
    InvalidInput,
    MissingKey,
    NameTaken,
    RobloxBusy,
    RobloxRefused,
    RobloxUnreachable,
    RobloxUnusable,
    SealroomError,
    SecretGone,
    StaleVersion,
    UniverseFull,
)
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Change, Universe
from secretsapp.secrets import changes
from tests.core.values import REFUSED
from tests.stage import Cast
from tests.support.watch import Watch, writes

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Attempt:
    """One call of the service, as someone of the cast makes it."""

    who: str = "manager"
    kind: str = "create"
    name: str = "NEW_KEY"
    arguments: dict[str, Any] = field(default_factory=dict)

    def make(self, cast: Cast, universe: Universe) -> Change:
        """Make the call."""
        defaults: dict[str, dict[str, Any]] = {
            "create": {"value": Plaintext(b"value"), "domain": "*"},
            "rotate": {"value": Plaintext(b"value")},
            "delete": {},
        }
        made: Change = getattr(changes, self.kind)(
            actor=cast[self.who].actor,
            universe=universe,
            name=self.name,
            **(defaults[self.kind] | self.arguments),
        )
        return made


ROTATE = Attempt(kind="rotate", name="PAY_KEY")
DELETE = Attempt(kind="delete", name="PAY_KEY")


def with_value(value: bytes, kind: str = "create") -> Attempt:
    """An attempt with that value."""
    name = "NEW_KEY" if kind == "create" else "PAY_KEY"
    return Attempt(kind=kind, name=name, arguments={"value": Plaintext(value)})


def assert_nothing_happened(emulator: Emulator, watch: Watch) -> None:
    """No write reached Roblox, none is stored, and no event tells of one."""
    assert writes(emulator) == []
    assert not Change.objects.exists()
    assert watch.tags == []


@pytest.mark.parametrize(
    ("attempt", "refusal", "words"),
    [
        (Attempt(name=""), InvalidInput, "Enter a name"),
        (Attempt(name="9_LIVES"), InvalidInput, "can’t start with a digit"),
        (Attempt(name="PAY-KEY"), InvalidInput, "letters A to Z"),
        (Attempt(name="../PAY_KEY"), InvalidInput, "letters A to Z"),
        (Attempt(name="X" * 65), InvalidInput, "at most 64 characters"),
        (Attempt(arguments={"domain": "https://example.com"}), InvalidInput, "only the host"),
        (Attempt(arguments={"domain": "api.*.example"}), InvalidInput, "can only be at the start"),
        (Attempt(arguments={"domain": "not a host"}), InvalidInput, "isn’t a host name"),
        (with_value(b""), InvalidInput, "Enter the value"),
        (with_value(b"x" * 1025), InvalidInput, "at most 1,024 bytes; this one has 1,025"),
        (with_value(b"", "rotate"), InvalidInput, "Enter the value"),
        (with_value(b"x" * 1025, "rotate"), InvalidInput, "at most 1,024 bytes"),
        *((with_value(value), InvalidInput, why) for value, why in REFUSED.items()),
        *((with_value(value, "rotate"), InvalidInput, why) for value, why in REFUSED.items()),
        (Attempt(name="PAY_KEY"), NameTaken, "already has a secret named PAY_KEY. Rotate it"),
        (Attempt(kind="rotate", name="GONE"), SecretGone, "no secret named GONE in Harbor"),
        (Attempt(kind="delete", name="GONE"), SecretGone, "no secret named GONE in Harbor"),
        (Attempt(who="rotator"), Forbidden, "You can’t create NEW_KEY"),
        (Attempt(who="viewer", kind="rotate", name="PAY_KEY"), Forbidden, "rotate PAY_KEY"),
        (Attempt(who="editor", kind="delete", name="PAY_KEY"), Forbidden, "delete PAY_KEY"),
        (Attempt(who="stranger"), Forbidden, "You need the Editor, Manager or Admin role"),
        (
            Attempt(who="rotator", kind="rotate", name="PAY_KEY", arguments={"domain": "*"}),
            Forbidden,
            "change the allowed host of PAY_KEY",
        ),
    ],
)
def test_it_is_refused_in_words_before_anything_is_sent(
    emulator: Emulator,
    universe: Universe,
    cast: Cast,
    attempt: Attempt,
    refusal: type[SealroomError],
    words: str,
) -> None:
    watch = Watch()
    with pytest.raises(refusal) as caught:
        attempt.make(cast, universe)
    assert words in str(caught.value)
    assert_nothing_happened(emulator, watch)


def test_a_full_universe_is_said_to_be_full(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    for number in range(497):
        harbor.put(f"FILLER_{number}", b"value")
    watch = Watch()
    with pytest.raises(UniverseFull, match="Harbor has 500 secrets"):
        Attempt().make(cast, universe)
    assert_nothing_happened(emulator, watch)
    harbor.remove("FILLER_0")
    Attempt().make(cast, universe)
    assert len(harbor.secrets) == 500


@pytest.mark.parametrize("attempt", [ROTATE, DELETE])
def test_a_version_changed_by_a_colleague_names_them(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast, attempt: Attempt
) -> None:
    seen = harbor.secrets["PAY_KEY"].update_time
    changes.rotate(
        actor=cast["editor"].actor, universe=universe, name="PAY_KEY", value=Plaintext(b"theirs")
    )
    stale = Attempt(kind=attempt.kind, name="PAY_KEY", arguments={"seen_version": seen})
    with pytest.raises(StaleVersion, match=r"was changed by editor@example\.com on ") as caught:
        stale.make(cast, universe)
    assert "Nothing was sent" in str(caught.value)
    assert writes(emulator) == ["PATCH"]
    assert harbor.values["PAY_KEY"] == b"theirs"


@pytest.mark.parametrize("attempt", [ROTATE, DELETE])
def test_a_version_changed_elsewhere_says_so_and_is_drift(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast, attempt: Attempt
) -> None:
    seen = harbor.secrets["PAY_KEY"].update_time
    harbor.put("PAY_KEY", b"theirs", "api.pay.example")
    watch = Watch()
    stale = Attempt(kind=attempt.kind, name="PAY_KEY", arguments={"seen_version": seen})
    with pytest.raises(StaleVersion, match="changed by someone outside Sealroom on "):
        stale.make(cast, universe)
    assert writes(emulator) == []
    assert watch.tags == ["secret.drift.changed"]


@pytest.mark.parametrize("attempt", [ROTATE, DELETE])
def test_a_secret_gone_elsewhere_is_drift_too(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast, attempt: Attempt
) -> None:
    harbor.remove("PAY_KEY")
    watch = Watch()
    with pytest.raises(SecretGone):
        attempt.make(cast, universe)
    assert writes(emulator) == []
    assert watch.tags == ["secret.drift.vanished"]


@pytest.mark.parametrize(
    ("attempt", "fault", "refusal", "words"),
    [
        (Attempt(), faults.status(401), RobloxRefused, "refused the API key"),
        (ROTATE, faults.status(403), RobloxRefused, "universe.secret:read"),
        (DELETE, faults.status(404), SecretGone, "no longer has this secret or universe"),
        (Attempt(), faults.status(429), RobloxBusy, "Try again in a minute"),
        (ROTATE, faults.html(200), RobloxUnusable, "answer couldn’t be used"),
        (DELETE, faults.status(200, {"secrets": "none"}), RobloxUnusable, "couldn’t be used"),
        (ROTATE, faults.redirect("http://127.0.0.1:9/"), RobloxUnusable, "couldn’t be used"),
    ],
)
def test_a_reading_that_fails_before_the_write_sends_none(
    emulator: Emulator,
    universe: Universe,
    cast: Cast,
    attempt: Attempt,
    fault: faults.Fault,
    refusal: type[SealroomError],
    words: str,
) -> None:
    watch = Watch()
    emulator.inject(fault, times=5)
    with pytest.raises(refusal) as caught:
        attempt.make(cast, universe)
    assert words in str(caught.value)
    assert_nothing_happened(emulator, watch)


def test_a_roblox_that_cannot_be_reached_leaves_nothing_behind(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    emulator.stop()
    with pytest.raises(RobloxUnreachable, match="nothing was sent"):
        ROTATE.make(cast, universe)
    assert_nothing_happened(emulator, watch)


def test_a_public_key_that_cannot_be_used_seals_nothing(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    emulator.inject(faults.status(200, {"secret": "AAAA", "key_id": "1"}), path="public-key")
    with pytest.raises(RobloxUnusable):
        Attempt().make(cast, universe)
    assert_nothing_happened(emulator, watch)


def test_an_api_key_that_does_not_open_sends_nothing(
    emulator: Emulator, universe: Universe, cast: Cast, settings: Any
) -> None:
    watch = Watch()
    emulator.clear_requests()
    settings.MASTER_KEYS = "A" * 43 + "="
    with pytest.raises(MissingKey, match="MASTER_KEYS"):
        ROTATE.make(cast, universe)
    assert emulator.requests == []
    assert_nothing_happened(emulator, watch)
