"""The numbers as an operator's monitoring reads them: what was counted, and what was measured."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from secretsapp.rules.telemetry import counters

CONTENT_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True)
class Measure:
    """A number as it stands now, or one for each word that its label can have."""

    name: str
    words: str
    value: float | Mapping[str, float]
    label: str = ""


def of(measures: Iterable[Measure]) -> bytes:
    """What was counted and the given measures, in Prometheus's text format."""
    measured = CollectorRegistry()
    measured.register(_Measured(list(measures)))
    return generate_latest(counters().registry) + generate_latest(measured)


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
