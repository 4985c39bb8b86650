"""Templates without their indentation: it is for those who write them, and weighs in every row."""

import re

from django.template import Origin
from django.template.loaders import filesystem

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
# In these every blank counts.
_AS_WRITTEN = re.compile(r"(<(pre|textarea)\b.*?</\2>)", re.DOTALL)


class Loader(filesystem.Loader):
    """Loads the templates of a directory; lines stay, so errors name the right one."""

    def get_contents(self, origin: Origin) -> str:
        """The template, without the indentation of its lines if it is a page."""
        text: str = super().get_contents(origin)
        return without_indentation(text) if origin.name.endswith(".html") else text


def without_indentation(text: str) -> str:
    """The same page in fewer bytes; what stands in `pre` and `textarea` stays as it is."""
    # With its two groups, every third part is outside, and so is the first.
    parts = _AS_WRITTEN.split(text)
    parts[::3] = [_INDENTATION.sub("", each) for each in parts[::3]]
    del parts[2::3]
    return "".join(parts)
