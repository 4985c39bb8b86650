"""Requests over HTTP on loopback, as many as a server answers."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection  # noqa: TID251 - loopback
from urllib.parse import urlsplit

CALLERS = 4
TIMEOUT_SECONDS = 30


class UnexpectedAnswer(Exception):
    """The server did not answer with a page."""


def page(url: str, headers: Mapping[str, str]) -> str:
    """What stands at the address."""
    connection = _connection(url)
    try:
        return _asked(connection, url, headers).decode("utf-8")
    finally:
        connection.close()


def first_byte(url: str, headers: Mapping[str, str]) -> float:
    """The seconds until the answer begins, over a connection that is there."""
    connection = _connection(url)
    connection.connect()
    try:
        began = time.perf_counter()
        connection.request("GET", _path(url), headers=dict(headers))
        answer = connection.getresponse()
        answer.read(1)
        seconds = time.perf_counter() - began
    finally:
        connection.close()
    if answer.status != 200:
        raise UnexpectedAnswer(f"{url} was answered with {answer.status}.")
    return seconds


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def rate(url: str, headers: Mapping[str, str], seconds: float) -> float:
    """Requests a second, over some seconds, by callers that each wait for their answer."""
    began = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as callers:
        counts = callers.map(lambda _: _count(url, headers, began + seconds), range(CALLERS))
        answered = sum(counts)
    return answered / (time.perf_counter() - began)


def _count(url: str, headers: Mapping[str, str], end: float) -> int:
    """How many requests one caller has answered until then, over one connection."""
    connection, answered = _connection(url), 0
    try:
        while time.perf_counter() < end:
            _asked(connection, url, headers)
            answered += 1
    finally:
        connection.close()
    return answered


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)


def _asked(connection: HTTPConnection, url: str, headers: Mapping[str, str]) -> bytes:
    connection.request("GET", _path(url), headers=dict(headers))
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise UnexpectedAnswer(f"{url} was answered with {answer.status}.")
    return content
