"""`manage.py serve`: the web server alone, as a container or a service manager runs it."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connections

from secretsapp.management.base import SealroomCommand
from secretsapp.management.processes import ROOT, ProcessFailed
from secretsapp.management.serving import (
    HOST,
    check_proxied,
    note_port,
    parse_host,
    parse_port,
    web_server,
)

DEFAULT_PORT = 8000
# As long as an answer may take that waits for Roblox twice.
ENDING_SECONDS = 30


class Command(SealroomCommand):
    """Becomes the web server."""

    help = (
        "Set up what is missing, like `setup`, and become the web server, which SIGTERM "
        "stops gracefully. Several can start at once on one PostgreSQL. It speaks plain "
        "HTTP: run it behind a reverse proxy, and run `manage.py work` beside it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", type=parse_host, default=HOST)
        parser.add_argument("--port", type=parse_port, default=DEFAULT_PORT)

    def run(self, options: dict[str, Any]) -> None:
        """Set up, and leave this process to the server, so that signals reach it."""
        try:
            check_proxied(options["host"])
        except ProcessFailed as refusal:
            raise CommandError(str(refusal)) from None
        call_command("setup", stdout=self.stdout)
        self.require_ready()
        if options["host"] == HOST and not settings.SITE_URL_IS_SET:
            # What serves reads its settings again, and so has this address too.
            note_port(options["port"])
        connections.close_all()
        self.stdout.flush()
        server = web_server(options["port"], host=options["host"], ending_seconds=ENDING_SECONDS)
        os.chdir(ROOT)
        # Python itself, with arguments of our own and without a shell.
        os.execv(sys.executable, [sys.executable, *server])  # noqa: S606 # nosec B606
