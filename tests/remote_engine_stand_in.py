"""A remote engine over real HTTP on loopback: right by the contract, or wrong as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from api.clock import utc_now

CLIENT_ID = "onecard"
StandIn = TypeVar("StandIn", bound="RemoteStandIn")


@dataclass
class RemoteStandIn:
    """`claims` replace those of the result, None drops one; `headers` those of its header.
    `failing` is how many next calls are answered with `status`; `pending` how many with 202;
    `slow` makes proofs wait; `raw` is written instead of an answer; `replayed` is said again."""

    name: str = "national"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    kid: str = "k1"
    signs_with: Ed25519PrivateKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    failing: int = 0
    status: int = 500
    pending: int = 0
    slow: threading.Event = field(default_factory=threading.Event)
    raw: bytes | None = None
    endless: bool = False
    replayed: str | None = None
    jwks_away: bool = False
    jwks_asked: int = 0
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    checks: dict[str, dict[str, str]] = field(default_factory=dict)
    charged: set[str] = field(default_factory=set)
    given_out: list[str] = field(default_factory=list)
    client_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    address: str = ""

    def mend(self) -> None:
        """No fault any more."""
        self.signs_with, self.claims, self.headers = None, {}, {}
        self.failing, self.status, self.pending = 0, 500, 0
        self.raw, self.endless, self.replayed, self.jwks_away = None, False, None, False

    def client_pem(self) -> bytes:
        return self.client_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def jwks(self) -> dict[str, Any]:
        x = jwt.algorithms.OKPAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**x, "kid": self.kid, "use": "sig", "alg": "EdDSA"}]}

    def rotate(self) -> None:
        self.key, self.kid = Ed25519PrivateKey.generate(), self.kid + "+"

    def is_ours(self, bearer: str, path: str) -> bool:
        claims = jwt.decode(
            bearer,
            self.client_key.public_key(),
            algorithms=["EdDSA"],
            audience=f"{self.address}{path}",
            issuer=CLIENT_ID,
        )
        return bool(claims["jti"])

    def answer(self, path: str, key: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append((path, key, given))
        if path == "/checks":
            check = f"chk-{key[:8]}"
            self.checks[check] = given
            lifetime = 180
            return 200, {"check": check, "instructions": ["TURN_LEFT"], "lifetimeSeconds": lifetime}
        if path == "/proofs":
            # When it comes: whether its answer arrives is another thing.
            self.charged.add(key)
        self.slow.wait(30)
        if self.pending:
            self.pending -= 1
            return 202, {}
        jws = self.replayed or self.result(given["check"])
        self.given_out.append(jws)
        return 200, {"result": jws}

    def result(self, check: str) -> str:
        bound = {k: self.checks[check][k] for k in ("nonce", "holder", "flow", "device", "purpose")}
        claims = {
            "iss": self.name,
            "aud": CLIENT_ID,
            "iat": int(utc_now().timestamp()),
            "check": check,
            "level": "remote",
            "result": "REAL_PERSON",
            **bound,
            **self.claims,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        headers = {"typ": "onecard-evidence+jwt", "kid": self.kid, **self.headers}
        return jwt.encode(present, self.signs_with or self.key, "EdDSA", headers)


class _Handler(BaseHTTPRequestHandler):
    engine: RemoteStandIn

    def do_GET(self) -> None:
        self.engine.jwks_asked += 1
        self._say(503 if self.engine.jwks_away else 200, json.dumps(self.engine.jwks()).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        bearer = self.headers["Authorization"].removeprefix("Bearer ")
        assert self.engine.is_ours(bearer, self.path)
        is_check = self.path == "/checks"
        key = self.headers["Idempotency-Key"]
        if self.engine.failing:
            self.engine.failing -= 1
            self.engine.asked.append((self.path, key, json.loads(body)))
            return self._say(self.engine.status, b"{}")
        if self.engine.raw is not None and not is_check:
            return self._say(200, self.engine.raw)
        if self.engine.endless and not is_check:
            return self._never_end()
        status, answer = self.engine.answer(self.path, key, json.loads(body))
        return self._say(status, json.dumps(answer).encode())

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.engine.address}/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _never_end(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * 4096)
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        """Standard error is the tests'."""


@contextmanager
def running_engine(name: str = "national") -> Iterator[RemoteStandIn]:
    with running(RemoteStandIn(name)) as engine:
        yield engine


@contextmanager
def running(engine: StandIn) -> Iterator[StandIn]:
    engine.slow.set()
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Handler", (_Handler,), {"engine": engine})
    ) as server:
        engine.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield engine
        finally:
            engine.slow.set()
            server.shutdown()
            thread.join()
