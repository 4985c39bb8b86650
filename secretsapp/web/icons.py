"""Small drawings beside words that say the same, as lines in the page.

A page that names them in a sheet of their own has the browser look each up there and copy it, which
for the hundreds of a list takes longer than reading their lines.
"""

import re
from functools import cache

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

_SHEET = "parts/icons.svg"
_DRAWING = re.compile(r'<symbol id="([\w-]+)" viewBox="0 0 16 16">(.+)</symbol>')


@cache
def icon(name: str) -> SafeString:
    """A small drawing beside words that say the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', drawings()[name]
    )


@cache
def drawings() -> dict[str, SafeString]:
    """The lines of each drawing by its name."""
    found = _DRAWING.findall(render_to_string(_SHEET))
    # A template without variables is as safe as it is.
    return {name: SafeString(lines) for name, lines in found}  # nosec B703
