"""What people did about a key at Roblox, which Sealroom can't find out by itself."""

from secretsapp.core.actor import Actor
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.roles import Permission
from secretsapp.core.upkeep_errors import NothingToSay
from secretsapp.models import ApiKey
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.locks import lock_api_key

TO_MANAGE = Right(Permission.MANAGE_API_KEYS)


def say_fixed(actor: Actor, api_key: ApiKey) -> None:
    """Say that the key was changed at Roblox: what Roblox told of it before counts no longer.

    Raises NothingToSay where it told nothing.
    """
    with acting(actor, TO_MANAGE) as act:
        stored = lock_api_key(api_key)
        if not stored.told:
            raise NothingToSay("Roblox has told nothing of this key that could be out of date.")
        stored.told, stored.told_at = "", None
        stored.save(update_fields=["told", "told_at"])
        act.tell(KeyEvent.API_KEY_FIXED, subject=stored)


def say_old_deleted(actor: Actor, api_key: ApiKey) -> None:
    """Say that the key before this one was deleted at Roblox; NothingToSay where there is none."""
    with acting(actor, TO_MANAGE) as act:
        stored = lock_api_key(api_key)
        if stored.old_replaced_at is None:
            raise NothingToSay("No earlier key waits to be deleted at Roblox.")
        detail = {"name": stored.old_name} if stored.old_name else {}
        stored.old_name, stored.old_replaced_at = "", None
        stored.save(update_fields=["old_name", "old_replaced_at"])
        act.tell(KeyEvent.API_KEY_OLD_DELETED, subject=stored, detail=detail)
