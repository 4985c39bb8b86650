"""What the evidence of a trial means, step by step, in words that say what to do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secretsapp.api_keys.key_reports import Advice, end_of
from secretsapp.api_keys.probing import READ, WRITE, Probe
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.references import Kind, Reference
from secretsapp.core.times import sentence_time
from secretsapp.opencloud.answers import (
    NothingSent,
    OpenCloudError,
    Refused,
    TooManyRequests,
)
from secretsapp.opencloud.types import Introspection, RemoteUniverse
from secretsapp.rules.roblox import translate

GROUP_PERMISSION = "List, create, update, and delete secrets"

_WRONG_KEY = (
    "The key is wrong, disabled or expired (a key expires by itself after 60 days without "
    "use). Check its status on Roblox’s API keys page. Disabled: turn Enable Key on. "
    "Auto-Expired: turn it off and on again, or change any property. Expired: set a later "
    "date. Revoked or Moderated: select Regenerate Key, then replace the key in Sealroom."
)
_REFUSED_KEY = {
    KeyVerdict.ENDED: "The key has expired. At Roblox, set a later date or, if its status is "
    "Auto-Expired, turn Enable Key off and on again. Or replace the key in "
    "Sealroom.",
    KeyVerdict.DISABLED: "The key is disabled. Turn Enable Key on, on Roblox’s API keys page.",
}


class StepState(StrEnum):
    """What came of a step; open is what no test can prove."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Step:
    """One step: its result in a sentence, and where several causes are possible all of them.

    `is_at_roblox` tells where a failed one is fixed.
    """

    title: str
    state: StepState
    sentence: str = ""
    causes: tuple[str, ...] = ()
    is_at_roblox: bool = True


@dataclass(frozen=True)
class Evidence:
    """All that a trial learned; `hint` is what Roblox says of the key, for new keys alone."""

    reference: Reference
    entered_end: datetime | None
    hint: Introspection | None
    probe: Probe | None
    disturbance: OpenCloudError | None


def steps_of(evidence: Evidence, advice: Advice) -> tuple[Step, ...]:
    """The steps of a trial in their order; after a failed one the others are not reached.

    `advice` says what to do about the key's list of addresses, and is asked only where it matters.
    """
    makers = (
        _reachable,
        lambda found: _key(found, advice),
        _universe,
        _reads,
        _writes,
        _end,
    )
    steps: list[Step] = []
    for maker in makers:
        step = maker(evidence)
        failed = any(each.state is StepState.FAILED for each in steps)
        steps.append(Step(step.title, StepState.NOT_REACHED) if failed else step)
    return tuple(steps)


def _reachable(found: Evidence) -> Step:
    title = "Roblox answers"
    if found.disturbance is None:
        return Step(title, StepState.PASSED)
    if isinstance(found.disturbance, NothingSent):
        sentence = (
            "Sealroom couldn’t connect to Roblox. Check this server’s network, its firewall "
            "and the setting OPEN_CLOUD_PROXY, then test again."
        )
    elif isinstance(found.disturbance, TooManyRequests | Refused):
        sentence = str(translate(found.disturbance, only_reads=True))
    else:
        sentence = (
            "The answer can’t be used. Test again in a minute. If it happens again, "
            "something between this server and Roblox is answering in its place."
        )
    return Step(title, StepState.FAILED, sentence, is_at_roblox=False)


def _key(found: Evidence, advice: Advice) -> Step:
    title = "Roblox accepts the API key"
    name = f"Roblox calls it “{found.hint.name}”." if found.hint and found.hint.name else ""
    if found.probe is None:
        return Step(title, StepState.PASSED if found.hint else StepState.OPEN, name)
    verdict = found.probe.verdict
    if not verdict.is_of_key:
        return Step(title, StepState.PASSED, name)
    if verdict is KeyVerdict.REFUSED:
        sentence = "Roblox refused the key. It gives the same answer in two cases:"
        address = (
            f"Or this server’s address is not one of the key’s accepted IP addresses. {advice()}"
        )
        return Step(title, StepState.FAILED, sentence, (_WRONG_KEY, address))
    return Step(title, StepState.FAILED, _REFUSED_KEY.get(verdict) or _not_from_here(advice))


def _not_from_here(advice: Advice) -> str:
    return (
        "Roblox refuses the key although it is enabled. Most likely this server’s address is "
        f"not one of the key’s accepted IP addresses. {advice()} Otherwise the key stored in "
        "Sealroom is wrong: replace it."
    )


