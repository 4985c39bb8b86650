"""The containers: what is in the image, who may reach what, and where the keys come from."""

import ipaddress
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
import pytest
import yaml

from harness import postgres, programs
from secretsapp.management import serving
from secretsapp.management.commands import serve
from tests import lanes
from tests.repository.files import ROOT, name, repository_files
from tests.repository.test_settings import EXAMPLE, settings_described

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker")
# What the product needs to run, and nothing else.
IN_THE_IMAGE = {
    "CHANGELOG.md",
    "LICENSE",
    "dashboard",
    "manage.py",
    "requirements.txt",
    "secretsapp",
    "static",
    "templates",
    "verify_evidence.py",
}
NEVER = (
    ".env",
    ".git/config",
    "collected/staticfiles.json",
    "secrets/master_keys",
    "var/keys/master_keys",
    "var/sealroom.sqlite3",
    "secretsapp/sealroom.sqlite3-wal",
    "secretsapp/core/__pycache__/chain.cpython-311.pyc",
)


def excludes(pattern: str, path: PurePosixPath) -> bool:
    """Whether a line of .dockerignore is about a path, or about a directory that it is in."""
    expression = re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
    expression = re.sub(r"\\\[(\w+)\\\]", r"[\1]", expression)
    return any(re.fullmatch(expression, str(each)) for each in (path, *path.parents))


