"""What templates of channels need beside the tags of all pages."""

from django import template

from secretsapp.channels.rule import Rule
from secretsapp.models.universes import Environment
from secretsapp.web.event_labels import EVENT_WORDS
from secretsapp.web.forms.channels import SEVERITY_WORDS

register = template.Library()


@register.filter
def event_words(rule: Rule) -> list[str]:
    """The events of a rule as pages call them; a tag that has no words of its own is itself."""
    return [EVENT_WORDS.get(each, each) for each in rule.events]


@register.filter
def severity_words(rule: Rule) -> str:
    """How severe the events of a rule are at least."""
    return SEVERITY_WORDS[rule.at_least]


@register.filter
def environment_words(rule: Rule) -> list[str]:
    """The environments of a rule."""
    return [str(Environment(each).label) for each in rule.environments]
