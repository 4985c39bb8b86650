"""What someone may do, by its name: with a secret, in a universe, or in the installation."""

from collections.abc import Iterable, Iterator

from secretsapp.access import team_listing
from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import is_documented_name
from secretsapp.core.roles import Permission
from secretsapp.home.search import secret_hits
from secretsapp.home.search.hits import Hit, Named, closest, hit
from secretsapp.home.search.page_hits import (
    Page,
    PageOfUniverse,
    beyond,
    of_all,
    of_universes,
    somewhere,
    somewhere_in,
    throughout,
)
from secretsapp.home.search.wanted import NOTHING, Closeness, Wanted, closeness
from secretsapp.rules.policy import rights_of

# So many are offered for what was found, and while nothing is typed.
FEW = 3

_ACTIONS = (
    Page("universe_create", "Add a universe", "new game", throughout(Permission.MANAGE_UNIVERSES)),
    Page(
        "api_key_create", "Add an API key", "new Roblox key", throughout(Permission.MANAGE_API_KEYS)
    ),
    Page("invite", "Invite people", "new person, user", throughout(Permission.MANAGE_PEOPLE)),
    Page(
        "person_create",
        "Create account",
        "new person, user",
        throughout(Permission.MANAGE_PEOPLE),
    ),
    Page("team_create", "Create team", "new group of people", team_listing.makes_teams),
    Page(
        "access_several",
        "Grant access to several universes",
        "give many at once",
        somewhere(Permission.MANAGE_GRANTS),
    ),
)
_IN_UNIVERSES = (
    PageOfUniverse(
        "secret_create", "Create secret in", somewhere_in(Permission.CREATE_SECRET), "new add"
    ),
    PageOfUniverse(
        "access_give", "Grant access in", somewhere_in(Permission.MANAGE_GRANTS), "give"
    ),
)
_ROTATE = "Rotate"


def find(actor: Actor, wanted: Wanted, *, limit: int) -> list[Hit]:
    """The actions that fit, the closest first."""
    found = [
        *of_all(actor, wanted, _ACTIONS),
        *of_universes(actor, wanted, _IN_UNIVERSES),
        *_rotations(actor, wanted, limit),
    ]
    return closest(wanted, found, limit=limit)


def is_of_rotations(wanted: Wanted) -> bool:
    """Whether rotations are looked for."""
    return beyond(_ROTATE, wanted) is not None


def about(actor: Actor, wanted: Wanted, hits: Iterable[Hit]) -> list[Hit]:
    """What can be done with those of the hits whose whole name was typed."""
    meant = [each.named for each in hits if each.closeness <= Closeness.WHOLE_NAME]
    actions = [action for named in meant for action in _with(actor, named)]
    return [hit(wanted, action, Closeness.BESIDE) for action in actions[:FEW]]


def offered(actor: Actor, hits: Iterable[Hit]) -> list[Hit]:
    """What can be done while nothing is typed: in the first of the universes, and beyond them."""
    here = [action for each in list(hits)[:1] for action in _with(actor, each.named)]
    beyond_it = [action for action, _ in of_all(actor, NOTHING, _ACTIONS)]
    return [hit(NOTHING, action, Closeness.SAME) for action in [*here, *beyond_it][:FEW]]


def _with(actor: Actor, named: Named) -> Iterator[Named]:
    """What the actor may do with the secret, or in the universe."""
    rights = rights_of(actor)
    if named.universe is None:
        return
    if named.secret and rights.allows(Permission.ROTATE_SECRET, named.universe.pk, named.secret):
        yield from _rotation(named)
    if not named.secret:
        pages = (page for page in _IN_UNIVERSES if page.is_open(rights, named.universe.pk))
        yield from (page.named(named.universe) for page in pages)


def _rotations(actor: Actor, wanted: Wanted, limit: int) -> Iterator[tuple[Named, Closeness]]:
    """The rotation of each secret that fits what was typed beside that word."""
    rest = beyond(_ROTATE, wanted)
    if rest is None or not rest.words or wanted.forgives:
        return
    for found in secret_hits.find(actor, rest, limit=limit, permission=Permission.ROTATE_SECRET):
        for rotation in _rotation(found.named):
            yield rotation, closeness(wanted, rotation.name) or Closeness.WITHIN


def _rotation(of: Named) -> Iterator[Named]:
    """That of a secret which is there, and whose name can be sent."""
    if is_documented_name(of.secret) and not of.is_missing:
        name = f"{_ROTATE} {of.secret}"
        yield Named("secret_rotate", name, universe=of.universe, secret=of.secret)
