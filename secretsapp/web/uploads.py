"""Lets the pages that take files take larger ones than any form, in memory; nothing is written."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from secretsapp.core import place_files
from secretsapp.core.errors import InvalidInput
from secretsapp.core.imports import decoding

GetResponse = Callable[[HttpRequest], HttpResponse]

# The most bytes of a file by the name of the page that takes it.
PAGES = {"import": decoding.MOST_BYTES, "servers_publish": place_files.MOST_BYTES}
# What comes beside the file: the fields of the form, and the lines between its parts.
_BESIDE_BYTES = 128 * 1024
# As much is thrown away as any page takes; who sends more loses the answer.
_THROWN_AWAY_BYTES = max(PAGES.values()) + _BESIDE_BYTES
_PIECE_BYTES = 64 * 1024
# A length of more digits is none.
LONGEST_NUMBER = 19
_CUT_OFF = "Nothing was changed: what you sent didn’t arrive as a whole. Send it again."
_TOO_MUCH_TEXT = (
    "Nothing was read: more text was pasted than a form can have. Save it as a file, and choose "
    "that."
)


class UploadedFileHandler(MemoryFileUploadHandler):
    """Keeps a file in memory if all that is sent can be one for its page; a larger is dropped."""

    def __init__(self, request: HttpRequest, most_bytes: int) -> None:
        super().__init__(request)
        self._most_bytes = most_bytes

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - as in the class above
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Decide by the length that the request says it has, which is all that is read of it."""
        self.activated = content_length <= self._most_bytes


class UploadMiddleware:
    """Throws away what no view has read of what was sent to a page that takes a file.

    Nothing parses what comes from someone who may not send it. But a connection that is closed
    while they still send would lose the answer that says why.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, and then take the rest of it, as far as it can be a file."""
        response = self._get_response(request)
        if request.method == "POST" and _most_bytes(request):
            _throw_away(request)
        return response


def _throw_away(request: HttpRequest) -> None:
    """Take what hasn't been read, a piece at a time; who stopped sending gets no answer."""
    left = _THROWN_AWAY_BYTES
    with suppress(OSError):
        while left > 0 and (piece := request.read(min(left, _PIECE_BYTES))):
            left -= len(piece)


def receive(request: HttpRequest) -> None:
    """Read a form with its file, from someone who may send it.

    Raises InvalidInput where there is too much text, or where it was cut off.
    The view is free of Django's own test of forms, which would read before it asks: it has its
    answer tested by `csrf_protect` after this.
    """
    if request.method != "POST":
        return
    request.upload_handlers = [UploadedFileHandler(request, _most_bytes(request))]
    try:
        _ = request.POST
    except RequestDataTooBig:
        raise InvalidInput(_TOO_MUCH_TEXT) from None
    except UnreadablePostError:
        raise InvalidInput(_CUT_OFF) from None


def _most_bytes(request: HttpRequest) -> int:
    """How much can be sent to a page that takes a file; zero for any other."""
    match = request.resolver_match
    most = PAGES.get(match.url_name or "", 0) if match else 0
    return most + _BESIDE_BYTES if most else 0


def is_too_large(request: HttpRequest) -> bool:
    """Whether a file was dropped because more was sent than its page takes."""
    return size_of(request) > _most_bytes(request)


def size_of(request: HttpRequest) -> int:
    """How many bytes the request says it has."""
    text = str(request.META.get("CONTENT_LENGTH") or "")
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else 0
