"""Goes straight to the one route that nearly all requests are for."""

from __future__ import annotations

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class StraightRoute:
    """Innermost. A request for exactly this path is served as the router would serve it; the router
    would try its routes one after the other. The route takes all methods and has no parameters, and
    its endpoint raises no HTTPException, which is the router's to answer."""

    def __init__(self, app: ASGIApp, *, route: Route) -> None:
        if route.methods is not None or route.param_convertors:
            raise ValueError("a straight route takes all methods and has no parameters")
        self._app = app
        self._route = route
        self._path = route.path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["path"] != self._path
            or scope.get("root_path", "") != ""
        ):
            await self._app(scope, receive, send)
            return
        scope["route"] = self._route
        scope["endpoint"] = self._route.endpoint
        scope["path_params"] = {}
        await self._route.app(scope, receive, send)
