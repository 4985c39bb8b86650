"""The environment of a universe in a few letters, for narrow places, and its owner in words."""

from functools import cache

from django.utils.html import format_html

from secretsapp.models.universes import Environment

_SHORT = {"production": "PROD", "staging": "STAGE", "development": "DEV"}


def environment_short(environment: str) -> str:
    """The letters alone; empty without an environment."""
    return _SHORT.get(environment, "")


@cache
def environment_tag(environment: str) -> str:
    """The letters as a tag, which is read out in full; empty without an environment.

    It is no template, because a long page has it in every row.
    """
    if environment not in _SHORT:
        return ""
    return format_html(
        '<span class="tag tag-{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        environment,
        environment_short(environment),
        Environment(environment).label,
    )


def owner_words(owner: str) -> str:
    """The owner of a universe as Roblox names it: `groups/1234567` is “Group 1234567”."""
    kind, _, number = owner.partition("/")
    return f"{kind.removesuffix('s').capitalize()} {number}" if number else "Unknown owner"
