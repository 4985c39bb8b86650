"""gunicorn's own lines, in the form and with the discretion of all others."""

from logging.config import dictConfig

from gunicorn.config import Config
from gunicorn.glogging import Logger

from dashboard import settings


class ServerLog(Logger):
    """For gunicorn's `--logger-class`; the level stays what `--log-level` says."""

    def setup(self, cfg: Config) -> None:
        """Let gunicorn set its loggers up, and take its handlers away from them."""
        super().setup(cfg)
        dictConfig(settings.LOGGING)
