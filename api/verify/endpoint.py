"""The routes of `/verify`: the page, and its script and style, all of them ours.

The page is the same for everybody: who it is for stands in the fragment of the address, which no
browser sends. It may use the camera; what it loads and speaks to is this gateway alone. Other
origins may open it, frame it and hear how it ended only where the settings name them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.check.endpoint import STYLE_PATH
from api.check.serving import style
from api.language import preferred_language
from api.refusals import refusal
from api.verify.pages import Served, whole
from resolvers.vocabulary import Language
from schema.failures import RequestErrorCode

VERIFY_PATH: Final = "/verify"
ASSETS_PATH: Final = f"{VERIFY_PATH}/assets"
_KEPT_SECONDS: Final = 31_536_000
_MEDIA_TYPES: Final = {"js": "text/javascript", "css": "text/css"}


def verify_routes(issuer: str, origins: Sequence[str]) -> list[Route]:
    """`origins` may open or frame the page, beside our own."""
    base = issuer.rstrip("/")
    path = urlsplit(base).path
    headers = _headers(origins)

    async def page(request: Request) -> Response:
        served = Served(
            language=_language(request),
            address=f"{base}{VERIFY_PATH}",
            base=path,
            style=f"{path}{STYLE_PATH}?v={style()[1]}",
            assets=f"{path}{ASSETS_PATH}/{_assets()[1]}",
            origins=origins,
        )
        return Response(whole(served), 200, headers, "text/html; charset=utf-8")

    return [
        Route(VERIFY_PATH, page, methods=["GET"]),
        Route(f"{ASSETS_PATH}/{{version}}/{{name}}", _asset, methods=["GET"]),
    ]


def content_security_policy(origins: Sequence[str]) -> str:
    ancestors = " ".join(("'self'", *origins)) if origins else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            f"frame-ancestors {ancestors}",
            "form-action 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _headers(origins: Sequence[str]) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Content-Language": "en, zh",
        "Content-Security-Policy": content_security_policy(origins),
        # A page of another origin that opened this one can only be told while it stays its opener.
        "Cross-Origin-Opener-Policy": "unsafe-none" if origins else "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
        "Vary": "Accept-Language",
        "X-Robots-Tag": "noindex",
    }


def _language(request: Request) -> Language:
    """What the address asks for, else the browser."""
    asked = request.query_params.get("lang")
    chosen = next((one for one in Language if one.value == asked), None)
    return chosen or preferred_language(request.headers.get("accept-language"))


async def _asset(request: Request) -> Response:
    """By an address that holds a digest of all files, so that scripts of two versions never mix."""
    contents, version = _assets()
    name: str = request.path_params["name"]
    content = contents.get(name)
    if content is None or request.path_params["version"] != version:
        return refusal(RequestErrorCode.NOT_FOUND, "There is no such file.")
    headers = {"Cache-Control": f"public, max-age={_KEPT_SECONDS}, immutable"}
    media_type = f"{_MEDIA_TYPES[name.rpartition('.')[2]]}; charset=utf-8"
    return Response(content, headers=headers, media_type=media_type)


@cache
def _assets() -> tuple[Mapping[str, bytes], str]:
    """Name → content of every file of the page, and the digest of them all."""
    folder = files("api.verify").joinpath("page")
    contents = {
        one.name: one.read_bytes()
        for one in sorted(folder.iterdir(), key=lambda file: file.name)
        if one.name.rpartition(".")[2] in _MEDIA_TYPES
    }
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return contents, digest.hexdigest()[:16]
