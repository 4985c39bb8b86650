"""Watches each request from outside."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from secretsapp.adapters import logs
from secretsapp.adapters.addresses import is_from_trusted_proxy
from secretsapp.rules import telemetry

GetResponse = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-Id"
BAD_REQUEST = 400

# These are asked every few seconds; only what is wrong with them is worth a line.
ASKED_BY_MACHINES = ("healthz", "readyz", "metrics")

log = logging.getLogger("secretsapp.requests")

_USABLE = re.compile(r"[A-Za-z0-9_-]{8,64}")


class ObservingMiddleware:
    """Gives every request an id, which its log lines, its answer and its error page show.

    It comes before all others, so that it sees what each of them makes of the request.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, and tell in how much time and with what status."""
        request_id = _request_id(request)
        request.request_id = request_id  # type: ignore[attr-defined]  # ours
        began = time.perf_counter()
        with logs.about(request_id=request_id):
            response = self._get_response(request)
            seconds = time.perf_counter() - began
            telemetry.request_answered(request.method, response.status_code, seconds)
            _tell(request, response, seconds)
        response.headers[HEADER] = request_id
        return response


def _request_id(request: HttpRequest) -> str:
    """That of the proxy in front, which anyone else could have made up; or one of our own."""
    given = request.headers.get(HEADER, "")
    if is_from_trusted_proxy(request) and _USABLE.fullmatch(given):
        return given
    return secrets.token_hex(8)


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The route by its name: paths and queries hold names of secrets and what was searched for."""
    route = logs.route_of(request)
    if route in ASKED_BY_MACHINES and response.status_code < BAD_REQUEST:
        return
    actor = getattr(request, "actor", None)
    fields = {
        "method": telemetry.known_method(request.method),
        "route": route,
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
        "person": actor.person_id if actor else None,
    }
    log.info("Answered.", extra=fields)
