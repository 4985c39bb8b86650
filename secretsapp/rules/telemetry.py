"""What is counted for an operator's monitoring, where a token in the settings lets it be read.

It is counted since the start of this process and in this process alone: what the worker asked of
Roblox is not among what the web server tells. What is read from the database is the same whichever
process is asked.
"""

from types import ModuleType

from django.conf import settings

# Anyone can make a method up, and each would stay in memory forever.
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
OTHER = "other"


def known_method(method: str | None) -> str:
    """The method of a request, in a word that is no client's own."""
    return method if method in METHODS else OTHER


def request_answered(method: str | None, status: int, seconds: float) -> None:
    """Count an answer of the web server and the seconds it took."""
    if counters := _counters():
        counters.requests.labels(known_method(method), status).inc()
        counters.request_seconds.observe(seconds)


def roblox_answered(call: str, outcome: str, seconds: float) -> None:
    """Count a call to Roblox, how it ended in a word, and the seconds it took."""
    if counters := _counters():
        counters.roblox_calls.labels(call, outcome).inc()
        counters.roblox_seconds.labels(call).observe(seconds)


def roblox_turned_away() -> None:
    """Count a conversation with Roblox that was not begun, because too many were held."""
    if counters := _counters():
        counters.turned_away.inc()


def _counters() -> ModuleType | None:
    """Where it is counted; nowhere without a token, as then no one can ask for the numbers."""
    if not settings.METRICS_TOKEN:
        return None
    # Prometheus's client takes its time to load, and most who start this have no monitoring.
    from secretsapp.rules import counters  # noqa: PLC0415

    return counters
