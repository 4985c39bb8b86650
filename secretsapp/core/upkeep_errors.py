"""What is refused in the upkeep of secrets, servers and keys; the rest is in `errors`.

Correctable
├── NothingDue                  there is no due date to snooze, or to change
└── NothingToSay                of an API key nothing is known that someone could have fixed
"""

from secretsapp.core.errors import Correctable


class NothingDue(Correctable):
    """The secret has no due date: no policy covers it, and no end was set."""


class NothingToSay(Correctable):
    """Nothing is known of the API key that someone could say they have dealt with."""
