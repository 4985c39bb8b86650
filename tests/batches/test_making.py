"""What happens while a batch is made, which may take as long as Roblox does."""

from collections.abc import Callable

import pytest
from django.db.models import F

from emulator import Emulator
from secretsapp.batches import running
from secretsapp.core.errors import StaleVersion
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.sealing import PublicKey, Sealed, seal
from secretsapp.models import Batch, Universe, User
from secretsapp.models.batches import BatchState
from secretsapp.universes import managing
from tests.batches.batching import batch_of
from tests.stage import STAGEHAND, Cast
from tests.support.watch import writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Lets something happen once the public keys are there, before anything is stored."""

    def then(deed: Callable[[], object]) -> None:
        def sealing(value: Plaintext, key: PublicKey) -> Sealed:
            deed()
            return seal(value, key)

        monkeypatch.setattr("secretsapp.batches.making.seal", sealing)

    return then


def test_a_batch_whose_persons_sessions_are_ended_while_it_is_made_waits_for_them(
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
    meanwhile: Callable[[Callable[[], object]], None],
) -> None:
    people = User.objects.filter(pk=cast["editor"].user.pk)
    meanwhile(lambda: people.update(generation=F("generation") + 1))
    batch_of(cast["editor"].actor, [universe], {"PAY_KEY": b"stolen session"})
    running.run_due()
    assert writes(emulator) == []
    assert Batch.objects.get().state == BatchState.PAUSED


def test_a_universe_that_is_removed_while_a_batch_is_made_refuses_it(
    cast: Cast, universe: Universe, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: managing.remove(STAGEHAND, universe))
    with pytest.raises(StaleVersion, match="removed Harbor"):
        batch_of(cast["admin"].actor, [universe], {"PAY_KEY": b"a value"})
    assert not Batch.objects.exists()
