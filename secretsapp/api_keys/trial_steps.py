"""What the evidence of a trial means, step by step, in words that say what to do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secretsapp.api_keys.key_reports import Advice, end_of
from secretsapp.api_keys.probing import READ, WRITE, Probe
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.references import Kind, Reference
from secretsapp.core.times import sentence_time
from secretsapp.opencloud.errors import (
    NothingSent,
    OpenCloudError,
    Refused,
    TooManyRequests,
)
from secretsapp.opencloud.types import Introspection, RemoteUniverse
from secretsapp.rules.roblox import translate

GROUP_PERMISSION = "List, create, update, and delete secrets"

_WRONG_KEY = (
    "The key is wrong, disabled or has ended, perhaps by itself after 60 days without use. Look at "
    "its status on Roblox's page of API keys. Disabled: switch Enable Key on. Auto-Expired: switch "
    "it off and on again, or change any property. Expired: set a later date. Revoked or Moderated: "
    "press Regenerate Key, and replace the key here."
)
_REFUSED_KEY = {
    KeyVerdict.ENDED: "The key has ended. At Roblox set a later date or, if its status is "
    "Auto-Expired, switch Enable Key off and on again. Or replace it here.",
    KeyVerdict.DISABLED: "The key is disabled. Switch Enable Key on, on Roblox's page of API keys.",
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

    `is_at_roblox` tells where a failed one is put right.
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
            "Roblox could not be reached: no connection could be made. Check this server's "
            "network, its firewall and the setting OPEN_CLOUD_PROXY, and test again."
        )
    elif isinstance(found.disturbance, TooManyRequests | Refused):
        sentence = str(translate(found.disturbance))
    else:
        sentence = (
            "What came back cannot be used. Test again in a minute; if it stays so, something "
            "between this server and Roblox answers in its place."
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
        sentence = "Roblox refused the key. It gives the same answer for two reasons:"
        address = f"Or this server's address is not on the key's list. {advice()}"
        return Step(title, StepState.FAILED, sentence, (_WRONG_KEY, address))
    return Step(title, StepState.FAILED, _REFUSED_KEY.get(verdict) or _not_from_here(advice))


def _not_from_here(advice: Advice) -> str:
    return (
        "Roblox knows the key and has it enabled, and yet refuses it: most likely this "
        f"server's address is not on the key's list. {advice()} Else the key is wrong here: "
        "replace it."
    )


def _universe(found: Evidence) -> Step:
    title = "The universe is found"
    probe, number = found.probe, found.reference.number
    if probe is None:
        sentence = f"Roblox knows no universe with the place {number}. Copy the link again."
        return Step(title, StepState.FAILED, sentence, is_at_roblox=False)
    if probe.refusal is not None and probe.is_missing:
        either = found.reference.kind is Kind.EITHER
        what = "neither a universe nor a place" if either else "no universe"
        sentence = f"Roblox knows {what} {number}. Check the number."
        return Step(title, StepState.FAILED, sentence, is_at_roblox=False)
    if probe.profile:
        return Step(title, StepState.PASSED, _named(probe.profile))
    if probe.refusal is None:
        sentence = f"{probe.universe_id}. Roblox does not tell its name to this key: give it one."
        return Step(title, StepState.PASSED, sentence)
    sentence = f"Roblox does not tell this key whether there is a universe {probe.universe_id}."
    return Step(title, StepState.OPEN, sentence)


def _named(profile: RemoteUniverse) -> str:
    kind, _, number = profile.owner.partition("/")
    owner = f", of {kind.removesuffix('s')} {number}" if number else ""
    name = f"“{profile.name}”" if profile.name else "It has no name"
    return f"{name}{owner}, universe {profile.universe_id}."


def _reads(found: Evidence) -> Step:
    title = "The key may read its secrets"
    probe = found.probe
    if probe is None:
        return Step(title, StepState.NOT_REACHED)
    if probe.refusal is None:
        count = len(probe.listing)
        listed = f"{count} secret{'' if count == 1 else 's'}"
        sentence = f"It lists {listed}, and the public key that values are sealed with."
        return Step(title, StepState.PASSED, sentence)
    causes = _missing_causes(probe)
    if probe.verdict is KeyVerdict.NOT_ALLOWED:
        sentence = "Roblox does not say what is missing. It is one of these, the likeliest first:"
        return Step(title, StepState.FAILED, sentence, tuple(causes.values()))
    sentence = causes.get(probe.verdict) or str(translate(probe.refusal))
    if probe.verdict is KeyVerdict.LACKS_RIGHT:
        sentence = f"The key has the scope for it. {sentence}"
    return Step(title, StepState.FAILED, sentence)


def _missing_causes(probe: Probe) -> dict[KeyVerdict, str]:
    """What a key that is not allowed may lack, the likeliest first."""
    return {
        KeyVerdict.NOT_COVERED: "The key does not cover this universe. Edit it at Roblox and add "
        "the experience to its list.",
        KeyVerdict.LACKS_RIGHT: _missing_right(probe),
        KeyVerdict.LACKS_READ: f"The key lacks the scope {READ}. Edit it at Roblox: under "
        "Select API System secret-store, under Select Operations read and write.",
    }


def _missing_right(probe: Probe) -> str:
    if probe.profile and probe.profile.owner.startswith("users/"):
        return (
            "The universe belongs to a user and not to a group: only a key of that very user "
            "opens it."
        )
    return (
        "The account that the key belongs to lacks the right: in the group, give its role the "
        f"permission “{GROUP_PERMISSION}” for this game."
    )


def _writes(found: Evidence) -> Step:
    title = "The key may change them"
    hint, probe = found.hint, found.probe
    if hint is None or not hint.scopes or probe is None:
        sentence = f"A test changes nothing, so the first change proves it. It takes {WRITE}."
        return Step(title, StepState.OPEN, sentence)
    if probe.verdict is not KeyVerdict.READS_ONLY:
        sentence = f"Roblox says that it has the scope {WRITE}. The first change proves it."
        return Step(title, StepState.PASSED, sentence)
    sentence = (
        f"The key lacks the scope {WRITE} for this universe: it can list secrets and change none. "
        "Edit it at Roblox."
    )
    return Step(title, StepState.FAILED, sentence)


def _end(found: Evidence) -> Step:
    title = "When the key ends"
    told = end_of(found.hint)
    if told:
        return Step(title, StepState.PASSED, f"On {sentence_time(told)}, as Roblox says.")
    if found.entered_end:
        sentence = f"On {sentence_time(found.entered_end)}, as was entered here."
        return Step(title, StepState.PASSED, sentence)
    sentence = (
        "Roblox does not tell. Enter the end with the key, if it has one, to be warned in time."
    )
    return Step(title, StepState.OPEN, sentence)
