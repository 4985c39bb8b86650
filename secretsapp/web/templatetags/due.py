"""What templates of due dates need beside the tags of all pages."""

from datetime import date

from django import template
from django.template import Context
from django.utils.http import urlencode

from secretsapp.core.due_states import DueState
from secretsapp.due.listing import Wanted
from secretsapp.due.of_secret import hint_of
from secretsapp.models import Secret
from secretsapp.web import due_words

register = template.Library()

register.filter("since_or_on", due_words.since_or_on)


@register.simple_tag
def due_hint(secret: Secret) -> str:
    """How to rotate a secret at its provider; empty where nobody wrote it."""
    return hint_of(secret)


@register.simple_tag(takes_context=True)
def due_query(context: Context, month: date, day: date | None = None) -> str:
    """The address of a month, or of one of its days, of the secrets that are looked at."""
    wanted: Wanted = context["wanted"]
    parts = {**wanted.of_kind("").parts, "month": f"{month:%Y-%m}"}
    return "?" + urlencode(parts | ({"day": day.isoformat()} if day else {}))


@register.filter
def due_label(state: DueState) -> str:
    """What pages call how far along a secret is."""
    return due_words.KIND_WORDS[state]


@register.filter
def due_tone(state: DueState) -> str:
    """The class of its chip; empty where it isn't urgent."""
    return due_words.TONES.get(state, "")


@register.filter
def as_day(when: date) -> str:
    """A day in words."""
    return due_words.day(when)
