"""What is said of an API key that was tried on its universes: a verdict, and that in a sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from secretsapp.api_keys import server_trials
from secretsapp.api_keys.key_ends import KeyEnd, end_at
from secretsapp.api_keys.key_uses import Uses
from secretsapp.api_keys.probing import (
    WRITE,
    Probe,
    hint_if_reachable,
    hint_of,
    lacks_write,
    probe,
)
from secretsapp.core.errors import RobloxUnreachable, RobloxUnusable, SealroomError
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import Universe
from secretsapp.opencloud.answers import Missing, NotAllowed, Refused, Unauthorized
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import Introspection
from secretsapp.rules.roblox import translate

CANNOT_CHANGE = f"The API key can’t change secrets there: its scope {WRITE} is missing."

_READS = "it can read secrets but not change them"
_LACKS = f"the scope {WRITE} is missing"
_NOT_TRIED: dict[type[SealroomError], KeyVerdict] = {
    RobloxUnreachable: KeyVerdict.UNREACHABLE,
    RobloxUnusable: KeyVerdict.UNUSABLE,
}

# What to do about the key's list of addresses; asked only where it matters.
Advice = Callable[[], str]


@dataclass(frozen=True)
class KeyReport:
    """The result of a test: its verdict and that in a sentence, and the end if Roblox tells.

    `hint` is all that Roblox tells, and `broken_universe` the id of the one universe that failed.
    """

    verdict: KeyVerdict
    result: str
    ends_at: datetime | None
    hint: Introspection | None = None
    broken_universe: int | None = None

    @property
    def passed(self) -> bool | None:
        """Whether the key works; None where it serves no universe to be tried on."""
        return self.verdict.passed

    @property
    def end(self) -> KeyEnd:
        """When it expires, and how near that is."""
        return end_at(self.ends_at)


def end_of(hint: Introspection | None) -> datetime | None:
    """When the key ends, if Roblox tells."""
    return parse_roblox_time(hint.ends) if hint else None


def try_on(
    client: Client,
    uses: Uses,
    advice: Advice,
    *,
    remembered: Introspection | None = None,
) -> KeyReport:
    """Read each universe for real, and then the servers, unless the key itself is refused.

    `remembered` is what Roblox told of the key before, which counts where it tells nothing now.
    Raises the OpenCloudErrors that say nothing of the key.
    """
    if not (uses.secrets or uses.servers):
        # There is nothing to try it on, so it can be replaced while Roblox is not there.
        return report_on(hint_if_reachable(client), uses)
    hint = hint_of(client)
    failed: list[tuple[Universe, Probe]] = []
    for universe in uses.secrets:
        found = probe(client, universe.pk, hint)
        if found.refusal is not None:
            failed.append((universe, found))
        if found.verdict.is_of_key:
            break
    if failed:
        return _failed(failed, advice)
    if refused := server_trials.first_refusal(client, uses.servers):
        return _failed_servers(*refused, hint, advice)
    return replace(report_on(hint or remembered, uses), hint=hint)


def _failed_servers(
    universe: Universe, refusal: Refused, hint: Introspection | None, advice: Advice
) -> KeyReport:
    """What is said of a key that can't read servers; one that is itself refused says that."""
    if isinstance(refusal, Unauthorized):
        verdict = Probe(universe.pk, hint, None, refusal=refusal).verdict
        return KeyReport(verdict, _refusal(universe, refusal, advice), None, hint)
    words = server_trials.in_words(universe, refusal)
    return KeyReport(KeyVerdict.LACKS_SERVERS, words, None, hint, universe.pk)


def _failed(failed: Sequence[tuple[Universe, Probe]], advice: Advice) -> KeyReport:
    """What the first of them was refused with, and where else that is so."""
    (universe, found), *others = failed
    sentence = _refusal(universe, found.refusal, advice) if found.refusal else ""
    if others:
        sentence += f" It fails in {', '.join(each.name for each, _ in others)} too."
    broken = None if found.verdict.is_of_key else universe.pk
    return KeyReport(found.verdict, sentence, None, found.hint, broken)


def _refusal(universe: Universe, refusal: Refused, advice: Advice) -> str:
    if isinstance(refusal, Unauthorized):
        return f"{translate(refusal, only_reads=True)} {advice()}"
    named = f"{universe.name}: " if isinstance(refusal, NotAllowed | Missing) else ""
    return f"{named}{translate(refusal, only_reads=True)}"


def report_on(hint: Introspection | None, uses: Uses) -> KeyReport:
    """What is to be said of a key that read all that it is used for."""
    end, universes = end_of(hint), uses.secrets
    count = len(universes)
    unchangeable = [each.name for each in universes if lacks_write(hint, each.pk)]
    if not (universes or uses.servers):
        return KeyReport(KeyVerdict.UNUSED, "not used yet", end, hint)
    if not unchangeable:
        words = f"it can read {_what(uses)}"
        return KeyReport(KeyVerdict.OPENS, words, end, hint)
    if len(unchangeable) == count:
        return KeyReport(KeyVerdict.READS_ONLY, f"{_READS}: {_LACKS}", end, hint)
    words = f"{_READS} in {', '.join(unchangeable)}: {_LACKS} there"
    return KeyReport(KeyVerdict.READS_ONLY_SOMEWHERE, words, end, hint)


def _what(uses: Uses) -> str:
    """What a key reads, in words."""
    told = (
        (uses.secrets, "{} universe{}"),
        (uses.servers, "the game servers of {} universe{}"),
    )
    parts = [
        words.format(len(found), "" if len(found) == 1 else "s") for found, words in told if found
    ]
    return " and ".join(parts)


def not_tried(error: SealroomError) -> KeyReport:
    """What is to be said of a key that could not be tried, for that reason."""
    verdict = _NOT_TRIED.get(type(error), KeyVerdict.FAILS_OTHERWISE)
    return KeyReport(verdict, str(error), ends_at=None)
