"""Metrics for Prometheus: counts and ages of sources, outcomes and queues, from the records when asked."""

import ipaddress
import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from core.contracts import SourceState
from core.errors import NotAllowed
from core.outcomes import Stage
from core.records import Records
from core.records.crawled import partitions_to_do
from core.records.notices import alerts
from core.records.runs import outcomes_since, quarantined
from core.records.standing import standings
from dashboards.console.pages import console
from dashboards.console.permissions import Action, needs

router = APIRouter()

WINDOW = timedelta(hours=24)
# A proxy on this machine hands on what others ask: then the address of the connection says nothing.
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@router.get("/metrics")
@needs(Action.ENTER)  # a machine has no session: `_allowed` is its door
def metrics(request: Request) -> Response:
    """Return the metrics as text, to whoever has the token; without one in the settings, to this machine.

    Raises NotAllowed.
    """
    if not _allowed(request):
        raise NotAllowed("metrics are for the token of the settings, or for this machine if there is none")
    registry = CollectorRegistry()
    registry.register(_Gauges(console(request).records, datetime.now(UTC)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _allowed(request: Request) -> bool:
    token = console(request).settings.console.metrics_token
    if token is not None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.get_secret_value().encode())
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class _Gauges(Collector):
    """All metrics, read from the records in one go."""

    def __init__(self, records: Records, now: datetime) -> None:
        self.records, self.now = records, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics."""
        yield from self._of_sources()
        yield self._outcomes()
        yield from self._queues()

    def _of_sources(self) -> Iterator[GaugeMetricFamily]:
        named = ["source"]
        state = GaugeMetricFamily(
            "langnghe_source_state", "1 for a source's state", labels=["source", "state"]
        )
        age = GaugeMetricFamily(
            "langnghe_source_last_success_age_seconds", "Since a run could read the source", labels=named
        )
        pages = GaugeMetricFamily("langnghe_source_pages_24h", "Pages first seen in 24 hours", labels=named)
        low = GaugeMetricFamily(
            "langnghe_source_pages_24h_low", "Fewer pages than this are too few, learnt", labels=named
        )
        changed = GaugeMetricFamily(
            "langnghe_source_makeup_changes", "Measures of make-up that got worse and last", labels=named
        )
        for source in standings(self.records, self.now):
            name = [source.health.source_id]
            for possible in SourceState:
                state.add_metric([*name, possible], float(source.health.state is possible))
            if source.health.read_at is not None:
                age.add_metric(name, (self.now - source.health.read_at).total_seconds())
            pages.add_metric(name, source.got)
            if source.expected is not None:
                low.add_metric(name, source.expected.low)
            changed.add_metric(name, len(source.changes))
        yield from (state, age, pages, low, changed)

    def _outcomes(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "langnghe_outcomes_24h",
            "Items of the last 24 hours by what became of them",
            labels=["source", "stage", "result", "reason"],
        )
        for key, count in outcomes_since(self.records, self.now - WINDOW).items():
            family.add_metric(list(key), count)
        return family

    def _queues(self) -> Iterator[GaugeMetricFamily]:
        waiting = GaugeMetricFamily(
            "langnghe_waiting_pages", "Archived pages that wait for a stage", labels=["stage"]
        )
        for stage in (Stage.ANALYSE, Stage.INDEX):
            waiting.add_metric([stage], sum(p.pages for p in partitions_to_do(self.records, stage)))
        held = GaugeMetricFamily("langnghe_quarantined_items", "Items in quarantine", labels=["stage"])
        for stage, count in Counter(q.stage for q in quarantined(self.records)).items():
            held.add_metric([stage], count)
        unseen = GaugeMetricFamily("langnghe_open_alerts", "Alerts nobody has acknowledged", labels=["kind"])
        for kind, count in Counter(a.kind for a in alerts(self.records, open_only=True)).items():
            unseen.add_metric([kind], count)
        yield from (waiting, held, unseen)
