"""A domain is the same however it is written, and Roblox is sent its one form."""

import pytest

from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import Forbidden
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Secret, Universe
from secretsapp.secrets import changes
from secretsapp.universes import refreshing
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import let_rest
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

VALUE = Plaintext(b"value")
UPPER = "API.Pay.Example"


@pytest.mark.parametrize(
    "domain", ["API.Example.COM", "api.example.com.", " api.example.com ", "api.Example.com"]
)
def test_roblox_is_sent_the_one_form(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast, domain: str
) -> None:
    actor = cast["editor"].actor
    changes.create(actor=actor, universe=universe, name="NEW", value=VALUE, domain=domain)
    assert harbor.secrets["NEW"].domain == "api.example.com"
    assert Secret.objects.get(name="NEW").domain == "api.example.com"
    changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=VALUE, domain=domain)
    assert harbor.secrets["PAY_KEY"].domain == "api.example.com"


@pytest.mark.parametrize("domain", ["api.pay.example", "Api.Pay.Example."])
def test_another_form_of_the_same_domain_takes_no_right_to_change_it(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast, domain: str
) -> None:
    harbor.put("PAY_KEY", b"value", UPPER)
    watch, actor = Watch(), cast["rotator"].actor
    changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=VALUE, domain=domain)
    assert harbor.secrets["PAY_KEY"].domain == "api.pay.example"
    assert watch.tags == ["secret.rotate.started", "secret.rotate.succeeded"]
    assert detail(watch.last) == {"domain": "api.pay.example"}
    with pytest.raises(Forbidden, match="change the allowed host"):
        changes.rotate(
            actor=actor, universe=universe, name="PAY_KEY", value=VALUE, domain="*.pay.example"
        )


def test_a_rotation_without_a_domain_leaves_it_as_roblox_has_it(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    harbor.put("PAY_KEY", b"value", UPPER)
    actor = cast["rotator"].actor
    changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=VALUE)
    assert harbor.secrets["PAY_KEY"].domain == UPPER


def test_another_form_that_roblox_lists_is_shown_and_is_no_drift(
    universe: Universe, harbor: EmulatedUniverse
) -> None:
    held, watch = harbor.secrets["PAY_KEY"], Watch()
    times = {"create_time": held.create_time, "update_time": held.update_time}
    harbor.put("PAY_KEY", held.value, UPPER, **times)
    let_rest(universe)
    refreshing.refresh(STAGEHAND, universe)
    secret = Secret.objects.get(name="PAY_KEY")
    assert (secret.domain, secret.drifted_at, watch.tags) == (UPPER, None, [])
