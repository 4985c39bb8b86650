"""What is wrong with a key is said with what to do about it, and as of when it is known."""

from datetime import timedelta
from string import Formatter

import pytest
from django.utils import timezone

from emulator import READ_SECRETS, WRITE_SECRETS, Emulator
from secretsapp.api_keys import key_health, stored_keys
from secretsapp.api_keys.key_health import Finding
from secretsapp.core.key_findings import KeyFinding
from secretsapp.models import ApiKey, Universe
from tests.stage import API_KEY, HARBOR_ID, STAGEHAND

pytestmark = pytest.mark.django_db

SECRETS = [READ_SECRETS, WRITE_SECRETS]
NARROW = {"universes": [HARBOR_ID]}
DAY = timedelta(days=1)


def found(emulator: Emulator, **terms: object) -> list[Finding]:
    """What is wrong with a key of these terms, after a test."""
    emulator.add_api_key(API_KEY, **(NARROW | terms))  # type: ignore[arg-type]  # of many types
    stored_keys.test(STAGEHAND, ApiKey.objects.get())
    return key_health.findings(ApiKey.objects.get(), advice="Add 203.0.113.7/32 to its list.")


def kinds(findings: list[Finding]) -> list[KeyFinding]:
    return [finding.kind for finding in findings]


def test_nothing_is_wrong_with_a_key_as_it_should_be(
    emulator: Emulator, universe: Universe
) -> None:
    assert found(emulator) == []


@pytest.mark.parametrize(
    ("terms", "kind", "words"),
    [
        ({"enabled": False}, KeyFinding.DISABLED, "turn Enable Key on"),
        ({"expires": timezone.now() - DAY}, KeyFinding.EXPIRED, "Set a later date"),
        ({"allowed": False}, KeyFinding.NOT_FROM_HERE, "Add 203.0.113.7/32"),
        ({"scopes": [READ_SECRETS]}, KeyFinding.LACKS_WRITE, "in Harbor"),
        ({"universes": None}, KeyFinding.OPENS_ALL, "turn Restrict by Experience on"),
        ({"universes": [HARBOR_ID, 5, 7]}, KeyFinding.OPENS_OTHERS, "universes 5, 7"),
        (
            {
                "scopes": [
                    *SECRETS,
                    "universe:write",
                    "universe-places:write",
                    "asset:read",
                    "asset:write",
                ]
            },
            KeyFinding.DOES_MORE,
            "needs: asset:read, asset:write.",
        ),
        ({"expires": timezone.now() + 7.5 * DAY}, KeyFinding.ENDS_SOON, "It expires in 7 days"),
        ({"permitted": False}, KeyFinding.FAILS, "Harbor: Roblox doesn’t allow this"),
    ],
)
def test_each_finding_says_what_is_wrong_and_what_to_do(
    emulator: Emulator,
    universe: Universe,
    terms: dict[str, object],
    kind: KeyFinding,
    words: str,
) -> None:
    (finding,) = found(emulator, **terms)
    assert finding.kind is kind
    assert words.lower() in f"{finding.sentence} {finding.cure}".lower()


def test_a_refused_key_of_which_roblox_tells_nothing_may_be_so_for_many_reasons(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(API_KEY, allowed=False)
    emulator.age_api_key(API_KEY, timezone.now() - DAY)
    stored_keys.test(STAGEHAND, ApiKey.objects.get())
    (first, *_) = key_health.findings(ApiKey.objects.get(), advice="Add 203.0.113.7/32.")
    assert first.kind is KeyFinding.REFUSED
    for word in ("Auto-Expired", "Regenerate Key", "User Moderated", "203.0.113.7/32"):
        assert word in first.cure


def test_what_roblox_told_once_stays_known_with_its_time(
    emulator: Emulator, universe: Universe
) -> None:
    before = found(emulator, universes=None)
    emulator.age_api_key(API_KEY, timezone.now() - DAY)
    stored_keys.test(STAGEHAND, ApiKey.objects.get())
    after = key_health.findings(ApiKey.objects.get())
    assert kinds(after) == kinds(before) == [KeyFinding.OPENS_ALL]
    assert after[0].known_at == before[0].known_at


def test_a_key_that_nobody_uses_here_is_told_of_after_a_month(api_key: ApiKey) -> None:
    ApiKey.objects.update(created_at=timezone.now() - 29.5 * DAY)
    assert KeyFinding.UNUSED not in kinds(key_health.findings(ApiKey.objects.get()))
    ApiKey.objects.update(created_at=timezone.now() - 41.5 * DAY)
    (finding,) = [
        each for each in key_health.findings(ApiKey.objects.get()) if each.kind is KeyFinding.UNUSED
    ]
    assert "hasn’t used it for 41 days" in finding.sentence
    ApiKey.objects.update(used_at=timezone.now())
    assert KeyFinding.UNUSED not in kinds(key_health.findings(ApiKey.objects.get()))


def test_of_many_universes_that_are_not_here_a_few_are_named(
    emulator: Emulator, universe: Universe
) -> None:
    (finding,) = found(emulator, universes=[HARBOR_ID, *range(1, 12)])
    assert "universes 1, 2, 3, 4, 5 and 6 more" in finding.sentence


@pytest.mark.parametrize(
    "told", ["", "x", "[]", "{}", "null", '{"scopes": [1], "name": "", "account": ""}', "[" * 9999]
)
def test_what_someone_edited_in_the_database_is_as_if_roblox_had_said_nothing(
    universe: Universe, told: str
) -> None:
    ApiKey.objects.update(told=told, told_at=timezone.now())
    assert key_health.findings(ApiKey.objects.get()) == []


def test_every_finding_has_its_words() -> None:
    for kind in KeyFinding:
        assert kind.sentence
        assert all(kind.cures)
        words = kind.sentence + " ".join(kind.cures)
        fields = {name for _, name, _, _ in Formatter().parse(words)}
        known = {"address", "when", "result", "where", "left", "days", "which", "scopes"}
        assert fields <= {*known, None}
