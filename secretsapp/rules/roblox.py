"""What Roblox's refusals and failures mean in our words, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager

from secretsapp.core.errors import (
    NameTaken,
    OutcomeUnknown,
    RobloxBusy,
    RobloxRefused,
    RobloxUnreachable,
    RobloxUnusable,
    SealroomError,
    SecretGone,
)
from secretsapp.models import Change
from secretsapp.models.changes import ChangeKind
from secretsapp.opencloud import errors
from secretsapp.opencloud.timeouts import SETTLE_AFTER

NOUNS = {
    ChangeKind.CREATE: "creation",
    ChangeKind.ROTATE: "rotation",
    ChangeKind.DELETE: "deletion",
}


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn every OpenCloudError raised inside into the SealroomError a person is shown."""
    try:
        yield
    except errors.OpenCloudError as error:
        raise translate(error) from None


def translate(error: errors.OpenCloudError) -> SealroomError:
    """The refusal for a failed call: its reason and what to do, never Roblox's own text."""
    if isinstance(error, errors.Refused):
        return _refusal(error)
    if isinstance(error, errors.NothingSent):
        return RobloxUnreachable(
            "Roblox could not be reached, so nothing was done. Check this server's connection "
            "and try again."
        )
    if isinstance(error, errors.Unknown):
        return OutcomeUnknown(
            "The change was sent, and no usable answer came back, so it is not known whether it "
            "took effect. Sealroom will find out by reading; do not send it again before that."
        )
    return RobloxUnusable(
        "Roblox gave an answer that cannot be used, so nothing was done. Try again in a minute."
    )


def outcome_unknown(change: Change, how_far: str, why: str) -> OutcomeUnknown:
    """What is known of an open change: which, when it was sent, and when Roblox is read for it."""
    return OutcomeUnknown(
        f"The {NOUNS[ChangeKind(change.kind)]} of {change.name} {how_far} at "
        f"{change.started_at:%H:%M} UTC, and {why}, so it is not known whether it took effect. "
        f"Sealroom reads Roblox at {change.started_at + SETTLE_AFTER:%H:%M} UTC to find out; do "
        "not send it again before that.",
        change_id=str(change.pk),
    )


def _refusal(error: errors.Refused) -> SealroomError:
    if isinstance(error, errors.Unauthorized):
        return RobloxRefused(
            "Roblox refused the API key: it is wrong, disabled or expired, or this server's "
            "address is not on the key's list. Check the key at Roblox, or replace it here."
        )
    if isinstance(error, errors.NotAllowed):
        return RobloxRefused(
            "Roblox does not allow this: the API key lacks the scope universe.secret:read or "
            "universe.secret:write or does not cover this universe, or its user lacks the "
            "permission for secrets in the group. Whoever manages the API keys can test which, and "
            "correct that at Roblox."
        )
    if isinstance(error, errors.Missing):
        return SecretGone(
            "Roblox has no such secret or universe any more. Refresh the list and look again."
        )
    if isinstance(error, errors.Conflict):
        return NameTaken(
            "The universe already has a secret of that name. Rotate that one, or choose another "
            "name.",
            field="name",
        )
    if isinstance(error, errors.TooManyRequests):
        return _busy(error)
    return RobloxRefused(
        f"Roblox refused the request{_code_in_words(error)} and changed nothing. Refresh the "
        "list, check name, domain and value, and try again."
    )


def _busy(error: errors.TooManyRequests) -> RobloxBusy:
    seconds = error.retry_after
    wait = f"{seconds} second{'' if seconds == 1 else 's'}" if seconds else "a minute"
    return RobloxBusy(
        f"Roblox's limit of requests of this kind is reached, so nothing was done. Try again in "
        f"{wait}.",
        retry_after=error.retry_after,
    )


def _code_in_words(error: errors.Refused) -> str:
    return f" (status {error.status}, {error.code})" if error.code else f" (status {error.status})"
