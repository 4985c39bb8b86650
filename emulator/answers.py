"""Answers, and the bodies in which Roblox says no."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

Json = Mapping[str, Any]

_TITLES = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
}


@dataclass(frozen=True)
class Answer:
    """A status, headers with lower-case names, and a body."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """The same answer with more headers."""
        return replace(self, headers={**self.headers, **headers})


class Refused(Exception):
    """A request was refused; the answer says how."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with {answer.status}")
        self.answer = answer


def of_json(status: int, content: object, media_type: str = "application/json") -> Answer:
    """An answer whose body is JSON."""
    body = json.dumps(content).encode("ascii")
    return Answer(status, body, {"content-type": f"{media_type}; charset=utf-8"})


def gateway_error(status: int, message: str) -> Answer:
    """An error of the gateway, which comes before every service (documented form)."""
    return of_json(status, {"errors": [{"code": 0, "message": message}]})


def invalid_api_key() -> Answer:
    """The one answer to a key that is missing, wrong, expired, disabled or used from elsewhere."""
    return gateway_error(401, "Invalid API Key")


def cloud_error(status: int, code: str, message: str) -> Answer:
    """An error of a v2 resource (documented form)."""
    return of_json(status, {"code": code, "message": message})


def too_many_requests() -> Answer:
    """The rate limit is used up."""
    return cloud_error(429, "RESOURCE_EXHAUSTED", "Too many requests.")


def problem(status: int, detail: str | None = None) -> Answer:
    """An error of the secrets store."""
    return _problem(status, {"title": _TITLES[status]} | ({"detail": detail} if detail else {}))


def invalid_field(name: str, message: str) -> Answer:
    """A parameter or body that the framework of the secrets store could not read."""
    title = "One or more validation errors occurred."
    return _problem(400, {"title": title, "errors": {name: [message]}})


def numbered(answer: Answer) -> Answer:
    """The same error as the service of game servers words it: its `status` is a number."""
    if "problem+json" not in answer.headers.get("content-type", ""):
        return answer
    content = {**json.loads(answer.body), "status": answer.status}
    return replace(answer, body=json.dumps(content).encode("ascii"))


def _problem(status: int, content: Json) -> Answer:
    """ProblemDetails of the secrets store; their `status` is a text, as documented."""
    return of_json(status, {**content, "status": str(status)}, "application/problem+json")
