"""What the commands that answer requests for access share."""

from uuid import UUID

from secretsapp.access import request_listing
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.models import AccessRequest


def find_request(actor: Actor, found_id: UUID) -> AccessRequest | None:
    """The request of that id, as far as the actor sees it; None where it may be a proposal."""
    try:
        return request_listing.get(actor, found_id).request
    except NotFound:
        return None
