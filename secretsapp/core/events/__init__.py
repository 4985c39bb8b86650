"""The audit vocabulary: each event with its tag, its sentence, severity, verb and result.

A tag is `subject.verb` or `subject.verb.state`. A sentence follows the actor's name if it starts in
lower case, and otherwise stands alone. Its places in braces are filled from the event's own fields:
`{count:secret}` is “1 secret” or “5 secrets”, `{permission:ing}` is “rotating secrets”.
"""

from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.batches import BatchEvent
from secretsapp.core.events.channels import ChannelEvent
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.events.kinds import Event
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.events.secrets import DueEvent, GroupEvent, SecretEvent, UniverseEvent

# Everything the audit log can hold.
EVENTS: tuple[Event, ...] = (
    *SecretEvent,
    *UniverseEvent,
    *KeyEvent,
    *AccessEvent,
    *PersonEvent,
    *InstallationEvent,
    *ProofEvent,
    *ChannelEvent,
    *BatchEvent,
    *DueEvent,
    *GroupEvent,
)
BY_TAG = {event.tag: event for event in EVENTS}
