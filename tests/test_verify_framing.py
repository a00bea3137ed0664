"""Which pages may frame the verification page, and what they hear of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final

import pytest

from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from tests.browser import Browser
from tests.serving import serving_gateway
from tests.verifying import NARROW

_FRAMING: Final = """
window.heard = [];
window.addEventListener("message", one => window.heard.push([one.origin, one.data.event]));
const frame = document.createElement("iframe");
frame.allow = "camera";
frame.onload = () => {{ window.loaded = true; }};
frame.src = "{address}";
document.body.append(frame);
"""


class _Blank(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Portal</title><link rel=icon href=data:,><body>")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    """The origin of a page that is not ours."""
    with HTTPServer(("127.0.0.1", 0), _Blank) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.slow
async def test_a_page_of_another_origin_frames_it_and_hears_of_it_where_the_settings_name_it(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet, portal: str
) -> None:
    def framed(base_url: str) -> tuple[list[list[str]], list[str]]:
        """What it heard, and what the browser complained of."""
        with Browser() as browser, browser.page(size=NARROW) as page:
            page.goto(portal)
            address = f"{base_url}/verify#flow=a.flow.token&origin={portal}"
            page.evaluate(_FRAMING.format(address=address))
            page.wait_for("window.loaded")
            return page.evaluate("window.heard"), page.faults

    named = settings.model_copy(update={"verification_origins": (portal,)})
    async with serving_gateway(named, mongod_uri, database, key_set) as serving:
        heard, faults = await asyncio.to_thread(framed, serving.base_url)
        assert heard == [[serving.base_url, "opened"]]
        # The flow is none of ours, which the page is told; nothing else is wrong.
        assert [one for one in faults if not one.endswith("/verify/flow")] == []
    async with serving_gateway(settings, mongod_uri, database, key_set) as serving:
        heard, faults = await asyncio.to_thread(framed, serving.base_url)
        assert heard == []
        assert any("frame-ancestors" in one for one in faults)
