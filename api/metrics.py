"""Prometheus metrics with bounded labels, for one process or several.

Labels are route templates, status classes, kinds of operations and codes: none grows with what
clients send. With several workers each writes files in one directory, and any of them answers for
all: https://prometheus.github.io/client_python/multiprocess/.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import Response

from api.exchange import exchange_of
from api.oauth_errors import OAuthError
from api.refusals import refusal
from schema.failures import RequestErrorCode

DIRECTORY_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_WRITTEN_BY_PROXIES = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_CODES = frozenset([code.value for code in RequestErrorCode] + [one.name for one in OAuthError])


class Metrics:
    """One for each process. `directory` is the shared one when there are several workers."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self.registry = CollectorRegistry()
        self._counters: dict[tuple[str, ...], Counter] = {}
        self._timers: dict[tuple[str, ...], Histogram] = {}
        self._requests = Counter(
            "onecard_http_requests",
            "Requests by route template, method and class of status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "onecard_http_request_seconds",
            "Time from the request's head to the end of the answer.",
            ("route", "operation"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._errors = Counter(
            "onecard_errors",
            "Requests that were told an error, by its stable code.",
            ("code",),
            registry=self.registry,
        )
        self._in_progress = Gauge(
            "onecard_http_requests_in_progress",
            "Requests that are being served.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )

        self._streams = Gauge(
            "onecard_streams_open",
            "Streams that are open.",
            ("transport",),
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._streams_closed = Counter(
            "onecard_streams_closed",
            "Streams that were closed, by why.",
            ("transport", "reason"),
            registry=self.registry,
        )

    def stream_opened(self, transport: str) -> None:
        self._streams.labels(transport).inc()

    def stream_closed(self, transport: str, reason: str) -> None:
        """`reason` is one of a closed list (`api.live.connection`)."""
        self._streams.labels(transport).dec()
        self._streams_closed.labels(transport, reason).inc()

    def request_begun(self) -> None:
        self._in_progress.inc()

    def request_over(self) -> None:
        self._in_progress.dec()

    def note_request(
        self,
        *,
        method: str,
        route: str,
        status: int | None,
        operation: str,
        codes: Iterable[str],
        seconds: float | None,
    ) -> None:
        """`status` is None when there was no answer, `seconds` for a stream, which lasts."""
        status_class = "none" if status is None else f"{status // 100}xx"
        self._counter(route, method, status_class).inc()
        if seconds is not None:
            self._timer(route, operation).observe(seconds)
        for code in codes:
            self._errors.labels(code if code in _CODES else "UNKNOWN").inc()

    def _counter(self, *labels: str) -> Counter:
        """Kept here, since the library looks for one under a lock."""
        counter = self._counters.get(labels)
        if counter is None:
            counter = self._counters[labels] = self._requests.labels(*labels)
        return counter

    def _timer(self, *labels: str) -> Histogram:
        timer = self._timers.get(labels)
        if timer is None:
            timer = self._timers[labels] = self._seconds.labels(*labels)
        return timer

    def exposition(self) -> bytes:
        """The text format, of all workers if there are several."""
        if self._directory is None:
            return generate_latest(self.registry)
        forget_gone_workers(self._directory)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._directory))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def prepare_multiprocess(directory: Path) -> None:
    """Call in the parent, before workers are spawned: they read the variable when they import us.

    Files of an earlier run are removed, so that no stale worker is counted.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in directory.glob("*.db"):
        file.unlink(missing_ok=True)
    os.environ[DIRECTORY_VARIABLE] = str(directory)


def forget_gone_workers(directory: Path) -> None:
    """Take what gone workers had in progress out of the sums. Their counts stay: totals never
    fall."""
    for file in directory.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not _is_alive(pid):
            mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(frozen=True)
class MetricsEndpoint:
    """`/metrics` for loopback and for the bearer of `token`; for all others it is not there.

    Whoever came through a proxy is not local, whatever its headers say: behind a proxy on this
    machine every peer is loopback, trusted or not, and what another machine's proxy calls loopback
    is that machine.
    """

    metrics: Metrics
    token: str | None = None

    async def answer(self, request: Request) -> Response:
        if not (self._is_local(request) or self._has_token(request)):
            return refusal(RequestErrorCode.NOT_FOUND, "There is nothing at this address.")
        return Response(self.metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _is_local(self, request: Request) -> bool:
        client = exchange_of(request.scope).client
        if client is None or any(name in request.headers for name in _WRITTEN_BY_PROXIES):
            return False
        return ip_address(client).is_loopback

    def _has_token(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if not self.token or scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(given.strip().encode(), self.token.encode())