def is_sent(path: str) -> bool:
    """Whether a file of the checkout reaches the image: the last line about it decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and excludes(line.lstrip("!"), PurePosixPath(path)):
            sent = line.startswith("!")
    return sent


def test_the_image_holds_the_product_and_nothing_else() -> None:
    sent = {name(path) for path in repository_files() if is_sent(name(path))}
    assert {path.split("/")[0] for path in sent} == IN_THE_IMAGE
    assert [path for path in NEVER if is_sent(path)] == []


def test_the_image_is_built_as_was_agreed() -> None:
    assert not DOCKERFILE.lower().startswith("# syntax")
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {
        "python:3.12-slim-bookworm"
    }
    assert "--require-hashes" in DOCKERFILE
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert "\nHEALTHCHECK " in DOCKERFILE


@pytest.mark.long
def test_static_files_are_collected_from_what_is_in_the_image_without_any_key(
    tmp_path: Path,
) -> None:
    for path in repository_files():
        if is_sent(name(path)):
            target = tmp_path / name(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=tmp_path,
        env={"DATA_DIR": str(tmp_path / "nowhere")},
        check=True,
        timeout=60,
    )
    assert (tmp_path / "collected" / "staticfiles.json").is_file()
    assert not (tmp_path / "nowhere").exists()


def test_the_services_are_those_that_were_agreed() -> None:
    assert set(SERVICES) == {"web", "worker", "db", "proxy"}
    assert SERVICES["db"]["image"] == "postgres:17"
    assert SERVICES["proxy"]["image"] == "caddy:2"


def test_keys_and_settings_of_an_installation_are_never_committed() -> None:
    theirs = [
        ".env",
        "var/sealroom.sqlite3",
        *(each["file"] for each in COMPOSE["secrets"].values()),
    ]
    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", *theirs], cwd=ROOT, capture_output=True, check=True
    )
    assert ignored.stdout.decode().split() == theirs


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_every_service_is_watched_and_has_no_more_than_it_needs(service: dict[str, Any]) -> None:
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["mem_limit"]


def test_only_the_proxy_can_be_reached() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["db"]["networks"] == ["back"]
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert set(SERVICES["proxy"]["networks"]) == {"front"}
    # What comes over IPv6 would seem to come from one address, see docker-compose.yml.
    assert SERVICES["proxy"]["ports"] == ["0.0.0.0:80:80", "0.0.0.0:443:443"]


@pytest.mark.parametrize("service", OURS)
def test_what_had_keys_in_memory_leaves_no_core_behind(service: str) -> None:
    assert SERVICES[service]["ulimits"] == {"core": 1}


@pytest.mark.process
def test_sealroom_has_a_database_and_no_power_over_the_machine_it_is_on() -> None:
    assert "POSTGRES_USER" not in SERVICES["db"]["environment"]
    mounted = "./deploy/database.sql:/docker-entrypoint-initdb.d/database.sql:ro"
    assert mounted in SERVICES["db"]["volumes"]
    found = programs.postgresql()
    if found is None:
        lanes.leave("PostgreSQL is not installed, so its roles were not made.")
    with postgres.cluster(found) as address:
        set_up_as_in_the_container(found, address)
        owned = address.replace("/postgres?", "/sealroom?")
        with psycopg.connect(owned, autocommit=True) as connection:
            connection.execute("CREATE TABLE ours (id integer)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("COPY ours TO PROGRAM 'true'")
        roles = "SELECT rolname FROM pg_authid WHERE rolpassword IS NOT NULL"
        with psycopg.connect(as_superuser(address)) as connection:
            assert connection.execute(roles).fetchall() == [("sealroom",)]


def set_up_as_in_the_container(directory: Path, address: str) -> None:
    """Do on a new cluster what the image of the database does on one, whose superuser is postgres.

    The superuser of the cluster bears another name; it is out of the way then.
    """
    with psycopg.connect(address) as connection:
        connection.execute("CREATE ROLE postgres LOGIN SUPERUSER PASSWORD 'of the set-up'")
    with psycopg.connect(as_superuser(address)) as connection:
        connection.execute(f"ALTER ROLE {postgres.SUPERUSER} RENAME TO another".encode())
    psql: list[str | Path] = [directory / "psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--quiet"]
    subprocess.run(
        [*psql, "--file", ROOT / "deploy" / "database.sql", as_superuser(address)],
        env=os.environ | {"POSTGRES_PASSWORD": "of the set-up"},
        check=True,
    )


def as_superuser(address: str) -> str:
    """The address of a database for the superuser that the image makes."""
    return address.replace(f"//{postgres.SUPERUSER}@", "//postgres@")


def test_only_the_proxy_is_believed_when_it_speaks_of_a_request() -> None:
    address = SERVICES["proxy"]["networks"]["front"]["ipv4_address"]
    (given_out,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    assert {SERVICES[each]["environment"]["TRUSTED_PROXIES"] for each in OURS} == {address}
    assert ipaddress.ip_address(address) in ipaddress.ip_network(given_out["subnet"])
    # Else another container could be started first and have the proxy's address.
    assert ipaddress.ip_address(address) not in ipaddress.ip_network(given_out["ip_range"])


def environments() -> Iterator[tuple[str, str]]:
    """Every variable that a container of ours is given."""
    yield from re.findall(r"^(?:ENV|   ) ([A-Z_]+)=(\S+)", DOCKERFILE, re.MULTILINE)
    for each in OURS:
        yield from SERVICES[each]["environment"].items()


def test_keys_come_from_files_and_never_from_the_environment() -> None:
    keys = [(name, value) for name, value in environments() if re.search("KEY|PASSWORD", name)]
    assert {name for name, _ in keys} == {
        *("MASTER_KEYS_FILE", "AUDIT_KEYS_FILE", "CHECKPOINT_KEYS_FILE"),
        *("SECRET_KEY_FILE", "DATABASE_PASSWORD_FILE"),
    }
    mounted = {f"/run/secrets/{secret}" for secret in SERVICES["web"]["secrets"]}
    assert {value for _, value in keys} == mounted
    assert {file["file"] for file in COMPOSE["secrets"].values()} == {
        f"./secrets/{secret}" for secret in SERVICES["web"]["secrets"]
    }


def test_every_setting_of_the_containers_is_described() -> None:
    of_others = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    given = {name.removesuffix("_FILE") for name, _ in environments()} - of_others
    given |= set(re.findall(r"\{\$(\w+)\}", (ROOT / "Caddyfile").read_text()))
    assert given <= settings_described(EXAMPLE.read_text())
    assert {"SITE_URL", "DATA_DIR", "LOG_FORMAT"} <= given


def test_each_waits_a_little_longer_than_the_one_that_it_waits_for() -> None:
    stops = int(SERVICES["web"]["stop_grace_period"].removesuffix("s"))
    assert stops > serve.ENDING_SECONDS
    (keeps,) = re.findall(r"\bkeepalive (\d+)s", (ROOT / "Caddyfile").read_text())
    assert int(keeps) < serving.KEEP_SECONDS
