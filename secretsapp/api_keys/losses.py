"""Tells once of each access by OAuth that is lost: only connecting again helps then."""

from contextlib import suppress

from secretsapp.api_keys.key_records import store
from secretsapp.api_keys.key_reports import not_tried
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound, RobloxRefused
from secretsapp.core.events.keys import KeyEvent
from secretsapp.models import ApiKey, OAuthAccess
from secretsapp.opencloud.answers import Renewal
from secretsapp.rules.acting import NoRight, acting
from secretsapp.rules.locks import lock_api_key
from secretsapp.rules.roblox import LOSSES

_FOUND = NoRight("nobody chose what is found")


def tell_lost(actor: Actor) -> list[ApiKey]:
    """Tell of each that isn't told yet, and give them. Any number of processes may do this."""
    lost = ApiKey.objects.filter(oauth__lost_at__isnull=False, oauth__is_loss_told=False)
    return [api_key for api_key in lost.order_by("pk") if _tell(actor, api_key)]


def _tell(actor: Actor, api_key: ApiKey) -> bool:
    # It may have been disconnected meanwhile.
    with suppress(NotFound), acting(actor, _FOUND) as act:
        stored = lock_api_key(api_key)
        found = OAuthAccess.objects.select_for_update().filter(pk=stored.pk, is_loss_told=False)
        access = found.filter(lost_at__isnull=False).first()
        if access is None:
            return False
        access.is_loss_told = True
        access.save(update_fields=["is_loss_told"])
        act.tell(KeyEvent.API_KEY_LOST, subject=stored, detail={"reason": access.lost_why})
        store(act, stored, not_tried(RobloxRefused(LOSSES[Renewal(access.lost_why)])))
        return True
    return False
