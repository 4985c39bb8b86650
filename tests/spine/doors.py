"""Every address of the product, what may be asked of it, and who is let in."""

from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from secretsapp.models import Universe

EVERYBODY = ("admin", "manager", "editor", "rotator", "viewer", "auditor")
READ, SEND = "GET", "POST"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Door:
    """A named address: who may pass it, and what a person without any right finds there.

    `allowed` has the methods it answers; `about` says what it needs: nothing, a universe or a
    secret. `sent` is a POST that does what the page is for, and `answer` its status then.
    """

    name: str
    may_pass: tuple[str, ...]
    about: str = ""
    allowed: tuple[str, ...] = (READ, "HEAD")
    sent: dict[str, str] = field(default_factory=dict)
    read_answer: int = 200
    answer: int = 302
    stranger: int = 404

    def address(self, universe: Universe | int, name: str) -> str:
        """Where it is, for that universe and secret."""
        universe_id = universe if isinstance(universe, int) else universe.pk
        arguments: dict[str, list[object]] = {
            "": [],
            "universe": [universe_id],
            "secret": [universe_id, name],
        }
        return reverse(self.name, args=arguments[self.about])


FORM = (READ, "HEAD", SEND)
NEW_SECRET = {"name": "PAY_NEW", "value": "a value", "reach": "any"}
NEW_VALUE = {"value": "another value"}
TYPED = {"typed": "PAY_KEY"}

DOORS = (
    Door("home", (*EVERYBODY, "stranger"), stranger=200),
    Door("audit", ("admin", "manager", "auditor"), stranger=403),
    Door("universe", EVERYBODY, "universe"),
    Door("universe_refresh", EVERYBODY, "universe", FORM, {"q": ""}, read_answer=302),
    Door("secret_create", ("admin", "manager", "editor"), "universe", FORM, NEW_SECRET),
    Door("secret", EVERYBODY, "secret"),
    Door("secret_rotate", ("admin", "manager", "editor", "rotator"), "secret", FORM, NEW_VALUE),
    Door("secret_details", ("admin", "manager", "editor"), "secret", FORM, {"note": "a note"}),
    Door("secret_delete", ("admin", "manager"), "secret", FORM, TYPED),
)

# These are there for people who are not signed in, and have tests of their own.
OPEN_TO_ALL = {"account_login", "account_logout", "account_inactive"}


def names_of_addresses() -> set[str]:
    """The name of every address there is; one without a name has its pattern for one."""
    return set(_names(get_resolver().url_patterns))


def _names(patterns: list[URLPattern | URLResolver]) -> list[str]:
    names: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            names += _names(pattern.url_patterns)
        else:
            names.append(pattern.name or f"unnamed: {pattern.pattern}")
    return names
