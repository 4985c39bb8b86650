"""The numbers as an operator's monitoring reads them; no one else uses Prometheus's client.

What is counted is told by `telemetry`, which loads this when there is something to count.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST

# From a page that was at hand to the longest call that Roblox is given.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)

# When each series began says nothing that the start of the process does not.
disable_created_metrics()  # type: ignore[no-untyped-call]  # theirs

_counted = CollectorRegistry()
ProcessCollector(registry=_counted)

_counter = partial(Counter, registry=_counted)
_histogram = partial(Histogram, registry=_counted)

requests = _counter(
    "sealroom_requests",
    "Answered requests, by method and status.",
    ("method", "status"),
)
request_seconds = _histogram(
    "sealroom_request_seconds",
    "How long requests took.",
    buckets=BUCKETS,
)
roblox_calls = _counter(
    "sealroom_roblox_calls",
    "Calls to Roblox, by outcome: ok, nothing_sent, refused, busy, unknown or unusable.",
    ("call", "outcome"),
)
roblox_seconds = _histogram(
    "sealroom_roblox_call_seconds",
    "How long calls to Roblox took, with retries.",
    ("call",),
    buckets=BUCKETS,
)
turned_away = _counter(
    "sealroom_roblox_turned_away",
    "Calls to Roblox that were not made because too many were waiting.",
)


@dataclass(frozen=True)
class Measure:
    """A number as it stands now, or one for each word that its label can have."""

    name: str
    words: str
    value: float | Mapping[str, float]
    label: str = ""


def exposition(measures: Iterable[Measure]) -> bytes:
    """What was counted and the given measures, in Prometheus's text format."""
    measured = CollectorRegistry()
    measured.register(_Measured(list(measures)))
    return generate_latest(_counted) + generate_latest(measured)


class _Measured(Collector):
    """Hands over measures that were taken before, so that a scrape asks the database once."""

    def __init__(self, measures: list[Measure]) -> None:
        self._measures = measures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each measure as a gauge."""
        return map(_gauge, self._measures)


def _gauge(measure: Measure) -> GaugeMetricFamily:
    if not isinstance(measure.value, Mapping):
        return GaugeMetricFamily(measure.name, measure.words, value=measure.value)
    gauge = GaugeMetricFamily(measure.name, measure.words, labels=[measure.label])
    for word, value in measure.value.items():
        gauge.add_metric([word], value)
    return gauge
