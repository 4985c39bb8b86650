"""The stage of every test: a guarded database, the emulator, and a fixed cast of people."""

import gc
import os
import pkgutil
import secrets
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models.signals import post_migrate
from django.template.base import Template as ParsedTemplate
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.management import commands
from secretsapp.models import ApiKey, Universe
from secretsapp.operation import installation as installations
from secretsapp.rules import search_index, triggers
from tests import stage
from tests.bound import COUNT_PROCESSES
from tests.installation import ROOT, Installation, open_copy, open_installation
from tests.kept import Beginning
from tests.post_office import PostOffice, open_post_office
from tests.stage import Cast, Person
from tests.stocked import Template, open_stocked

COVERAGE = ROOT / "pyproject.toml"
OBJECTS_BETWEEN_COLLECTIONS = 50_000
PLACES_OF_A_LARGE_FRAME = 2**16
LONG = ("long", "process", "browser")
# Tracing for the coverage nearly doubles the time of a test, and these are about whole journeys,
# or about what is not counted: what they reach, the others have to reach as well.
NOT_COUNTED = {"browser", "dashboard", "demo", "emulator", "repository", "spine"}
# Whoever uses one of these, by way of others or not, asks a database.
DATABASES = {"db", "transactional_db", "live_server", "installation_template"}
AS_SERVED = vars(ParsedTemplate)["_render"]


def pytest_configure() -> None:
    """Hash passwords quickly: no test is about how slow that is. The parts of pages are there.

    To look for garbage after every 700 objects, as Python does by itself, takes a twentieth of all.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    django_settings.STYLEGUIDE = True
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no processor is left without work at the end.

    What asks a database is marked so, and every case of such a test but its first: that is what is
    counted, where it is cheap, and what stands for the others where time is short. Each has room.
    """
    if config.getoption("cov_source", None):
        load_commands()
    begun: set[str] = set()
    for item in items:
        if item.get_closest_marker("django_db") or not DATABASES.isdisjoint(fixtures_of(item)):
            item.add_marker(pytest.mark.database)
            if name_of_test(item) in begun:
                item.add_marker(pytest.mark.later)
        if item.path.parent.name in NOT_COUNTED or item.get_closest_marker("later"):
            item.add_marker(pytest.mark.no_cover)
        begun.add(name_of_test(item))
        vars(item)["runtest"] = partial(call_with_room, item.runtest)
    items.sort(key=lambda item: not any(map(item.get_closest_marker, LONG)))


def name_of_test(item: pytest.Item) -> str:
    """The test that the item is a case of."""
    return item.nodeid.partition("[")[0]


def call_with_room(call: Callable[[], None]) -> None:
    """Call it where Python has room for the frames of half a million bytes.

    It keeps frames in pieces of 16 KB, and gives the newest back to the system as soon as its
    first frame is left. A request lies deep in frames of pytest's and Django's, so that one loop or
    another calls across such an edge each time: a fifth of all time went into that. A large frame
    is given a piece of its own size, and those after it find the rest of it free.
    """
    call()


call_with_room.__code__ = call_with_room.__code__.replace(co_stacksize=PLACES_OF_A_LARGE_FRAME)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what was collected: all of it stays to the end."""
    gc.collect()
    gc.freeze()


def load_commands() -> None:
    """Load every command while that counts, and not in a test that is about something else.

    A module is read once, so what it holds outside its functions is traced then or never.
    """
    for found in pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."):
        import_module(found.name)


def fixtures_of(item: pytest.Item) -> list[str]:
    """The fixtures of a test, those that others ask for among them."""
    names: list[str] = getattr(item, "fixturenames", [])
    return names


@pytest.fixture(scope="session", autouse=True)
def scan_static_files_once() -> Iterator[None]:
    """Keep what WhiteNoise finds: every client has it anew, and would have it look each time."""
    scan = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[tuple[int, str], dict[str, object]] = {}

    def scan_once(middleware: WhiteNoiseMiddleware) -> None:
        under = (middleware.max_age, str(middleware.static_root))
        if under not in found:
            scan(middleware)
            found[under] = middleware.files.copy()
        middleware.files.update(found[under])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", scan_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def render_unwatched(django_test_environment: None) -> Iterator[None]:
    """Render templates as they are served: Django would copy for each what it was given.

    No test asks for that: they read the page.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ParsedTemplate, "_render", AS_SERVED)
        yield


