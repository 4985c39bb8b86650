"""What templates of the audit log need beside the tags of all pages."""

from collections.abc import Iterable

from django import template
from django.template import Context
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from secretsapp.log.event_view import EventView
from secretsapp.log.runs import Run
from secretsapp.log.runs import runs as runs_of
from secretsapp.web import event_rows

register = template.Library()

for tag in (event_rows.mark, event_rows.who, event_rows.line, event_rows.address):
    register.simple_tag(tag, name=f"event_{tag.__name__}")


@register.simple_tag(takes_context=True)
def event_row(context: Context, event: EventView, *, focused: bool = False) -> SafeString:
    """A row of a list that may have days (`by_day`), or be of one `universe` alone."""
    has_day, universe = bool(context.get("by_day")), context.get("universe")
    return event_rows.row(event, universe=universe, has_day=has_day, focused=focused)


@register.filter
def runs(events: Iterable[EventView]) -> list[Run]:
    """The events, of which those that are nearly equal come as one."""
    return runs_of(events)


@register.simple_tag
def everything(**wanted: object) -> str:
    """What stands behind the log's address for everything of that."""
    return f"?{urlencode({name: str(text) for name, text in wanted.items() if text})}"
