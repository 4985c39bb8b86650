"""A bare command that reads one row: `python -m benchmarks.bare.reading`.

It runs no system checks, as the product's commands run none.
"""

import os
from typing import Any

import django
from django.core.management.base import BaseCommand

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.bare.settings"


class Command(BaseCommand):
    """Reads one row."""

    requires_system_checks = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Say what is in it."""
        from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415 - after set-up

        self.stdout.write(str(ContentType.objects.values_list("app_label", "model").first()))


if __name__ == "__main__":
    django.setup()
    Command().run_from_argv(["manage.py", "read_row"])
