"""Keeps what a Content-Type may say to what our own pages say: UTF-8, and a boundary of parts."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MULTIPART = "multipart/"


def in_utf8(application: WSGIApplication) -> WSGIApplication:
    """The application, to which every request is in UTF-8 whatever its Content-Type says.

    Django would decode the query and the form as that says: with a codec for no text (rot13) it
    fails, and with another one a value would arrive as something else. It does so before its
    first middleware, where no page could answer for it.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if content_type := environ.get("CONTENT_TYPE"):
            environ["CONTENT_TYPE"] = without_encoding(content_type)
        return application(environ, start_response)

    return answer


def without_encoding(content_type: str) -> str:
    """The media type alone; of its parameters only the boundary of a form in parts stays."""
    media_type, *parameters = content_type.split(";")
    if not media_type.strip().lower().startswith(MULTIPART):
        return media_type
    return ";".join([media_type, *filter(_is_boundary, parameters)])


def _is_boundary(parameter: str) -> bool:
    """Whether it is one as RFC 2046 has it; with an asterisk it names an encoding (RFC 2231)."""
    return parameter.strip().lower().startswith("boundary=")
