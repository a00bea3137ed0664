"""The order of the middleware, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext

from starlette.middleware import Middleware
from starlette.routing import Route

from api.metrics import Metrics
from api.middleware.access_log import AccessLog
from api.middleware.client_address import ClientAddress, ForwardingHeader, Network
from api.middleware.deadline import REQUEST_SECONDS, DatabaseDeadline, Deadline
from api.middleware.request_size import RequestSize
from api.middleware.straight_route import StraightRoute
from api.middleware.surroundings import Surroundings
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
    straight_to: Route | None = None,
) -> list[Middleware]:
    """From the outside in: the surroundings first, since all others speak of the request by its id;
    the body is read before the deadline begins, since a slow client is not a slow answer.

    `streamed_bodies` is path prefix → bytes, of routes that read large bodies themselves;
    `longer_requests` path prefix → seconds, of those that work long after it came. `straight_to` is
    the route that nearly all requests are for."""
    stack = [
        Middleware(
            Surroundings,
            new_request_id=new_request_id,
            client_of=ClientAddress(trusted_proxies, forwarding_header),
            metrics=metrics,
            access_log=AccessLog(quiet_routes=QUIET_ROUTES),
            https_only=https_only,
            classify=classify,
        ),
        Middleware(RequestSize, streamed=streamed_bodies),
        Middleware(
            Deadline,
            seconds=request_seconds,
            database_deadline=database_deadline,
            longer=longer_requests,
        ),
    ]
    if straight_to is not None:
        stack.append(Middleware(StraightRoute, route=straight_to))
    return stack
