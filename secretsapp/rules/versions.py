"""What every edit begins and ends with: is it still as the person saw it, and what is different."""

import hashlib
import json
from collections.abc import Collection, Mapping

from secretsapp.core.errors import StaleVersion


def version_of(*parts: str) -> str:
    """The same text for the same parts, and another for any others; it tells none of them."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def refuse_stale(seen: str, stored: str, *, what: str) -> None:
    """Raise StaleVersion unless the version that the person saw is the one that is stored.

    `what` begins the sentence: who changed what. An empty `seen` is of someone who saw no page.
    """
    if seen and seen != stored:
        raise StaleVersion(
            f"{what} after you opened the page, so nothing was saved. The current details are "
            "below: check whether you still need your change, and enter it again."
        )


def differences(
    before: Mapping[str, str], after: Mapping[str, str], *, unsaid: Collection[str] = ()
) -> dict[str, str]:
    """The detail of an event: which fields changed, from what to what; empty if none did.

    Of those that are `unsaid` only the name is told.
    """
    changed = [field for field in after if before[field] != after[field]]
    if not changed:
        return {}
    detail = {"fields": " and ".join(changed)}
    for field in changed:
        if field not in unsaid:
            key = field.lower().replace(" ", "_")
            detail |= {f"{key}_before": before[field], key: after[field]}
    return detail
