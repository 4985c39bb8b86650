"""Error reports that cannot carry a value: no request data, no local variables, ever.

Django's `sensitive_…` decorators and its own filter do nothing under DEBUG, so these classes
take no notice of DEBUG at all.
"""

import logging
import re
import traceback
from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.http.request import QueryDict
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

HIDDEN = "hidden"

# A mail program that writes `#` as `%23` sends the code of a link as part of the path.
_BEHIND_A_WAY_IN = re.compile(r"(/(?:password|welcome)(?:/|#|%23)).+", re.DOTALL)


class HideEverythingFilter(SafeExceptionReporterFilter):
    """Hides what came with the request, every local variable and every setting."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always, whatever DEBUG says."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> QueryDict:
        """None of them."""
        return QueryDict()

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        """None of them: a local variable may be a value on its way in."""
        return ItemsView({})

    def get_safe_settings(self) -> dict[str, Any]:
        """None of them: a settings object is of no help against a bug here."""
        return {}

    def get_safe_request_meta(self, request: HttpRequest | None) -> dict[str, Any]:
        """None of it: headers hold cookies."""
        return {}

    def get_safe_cookies(self, request: HttpRequest | None) -> dict[str, Any]:
        """None of them."""
        return {}


class QuietReporter(ExceptionReporter):
    """A report with the code that ran and the type of what was raised, not its words.

    An exception's message may quote its input; that of a failed decoding always does.
    """

    def __init__(
        self,
        request: HttpRequest | None,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
        is_email: bool = False,
    ) -> None:
        super().__init__(None, exc_type, exc_value, tb, is_email)

    def get_traceback_data(self) -> dict[str, Any]:
        """Django's data without the request, the message, and the text around a bad byte."""
        data = super().get_traceback_data()
        data["exception_value"] = HIDDEN
        data["exception_notes"] = ""
        data["unicode_hint"] = ""
        for frame in data.get("frames", []):
            frame["vars"] = []
            frame["exc_cause"] = HIDDEN if frame.get("exc_cause") else None
        return data


class QuietFormatter(logging.Formatter):
    """Log lines without the codes of links, and of exceptions the place and type, not the words."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The line, cut behind a path that a code may follow."""
        return _BEHIND_A_WAY_IN.sub(rf"\1({HIDDEN})", super().formatMessage(record))

    def formatException(  # noqa: N802 - the name is logging's
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """The frames of the traceback and the type at its end."""
        kind, _, trace = ei
        frames = "".join(traceback.format_tb(trace))
        return f"{frames}{kind.__name__ if kind else ''}"
