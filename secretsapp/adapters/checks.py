"""Whether this installation may start: set up, with keys that open it and a guarded log."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from secretsapp.core.errors import SealroomError
from secretsapp.operation import installation


@register(Tags.security, deploy=True)
def keys_are_configured(
    app_configs: Sequence[AppConfig] | None, **_options: object
) -> list[CheckMessage]:
    """`check --deploy` says in words which key is missing or malformed."""
    try:
        installation.check_keys()
    except SealroomError as error:
        return [Error(str(error), id="sealroom.E001")]
    return []


def start_refusal() -> str:
    """Why a server or worker must not start, in a sentence; empty if it may."""
    try:
        installation.check_ready()
    except SealroomError as error:
        return str(error)
    except DatabaseError:
        return "The database can't be read or is not set up. Run `manage.py setup`."
    return ""
