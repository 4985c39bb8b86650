"""Runs actions at the same time, each in a thread with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

SECONDS = 60

T = TypeVar("T")


def together(*actions: Callable[[], T]) -> list[T | Exception]:
    """Start the actions at one moment; give what each returned or raised, in their order."""
    start = Barrier(len(actions))
    with ThreadPoolExecutor(len(actions)) as pool:
        futures: list[Future[T]] = [pool.submit(_run, action, start) for action in actions]
        errors = [future.exception(SECONDS) for future in futures]
    return [
        error if isinstance(error, Exception) else future.result()
        for future, error in zip(futures, errors, strict=True)
    ]


def _run(action: Callable[[], T], start: Barrier) -> T:
    try:
        start.wait(SECONDS)
        return action()
    finally:
        connections.close_all()
