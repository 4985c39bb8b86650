"""Changes the configured keys, as a restart with another environment does."""

from pathlib import Path

from pytest_django import Settings

from secretsapp.core.keyring import generate_key


def present_master_key(settings: Settings) -> str:
    """The text of the master key that the tests' installation was set up with."""
    return (Path(settings.KEYS_DIR) / "master_keys").read_text("ascii").strip()


def restart_with(settings: Settings, *master_keys: str) -> None:
    """Configure these master keys, the first of which writes."""
    settings.MASTER_KEYS = "\n".join(master_keys)


def new_key() -> str:
    """A key that nothing was written with."""
    return generate_key()
