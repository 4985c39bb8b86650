"""What the product refuses; every class carries the sentence a person is shown.

SealroomError
├── Correctable                 the person can fix it on the spot; `field` names the input
│   ├── InvalidInput            a name, value, domain, note, address, pattern, time … breaks a rule
│   ├── BadRule                 what a channel is told can't be read: someone edited it
│   ├── LooksUnintended         a value is asked about before it is sealed; `reasons` say why
│   ├── DoubtfulKey             Roblox doesn’t know the API key, or refuses it; nothing was stored
│   ├── NameTaken               the universe has a secret of that name
│   ├── SimilarName             it has one that is called nearly so; nothing was sent
│   ├── UniverseFull            Roblox's limit of secrets a universe is reached
│   ├── SecretGone              the secret is no longer at Roblox
│   ├── DomainChanged           it was changed outside, and no one said which domain it should have
│   ├── StaleVersion            the secret has changed since the person saw it
│   ├── NeedsApproval           the universe is protected: someone else must approve the change
│   ├── ProposalOver            it was decided or withdrawn, or it lapsed; nothing was sent
│   │   └── ProposalAltered     it is not what was proposed: someone edited the database
│   ├── TooManyProposals        so many of theirs wait in the universe that no other is taken
│   ├── TooManyExports          so many exports of theirs are being sent that no other begins
│   ├── DecidedMeanwhile        a request was answered, withdrawn or lapsed before
│   ├── AlreadyExists           an API key, universe or person of that name is here
│   ├── StillInUse              something else needs it: it cannot be removed yet
│   ├── CodeRefused             a one-time code is wrong, used or has ended
│   ├── InvitationRefused       it is for another account, or no longer within the inviter's rights
│   ├── HoldsUp                 people lack a second factor that is to be required: it is asked
│   ├── LastAdmin               no one would be left who can do everything
│   ├── RobloxRefused           Roblox said no; nothing was changed
│   ├── RobloxBusy              Roblox's rate limit; `retry_after` in seconds
│   ├── RobloxUnreachable       nothing was sent
│   ├── RobloxUnusable          Roblox answered a read with something unusable; nothing was sent
│   └── HeldUp                  this server was too slow to send it; nothing was sent
├── OutcomeUnknown              a write was sent and no usable answer came; never a form error
├── NotFound                    it does not exist, or the actor may not see it
├── Forbidden                   the actor may see it, and may not do this
├── NotConfirmed                they have to confirm first that it's them; nothing was done
├── AccountShut                 its person shut it to someone else: it takes a new password first
├── SignOnRefused               a provider of single sign-on proved nothing; nobody was signed in
├── NewerTables                 the database belongs to a newer version of Sealroom
├── OlderTables                 the database was not brought up to this version yet
├── BadNote                     a signed note or a proof of the log is none, or was changed
├── BadArchive                  a file is no archive of the log, or was changed
├── LogBroken                   the audit log cannot take an event, or does not verify
│   └── SchemaChanged           the database is not as the migrations make it
├── CopyFailed                  a backup cannot be made, or not be restored here
└── KeyTrouble                  at-rest encryption
    ├── MissingKey              no key is configured, or the one that wrote a blob is not
    ├── WrongKey                a blob does not open: another key, another place, or damage
    ├── WeakKey                 a key that writes could be guessed, or serves for something else too
    ├── ExposedKey              others could read or change the file that holds a key
    ├── KeysElsewhere           the keys are in a place that Sealroom does not change
    └── NothingToRotate         the key that writes is the one that was rotated to
"""

from collections.abc import Sequence


class SealroomError(Exception):
    """Anything the product refuses; `str()` is the sentence for the person."""


class Correctable(SealroomError):
    """A refusal that the person can correct; `field` is the input it belongs to, if one."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class InvalidInput(Correctable):
    """An input breaks a rule; the sentence names the rule and never the value."""


class LooksUnintended(Correctable):
    """A value is sealed only when someone says that it is meant; `reasons` are sentences."""

    def __init__(
        self, sentence: str, *, reasons: Sequence[str] = (), field: str | None = None
    ) -> None:
        super().__init__(sentence, field=field)
        self.reasons = reasons


class DoubtfulKey(Correctable):
    """Roblox says that an API key is no good: the person is asked whether it is meant."""


class NameTaken(Correctable):
    """The universe already has a secret of that name."""


class SimilarName(Correctable):
    """The universe has a secret of nearly that name: the person is asked whether it is meant."""


class UniverseFull(Correctable):
    """The universe holds as many secrets as Roblox allows."""


class SecretGone(Correctable):
    """The secret is no longer at Roblox."""


class DomainChanged(Correctable):
    """The domain was changed outside Sealroom, from `before` to `now`: one has to be chosen."""

    def __init__(
        self, sentence: str, *, before: str = "", now: str = "", field: str | None = None
    ) -> None:
        super().__init__(sentence, field=field)
        self.before = before
        self.now = now


class StaleVersion(Correctable):
    """The secret has changed since the person looked at it."""


class NeedsApproval(Correctable):
    """The universe is protected: another person must approve the change."""


class ProposalOver(Correctable):
    """The proposal was decided or withdrawn, or it lapsed, so nothing comes of it now."""


class ProposalAltered(ProposalOver):
    """What is stored is not what was proposed."""


class TooManyProposals(Correctable):
    """As many of the person's proposals wait in the universe as can."""


