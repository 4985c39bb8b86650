"""The small marks before who acted: initials of a person, or a sign for whatever is none."""

from zlib import crc32

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from secretsapp.core.actor import ActorKind
from secretsapp.web.icons import icon

# As many as the style sheet has colours for.
COLOURS = 8
_SIGNS = {ActorKind.COMMAND.value: "terminal", ActorKind.SYSTEM.value: "seal"}


def avatar(email: str = "", name: str = "", kind: str = ActorKind.PERSON.value) -> SafeString:
    """The mark of a person by email address and name, of a `command` or of the `system`.

    An unknown one is grey. It is beside words that say who it is.
    """
    if kind in _SIGNS:
        return _mark(kind, icon(_SIGNS[kind]))
    if not email:
        return _mark("unknown", icon("person"))
    return _mark(str(colour(email)), initials(name or email))


def initials(name: str) -> str:
    """One or two letters of a name or an email address: “Ann Berg” is AB, `ann@…` is A."""
    words = "".join(each if each.isalnum() else " " for each in name.partition("@")[0]).split()
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def colour(email: str) -> int:
    """The number of a person's colour: always the same for the same address."""
    return crc32(email.lower().encode()) % COLOURS


def _mark(kind: str, content: str) -> SafeString:
    shown = conditional_escape(content)
    markup = f'<span class="avatar avatar-{kind}" aria-hidden="true">{shown}</span>'
    return SafeString(markup)  # nosec B703
