"""The actions on searches of the log that people keep."""

from secretsapp.log import saved
from secretsapp.models import SavedSearch
from tests.actions.acting import Action, Stage

AUDITOR = "auditor@example.com"


def keep(stage: Stage) -> SavedSearch:
    """Let the auditor have a search."""
    auditor = stage.cast["auditor"]
    return saved.save(
        auditor.actor, auditor.user, name="Grants", text="event=grant", is_shared=True
    )


def forget(stage: Stage) -> None:
    """Let them delete it."""
    auditor = stage.cast["auditor"]
    saved.delete(auditor.actor, auditor.user, name="Grants")


SEARCH_ACTIONS = [
    Action("saved.save", keep, (f"log.search_saved | {AUDITOR} |  |  | ",)),
    Action("saved.delete", forget, (f"log.search_deleted | {AUDITOR} |  |  | ",), before=keep),
]
