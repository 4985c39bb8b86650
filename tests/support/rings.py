"""Changes the configured keys, as a restart with another environment does."""

from pathlib import Path

from pytest_django import Settings

from secretsapp.core.keyring import generate_key


def present_master_key(settings: Settings) -> str:
    """The text of the master key that the tests' installation was set up with."""
    return (Path(settings.KEYS_DIR) / "master_keys").read_text("ascii").strip()


def use_copies(settings: Settings, directory: Path) -> None:
    """Use key files of one's own that begin as those of the tests' installation."""
    directory.mkdir()
    for path in Path(settings.KEYS_DIR).iterdir():
        copied = directory / path.name
        copied.touch(mode=0o600)
        copied.write_bytes(path.read_bytes())
    settings.KEYS_DIR = directory


def restart_with(settings: Settings, *master_keys: str) -> None:
    """Configure these master keys, the first of which writes."""
    settings.MASTER_KEYS = "\n".join(master_keys)


def new_key() -> str:
    """A key that nothing was written with."""
    return generate_key()
