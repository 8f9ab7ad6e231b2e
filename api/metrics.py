"""Figures for Prometheus, in a registry of their own so that two apps in one process do not share them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from matcher.library import IndexState
from matcher.model import Kind, Ranking

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.002, 0.004, 0.006, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)
LEXICAL = "lexical"
"""Evidence sources that begin so come from shared terms."""


class Metrics:
    """All figures of one app. No label ever holds an id, a text or a path that a client made up."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "scenematch_requests", "Requests by route template", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "scenematch_request_seconds",
            "Seconds until a request was answered",
            ("route",),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._matches = Counter("scenematch_matches", "Rankings by side asked for", ("of",), registry=self._registry)
        self._unsuitable = Counter(
            "scenematch_matches_without_suitable", "Rankings in which nothing was suitable", registry=self._registry
        )
        self._no_terms = Counter(
            "scenematch_matches_without_shared_terms",
            "Rankings in which no candidate shared a term with the query: a lexical arm that is often silent is broken",
            registry=self._registry,
        )
        self._generation = Gauge(
            "scenematch_index_generation_info", "1 for the generation in use", ("generation",), registry=self._registry
        )
        self._revision = Gauge("scenematch_store_revision", "Last committed revision", registry=self._registry)
        self._lag = Gauge(
            "scenematch_index_revision_lag", "Revisions committed since the generation", registry=self._registry
        )
        self._changed = Gauge(
            "scenematch_index_changed_records", "Records searched exactly, outside the index", registry=self._registry
        )
        self._server = Gauge(
            "scenematch_index_server_up",
            "0 while an index server is set and cannot be used, else 1",
            registry=self._registry,
        )
        self._prepared = Gauge(
            "scenematch_records_prepared", "Records of which all that reasons need is ready", registry=self._registry
        )
        self._records = Gauge("scenematch_records", "Records searched", ("kind",), registry=self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request has been answered; `status` 0 means that the connection broke."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def ranked(self, of: Kind, ranking: Ranking) -> None:
        """One ranking of records of this kind was given."""
        self._matches.labels(of.value).inc()
        if not ranking.suitable:
            self._unsuitable.inc()
        if not any(e.source.startswith(LEXICAL) for match in ranking.matches for e in match.evidence):
            self._no_terms.inc()

    def exposition(self, state: IndexState, prepared: int) -> bytes:
        """Everything in Prometheus' text format, the index as it is now; `prepared` counts the records made ready."""
        self._generation.clear()
        if state.generation:
            self._generation.labels(state.generation).set(1)
        self._revision.set(state.revision)
        self._lag.set(state.revision - state.covered)
        self._changed.set(sum(state.changed.values()))
        self._server.set(not state.server)
        self._prepared.set(prepared)
        for kind, count in state.counts.items():
            self._records.labels(kind.value).set(count)
        return generate_latest(self._registry)
