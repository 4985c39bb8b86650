"""The marks of a preview: what is confirmed must be what was seen, though nothing of it is kept."""

from collections.abc import Collection

from django.utils.crypto import salted_hmac

from secretsapp.batches.importing import Preview
from secretsapp.core.actor import Actor
from secretsapp.models import Universe

_PURPOSE = "secretsapp.import"


def mark_of_content(
    actor: Actor, content: bytes, form: str, universes: Collection[Universe]
) -> str:
    """By which it is known that the same is confirmed in the same place, by the same person.

    It is made with the installation's secret key: a bare hash of a short value could be guessed.
    """
    places = ",".join(str(pk) for pk in sorted(each.pk for each in universes))
    return _mark(f"content {actor.person_id} {form} {places}\n".encode() + content)


def mark_of_plan(actor: Actor, found: Preview) -> str:
    """By which it is known that it would still do what the person saw."""
    told = [
        f"{row.number} {each.mark} {each.is_similar_to}"
        for row in found.rows
        for each in row.planned
    ]
    return _mark("\n".join((f"plan {actor.person_id}", *told)).encode())


def _mark(content: bytes) -> str:
    return salted_hmac(_PURPOSE, content, algorithm="sha256").hexdigest()
