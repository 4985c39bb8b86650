"""Reports of Sealroom's own mistakes to Sentry, made so that none can carry a value.

Beside the client of Roblox this is the one other way out of the server, and only where an
operator names an address. What is sent is put together here from what may be said; what the SDK
would gather by itself is left behind.
"""

import atexit
import logging
from typing import Any, cast

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn, Dsn

from secretsapp import __version__
from secretsapp.adapters import logs
from secretsapp.core.failures import CodeLine, Failure, failures_of, line_in

SECONDS_AT_THE_END = 2

# Of the SDK's event these are kept: they are numbers, a time and a word of its own.
KEPT = ("event_id", "timestamp", "platform")
_REPORT = "sealroom"

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NO_ADDRESS = (
    "SENTRY_DSN must be the address of a Sentry project, such as "
    "https://PUBLIC_KEY@sentry.example.com/1. Plain HTTP is only for this machine "
    "(127.0.0.1)."
)

# Those by which a report is sent would report on themselves. In django.security are requests that
# someone made up, as many as they like.
SILENT = ("sentry_sdk", "urllib3", "django.security")


class ReportHandler(logging.Handler):
    """Reports every record of an error by its kind and place."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand the report to the SDK, which sends it in the background."""
        if record.name.startswith(SILENT):
            return
        try:
            sentry_sdk.capture_event({}, hint={_REPORT: report_on(record)})
        except Exception:  # noqa: BLE001 - a report that fails must not fail what it is about
            logs.tell_unwritable(record)


def start(address: str) -> None:
    """Report from now on what is logged as an error to the Sentry at the address (a DSN).

    Raises ImproperlyConfigured for what is no such address.
    """
    sentry_sdk.init(
        dsn=_checked(address),
        before_send=_only_ours,
        release=f"sealroom@{__version__}",
        environment="production",
        server_name="",
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        enable_backpressure_handling=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        propagate_traces=False,
        send_client_reports=False,
        # Left to itself the SDK would ask the environment for these.
        debug=False,
        http_proxy="",
        https_proxy="",
        spotlight=False,
    )
    atexit.register(sentry_sdk.flush, timeout=SECONDS_AT_THE_END)
    logging.getLogger().addHandler(ReportHandler())


def _checked(address: str) -> str:
    try:
        parsed = Dsn(address)
    except (BadDsn, ValueError):
        raise ImproperlyConfigured(_NO_ADDRESS) from None
    if parsed.scheme != "https" and parsed.host not in LOOPBACK:
        raise ImproperlyConfigured(_NO_ADDRESS)
    return address


def _only_ours(event: Event, hint: Hint) -> Event | None:
    """The report alone, and nothing of an event that someone else made."""
    report = hint.get(_REPORT)
    if report is None:
        return None
    kept = {name: value for name, value in event.items() if name in KEPT}
    return cast(Event, kept | report)


def report_on(record: logging.LogRecord) -> dict[str, Any]:
    """What may be said of a record, in the form of a Sentry event, without what it said itself."""
    error = record.exc_info[1] if record.exc_info else None
    where = line_in(record.module, record.funcName, record.pathname, record.lineno)
    failures = failures_of(error) if error else []
    return {
        "level": record.levelname.lower(),
        "logger": record.name,
        "logentry": {"formatted": f"{record.levelname} in {record.name}: {where}"},
        "release": f"sealroom@{__version__}",
        "tags": logs.known(),
        **({"exception": {"values": [_exception(each) for each in failures]}} if failures else {}),
    }


def _exception(failure: Failure) -> dict[str, Any]:
    frames = [_frame(each) for each in failure.places]
    return {"type": failure.kind, "module": failure.module, "stacktrace": {"frames": frames}}


def _frame(place: CodeLine) -> dict[str, Any]:
    return {
        "module": place.module,
        "function": place.function,
        "filename": place.file,
        "lineno": place.line,
        "in_app": place.module.startswith(logs.OURS),
    }
