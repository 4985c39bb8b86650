"""What can be wrong with an API key, each with its sentence and its cure at Roblox, in one table.

The labels are those of Roblox's own pages, as its guide to API keys writes them.
"""

from enum import StrEnum
from typing import NamedTuple

API_KEYS_PAGE = "https://create.roblox.com/dashboard/credentials"

_ON_AGAIN = "turn Enable Key off and on again, or change any property, such as its name"


class KeyFinding(StrEnum):
    """Why a key needs someone, the most pressing first; commands print these words."""

    REFUSED = "refused"
    DISABLED = "disabled"
    EXPIRED = "expired"
    NOT_FROM_HERE = "not_from_here"
    FAILS = "fails"
    LACKS_WRITE = "lacks_write"
    ENDS_SOON = "ends_soon"
    UNUSED = "unused"
    OPENS_ALL = "opens_all"
    OPENS_OTHERS = "opens_others"
    DOES_MORE = "does_more"

    @property
    def sentence(self) -> str:
        """What is wrong; its places in braces are filled by who found it."""
        return _TABLE[self].sentence

    @property
    def cures(self) -> tuple[str, ...]:
        """What to do about it; where that depends on its status at Roblox, a sentence for each."""
        return _TABLE[self].cures

    @property
    def cures_of_access(self) -> tuple[str, ...]:
        """The same where no key but an access by OAuth is in its place."""
        return (_OF_ACCESS.get(self, _CONNECT_AGAIN),)

    @property
    def stops(self) -> bool:
        """Whether the key can't do its work, so that it is not only worth knowing."""
        return self in _STOPPING


class _Words(NamedTuple):
    sentence: str
    cures: tuple[str, ...]


def _words(sentence: str, *cures: str) -> _Words:
    return _Words(sentence, cures)


_TABLE = {
    KeyFinding.REFUSED: _words(
        "Roblox refuses it, and doesn’t say why. Its status on Roblox’s API keys page does.",
        "If its status at Roblox is Disabled: turn Enable Key on.",
        "Expired: set a later date.",
        f"Auto-Expired: {_ON_AGAIN}.",
        "Revoked or Moderated: select Regenerate Key, then replace the key in Sealroom.",
        "User Moderated: contact Roblox about the account.",
        "If nothing is wrong with its status: {address}",
    ),
    KeyFinding.DISABLED: _words(
        "It is disabled at Roblox.", "Turn Enable Key on, on Roblox’s API keys page."
    ),
    KeyFinding.EXPIRED: _words(
        "It has expired{when}.",
        "Set a later date at Roblox, or create a new key and replace this one. If its status is "
        f"Auto-Expired, nobody used it for 60 days: {_ON_AGAIN}.",
    ),
    KeyFinding.NOT_FROM_HERE: _words(
        "Roblox refuses it although it is enabled. Most likely this server’s address isn’t one of "
        "its accepted IP addresses.",
        "{address} If that doesn’t help, the key in Sealroom is wrong: replace it.",
    ),
    KeyFinding.FAILS: _words("{result}", "Fix this at Roblox, then test the key."),
    KeyFinding.LACKS_WRITE: _words(
        "It can’t change secrets in {where}: its scope universe.secret:write is missing.",
        "Edit the key at Roblox: under Select Operations, add write for secret-store.",
    ),
    KeyFinding.ENDS_SOON: _words(
        "It expires in {left}, on {when}.",
        "Create a new key with the same account, and replace this one.",
    ),
    KeyFinding.UNUSED: _words(
        "Sealroom hasn’t used it for {days} days. By Roblox’s rule a key that nobody uses for 60 "
        "days expires; whether something else uses it isn’t known here.",
        "Add a universe that uses it, or remove it here and delete it at Roblox.",
    ),
    KeyFinding.OPENS_ALL: _words(
        "It works for all games of its account, and for every future one.",
        "Edit the key at Roblox: turn Restrict by Experience on, and add only the games whose "
        "secrets you manage here.",
    ),
    KeyFinding.OPENS_OTHERS: _words(
        "It also works for {which}, which Sealroom doesn’t have.",
        "Add what belongs here. For the rest, edit the key at Roblox and take them off the list "
        "under Restrict by Experience.",
    ),
    KeyFinding.DOES_MORE: _words(
        "It can do more than Sealroom needs: {scopes}.",
        "Edit the key at Roblox: under Select API System, remove everything but secret-store.",
    ),
}
_CONNECT_AGAIN = "Select Connect again, and grant access once more."
_OF_ACCESS = {
    KeyFinding.LACKS_WRITE: "Select Connect again, and allow universe.secret:write for these "
    "universes. If Roblox doesn’t offer it, add the scope to the app first.",
    KeyFinding.ENDS_SOON: "Sealroom renews it once a day, and couldn’t for a while. Test it. If "
    "that fails, select Connect again.",
    KeyFinding.OPENS_OTHERS: "Add what belongs here, or select Connect again and choose fewer "
    "universes.",
    KeyFinding.DOES_MORE: "Remove these scopes from the app at Roblox, then connect again.",
}
_STOPPING = frozenset(list(KeyFinding)[: list(KeyFinding).index(KeyFinding.ENDS_SOON)])
# What lists tell beside a key anyway.
OF_END = frozenset({KeyFinding.EXPIRED, KeyFinding.ENDS_SOON})
# What only Roblox can tell, which it does of new keys alone.
OF_HINT = frozenset(
    {
        KeyFinding.LACKS_WRITE,
        KeyFinding.OPENS_ALL,
        KeyFinding.OPENS_OTHERS,
        KeyFinding.DOES_MORE,
    }
)
