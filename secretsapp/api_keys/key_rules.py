"""What holds for every key and every access by OAuth that is stored: names, and what is in use."""

from secretsapp.api_keys import server_address
from secretsapp.api_keys.key_reports import Advice
from secretsapp.api_keys.key_uses import used_by
from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, StaleVersion, StillInUse
from secretsapp.core.upkeep_errors import WrongKind
from secretsapp.models import ApiKey, Universe

# So many universes a refusal names.
NAMED = 5


def check_words(name: str, note: str) -> None:
    """Raise InvalidInput for what is no name, or too long a note."""
    labels.check_label(name, field="name", what="a name for the API key")
    labels.check_remark(note, field="note", limit=labels.NOTE_LIMIT)


def refuse_taken(name: str) -> None:
    """Raise AlreadyExists where a key has that name."""
    if ApiKey.objects.filter(name=name).exists():
        raise taken(name)


def taken(name: str) -> AlreadyExists:
    """That a key has that name."""
    return AlreadyExists(
        f"There is already an API key named “{name}”. Choose another name, or replace that key.",
        field="name",
    )


def refuse_access(api_key: ApiKey) -> None:
    """Raise WrongKind for an access by OAuth: there is no value of it that a person has."""
    if api_key.is_oauth:
        raise WrongKind(
            f"“{api_key.name}” is connected with OAuth, not with an API key. Connect it again or "
            "disconnect it instead."
        )


def refuse_used(stored: ApiKey) -> None:
    """Raise StillInUse where universes use the key, and name the first few of them."""
    names = list(used_by(stored).values_list("name", flat=True)[: NAMED + 1])
    if names:
        further = " and others" if len(names) > NAMED else ""
        raise StillInUse(
            f"It is still used by {', '.join(names[:NAMED])}{further}. Choose another key for "
            "those universes or remove them, then remove the key."
        )


def refuse_untried(stored: ApiKey, tried: list[Universe]) -> None:
    """Raise StaleVersion where a universe was given the key while the new value was tried."""
    if used_by(stored).exclude(pk__in=[each.pk for each in tried]).exists():
        raise StaleVersion(
            "Nothing was changed: a universe was added to this key while the new one was tested. "
            "Try again, so that it is tested there too."
        )


def advice_for(actor: Actor) -> Advice:
    """Says beside Roblox's refusal of a key which address should be on its list."""
    return lambda: server_address.server_address(actor).advice