def _universe(found: Evidence) -> Step:
    title = "The universe exists"
    probe, number = found.probe, found.reference.number
    if probe is None:
        sentence = f"Roblox has no universe with the place {number}. Copy the link again."
        return Step(title, StepState.FAILED, sentence, is_at_roblox=False)
    if probe.refusal is not None and probe.is_missing:
        either = found.reference.kind is Kind.EITHER
        what = "neither a universe nor a place" if either else "no universe"
        sentence = f"Roblox has {what} {number}. Check the number."
        return Step(title, StepState.FAILED, sentence, is_at_roblox=False)
    if probe.profile:
        return Step(title, StepState.PASSED, _named(probe.profile))
    if probe.refusal is None:
        sentence = f"{probe.universe_id}. Roblox doesn’t tell this key its name: enter one."
        return Step(title, StepState.PASSED, sentence)
    sentence = f"Roblox doesn’t tell this key whether universe {probe.universe_id} exists."
    return Step(title, StepState.OPEN, sentence)


def _named(profile: RemoteUniverse) -> str:
    kind, _, number = profile.owner.partition("/")
    owner = f", of {kind.removesuffix('s')} {number}" if number else ""
    name = f"“{profile.name}”" if profile.name else "It has no name"
    return f"{name}{owner}, universe {profile.universe_id}."


def _reads(found: Evidence) -> Step:
    title = "The key can read its secrets"
    probe = found.probe
    if probe is None:
        return Step(title, StepState.NOT_REACHED)
    if probe.refusal is None:
        count = len(probe.listing)
        listed = f"{count} secret{'' if count == 1 else 's'}"
        sentence = f"It can read {listed} and the public key that seals values."
        return Step(title, StepState.PASSED, sentence)
    causes = _missing_causes(probe)
    if probe.verdict is KeyVerdict.NOT_ALLOWED:
        sentence = "Roblox doesn’t say what is missing. It is one of these, the most likely first:"
        return Step(title, StepState.FAILED, sentence, tuple(causes.values()))
    sentence = causes.get(probe.verdict) or str(translate(probe.refusal, only_reads=True))
    if probe.verdict is KeyVerdict.LACKS_RIGHT:
        sentence = f"The key has the scope. {sentence}"
    return Step(title, StepState.FAILED, sentence)


def _missing_causes(probe: Probe) -> dict[KeyVerdict, str]:
    """What may be missing from a key that is not allowed, the likeliest first."""
    return {
        KeyVerdict.NOT_COVERED: "The key doesn’t cover this universe. Edit the key at Roblox "
        "and add the experience to its list.",
        KeyVerdict.LACKS_RIGHT: _missing_right(probe),
        KeyVerdict.LACKS_READ: f"The scope {READ} is missing. Edit the key at Roblox: under "
        "Select API System choose secret-store, under Select "
        "Operations choose read and write.",
    }


def _missing_right(probe: Probe) -> str:
    if probe.profile and probe.profile.owner.startswith("users/"):
        return (
            "The universe belongs to a user, not to a group: only a key of that user can read it."
        )
    return (
        "The account that owns the key has no permission: in the group, give its role the "
        f"permission “{GROUP_PERMISSION}” for this game."
    )


def _writes(found: Evidence) -> Step:
    title = "The key can change its secrets"
    hint, probe = found.hint, found.probe
    if hint is None or not hint.scopes or probe is None:
        sentence = (
            "A test changes nothing, so only the first change can prove it. The key "
            f"needs the scope {WRITE}."
        )
        return Step(title, StepState.OPEN, sentence)
    if probe.verdict is not KeyVerdict.READS_ONLY:
        sentence = f"Roblox says the key has the scope {WRITE}. The first change will prove it."
        return Step(title, StepState.PASSED, sentence)
    sentence = (
        f"The scope {WRITE} is missing for this universe: the key can list secrets but not "
        "change them. Edit the key at Roblox."
    )
    return Step(title, StepState.FAILED, sentence)


def _end(found: Evidence) -> Step:
    title = "When the key expires"
    told = end_of(found.hint)
    if told:
        return Step(title, StepState.PASSED, f"On {sentence_time(told)}, according to Roblox.")
    if found.entered_end:
        sentence = f"On {sentence_time(found.entered_end)}, as entered in Sealroom."
        return Step(title, StepState.PASSED, sentence)
    sentence = "Roblox doesn’t say. If the key has an expiry date, enter it to be warned before."
    return Step(title, StepState.OPEN, sentence)
