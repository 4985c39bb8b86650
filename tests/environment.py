"""A pytest plugin: the environment that every test process starts in, of its own and thrown away.

Settings are read when Django starts, so this is loaded before anything else of the project.
"""

import atexit
import os
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

# Only the database may be given from outside: that is how the engine's tests reach PostgreSQL.
SETTINGS = (
    "ALLOWED_HOSTS",
    "AUDIT_KEYS",
    "CHANNEL_AUTHORITIES",
    "CHANNEL_NETWORKS",
    "CHECKPOINT_KEYS",
    "CHECKPOINT_MINUTES",
    "CHECKPOINT_TOKEN",
    "DATABASE_PASSWORD",
    "DATA_DIR",
    "DEBUG",
    "GAMES_URL",
    "LOG_FORMAT",
    "MAIL_FROM",
    "MAIL_HOST",
    "MAIL_PASSWORD",
    "MAIL_PORT",
    "MAIL_USER",
    "MASTER_KEYS",
    "METRICS_TOKEN",
    "OAUTH_URL",
    "OPEN_CLOUD_PROXY",
    "OPEN_CLOUD_URL",
    "PASSWORD_SIGN_IN",
    "ROBLOX_APP_ID",
    "ROBLOX_APP_SECRET",
    "SECRET_KEY",
    "SENTRY_DSN",
    "SERVER_ADDRESS",
    "SESSION_HOURS",
    "SESSION_IDLE_MINUTES",
    "SITE_URL",
    "SSO_PROVIDERS",
    "TRUSTED_PROXIES",
)


def start_afresh() -> Path:
    """Forget the settings of whoever runs the tests, and use a data directory of this process."""
    for name in SETTINGS:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    data_dir = Path(tempfile.mkdtemp(prefix="sealroom-tests-"))
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
    os.environ["DATA_DIR"] = str(data_dir)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
    os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
    return data_dir


def keep_bytecode() -> None:
    """Compile each module once, and not again in every process, whatever the shell prefers."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def hear_ctrl_c() -> None:
    """Let the processes of tests end by Ctrl-C, also where this one runs in the background.

    A shell has background jobs ignore it, and so would every process that they start.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


start_afresh()
keep_bytecode()
hear_ctrl_c()
