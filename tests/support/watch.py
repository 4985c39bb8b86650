"""What reached the audit log, and Roblox, since a test began to look."""

import json

from emulator import Emulator
from secretsapp.models import AuditEvent


class Watch:
    """Looks at the audit events that were appended since it was made."""

    def __init__(self) -> None:
        newest = AuditEvent.objects.order_by("-sequence").first()
        self._start = newest.sequence if newest else 0

    @property
    def events(self) -> list[AuditEvent]:
        """The events, oldest first."""
        return list(AuditEvent.objects.filter(sequence__gt=self._start).order_by("sequence"))

    @property
    def tags(self) -> list[str]:
        """The tags of the events, oldest first."""
        return [event.tag for event in self.events]

    @property
    def last(self) -> AuditEvent:
        """The newest event."""
        return self.events[-1]


def detail(event: AuditEvent) -> dict[str, str]:
    """The details of an event."""
    found: dict[str, str] = json.loads(event.detail)
    return found


def writes(emulator: Emulator) -> list[str]:
    """The methods of the writes to the secrets store that reached the emulator."""
    return [
        request.method
        for request in emulator.requests
        if request.method != "GET" and "/secrets" in request.path
    ]
