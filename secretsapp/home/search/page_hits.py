"""The pages that someone may open, by what they are called and what they are for."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from secretsapp.access import team_listing
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.home.search import universe_names
from secretsapp.home.search.hits import Hit, Named, closest
from secretsapp.home.search.wanted import Closeness, Wanted, closeness, words_of
from secretsapp.models import Universe
from secretsapp.rules.policy import Rights, rights_of

# Where a page that every universe has is all that is asked for, these many are offered.
UNIVERSES = 10
# Fewer letters say nothing of which page of a universe is meant.
SHORTEST = 3


@dataclass(frozen=True)
class Page:
    """A page by the name of its address, and who may open it."""

    key: str
    name: str
    purpose: str
    is_open: Callable[[Rights], bool] = lambda _rights: True


@dataclass(frozen=True)
class PageOfUniverse:
    """A page that each universe has; `also` are other words for it."""

    key: str
    name: str
    is_open: Callable[[Rights, int], bool]
    also: str = ""

    def named(self, universe: Universe) -> Named:
        """That of the universe."""
        return Named(self.key, f"{self.name} {universe.name}", universe=universe)


def throughout(permission: Permission) -> Callable[[Rights], bool]:
    """Open to those who have the permission in all universes."""
    return lambda rights: rights.allows_installation(permission)


def somewhere(permission: Permission) -> Callable[[Rights], bool]:
    """Open to those who have the permission on some name of some universe."""
    return lambda rights: rights.universes_with(permission) != set()


def somewhere_in(permission: Permission) -> Callable[[Rights, int], bool]:
    """Open to those who have the permission on some name of the universe."""
    return lambda rights, universe_id: rights.allows_somewhere(permission, universe_id)


# Who may open a page is what its sidebar or its universe shows it for.
_PAGES = (
    Page("home", "Home", "needs attention, recent activity, universes"),
    Page("universes", "Universes", "all games, by owner"),
    Page("outside", "Changed outside", "drift, to review, at Roblox or with another tool"),
    Page("due", "Due dates", "rotation, overdue, calendar, reminders"),
    Page("me", "Your account", "name, password, sessions, your access"),
    Page("requests", "Requests", "what someone asked for, to approve or decline, and your own"),
    Page("help_roles", "Role permissions", "what each role can do, help"),
    Page("help_shortcuts", "Keyboard shortcuts", "what single keys do, help"),
    Page("help_changes", "What changed", "changelog, version, release notes, help"),
    Page(
        "audit",
        "Audit log",
        "history of changes, events, who did what",
        lambda rights: rights.universes_with(Permission.READ_AUDIT) != set(),
    ),
    Page(
        "access_everywhere",
        "Access to all universes",
        "grants and roles",
        lambda rights: rights.universes_with(Permission.MANAGE_GRANTS) is None,
    ),
    Page("people", "People", "accounts, users", throughout(Permission.MANAGE_PEOPLE)),
    Page(
        "reviews",
        "Access reviews",
        "who still needs their grants",
        somewhere(Permission.MANAGE_GRANTS),
    ),
    Page("teams", "Teams", "groups of people", team_listing.gives_access),
    Page("api_keys", "API keys", "Roblox API keys", throughout(Permission.MANAGE_API_KEYS)),
    Page(
        "channels",
        "Channels",
        "tell others what happens: Discord, Slack, webhook, email, syslog",
        throughout(Permission.MANAGE_CHANNELS),
    ),
    Page(
        "due_policies",
        "Rotation policies",
        "how often secrets are to be rotated",
        throughout(Permission.MANAGE_UNIVERSES),
    ),
    Page(
        "guide",
        "Guide",
        "role, API key and universe at Roblox, step by step",
        throughout(Permission.MANAGE_UNIVERSES),
    ),
)
_PAGES_OF_UNIVERSE = (
    PageOfUniverse("access", "Access to", somewhere_in(Permission.MANAGE_GRANTS)),
    PageOfUniverse(
        "universe_settings",
        "Settings of",
        lambda rights, _universe_id: rights.allows_installation(Permission.MANAGE_UNIVERSES),
    ),
)


def find(actor: Actor, wanted: Wanted, *, limit: int) -> list[Hit]:
    """The pages that fit, the closest first."""
    found = [*of_all(actor, wanted, _PAGES), *of_universes(actor, wanted, _PAGES_OF_UNIVERSE)]
    return closest(wanted, found, limit=limit)


def of_all(
    actor: Actor, wanted: Wanted, pages: Iterable[Page]
) -> Iterator[tuple[Named, Closeness]]:
    """Those of the pages that fit and that the actor may open."""
    rights = rights_of(actor)
    for page in pages:
        close = closeness(wanted, page.name, page.purpose)
        if close is not None and _is_meant(page, wanted) and page.is_open(rights):
            yield Named(page.key, page.name, page.purpose), close


def _is_meant(page: Page, wanted: Wanted) -> bool:
    """Whether each word begins one of the page's: its purpose is prose, which holds any letters."""
    words = f"{page.name} {page.purpose}"
    return wanted.forgives or all(_begins(word, words) for word in wanted.words)


def of_universes(
    actor: Actor, wanted: Wanted, pages: Iterable[PageOfUniverse]
) -> Iterator[tuple[Named, Closeness]]:
    """The pages of universes: some of the words are the page's, and all others the universe's."""
    for page in pages:
        rest = beyond(f"{page.name} {page.also}", wanted)
        if rest is not None:
            yield from _in_universes(actor, wanted, page, rest)


def beyond(name: str, wanted: Wanted) -> Wanted | None:
    """What is wanted beside words that begin those of the name; None where there is no such."""
    said = [word for word in wanted.words if _begins(word, name)]
    if not any(len(word) >= SHORTEST for word in said):
        return None
    rest = tuple(word for word in wanted.words if word not in said)
    return Wanted(" ".join(rest), rest)


def _begins(word: str, name: str) -> bool:
    return any(each.startswith(word) for each in words_of(name))


def _in_universes(
    actor: Actor, wanted: Wanted, page: PageOfUniverse, rest: Wanted
) -> Iterator[tuple[Named, Closeness]]:
    rights = rights_of(actor)
    for known in universe_names.holding(actor, rest)[:UNIVERSES]:
        if page.is_open(rights, known.pk):
            page_here = page.named(known.universe)
            yield page_here, closeness(wanted, page_here.name) or Closeness.WITHIN
