"""What every command shares: who acts, what it says, and how a refusal is told.

Exit status: 0 done · 1 refused or failed · 2 wrong usage · 3 sent, and the outcome is unknown ·
130 interrupted. Whatever is not 0 says why on standard error and shows no traceback.
"""

import json
import logging
import sys
from abc import ABC, abstractmethod
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    handle_default_options,
)
from django.db import Error, connections

from secretsapp.access import refusals
from secretsapp.adapters import logs
from secretsapp.adapters.checks import start_refusal
from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, LooksUnintended, OutcomeUnknown, SealroomError
from secretsapp.management.output import Patient, Report, hand_on_output, printable
from secretsapp.operation import system_account
from secretsapp.people import directory

log = logging.getLogger(__name__)

FAILED = 1
OUTCOME_UNKNOWN = 3
INTERRUPTED = 130

_DATABASE_SENTENCE = (
    "Sealroom couldn't reach its database, waited too long for it, or found no tables in it "
    "(`manage.py setup` creates them). Anything that was done is in the audit log. Try again "
    "in a moment."
)
_FAILURE_SENTENCE = (
    "Sealroom stopped because of an error in its code; the lines above say where. If a "
    "change was in progress, `manage.py settle_changes` finds out its outcome."
)
_LOOK_AGAIN = "Check the value:"
_MEANT_SENTENCE = "Nothing was sent. Fix this, or add --exactly to send the value exactly as it is."
_INTERRUPTED_SENTENCE = (
    "Interrupted. If a change was in progress, `manage.py settle_changes` finds out its outcome."
)
_STATUSES = (
    "Exit status: 0 done; 1 refused or failed (anything that was changed is in the audit "
    "log); 2 wrong usage; 3 sent to Roblox, outcome unknown."
)
_UNKNOWN_ARGUMENTS = (
    "this command doesn't take some of these arguments. They are not repeated here, because "
    "one may be a value: pipe values in or type them at the prompt"
)


class SealroomCommand(BaseCommand, ABC):
    """A command that tells every refusal in one sentence; subclasses write `run`."""

    requires_system_checks = []
    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--traceback",
        "--no-color",
        "--force-color",
        "--settings",
        "--pythonpath",
    }

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """The parser; options must be written out, so that no `--y` deletes anything."""
        kwargs = {"allow_abbrev": False, "epilog": _STATUSES} | kwargs
        return super().create_parser(prog_name, subcommand, **kwargs)

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as a process of its own and end with the status."""
        self._called_from_command_line = True
        self.stdout, self.stderr = Patient(sys.stdout), Patient(sys.stderr)
        options = self._parsed(argv)
        # Its warnings about tries that it repeats would be beside our one sentence.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        logs.report_mistakes()
        try:
            with logs.about(command=argv[1]):
                status = self._status(options)
        finally:
            connections.close_all()
        hand_on_output()
        if status:
            sys.exit(status)

    def _parsed(self, argv: list[str]) -> dict[str, Any]:
        parser = self.create_parser(argv[0], argv[1])
        if not all(map(_is_text, argv)):
            parser.error("the arguments are not UTF-8 text")
        known, unknown = parser.parse_known_args(argv[2:])
        if unknown:
            parser.error(_UNKNOWN_ARGUMENTS)
        handle_default_options(known)
        return vars(known)

    def _status(self, options: dict[str, Any]) -> int:
        try:
            self.execute(**options)
        except CommandError as refusal:
            self.stderr.write(printable(str(refusal)))
            return refusal.returncode
        except KeyboardInterrupt:
            self.stderr.write(_INTERRUPTED_SENTENCE)
            return INTERRUPTED
        except ImproperlyConfigured:
            # A setting that shows only now that it cannot be used; `manage.py` says which.
            raise
        except Exception:
            # The log's formatter shows where and leaves out the words, which may quote a value.
            log.exception("The command failed.")
            self.stderr.write(_FAILURE_SENTENCE)
            return FAILED
        return 0

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Run, and turn what the product refuses into the sentence and status of a command."""
        try:
            self.run(options)
        except OutcomeUnknown as error:
            raise CommandError(str(error), returncode=OUTCOME_UNKNOWN) from None
        except LooksUnintended as question:
            for line in (_LOOK_AGAIN, *question.reasons):
                self.stderr.write(printable(line))
            raise CommandError(_MEANT_SENTENCE) from None
        except SealroomError as error:
            raise CommandError(str(error)) from None
        except Error:
            raise CommandError(_DATABASE_SENTENCE) from None

    @abstractmethod
    def run(self, options: dict[str, Any]) -> None:
        """What the command does; raises what the product refuses."""

    def require_ready(self) -> None:
        """Refuse unless the keys, the database and the guards of the log are in place."""
        if sentence := start_refusal():
            raise CommandError(sentence)


class ActingCommand(SealroomCommand):
    """A command by which someone acts; subclasses write `act`, and `add_own_arguments`.

    `only_when_ready` is off for what finds out what is wrong with an installation.
    """

    only_when_ready = True

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments, and those that all have."""
        self.add_own_arguments(parser)
        parser.add_argument(
            "--as",
            dest="acting_as",
            metavar="EMAIL",
            help="Act with only the rights of this person. The log names your account beside them.",
        )
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="Print the result as JSON."
        )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The arguments of this command alone."""

    @abstractmethod
    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Do what the command is for; raises what the product refuses."""

    def run(self, options: dict[str, Any]) -> None:
        """Act, record it if that is forbidden, and say what came of it."""
        if self.only_when_ready:
            self.require_ready()
        actor = self._actor(options["acting_as"])
        try:
            report = self.act(actor, options)
        except Forbidden as refusal:
            refusals.record(actor, refusal)
            raise
        self._say(report, as_json=options["as_json"])

    def _actor(self, acting_as: str | None) -> Actor:
        """The person named, or the account that runs the command: it has the keys."""
        account = system_account.describe_account()
        if acting_as is not None:
            return directory.acting_as(acting_as, run_by=account)
        name = type(self).__module__.rpartition(".")[2]
        return actors.command(name, account=account)

    def _say(self, report: Report, *, as_json: bool) -> None:
        if report.notice:
            self.stderr.write(printable(report.notice))
        if as_json:
            self.stdout.write(json.dumps(report.data))
            return
        for line in report.lines:
            self.stdout.write(printable(line))


def _is_text(argument: str) -> bool:
    """Whether the bytes of an argument were UTF-8; others arrive as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in argument)
