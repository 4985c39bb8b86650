"""What templates of groups need beside the tags of all pages."""

from collections.abc import Mapping

from django import template

from secretsapp.groups import deeds
from secretsapp.groups.could import Could

register = template.Library()

register.filter("deed", deeds.deed)


@register.filter
def in_universe(could: Mapping[int, Could], universe_id: int) -> Could | None:
    """Who could in that universe; None for who isn't told."""
    return could.get(universe_id)
