"""Routes of `/graphiql`: the page, its assets, the demo people of a development server."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.graphiql.build import BUILD_COMMAND, STATIC

DemoIdentities = Callable[[], Sequence[dict[str, Any]]]


@dataclass(frozen=True)
class DemoPortals:
    """The portals of demo employers, as dicts `{"label", "clientId"}`, and the assertion that one
    of them proves itself by; None for another client."""

    listed: DemoIdentities
    assertion: Callable[[str], str | None]


# Monaco writes `style` attributes into the HTML of its lines and adds <style> elements for its
# themes, so styles must be allowed inline; scripts are not, and no file comes from elsewhere.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "worker-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)

_SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_NEVER_KEPT = {**_SECURITY_HEADERS, "cache-control": "no-store"}
# The name of an asset holds a digest of its content.
_KEPT_FOREVER = {**_SECURITY_HEADERS, "cache-control": "public, max-age=31536000, immutable"}

_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
}

# No path, nothing hidden, and short enough for every file system.
_ASSET_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}")

_NOT_BUILT = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>GraphiQL is not built</title>
<p>GraphiQL is not built. Run <code>{BUILD_COMMAND}</code> and load this page again.</p>
</html>
"""


def graphiql_routes(
    *,
    login_helper: bool,
    demo_identities: DemoIdentities | None = None,
    demo_portals: DemoPortals | None = None,
    static: Path = STATIC,
) -> list[BaseRoute]:
    """The routes to mount at the root of the application, beside `/graphql`.

    `login_helper` shows the login panel; `demo_identities` gives the people it offers, as dicts
    `{"label", "name", "identifier", "secondProof"}`, called for each load of the page in a thread;
    `demo_portals` the employers.
    Files are looked up when asked for, so a build made while serving is found.
    """

    async def page(_request: Request) -> Response:
        try:
            template = (static / "index.html").read_text(encoding="utf-8")
        except FileNotFoundError:
            return HTMLResponse(_NOT_BUILT, status_code=503, headers=_NEVER_KEPT)
        return HTMLResponse(
            template.replace("{{login_helper}}", _flag(login_helper)).replace(
                "{{demo}}", _flag(demo_identities is not None)
            ),
            headers=_NEVER_KEPT,
        )

    async def asset(request: Request) -> Response:
        name: str = request.path_params["name"]
        file = static / "assets" / name
        media_type = _MEDIA_TYPES.get(file.suffix)
        if not _ASSET_NAME.fullmatch(name) or media_type is None or not file.is_file():
            return Response(status_code=404, headers=_NEVER_KEPT)
        return FileResponse(file, media_type=media_type, headers=_KEPT_FOREVER)

    routes: list[BaseRoute] = [
        Route("/graphiql", page),
        Route("/graphiql/assets/{name:str}", asset),
    ]
    if login_helper and demo_identities is not None:
        offered = demo_identities

        async def demo(_request: Request) -> Response:
            people = await run_in_threadpool(offered)
            return JSONResponse(list(people), headers=_NEVER_KEPT)

        routes.append(Route("/graphiql/demo.json", demo))
    if login_helper and demo_portals is not None:
        routes += _portal_routes(demo_portals)
    return routes


def _portal_routes(portals: DemoPortals) -> list[BaseRoute]:
    async def listed(_request: Request) -> Response:
        return JSONResponse(list(await run_in_threadpool(portals.listed)), headers=_NEVER_KEPT)

    async def assertion(request: Request) -> Response:
        signed = await run_in_threadpool(portals.assertion, request.path_params["client_id"])
        if signed is None:
            return Response(status_code=404, headers=_NEVER_KEPT)
        return JSONResponse({"assertion": signed}, headers=_NEVER_KEPT)

    return [
        Route("/graphiql/employers.json", listed),
        Route("/graphiql/employers/{client_id}/assertion", assertion, methods=["POST"]),
    ]


def _flag(value: bool) -> str:
    return "true" if value else "false"
