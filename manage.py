#!/usr/bin/env python3
"""The command line of the dashboard."""

import atexit
import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from dashboard import dumps

INTERRUPTED = 130
# What is made while Django starts stays until the end, and is some 70,000 objects. To look through
# it for garbage after every 700, as Python does by itself, takes a quarter of the time of a short
# command, and to do so once still a twelfth.
OBJECTS_BETWEEN_COLLECTIONS = 100_000


def main() -> None:
    """Run a command; a setting that cannot be used ends it with a sentence and status 1.

    So does Ctrl-C, without a sentence and with status 130, where the command itself did not say.
    """
    dumps.switch_off()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    # At its end, when all of that goes anyway, Python would take it apart piece by piece.
    atexit.register(gc.freeze)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        # Before a command could begin, or one of Django's own: there is nothing to say.
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
