"""What the addresses of a universe's group tell the audit log."""

from django.utils import timezone

from secretsapp.groups.seeing import group_of
from secretsapp.models import GroupNotice, Universe
from secretsapp.models.universes import GroupNoticeKind
from tests.spine.acts import Telling
from tests.stage import Cast


def noticed(universe: Universe, _cast: Cast) -> dict[str, str]:
    """Let a new owner be noticed, whom the page shows."""
    notice = GroupNotice.objects.create(
        group=group_of(universe),
        kind=GroupNoticeKind.OWNER_CHANGED,
        what="account 700",
        noticed_at=timezone.now(),
    )
    return {"seen": str(notice.pk)}


GROUPS = (
    Telling("group_read", by="viewer"),
    Telling("group_review", ("group.reviewed",), prepare=noticed),
)
