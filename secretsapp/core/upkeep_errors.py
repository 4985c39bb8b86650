"""What is refused in the upkeep of secrets, servers and keys; the rest is in `errors`.

Correctable
└── NothingDue                  there is no due date to snooze, or to change
"""

from secretsapp.core.errors import Correctable


class NothingDue(Correctable):
    """The secret has no due date: no policy covers it, and no end was set."""
