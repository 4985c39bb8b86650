"""Key rings: from the environment, else from the data directory, else refused in words."""

import base64
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import Settings

from secretsapp.core.errors import MissingKey, WeakKey
from secretsapp.core.keyring import generate_key, is_guessable, key_id_of
from secretsapp.rules import keys

RINGS = pytest.mark.parametrize(
    ("setting", "ring"),
    [(keys.MASTER_KEYS, keys.master_ring), (keys.AUDIT_KEYS, keys.audit_ring)],
)


@pytest.fixture
def directory(settings: Settings, tmp_path: Path) -> Path:
    """An empty directory of keys, with an environment that is silent."""
    settings.KEYS_DIR = tmp_path
    settings.MASTER_KEYS = settings.AUDIT_KEYS = None
    return tmp_path


def test_the_environment_comes_before_the_data_directory(
    settings: Settings, directory: Path
) -> None:
    keys.generate(keys.MASTER_KEYS)
    keys.generate(keys.AUDIT_KEYS)
    generated = keys.current_master_key_id(), keys.audit_ring().current_key_id
    settings.MASTER_KEYS = settings.AUDIT_KEYS = generate_key()
    given = keys.current_master_key_id(), keys.audit_ring().current_key_id
    assert given[0] == given[1]
    assert set(given).isdisjoint(generated)


@RINGS
def test_without_a_key_the_sentence_says_what_to_do(
    directory: Path, setting: str, ring: Callable[[], object]
) -> None:
    assert not keys.is_configured(setting)
    with pytest.raises(MissingKey, match=f"{setting} is not set and .* doesn't exist") as caught:
        ring()
    assert f"{setting}_FILE" in str(caught.value)


def private(path: Path) -> Path:
    """A file of that name that its owner alone can read."""
    path.touch(mode=0o600)
    return path


@RINGS
def test_a_file_that_cannot_be_read_is_said_to_be_so(
    directory: Path, setting: str, ring: Callable[[], object]
) -> None:
    path = private(directory / keys.FILES[setting])
    path.write_bytes(b"\xff\xfe not ascii")
    with pytest.raises(MissingKey, match=r"can't be read\. Fix the file"):
        ring()
    path.unlink()
    path.mkdir()
    with pytest.raises(MissingKey, match="can't be read"):
        ring()


@pytest.mark.parametrize("text", ["", " \n", "tooshort", "A" * 44, "not base64 at all!"])
def test_text_that_is_no_key_is_refused_without_showing_it(directory: Path, text: str) -> None:
    private(directory / "master_keys").write_text(text, "ascii")
    with pytest.raises(MissingKey, match="MASTER_KEYS") as caught:
        keys.master_ring()
    assert not text.strip() or text not in str(caught.value)


def test_a_key_given_twice_is_refused(settings: Settings, directory: Path) -> None:
    key = generate_key()
    settings.MASTER_KEYS = f"{key}\n{key}"
    with pytest.raises(MissingKey, match="the same key twice"):
        keys.master_ring()


def test_a_generated_key_works_and_is_never_written_over(directory: Path) -> None:
    path = keys.generate(keys.MASTER_KEYS)
    assert path.stat().st_mode & 0o777 == 0o600
    blob = keys.master_ring().encrypt(b"content", owner="here")
    with pytest.raises(FileExistsError):
        keys.generate(keys.MASTER_KEYS)
    assert keys.master_ring().decrypt(blob, owner="here") == b"content"
    assert keys.is_configured(keys.MASTER_KEYS)


def test_the_first_key_writes_and_every_key_reads(settings: Settings) -> None:
    first, second = generate_key(), generate_key()
    settings.MASTER_KEYS = first
    blob = keys.master_ring().encrypt(b"content", owner="here")
    written_by = keys.current_master_key_id()
    settings.MASTER_KEYS = f"{second},{first}"
    assert keys.master_ring().decrypt(blob, owner="here") == b"content"
    assert keys.current_master_key_id() != written_by
    assert key_id_of(blob).hex() == written_by


