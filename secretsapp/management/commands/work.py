"""`manage.py work`: what happens in the background, once a minute."""

import itertools
import logging
import signal
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser
from django.db import Error, close_old_connections

from secretsapp.core import actor as actors
from secretsapp.core.errors import SealroomError
from secretsapp.management.base import SealroomCommand
from secretsapp.management.output import settled_line
from secretsapp.services import settling, upkeep

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 60
ROUNDS_A_DAY = 24 * 60


class Command(SealroomCommand):
    """Works in the background."""

    help = (
        "Settle changes whose outcome is open, every minute, and clear ended sessions and expired "
        "counts once a day. Any number may run at once. SIGTERM and Ctrl-C end it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to go on."""
        parser.add_argument("--once", action="store_true", help="Do one round and end.")

    def run(self, options: dict[str, Any]) -> None:
        """Round after round until told to end, even in the middle of one: nothing is lost then."""
        self.require_ready()
        if options["once"]:
            _round(0)
            return
        try:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            self.stdout.write("Working. SIGTERM or Ctrl-C ends it.")
            self.stdout.flush()
            _go_on()
        except KeyboardInterrupt:
            self.stdout.write("Ended.")


def _go_on() -> None:
    """A round that fails is a line in the log, and the next one tries again."""
    for number in itertools.count():
        try:
            _round(number)
        except SealroomError as error:
            log.error("This round failed: %s", error)
        except Error as error:
            log.error("This round failed for the database: %s", type(error).__name__)
        except Exception:
            log.exception("This round failed by a mistake of Sealroom.")
        time.sleep(INTERVAL_SECONDS)


def _round(number: int) -> None:
    close_old_connections()
    for change in settling.settle(actors.system("settle")):
        log.info("%s", settled_line(change))
    if number % ROUNDS_A_DAY == 0:
        call_command("clearsessions")
        upkeep.clear_expired_cache()
