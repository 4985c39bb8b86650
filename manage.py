#!/usr/bin/env python3
"""The command line of the dashboard."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

INTERRUPTED = 130


def main() -> None:
    """Run a command; a setting that cannot be used ends it with a sentence and status 1.

    So does Ctrl-C, without a sentence and with status 130, where the command itself did not say.
    """
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