class TooManyExports(Correctable):
    """As many exports are being sent to the person as can at once."""


class DecidedMeanwhile(Correctable):
    """A request that someone wanted to answer was answered, withdrawn or lapsed before."""


class AlreadyExists(Correctable):
    """Something of that name is here already."""


class StillInUse(Correctable):
    """Something cannot be removed while something else needs it."""


class CodeRefused(Correctable):
    """A one-time code is wrong, was used or has ended: which of these is not told."""


class InvitationRefused(Correctable):
    """An invitation is for another account, or goes beyond what its inviter can still give."""


class LastAdmin(Correctable):
    """The last active admin would lose that role."""


class BadRule(Correctable):
    """What a channel is told can't be read, or makes no sense: someone edited it."""


class RobloxRefused(Correctable):
    """Roblox said no, so nothing was changed.

    Where the key can be why, `apart` says it in parts: what happened, then each possible reason.
    """

    def __init__(
        self, sentence: str, *, apart: Sequence[str] = (), field: str | None = None
    ) -> None:
        super().__init__(sentence, field=field)
        self.apart = apart


class RobloxBusy(Correctable):
    """Roblox's rate limit is reached; `retry_after` says for how many seconds, if known."""

    def __init__(self, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class RobloxUnreachable(Correctable):
    """Roblox could not be reached, and nothing was sent."""


class RobloxUnusable(Correctable):
    """Roblox answered a read with something that cannot be used, so nothing was sent."""


class HeldUp(Correctable):
    """So much time passed before a write could be sent that it was not sent."""


class OutcomeUnknown(SealroomError):
    """A write was sent and no usable answer came back; `change_id` is that of the open change."""

    def __init__(self, sentence: str, *, change_id: str = "") -> None:
        super().__init__(sentence)
        self.change_id = change_id


class NotFound(SealroomError):
    """It does not exist, or the actor may not see it: both look the same from outside.

    `universe_id` and `secret_name` are those of a secret that was asked for in a universe that the
    actor sees.
    """

    def __init__(
        self, sentence: str, *, universe_id: int | None = None, secret_name: str = ""
    ) -> None:
        super().__init__(sentence)
        self.universe_id = universe_id
        self.secret_name = secret_name


class Forbidden(SealroomError):
    """The actor may see the subject and may not do this to it.

    `permission` is the missing right's identifier; `universe_id` and `secret_name` say where,
    if it was about one. A door translates it and has the refusal recorded.
    """

    def __init__(
        self,
        sentence: str,
        *,
        permission: str,
        universe_id: int | None = None,
        secret_name: str = "",
    ) -> None:
        super().__init__(sentence)
        self.permission = permission
        self.universe_id = universe_id
        self.secret_name = secret_name


class NewerTables(SealroomError):
    """The database has tables of a newer version, which this one could damage."""


class OlderTables(SealroomError):
    """The database has tables of an older version, which set-up has not brought up to date."""


class LogBroken(SealroomError):
    """The audit log cannot take an event, or does not verify."""


class BadNote(SealroomError):
    """A signed note, a key or a proof of the log is none, or was changed."""


class BadArchive(SealroomError):
    """A file is no archive of the audit log, or was changed, or doesn't join the next one."""


class SchemaChanged(LogBroken):
    """Tables, indexes or what acts by itself are not as the migrations make them.

    So nothing can be relied on that is read from the database, the log least of all.
    """


class CopyFailed(SealroomError):
    """A backup cannot be made, or is none that can be put in place here."""


class KeyTrouble(SealroomError):
    """Something is wrong with a key that protects data at rest."""


class MissingKey(KeyTrouble):
    """A key that is needed is not configured."""


class WrongKey(KeyTrouble):
    """A blob does not open with the key that it names."""


class WeakKey(KeyTrouble):
    """A key that is in use could be guessed, or serves for something else as well."""


class ExposedKey(KeyTrouble):
    """Others could read or change a file that holds a key."""


class KeysElsewhere(KeyTrouble):
    """Keys are to be changed in a place that is the operator's alone to change."""


class NothingToRotate(KeyTrouble):
    """There is no other key to rotate to."""
