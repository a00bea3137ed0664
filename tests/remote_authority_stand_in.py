"""An authority over real HTTP that knows names: right by the contract, or wrong as a test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jwt

from api.clock import utc_now
from api.providers.remote_names import asked_digest
from tests.remote_engine_stand_in import CLIENT_ID, RemoteStandIn


@dataclass
class AuthorityStandIn(RemoteStandIn):
    """`knows` are (number, name) that belong together. Charged is each key, when it is first seen;
    `lost` is how many next answers are charged and then fail. `unknown` is the status for a number
    that it does not have, where it does not keep the contract."""

    name: str = "population"
    knows: set[tuple[str, str]] = field(default_factory=set)
    lost: int = 0
    unknown: int = 200

    def answer(self, path: str, key: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        assert path == "/names"
        self.asked.append((path, key, given))
        self.charged.add(key)
        self.slow.wait(30)
        if self.lost:
            self.lost -= 1
            return 500, {}
        if self.unknown != 200 and given["number"] not in {number for number, _ in self.knows}:
            return self.unknown, {}
        jws = self.replayed or self.verdict(given)
        self.given_out.append(jws)
        return 200, {"result": jws}

    def verdict(self, given: dict[str, Any]) -> str:
        is_known = (given["number"], given["name"]) in self.knows
        asked = (given["nonce"], given["kind"], given["number"], given["name"])
        claims = {
            "iss": self.name,
            "aud": CLIENT_ID,
            "iat": int(utc_now().timestamp()),
            "nonce": given["nonce"],
            "asked": asked_digest(*asked),
            "result": "CONFIRMED" if is_known else "NOT_CONFIRMED",
            **self.claims,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        headers = {"typ": "onecard-name+jwt", "kid": self.kid, **self.headers}
        return jwt.encode(present, self.signs_with or self.key, "EdDSA", headers)
