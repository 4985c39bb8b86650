"""The fixed cast and their universe, put on stage through the actions."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from emulator import Emulator, SecretRecord
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grant_rows
from secretsapp.access.terms import AS_ADMIN
from secretsapp.api_keys import stored_keys
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, Grant, Secret, Universe, User
from secretsapp.people import accounts
from secretsapp.rules.acting import NoRight, acting
from secretsapp.universes import managing
from tests import kept
from tests.granting import store_grants

API_KEY = "emulated-api-key"
# Another one that Roblox knows, to replace it by.
NEXT_API_KEY = "next-emulated-api-key"
PASSWORD = "correct horse battery staple"
HARBOR_ID = 6930499524
GROUP_ID = 1234567
STAGEHAND = actors.command("tests", account="stagehand on stage")

ROLES_IN_HARBOR = (Role.MANAGER, Role.EDITOR, Role.ROTATOR, Role.VIEWER, Role.AUDITOR)
CAST = (*(role.value for role in ROLES_IN_HARBOR), "admin", "stranger")


@dataclass(frozen=True)
class Person:
    """Someone of the cast: their account, and themselves acting in a browser."""

    user: User

    @property
    def actor(self) -> Actor:
        """The person as an actor."""
        return actors.person(self.user.pk, self.user.email, Door.BROWSER, "127.0.0.1")


Cast = dict[str, Person]
_held: dict[tuple[tuple[str, bytes, str], ...], tuple[SecretRecord, ...]] = {}


def forget() -> None:
    """Act the stage out again, as the tables were made anew."""
    kept.forget()
    _held.clear()


def add_harbor(emulator: Emulator) -> EmulatedUniverse:
    """Harbor with a secret for each kind of domain."""
    harbor = emulator.add_universe(HARBOR_ID, name="Harbor", group_id=GROUP_ID)
    harbor.put("PAY_KEY", b"pay value", "api.pay.example")
    harbor.put("PAY_WEBHOOK", b"hook value", "*")
    harbor.put("SIGNING_SEED", b"seed value", "")
    return harbor


def hold(secrets: Iterable[SecretRecord], harbor: EmulatedUniverse) -> None:
    """Let Harbor hold the same secrets since the same times."""
    for secret in secrets:
        times = {"create_time": secret.create_time, "update_time": secret.update_time}
        harbor.put(secret.name, secret.value, secret.domain, **times)


def store_api_key() -> ApiKey:
    """The key that the emulator accepts, stored."""
    value = Plaintext(API_KEY.encode())
    kept.put(
        "API key", lambda: stored_keys.add(STAGEHAND, name="automation", value=value, is_meant=True)
    )
    return ApiKey.objects.get(name="automation")


def store_universe(api_key: ApiKey, harbor: EmulatedUniverse) -> Universe:
    """Harbor, added as production just now, with its baseline."""
    held = tuple((name, one.value, one.domain) for name, one in harbor.secrets.items())
    add = partial(managing.add, STAGEHAND, universe_id=HARBOR_ID, environment="production")
    if kept.put(("Harbor", held), lambda: add(api_key=api_key)):
        hold(_held[held], harbor)
        Universe.objects.update(synced_at=timezone.now())
        Secret.objects.update(key_id=harbor.key_pair.key_id)
    else:
        _held.setdefault(held, tuple(harbor.secrets.values()))
    return Universe.objects.select_related("api_key").get(pk=HARBOR_ID)


def engage_cast(universe: Universe) -> Cast:
    """Everybody, with the rights that the names say."""
    kept.put("cast", lambda: _engage_cast(universe))
    users = {user.email: user for user in User.objects.all()}
    return {name: Person(users[_email(name)]) for name in CAST}


def _engage_cast(universe: Universe) -> None:
    """As the actions would write them (there is a test of that), but at once."""
    hashed = _hashed_password()
    users = User.objects.bulk_create(User(email=_email(name), password=hashed) for name in CAST)
    by_name = dict(zip(CAST, users, strict=True))
    given = store_grants(
        _grant(by_name[role.value], role, None if role is Role.ADMIN else universe)
        for role in (*ROLES_IN_HARBOR, Role.ADMIN)
    )
    with acting(STAGEHAND, NoRight("the stage is set")) as act:
        for user in users:
            act.tell(PersonEvent.PERSON_CREATED, subject=user)
        for grant in given:
            grant_rows.tell(act, AccessEvent.GRANT_GIVEN, grant)


def _email(name: str) -> str:
    return f"{name}@example.com"


@cache
def _hashed_password() -> str:
    return make_password(PASSWORD)


def _grant(person: User, role: Role, universe: Universe | None) -> Grant:
    return Grant(
        person=person,
        universe=universe,
        role=role,
        given_by=STAGEHAND.name,
        given_at=timezone.now(),
    )


def engage(name: str, *, admin: bool = False) -> Person:
    """An account of that name, without any right unless as an admin."""
    password = Plaintext.from_text(PASSWORD)
    first = AS_ADMIN if admin else None
    return Person(accounts.create(STAGEHAND, email=_email(name), password=password, first=first))
