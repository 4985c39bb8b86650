"""What a pattern matches, as far as its giver may see, and what was probably meant."""

import pytest
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.access.pattern_reach import reach_of, suggest
from secretsapp.core.roles import Role
from secretsapp.models import Secret, Universe
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, engage

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

STARLESS = "Without a star it is one exact name. Did you mean PAY_*?"
LATER = "It only covers secrets created later with such a name."


@pytest.mark.parametrize(
    ("pattern", "told", "caution"),
    [
        ("", "", ""),
        ("*", "", ""),
        ("PAY_*", "PAY_* matches 2 secrets: PAY_KEY, PAY_WEBHOOK.", ""),
        ("PAY_KEY", "PAY_KEY matches 1 secret.", ""),
        ("PAY_", "", f"PAY_ matches no secret now. {STARLESS}"),
        ("pay_*", "", "pay_* matches no secret now. Names are case-sensitive. Did you mean PAY_*?"),
        ("Pay", "", "Pay matches no secret now. Names are case-sensitive. Did you mean PAY*?"),
        (
            "pay_key",
            "",
            "pay_key matches no secret now. Names are case-sensitive. Did you mean PAY_KEY?",
        ),
        ("P_Y*", "", f"P_Y* matches no secret now. {LATER}"),
        ("GONE_*", "", f"GONE_* matches no secret now. {LATER}"),
    ],
)
def test_what_a_pattern_matches_is_told_in_a_universe_and_everywhere(
    universe: Universe, pattern: str, told: str, caution: str
) -> None:
    Secret.objects.create(universe=universe, name="GONE_KEY", missing_since=timezone.now())
    for place in (universe, None):
        reach = reach_of(STAGEHAND, place, pattern)
        assert (reach.told, reach.caution) == (told, caution)


def test_a_few_names_are_told_and_beginnings_that_several_share_are_suggested(
    universe: Universe, cast: Cast
) -> None:
    for name in ("PAY_A", "PAY_B", "_X"):
        Secret.objects.create(universe=universe, name=name)
    assert reach_of(STAGEHAND, None, "PAY_*").told == (
        "PAY_* matches 4 secrets: PAY_A, PAY_B, PAY_KEY …."
    )
    names = ["PAY_A", "PAY_B", "PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED", "_X"]
    for place in (universe, None):
        assert suggest(STAGEHAND, place) == ["PAY_*", *names]
    assert suggest(STAGEHAND, None, [universe]) == ["PAY_*", *names]
    assert suggest(cast["stranger"].actor, universe) == []
    assert suggest(cast["stranger"].actor, None, [universe]) == []


def test_nothing_is_counted_or_proposed_that_the_giver_may_not_see(
    universe: Universe, cast: Cast
) -> None:
    deputy = engage("deputy")
    grants.give(STAGEHAND, deputy.user, universe, Terms(Role.MANAGER, "PAY_W*"))
    assert reach_of(deputy.actor, universe, "PAY_*").matched[0].names == ("PAY_WEBHOOK",)
    assert suggest(deputy.actor, universe) == ["PAY_WEBHOOK"]
    assert reach_of(deputy.actor, universe, "pay_key").matched[0].meant == ""
    assert reach_of(deputy.actor, None, "SIGNING_SEED").count == 0
    assert reach_of(cast["stranger"].actor, universe, "PAY_").matched[0].meant == ""
