"""How the log is set up: everything by one handler, in one of two forms (`LOG_FORMAT`)."""

from typing import Any

FORMS = {
    "line": "secretsapp.adapters.logs.PeopleFormatter",
    "json": "secretsapp.adapters.logs.MachineFormatter",
}


def configuration(form: str, *, debug: bool) -> dict[str, Any]:
    """Django's LOGGING: one line an event, never a request's data or a statement's parameters."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"quiet": {"()": FORMS[form]}},
        "handlers": {
            "console": {"class": "secretsapp.adapters.logs.QuietHandler", "formatter": "quiet"},
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": _loggers(form, debug=debug),
    }


def _loggers(form: str, *, debug: bool) -> dict[str, Any]:
    return {
        # Without handlers of its own: Django's would mail error reports.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # A form that comes back with what is in the way is no trouble of the server.
        "django.request": {"level": "ERROR"},
        # At DEBUG this one prints every statement with its parameters.
        "django.db.backends": {"level": "INFO"},
        # Without handlers of their own: gunicorn's quote what a client sent.
        "gunicorn.error": {"handlers": [], "propagate": True},
        # Paths and queries hold names and codes; `secretsapp.requests` says what may be said.
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": True},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": True},
        "secretsapp": {"level": "DEBUG" if debug else "INFO"},
        # A line for each request is for machines; at a terminal it would bury the others.
        "secretsapp.requests": {"level": "INFO" if form == "json" else "WARNING"},
        # It names the passkey of everyone who signs in; the audit log says who did.
        "fido2": {"level": "WARNING"},
        # It warns of every read that is tried again; what comes of the reading is told anyway.
        "urllib3": {"level": "ERROR"},
    }
