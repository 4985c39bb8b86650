"""Error reports that cannot carry a value: no request data, no local variables, ever.

Django's `sensitive_…` decorators and its own filter do nothing under DEBUG, so these classes
take no notice of DEBUG at all.
"""

from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.http.request import QueryDict
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

HIDDEN = "hidden"


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
