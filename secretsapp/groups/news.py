"""In which groups something changed that nobody has reviewed yet."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.groups.seeing import may_see
from secretsapp.models import RobloxGroup, Universe


@dataclass(frozen=True)
class News:
    """A group in which something changed, and one of its universes that the actor sees."""

    title: str
    universe_id: int


def for_actor(actor: Actor) -> list[News]:
    """One for each group of which the actor sees a whole universe."""
    groups = RobloxGroup.objects.filter(notices__isnull=False).distinct().order_by("name", "pk")
    by_owner = {f"groups/{group.pk}": group for group in groups}
    if not by_owner:
        return []
    found: dict[str, News] = {}
    for universe in Universe.objects.filter(owner__in=by_owner).order_by("pk"):
        if universe.owner not in found and may_see(actor, universe):
            found[universe.owner] = News(by_owner[universe.owner].title, universe.pk)
    return [found[owner] for owner in by_owner if owner in found]
