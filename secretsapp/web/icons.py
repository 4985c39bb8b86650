"""Small drawings beside words that say the same, from the one sheet of them."""

from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@cache
def icon(name: str) -> SafeString:
    """A small drawing beside words that say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        _sheet(),
        name,
    )


@cache
def _sheet() -> str:
    """The address of the drawings: a list has hundreds, and finding it out each time is slow."""
    return static("img/icons.svg")
