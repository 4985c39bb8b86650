"""What Roblox's refusals and failures mean in our words, and who is told that it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.dispatch import Signal

from secretsapp.core.errors import (
    NameTaken,
    OutcomeUnknown,
    RobloxBusy,
    RobloxRefused,
    RobloxUnreachable,
    RobloxUnusable,
    SealroomError,
    SecretGone,
    UniverseFull,
)
from secretsapp.core.input_rules import SECRETS_PER_UNIVERSE
from secretsapp.models import Change
from secretsapp.models.secrets import ChangeKind
from secretsapp.opencloud import answers
from secretsapp.opencloud.client import SETTLE_AFTER

# For monitoring, which is no part of what is done: `answered` is sent with the `call`, its
# `outcome` in a word and its `seconds`, `turned_away` for a conversation that was not begun.
answered, turned_away = Signal(), Signal()

NOUNS = {
    ChangeKind.CREATE: "creation",
    ChangeKind.ROTATE: "rotation",
    ChangeKind.DELETE: "deletion",
}


_OF_A_WRONG_KEY = (
    "Roblox refused the API key, so nothing was changed. Either:",
    "The API key is wrong, disabled or expired.",
    "This server’s address isn’t one of the key’s accepted IP addresses.",
)
_OF_A_NARROW_KEY = (
    "Roblox doesn’t allow this, so nothing was changed. One or more of these is why:",
    "The API key is missing the scope universe.secret:read.",
    "The API key is missing the scope universe.secret:write.",
    "The API key doesn’t cover this universe.",
    "The key’s user is missing the group’s permission for secrets.",
)


_AGAIN = "Open the connection’s page under API keys and select “Connect again”."
LOSSES = {
    answers.Renewal.REVOKED: "Roblox no longer accepts this connection: someone removed "
    f"Sealroom’s access at Roblox, or it wasn’t used for too long. Nothing was sent. {_AGAIN}",
    answers.Renewal.INTERRUPTED: "This connection with Roblox is lost: Sealroom was interrupted "
    "while renewing it, and Roblox takes each renewal only once. Nothing was sent, and your "
    f"secrets are untouched. {_AGAIN}",
}
_NOT_RENEWED = {
    answers.Renewal.UNSURE: "Nothing was sent: Roblox gave no usable answer when Sealroom renewed "
    "its access. Try again in a minute.",
    answers.Renewal.UNDER_WAY: "Nothing was sent: another process is renewing the access to "
    "Roblox. Try again in a minute.",
}


@contextmanager
def in_our_words(*, only_reads: bool = False) -> Iterator[None]:
    """Turn every OpenCloudError raised inside into the SealroomError a person is shown."""
    try:
        yield
    except answers.OpenCloudError as error:
        raise translate(error, only_reads=only_reads) from None


def translate(error: answers.OpenCloudError, *, only_reads: bool = False) -> SealroomError:
    """The refusal for a failed call: its reason and what to do, never Roblox's own text.

    Someone who only wanted to read is not told that nothing was sent or changed.
    """
    if isinstance(error, answers.NotRenewed):
        return _not_renewed(error)
    if only_reads and (refusal := _refusal_to_read(error)):
        return refusal
    if isinstance(error, answers.Refused):
        return _refusal(error)
    if isinstance(error, answers.NothingSent):
        return RobloxUnreachable(
            "Sealroom couldn’t reach Roblox, so nothing was sent. Check this server’s "
            "connection and try again."
        )
    if isinstance(error, answers.Unknown):
        return OutcomeUnknown(
            "The change was sent, but no usable answer came back, so the outcome is unknown. "
            "Sealroom will read Roblox to find out. Don’t send it again before that."
        )
    return RobloxUnusable(
        "Roblox’s answer couldn’t be used, so nothing was changed. Try again in a minute."
    )


def _not_renewed(error: answers.NotRenewed) -> SealroomError:
    """Why an access by OAuth could not be renewed, and what to do."""
    if error.why in LOSSES:
        return RobloxRefused(LOSSES[error.why])
    if error.why in _NOT_RENEWED:
        return RobloxBusy(_NOT_RENEWED[error.why], retry_after=60)
    return RobloxRefused(
        "Nothing was sent: Roblox doesn’t know Sealroom’s app, or none is set up. Check "
        "ROBLOX_APP_ID and ROBLOX_APP_SECRET, and restart Sealroom."
    )


def _refusal_to_read(error: answers.OpenCloudError) -> SealroomError | None:
    """The same for a call that only reads, where that is another sentence."""
    if isinstance(error, answers.NothingSent):
        return RobloxUnreachable("Sealroom couldn’t reach Roblox. Check this server’s connection.")
    if isinstance(error, answers.TooManyRequests):
        return _busy(error, "")
    if isinstance(error, answers.Missing):
        return RobloxRefused("Roblox doesn’t know this universe. It may have been deleted there.")
    if isinstance(error, answers.Unusable):
        return RobloxUnusable("Roblox’s answer couldn’t be used.")
    if type(error) is answers.Refused:
        return RobloxRefused(f"Roblox refused the request{_code_in_words(error)}.")
    return None


def outcome_unknown(change: Change, how_far: str, why: str) -> OutcomeUnknown:
    """What is known of an open change: which, when it was sent, and when Roblox is read for it."""
    return OutcomeUnknown(
        f"The {NOUNS[ChangeKind(change.kind)]} of {change.name} {how_far} at "
        f"{change.started_at:%H:%M} UTC, and {why}, so it is not known whether it took effect. "
        f"Sealroom reads Roblox at {change.started_at + SETTLE_AFTER:%H:%M} UTC to find out; do "
        "not send it again before that.",
        change_id=str(change.pk),
    )


def name_taken(universe: str, name: str = "") -> NameTaken:
    """That the universe of that name has a secret of that name."""
    which = f"named {name}" if name else "with that name"
    return NameTaken(
        f"{universe} already has a secret {which}. Rotate it, or choose another name.",
        field="name",
    )


def universe_full(universe: str) -> UniverseFull:
    """That the universe of that name has as many secrets as Roblox allows."""
    return UniverseFull(
        f"Nothing was sent: {universe} has {SECRETS_PER_UNIVERSE} secrets, the most Roblox "
        "allows. First delete one that is no longer used."
    )


def _refusal(error: answers.Refused) -> SealroomError:
    if isinstance(error, answers.Unauthorized):
        return RobloxRefused(
            "Roblox refused the API key: it is wrong, disabled or expired, or this server’s "
            "address is not one of its accepted IP addresses. Check the key at Roblox, or "
            "replace it in Sealroom.",
            apart=_OF_A_WRONG_KEY,
        )
    if isinstance(error, answers.NotAllowed):
        return RobloxRefused(
            "Roblox doesn’t allow this. The API key is missing the scope "
            "universe.secret:read or universe.secret:write, it doesn’t cover this universe, "
            "or its user is missing the group’s permission for secrets. Ask an admin to test "
            "the key, which shows what to fix at Roblox.",
            apart=_OF_A_NARROW_KEY,
        )
    if isinstance(error, answers.Missing):
        return SecretGone("Roblox no longer has this secret or universe. Refresh the list.")
    if isinstance(error, answers.Conflict):
        return name_taken("The universe")
    if isinstance(error, answers.TooManyRequests):
        return _busy(error, "Nothing was sent: ")
    return RobloxRefused(
        f"Roblox refused the request{_code_in_words(error)} and changed nothing. Refresh the "
        "list, check the name, allowed host and value, and try again."
    )


def _busy(error: answers.TooManyRequests, deed: str) -> RobloxBusy:
    seconds = error.retry_after
    wait = f"{seconds} second{'' if seconds == 1 else 's'}" if seconds else "a minute"
    return RobloxBusy(
        f"{deed}Roblox’s limit for requests of this kind is reached. Try again in {wait}.",
        retry_after=error.retry_after,
    )


def _code_in_words(error: answers.Refused) -> str:
    return f" (status {error.status}, {error.code})" if error.code else f" (status {error.status})"