@pytest.fixture(autouse=True)
def count_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes of a test that is marked so count, where anything is counted.

    On PostgreSQL nothing else is.
    """
    is_counting = request.config.getoption("cov_source", None) or os.environ.get(COUNT_PROCESSES)
    if is_counting and request.node.get_closest_marker("counted"):
        monkeypatch.setenv("COVERAGE_PROCESS_START", str(COVERAGE))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Let SQLite's test database be a file, as the real one is: threads then contend for it.

    Unlike the real one it need not outlive a loss of power.
    """
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        path = tmp_path_factory.mktemp("database") / "sealroom.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)
        connection.settings_dict["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Set the test database up as `setup` does, and leave it so whenever it was flushed.

    What Django would write down for each of its models after a flush, nobody here asks for.
    """
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_guarded(operation: BaseDatabaseOperations, statements: list[str]) -> None:
        triggers.remove()
        flush(operation, statements)
        beginning.repeat()
        triggers.install()
        search_index.install()

    with django_db_blocker.unblock():
        installations.generate_keys()
        installations.prepare_database()
        beginning = Beginning.now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush_guarded)
        patch.setattr(post_migrate, "receivers", [])
        yield


@pytest.fixture
def emulator(settings: Settings) -> Iterator[Emulator]:
    """Roblox, as far as these tests are concerned, on a socket of its own."""
    with Emulator() as running:
        running.add_api_key(stage.API_KEY, name="automation")
        running.add_api_key(stage.NEXT_API_KEY, name="automation 2")
        settings.OPEN_CLOUD_URL = settings.GAMES_URL = running.url
        settings.OAUTH_URL = f"{running.url}/oauth"
        settings.OPEN_CLOUD_TIMEOUT_SECONDS = 5
        yield running


@pytest.fixture
def harbor(emulator: Emulator) -> EmulatedUniverse:
    """The emulator's side of the universe Harbor, with three secrets."""
    return stage.add_harbor(emulator)


@pytest.fixture
def api_key(db: None, emulator: Emulator) -> ApiKey:
    """The stored API key that the emulator accepts."""
    return stage.store_api_key()


@pytest.fixture
def universe(harbor: EmulatedUniverse, api_key: ApiKey) -> Universe:
    """Harbor as it is stored after it was added: production, with its baseline taken."""
    return stage.store_universe(api_key, harbor)


@pytest.fixture
def cast(universe: Universe) -> Cast:
    """One person for each role in Harbor, an admin of everything, and a stranger."""
    return stage.engage_cast(universe)


@pytest.fixture
def post_office(settings: Settings) -> Iterator[PostOffice]:
    """The mail server of this installation."""
    with open_post_office() as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        settings.EMAIL_USE_TLS = False
        yield office


@pytest.fixture
def client_for(cast: Cast) -> Iterator[Callable[[str | Person], Client]]:
    """Makes a browser session of the person with that role."""
    cache.clear()

    def sign_in(who: str | Person) -> Client:
        person = cast[who] if isinstance(who, str) else who
        client = Client()
        client.force_login(person.user)
        return client

    yield sign_in
    cache.clear()


@pytest.fixture
def password() -> str:
    """The password of everybody in the cast."""
    return stage.PASSWORD


@pytest.fixture
def marker() -> str:
    """A value like no other text anywhere, to search for afterwards."""
    return f"marker {secrets.token_hex(12)} ß+/&"


@pytest.fixture(scope="session")
def installation_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that a real process has set up, to be copied and left alone."""
    data_dir = tmp_path_factory.mktemp("installation") / "data"
    with open_installation(data_dir, "http://127.0.0.1:9") as opened:
        yield opened


@pytest.fixture(scope="session")
def stocked_template(
    installation_template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template]:
    """The same with its API key and Harbor."""
    with open_stocked(installation_template, tmp_path_factory.mktemp("stocked") / "data") as opened:
        yield opened


@pytest.fixture
def installation(
    installation_template: Installation, tmp_path: Path, emulator: Emulator
) -> Iterator[Installation]:
    """An installation of its own, as `setup` left it, for real processes against the emulator."""
    with open_copy(installation_template, tmp_path / "data", emulator.url) as opened:
        yield opened


@pytest.fixture
def stocked(
    stocked_template: Template, tmp_path: Path, emulator: Emulator, harbor: EmulatedUniverse
) -> Iterator[Installation]:
    """An installation of its own with its API key and Harbor."""
    with stocked_template.copied(tmp_path / "stocked", emulator, harbor) as opened:
        yield opened
