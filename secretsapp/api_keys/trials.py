"""Tries an API key on a universe before anything is stored, and says step by step what is wrong."""

from dataclasses import dataclass

from secretsapp.api_keys import server_address
from secretsapp.api_keys.locating import candidates
from secretsapp.api_keys.probing import Probe, hint_of, probe
from secretsapp.api_keys.trial_steps import Evidence, Step, StepState, steps_of
from secretsapp.core.actor import Actor
from secretsapp.core.references import Reference
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.answers import OpenCloudError
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import Introspection
from secretsapp.rules import connections
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import in_our_words


@dataclass(frozen=True)
class Trial:
    """What came of a trial: its steps, and the universe that was meant, as far as it is known."""

    steps: tuple[Step, ...]
    universe_id: int | None
    stored: Universe | None

    @property
    def passed(self) -> bool:
        """Whether nothing is in the way; what cannot be proven is not."""
        return all(step.state is not StepState.FAILED for step in self.steps)

    @property
    def is_at_roblox(self) -> bool:
        """Whether what is in the way is the key or its rights, and neither the way nor a number."""
        return any(step.state is StepState.FAILED and step.is_at_roblox for step in self.steps)


def run(actor: Actor, api_key: ApiKey, reference: Reference) -> Trial:
    """Call Roblox under the key for the universe meant; nothing is stored and nothing written.

    Raises Forbidden, and KeyTrouble where the stored key does not open here.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    with in_our_words(only_reads=True), connections.client_of(actor, api_key) as client:
        evidence = _gathered(client, reference, api_key)
    steps = steps_of(evidence, lambda: server_address.server_address(actor).advice)
    if evidence.probe is None:
        return Trial(steps, None, None)
    found = evidence.probe.universe_id
    return Trial(steps, found, Universe.objects.filter(pk=found).first())


def _gathered(client: Client, reference: Reference, api_key: ApiKey) -> Evidence:
    """All that Roblox says, until something opens or a disturbance ends it."""
    hint: Introspection | None = None
    probes: list[Probe] = []
    disturbance: OpenCloudError | None = None
    try:
        hint = hint_of(client)
        for universe_id in candidates(client, reference):
            probes.append(probe(client, universe_id, hint))
            if probes[-1].refusal is None:
                break
    except OpenCloudError as error:
        disturbance = error
    return Evidence(reference, api_key.ends_at, hint, _likeliest(probes), disturbance)


def _likeliest(probes: list[Probe]) -> Probe | None:
    """The one that opened, else one that exists, else the first."""
    opened = [probe for probe in probes if probe.refusal is None]
    existing = [probe for probe in probes if not probe.is_missing]
    return next(iter([*opened, *existing, *probes]), None)
