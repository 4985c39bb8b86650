"""Commands of Django's that work past rights, log or guards, and are therefore closed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from secretsapp.management.base import SealroomCommand


class ClosedCommand(SealroomCommand):
    """A command that does nothing, whatever it is told, and says what to use instead."""

    sentence: str

    def run_from_argv(self, argv: list[str]) -> None:
        """Run without the arguments, so that everyone is told the same."""
        super().run_from_argv(argv[:2])

    def add_arguments(self, parser: CommandParser) -> None:
        """Whatever Django's command takes, where it is called from a program."""
        parser.add_argument("ignored", nargs="*", metavar="ARGUMENT", help="Ignored.")

    def run(self, options: dict[str, Any]) -> None:
        """Refuse."""
        raise CommandError(self.sentence)


class ClosedAtTheShell(BaseCommand):
    """Put before a command of Django's that programs call, and that no one may at the shell."""

    sentence: str

    def run_from_argv(self, argv: list[str]) -> None:
        """Refuse, whatever the arguments are."""
        closed = ClosedCommand()
        closed.sentence, closed.help = self.sentence, self.sentence
        closed.run_from_argv(argv)
