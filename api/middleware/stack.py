"""The order of the middleware, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext

from starlette.middleware import Middleware

from api.metrics import Metrics
from api.middleware.access_log import AccessLog
from api.middleware.client_address import ClientAddress, ForwardingHeader, Network
from api.middleware.deadline import REQUEST_SECONDS, DatabaseDeadline, Deadline
from api.middleware.measurement import Measurement
from api.middleware.request_identity import RequestIdentity
from api.middleware.request_size import RequestSize
from api.middleware.security_headers import SecurityHeaders
from api.middleware.unexpected_failure import UnexpectedFailure
from schema.masking import Classify

QUIET_ROUTES = ("/health/live", "/health/ready", "/metrics")


def gateway_middleware(
    *,
    new_request_id: Callable[[], str],
    metrics: Metrics,
    https_only: bool,
    trusted_proxies: Sequence[Network] = (),
    forwarding_header: ForwardingHeader = ForwardingHeader.X_FORWARDED_FOR,
    request_seconds: float = REQUEST_SECONDS,
    database_deadline: DatabaseDeadline = nullcontext,
    classify: Classify | None = None,
    streamed_bodies: Mapping[str, int] | None = None,
    longer_requests: Mapping[str, float] | None = None,
) -> list[Middleware]:
    """From the outside in: identity first, since all others speak of the request by its id; the
    body is read before the deadline begins, since a slow client is not a slow answer.

    `streamed_bodies` is path prefix → bytes, of routes that read large bodies themselves;
    `longer_requests` path prefix → seconds, of those that work long after it came."""
    return [
        Middleware(RequestIdentity, new_request_id=new_request_id),
        Middleware(AccessLog, quiet_routes=QUIET_ROUTES),
        Middleware(Measurement, metrics=metrics),
        Middleware(SecurityHeaders, https_only=https_only),
        Middleware(UnexpectedFailure, classify=classify),
        Middleware(ClientAddress, trusted_proxies=trusted_proxies, header=forwarding_header),
        Middleware(RequestSize, streamed=streamed_bodies),
        Middleware(
            Deadline,
            seconds=request_seconds,
            database_deadline=database_deadline,
            longer=longer_requests,
        ),
    ]
