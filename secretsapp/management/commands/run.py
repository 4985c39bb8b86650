"""`manage.py run`: the dashboard and its worker, side by side, until Ctrl-C."""

import os
import signal
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse

from secretsapp.core import actor as actors
from secretsapp.core.codes import Code
from secretsapp.management.base import SealroomCommand
from secretsapp.management.processes import ENDING, Processes, ProcessFailed
from secretsapp.management.serving import (
    HOST,
    check_port,
    note_port,
    parse_port,
    wait_until_ready,
    web_server,
)
from secretsapp.operation import system_account
from secretsapp.people import ways_in

DEFAULT_PORT = 8000
WORKER = ["manage.py", "work"]


class Command(SealroomCommand):
    """Runs an installation."""

    help = (
        "Set up what is missing, like `setup`, and run Sealroom and its worker until Ctrl-C. "
        "Only this machine can reach it; for others, put a reverse proxy in front of it and "
        "set SITE_URL. While there is no admin, it prints a one-time code that creates the "
        "first admin account."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The port on loopback."""
        parser.add_argument("--port", type=parse_port, default=DEFAULT_PORT)

    def run(self, options: dict[str, Any]) -> None:
        """Run until told to end; every process that was started ends with this one."""
        for number in ENDING:
            signal.signal(number, signal.default_int_handler)
        try:
            with Processes() as processes:
                self._run(options["port"], processes)
        except ProcessFailed as failure:
            raise CommandError(str(failure)) from None
        except KeyboardInterrupt:
            self._say("Sealroom has stopped.")

    def _run(self, port: int, processes: Processes) -> None:
        check_port(port, "make run")
        call_command("setup", stdout=self.stdout)
        self.require_ready()
        actor = actors.command("run", account=system_account.describe_account())
        code = ways_in.issue_claim_code(actor)
        site = _site(port)
        environment = os.environ | ({} if _is_told_its_site() else {"SITE_URL": site})
        processes.start("worker", WORKER, environment)
        processes.start("dashboard", web_server(port), environment)
        wait_until_ready(port, processes, site=site)
        if not _is_told_its_site():
            note_port(port)
        self._say(_welcome(site, code))
        name = processes.wait_for_an_end()
        raise ProcessFailed(f"The {name} has stopped unexpectedly, so everything stops.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _is_told_its_site() -> bool:
    return bool(os.environ.get("SITE_URL") or os.environ.get("SITE_URL_FILE"))


def _site(port: int) -> str:
    """The address that people type: what the environment says, or the port on loopback."""
    return str(settings.SITE_URL) if _is_told_its_site() else f"http://{HOST}:{port}"


def _welcome(site: str, code: Code | None) -> str:
    ending = "Press Ctrl-C to stop Sealroom."
    if code is None:
        return f"\nSealroom is at {site}/\n{ending}"
    return "\n".join(
        [
            "",
            "Sealroom is running but has no admin yet. To create the first admin account, open",
            "",
            f"    {site}{reverse('first_run')}",
            "",
            "and paste this code:",
            "",
            f"    {code.text}",
            "",
            f"It works once, until {code.ends_at:%H:%M} UTC. A restart creates a new one.",
            ending,
        ]
    )
