"""What templates of the audit log need beside the tags of all pages."""

from collections.abc import Iterable
from functools import cache

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from secretsapp.log.event_view import EventView
from secretsapp.log.runs import Run
from secretsapp.log.runs import runs as runs_of
from secretsapp.web import event_rows

register = template.Library()

for tag in (event_rows.mark, event_rows.who, event_rows.sentence, event_rows.result_chip):
    register.simple_tag(tag, name=f"event_{tag.__name__}")

register.filter("verb_dot", event_rows.verb_dot)


@register.filter
def runs(events: Iterable[EventView]) -> list[Run]:
    """The events, of which those that are nearly equal come as one."""
    return runs_of(events)


@register.simple_tag
def event_address(sequence: int) -> str:
    """Where that event has its page; a page of the log asks for many, so they are put together."""
    return f"{_events()}{sequence}/"


@cache
def _events() -> str:
    return reverse("event", args=[1]).removesuffix("1/")


@register.simple_tag
def everything(**wanted: object) -> str:
    """What stands behind the log's address for everything of that."""
    return f"?{urlencode({name: str(text) for name, text in wanted.items() if text})}"
