"""Settings are read in one place and are all described in .env.example."""

import ast
import re
from pathlib import Path

from dashboard import sign_on
from tests import environment
from tests.repository.files import PRODUCT, ROOT, name, own_modules

SETTINGS = (ROOT / "dashboard" / "settings.py", ROOT / "dashboard" / "roblox_settings.py")
EXAMPLE = ROOT / ".env.example"

# These start a process, hand an environment to one or tell who runs it; everything else asks
# Django's settings.
READERS = {
    "dashboard/env.py",
    "dashboard/probe.py",
    "dashboard/wsgi.py",
    "secretsapp/operation/copies/postgres.py",
    "secretsapp/operation/system_account.py",
    "secretsapp/management/commands/run.py",
}


def settings_read(source: str) -> set[str]:
    """The settings that a module asks `env` for."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def settings_read_here() -> set[str]:
    """The settings that a process asks for when it starts."""
    return set().union(*(settings_read(path.read_text()) for path in SETTINGS))


def settings_described(example: str) -> set[str]:
    """The settings in an example file; NAME_FILE describes NAME."""
    names = re.findall(r"^#?([A-Z][A-Z_]*)=", example, flags=re.MULTILINE)
    return {found.removesuffix("_FILE") for found in names}


def reads_environment(source: str) -> bool:
    """Whether a module looks at the environment by itself."""
    return re.search(r"\bos\.(environ|getenv)\b|\bfrom os import\b", source) is not None


def test_every_setting_is_described_and_every_description_is_of_a_setting() -> None:
    of_a_provider = {f"SSO_ACME_{field}" for field in sign_on.FIELDS}
    read = settings_read_here() | of_a_provider
    assert read == settings_described(EXAMPLE.read_text())


def test_the_example_sets_nothing() -> None:
    assert [line for line in EXAMPLE.read_text().splitlines() if line[:1] not in {"", "#"}] == []


def test_tests_start_without_the_settings_of_who_runs_them() -> None:
    assert settings_read_here() == {*environment.SETTINGS, "DATABASE_URL"}


def test_product_asks_settings_and_not_the_environment() -> None:
    modules = [path for path in own_modules() if name(path).split("/")[0] in PRODUCT]
    readers = {name(path) for path in modules if reads_environment(path.read_text())}
    assert {path for path in readers if not path.startswith("demo/")} <= READERS


def test_reading_of_settings_is_recognised() -> None:
    source = 'A = env.text("A_KEY") or env.base_url("SITE", default="x")\nB = other("NOT")\n'
    assert settings_read(source) == {"A_KEY", "SITE"}
    assert settings_described("# words\n#A_KEY=1\n#SITE_FILE=/x\n#not=1\n") == {"A_KEY", "SITE"}
    assert reads_environment("import os\nx = os.environ['A']\n")
    assert reads_environment("import os\nx = os.getenv('A')\n")
    assert not reads_environment("import os\nx = os.sep\n")


def test_paths_of_this_module_are_there() -> None:
    assert all(Path(ROOT / reader).is_file() for reader in READERS)
