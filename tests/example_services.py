"""The engine and the SMS service that the example of docs/providers.md talks to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.clock import utc_now

KID = "example-1"
CODE = "246813"
NOWHERE = "00000000000"


@dataclass
class ExampleServices:
    """Answers as a provider would. `evidence` replaces claims of what is signed; with `nonsense`
    that is answered instead; while `flowing` is clear, nothing is."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    checks: dict[str, dict[str, str]] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    nonsense: bytes | None = None
    address: str = ""
    flowing: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str, given: dict[str, str]) -> bytes:
        self.asked.append((path, given))
        self.flowing.wait(30)
        if self.nonsense is not None:
            return self.nonsense
        return json.dumps(getattr(self, "_" + path.strip("/").replace("/", "_"))(given)).encode()

    def sent_to(self) -> list[str]:
        return [given["to"] for path, given in self.asked if path == "/codes"]

    def _checks(self, check: dict[str, str]) -> dict[str, str]:
        reference = f"check-{len(self.checks)}"
        self.checks[reference] = check
        return {"reference": reference, "instruction": "TURN_HEAD_LEFT"}

    def _proofs(self, given: dict[str, str]) -> dict[str, str]:
        if given["proof"] != "a living person":
            return {"fault": given["proof"]}
        bound = {k: v for k, v in self.checks[given["reference"]].items() if k != "subject"}
        claims = {
            "iss": "example-engine",
            "iat": int(utc_now().timestamp()),
            "level": "remote",
            "result": "REAL_PERSON",
            **bound,
            **self.evidence,
        }
        headers = {"typ": "onecard-evidence+jwt", "kid": KID}
        return {"evidence": jwt.encode(claims, self.key, "EdDSA", headers)}

    def _codes(self, given: dict[str, str]) -> dict[str, str]:
        return {"reference": f"message-{len(self.asked)}"}

    def _codes_confirm(self, given: dict[str, str]) -> dict[str, bool]:
        return {"right": given["code"] == CODE and given["reference"].startswith("message-")}


@contextmanager
def running_services() -> Iterator[ExampleServices]:
    services = ExampleServices()
    services.flowing.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = services.answer(self.path, json.loads(body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Standard error is the tests'."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        services.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield services
        finally:
            services.flowing.set()
            server.shutdown()
            thread.join()
