"""What is counted for an operator's monitoring, where a token in the settings lets it be read.

It is counted since the start of this process and in this process alone: what the worker asked of
Roblox is not among what the web server tells. What is read from the database is the same whichever
process is asked.
"""

from functools import cache, partial
from threading import Lock

from django.conf import settings

# Anyone can make a method up, and each would stay in memory forever.
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
OTHER = "other"

# From a page that was at hand to the longest call that Roblox is given.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)

_making = Lock()


def known_method(method: str | None) -> str:
    """The method of a request, in a word that is no client's own."""
    return method if method in METHODS else OTHER


def request_answered(method: str | None, status: int, seconds: float) -> None:
    """Count an answer of the web server and the seconds it took."""
    if _is_read():
        counters().requests.labels(known_method(method), status).inc()
        counters().request_seconds.observe(seconds)


def roblox_answered(call: str, outcome: str, seconds: float) -> None:
    """Count a call to Roblox, how it ended in a word, and the seconds it took."""
    if _is_read():
        counters().roblox_calls.labels(call, outcome).inc()
        counters().roblox_seconds.labels(call).observe(seconds)


def roblox_turned_away() -> None:
    """Count a conversation with Roblox that was not begun, because too many were held."""
    if _is_read():
        counters().turned_away.inc()


def _is_read() -> bool:
    """Whether anyone can ask for the numbers; without a token nothing is counted."""
    return bool(settings.METRICS_TOKEN)


class Counters:
    """The counters of this process, in a registry of their own."""

    def __init__(self) -> None:
        # Prometheus's client takes its time to load, and most who start this have no monitoring.
        import prometheus_client as prometheus  # noqa: PLC0415

        # When each series began says nothing that the start of the process does not.
        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]  # theirs
        self.registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=self.registry)
        counter = partial(prometheus.Counter, registry=self.registry)
        histogram = partial(prometheus.Histogram, registry=self.registry, buckets=BUCKETS)
        self.requests = counter(
            "sealroom_requests", "Answered requests, by method and status.", ("method", "status")
        )
        self.request_seconds = histogram("sealroom_request_seconds", "How long requests took.")
        self.roblox_calls = counter(
            "sealroom_roblox_calls",
            "Calls to Roblox, by outcome: ok, nothing_sent, refused, busy, unknown or unusable.",
            ("call", "outcome"),
        )
        self.roblox_seconds = histogram(
            "sealroom_roblox_call_seconds",
            "How long calls to Roblox took, with retries.",
            ("call",),
        )
        self.turned_away = counter(
            "sealroom_roblox_turned_away",
            "Calls to Roblox that were not made because too many were waiting.",
        )


def counters() -> Counters:
    """The counters, which are made once, when there is something to count or to read."""
    with _making:
        return _made()


@cache
def _made() -> Counters:
    return Counters()
