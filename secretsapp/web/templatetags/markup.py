"""Markup that is written in Python: names that may be broken, and the attributes of fields."""

from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def in_words(name: str) -> SafeString:
    """A name that is broken behind an underscore, where it has to be, and not within a word."""
    first, *rest = name.split("_")
    return format_html("{}{}", first, format_html_join("", "_<wbr>{}", ((each,) for each in rest)))


@register.filter
def in_parts(domain: str) -> SafeString:
    """A host that is broken before a dot, where it has to be, and not within a word."""
    first, *rest = domain.split(".")
    return format_html("{}{}", first, format_html_join("", "<wbr>.{}", ((each,) for each in rest)))


# Django's own template for them takes three times as long, and a form has dozens.
register.simple_tag(flatatt, name="attributes")
