"""The pages that someone may open, by what they are called and what they are for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.home.search.hits import Hit, Named, closest
from secretsapp.home.search.other_hits import holding, visible
from secretsapp.home.search.wanted import Closeness, Wanted, closeness, words_of
from secretsapp.models import Universe
from secretsapp.rules.policy import Rights, rights_of

# Where a page that every universe has is all that is asked for, these many are offered.
UNIVERSES = 10


@dataclass(frozen=True)
class _Page:
    """A page by the name of its address, and who may open it."""

    key: str
    name: str
    purpose: str
    is_open: Callable[[Rights], bool] = lambda _rights: True


@dataclass(frozen=True)
class _PageOfUniverse:
    """A page that each universe has."""

    key: str
    name: str
    is_open: Callable[[Rights, int], bool]


def _throughout(permission: Permission) -> Callable[[Rights], bool]:
    return lambda rights: rights.allows_installation(permission)


def _somewhere_in(permission: Permission) -> Callable[[Rights, int], bool]:
    return lambda rights, universe_id: rights.allows_somewhere(permission, universe_id)


# Who may open a page is what its sidebar or its universe shows it for.
_PAGES = (
    _Page("home", "Home", "needs attention, recent activity, universes"),
    _Page("universes", "Universes", "all games, by owner"),
    _Page("me", "Your account", "name, password, sessions, your access"),
    _Page(
        "audit",
        "Audit log",
        "history of changes, events, who did what",
        lambda rights: rights.universes_with(Permission.READ_AUDIT) != set(),
    ),
    _Page(
        "access_everywhere",
        "Access to all universes",
        "grants and roles",
        lambda rights: rights.universes_with(Permission.MANAGE_GRANTS) is None,
    ),
    _Page("people", "People", "accounts, users", _throughout(Permission.MANAGE_PEOPLE)),
    _Page(
        "person_create",
        "Create an account",
        "new person, user",
        _throughout(Permission.MANAGE_PEOPLE),
    ),
    _Page("api_keys", "API keys", "Roblox API keys", _throughout(Permission.MANAGE_API_KEYS)),
    _Page(
        "api_key_create",
        "Add an API key",
        "new Roblox key",
        _throughout(Permission.MANAGE_API_KEYS),
    ),
    _Page(
        "universe_create", "Add a universe", "new game", _throughout(Permission.MANAGE_UNIVERSES)
    ),
    _Page(
        "guide",
        "Guide",
        "role, API key and universe at Roblox, step by step",
        _throughout(Permission.MANAGE_UNIVERSES),
    ),
)
_PAGES_OF_UNIVERSE = (
    _PageOfUniverse("access", "Access to", _somewhere_in(Permission.MANAGE_GRANTS)),
    _PageOfUniverse("secret_create", "New secret in", _somewhere_in(Permission.CREATE_SECRET)),
    _PageOfUniverse(
        "universe_settings",
        "Settings of",
        lambda rights, _universe_id: rights.allows_installation(Permission.MANAGE_UNIVERSES),
    ),
)


def find(actor: Actor, wanted: Wanted, *, limit: int) -> list[Hit]:
    """The pages that fit, the closest first."""
    return closest(wanted, [*_of_all(actor, wanted), *_of_universes(actor, wanted)], limit=limit)


def _of_all(actor: Actor, wanted: Wanted) -> Iterator[tuple[Named, Closeness]]:
    rights = rights_of(actor)
    for page in _PAGES:
        close = closeness(wanted, page.name, page.purpose)
        if close is not None and _is_meant(page, wanted) and page.is_open(rights):
            yield Named(page.key, page.name, page.purpose), close


def _is_meant(page: _Page, wanted: Wanted) -> bool:
    """Whether each word begins one of the page's: its purpose is prose, which holds any letters."""
    words = f"{page.name} {page.purpose}"
    return wanted.forgives or all(_begins(word, words) for word in wanted.words)


def _of_universes(actor: Actor, wanted: Wanted) -> Iterator[tuple[Named, Closeness]]:
    """The pages of universes: some of the words are the page's, and all others the universe's."""
    for page in _PAGES_OF_UNIVERSE:
        rest = tuple(word for word in wanted.words if not _begins(word, page.name))
        if len(rest) < len(wanted.words):
            yield from _in_universes(actor, wanted, page, Wanted(" ".join(rest), rest))


def _begins(word: str, name: str) -> bool:
    return any(each.startswith(word) for each in words_of(name))


def _in_universes(
    actor: Actor, wanted: Wanted, page: _PageOfUniverse, rest: Wanted
) -> Iterator[tuple[Named, Closeness]]:
    rights = rights_of(actor)
    found = holding(visible(actor), rest, "name").values_list("pk", "name", "environment")
    for pk, name, environment in found[:UNIVERSES]:
        if page.is_open(rights, pk):
            universe = Universe(pk=pk, name=name, environment=environment)
            page_here = Named(page.key, f"{page.name} {name}", universe=universe)
            yield page_here, closeness(wanted, page_here.name) or Closeness.WITHIN