def test_without_a_secret_key_nothing_starts(settings: Settings) -> None:
    keys.check_secret_key()
    settings.SECRET_KEY = ""
    with pytest.raises(MissingKey, match="SECRET_KEY is not set"):
        keys.check_secret_key()


def told_of_weak(**given: str) -> str:
    """What is said of these keys, beside others that are random."""
    strong = {name: generate_key() for name in (*keys.Ring, keys.SECRET_KEY)}
    with override_settings(**(strong | given)), pytest.raises(WeakKey) as caught:
        keys.check_strength()
    return str(caught.value)


def coded(material: bytes) -> str:
    """A key of that material, as it stands in a setting."""
    return base64.b64encode(material).decode()


GUESSABLE = [b"\0" * 32, b"k" * 32, b"password" * 4, b"0123456789abcdef" * 2, b"ab" * 15 + b"cd"]


@pytest.mark.parametrize("material", GUESSABLE)
@pytest.mark.parametrize("ring", keys.Ring)
def test_a_key_that_repeats_itself_writes_nothing(ring: keys.Ring, material: bytes) -> None:
    assert told_of_weak(**{ring: coded(material)}) == (
        f"The first key in {ring} could be guessed: it repeats itself. Put the output of "
        "`openssl rand -base64 32` in front of it, separated by a new line or a comma, "
        f"restart every process, and run `manage.py rotate_{ring.word}_key`."
    )


@pytest.mark.parametrize("text", ["", "brief", "x" * 31, "x" * 64, "change-me " * 8])
def test_a_secret_key_that_could_be_guessed_is_refused(text: str) -> None:
    sentence = told_of_weak(SECRET_KEY=text)
    assert sentence.startswith("SECRET_KEY could be guessed: it is shorter than 32 characters")
    assert not text or text not in sentence


def test_a_key_that_serves_for_two_things_is_refused() -> None:
    one, other = generate_key(), generate_key()
    audit = "The first key in AUDIT_KEYS is a master key too. Put the output of"
    master = "The first key in MASTER_KEYS is an audit key too. Put the output of"
    secret = "SECRET_KEY is a key of another ring too. Put the output of"
    assert told_of_weak(MASTER_KEYS=one, AUDIT_KEYS=one).startswith(audit)
    assert told_of_weak(MASTER_KEYS=f"{other} {one}", AUDIT_KEYS=one).startswith(audit)
    assert told_of_weak(MASTER_KEYS=one, AUDIT_KEYS=f"{other},{one}").startswith(master)
    assert told_of_weak(MASTER_KEYS=f"{other} {one}", SECRET_KEY=one).startswith(secret)
    assert told_of_weak(AUDIT_KEYS=one, SECRET_KEY=f"{one}\n").startswith(secret)


@pytest.mark.parametrize("material", GUESSABLE)
def test_a_weak_key_behind_the_first_stays_until_nothing_needs_it(
    settings: Settings, material: bytes
) -> None:
    settings.MASTER_KEYS = f"{generate_key()} {coded(material)}"
    settings.AUDIT_KEYS = f"{generate_key()} {coded(material)}"
    keys.check_strength()
    assert len(keys.key_ids(keys.Ring.MASTER)) == 2


def test_random_keys_are_never_taken_for_weak_ones() -> None:
    assert not any(is_guessable(secrets.token_bytes(32)) for _ in range(1000))
    assert not any(is_guessable(secrets.token_hex(32).encode()) for _ in range(1000))


def test_a_generated_secret_key_serves_this_process_too(
    settings: Settings, directory: Path
) -> None:
    settings.SECRET_KEY = ""
    assert not keys.is_configured(keys.SECRET_KEY)
    path = keys.generate(keys.SECRET_KEY)
    assert path.read_text("ascii").strip() == settings.SECRET_KEY
    keys.check_secret_key()
