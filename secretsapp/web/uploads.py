"""Lets the page that imports take larger files than any other, in memory; nothing is written."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse

from secretsapp.core.errors import InvalidInput
from secretsapp.core.imports.decoding import MOST_BYTES
from secretsapp.web.views import refusals

GetResponse = Callable[[HttpRequest], HttpResponse]

PAGE = "import"
# What comes beside the file: the fields of the form, and the lines between its parts.
_BESIDE_BYTES = 128 * 1024
# A length of more digits is none.
LONGEST_NUMBER = 19
_TOO_MUCH_TEXT = (
    "Nothing was read: more text was pasted than a form can have. Save it as a file, and choose "
    "that."
)


class ImportedFileHandler(MemoryFileUploadHandler):
    """Keeps a file in memory if all that is sent can be one import; a larger one is dropped."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - as in the class above
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Decide by the length that the request says it has, which is all that is read of it."""
        self.activated = content_length <= MOST_BYTES + _BESIDE_BYTES


class UploadMiddleware:
    """Stands before all that reads a form, for that is read once."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Read the form of an import from someone who is signed in; None lets the view answer."""
        match = request.resolver_match
        if match is None or match.url_name != PAGE or not request.user.is_authenticated:
            return None
        request.upload_handlers = [ImportedFileHandler(request)]
        try:
            _ = request.POST
        except RequestDataTooBig:
            return refusals.refused(request, InvalidInput(_TOO_MUCH_TEXT))
        return None


def is_too_large(request: HttpRequest) -> bool:
    """Whether a file was dropped because more was sent than can be one import."""
    return size_of(request) > MOST_BYTES + _BESIDE_BYTES


def size_of(request: HttpRequest) -> int:
    """How many bytes the request says it has."""
    text = str(request.META.get("CONTENT_LENGTH") or "")
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else 0
