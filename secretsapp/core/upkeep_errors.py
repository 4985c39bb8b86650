"""What is refused in the upkeep of secrets, servers and keys; the rest is in `errors`.

Correctable
├── NothingDue                  there is no due date to snooze, or to change
├── NoServerKey                 no key of the universe can read its servers; nothing was sent
├── PublishProtected            the universe is protected, and a file can't wait for approval here
├── PublishUnderWay             the outcome of an earlier version of the place isn't known yet
├── RestartUnderWay             the outcome of an earlier restart isn't known yet; nothing was sent
├── NothingToSay                of an API key nothing is known that someone could have fixed
├── NoGroup                     no group is known to own the universe, so there is none to read
├── NotConnected                what came back from Roblox connects nothing; nothing was stored
└── WrongKind                   it is for keys and not for access by OAuth, or the other way
"""

from secretsapp.core.errors import Correctable


class NothingDue(Correctable):
    """The secret has no due date: no policy covers it, and no end was set."""


class NoServerKey(Correctable):
    """The universe has no key for its game servers, and the one for secrets doesn't do."""


class PublishProtected(Correctable):
    """A protected universe takes two people, and a file isn't kept until the second one comes."""


class PublishUnderWay(Correctable):
    """Whether Roblox has an earlier version of the place isn't known yet."""


class RestartUnderWay(Correctable):
    """Whether Roblox took an earlier restart isn't known yet: another could come on top."""


class NothingToSay(Correctable):
    """Nothing is known of the API key that someone could say they have dealt with."""


class NoGroup(Correctable):
    """The universe belongs to an account, or Roblox didn't tell to whom."""


class NotConnected(Correctable):
    """Roblox, or the person there, didn’t grant access, or the answer is of nobody here."""


class WrongKind(Correctable):
    """What is asked for is done with API keys and not with access by OAuth, or the other way."""
