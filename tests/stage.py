"""The fixed cast and their universe, put on stage through the services."""

from dataclasses import dataclass

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, Universe, User
from secretsapp.services import api_keys, grants, people, universes

API_KEY = "emulated-api-key"
PASSWORD = "correct horse battery staple"
HARBOR_ID = 6930499524
GROUP_ID = 1234567
STAGEHAND = actors.command("tests")

ROLES_IN_HARBOR = (Role.MANAGER, Role.EDITOR, Role.ROTATOR, Role.VIEWER, Role.AUDITOR)


@dataclass(frozen=True)
class Person:
    """Somebody of the cast: his account, and himself acting in a browser."""

    user: User

    @property
    def actor(self) -> Actor:
        """The person as an actor."""
        return actors.person(self.user.pk, self.user.email, Door.BROWSER, "127.0.0.1")


Cast = dict[str, Person]


def add_harbor(emulator: Emulator) -> EmulatedUniverse:
    """Harbor with a secret for each kind of domain."""
    harbor = emulator.add_universe(HARBOR_ID, name="Harbor", group_id=GROUP_ID)
    harbor.put("PAY_KEY", b"pay value", "api.pay.example")
    harbor.put("PAY_WEBHOOK", b"hook value", "*")
    harbor.put("SIGNING_SEED", b"seed value", "")
    return harbor


def store_api_key() -> ApiKey:
    """The key that the emulator accepts, stored."""
    return api_keys.add(STAGEHAND, name="automation", value=Plaintext(API_KEY.encode()))


def store_universe(api_key: ApiKey) -> Universe:
    """Harbor, added as production."""
    return universes.add(
        STAGEHAND,
        universe_id=HARBOR_ID,
        api_key=api_key,
        environment="production",
    )


def engage_cast(universe: Universe) -> Cast:
    """Everybody, with the rights that the names say."""
    cast = {role.value: engage(role.value) for role in ROLES_IN_HARBOR}
    for role in ROLES_IN_HARBOR:
        grants.give(STAGEHAND, cast[role.value].user, role, universe)
    return cast | {"admin": engage("admin", admin=True), "stranger": engage("stranger")}


def engage(name: str, *, admin: bool = False) -> Person:
    """An account of that name, without any right unless as an admin."""
    password = Plaintext.from_text(PASSWORD)
    email = f"{name}@example.com"
    return Person(people.create(STAGEHAND, email=email, password=password, admin=admin))
