"""Whatever comes as a proof is read without a fault of ours, and only a good one is good."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jwt
from hypothesis import given
from hypothesis import strategies as st

from auth.dpop import BoundToken, Presented, ProofFault, fault_of, read_proof
from tests.dpop_proofs import ALGORITHM, Holding, encoded

NOW = datetime(2026, 11, 27, 9, 30, 0, 250_000, tzinfo=UTC)
HOLDING, TOKEN = Holding(), "token"
REQUEST = Presented((), "POST", "http://127.0.0.1:8000/graphql")
BOUND = BoundToken(TOKEN, HOLDING.thumbprint)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
JSON = st.recursive(
    PLAIN | st.binary().map(encoded),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
GOOD_HEADER: dict[str, Any] = {"typ": "dpop+jwt", "alg": ALGORITHM, "jwk": HOLDING.jwk}
GOOD_CLAIMS = HOLDING.claims(NOW, "POST", "/graphql", TOKEN)


def judged(text: str) -> ProofFault | None:
    proof = read_proof((text,))
    if isinstance(proof, ProofFault):
        return proof
    return fault_of(proof, REQUEST, NOW, BOUND)


def signed(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Whatever stands in it, the signature is good."""
    parts = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    signer = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
    return f"{parts}.{encoded(signer.sign(parts.encode(), HOLDING.key))}"


def test_a_good_one_is_good() -> None:
    assert judged(signed(GOOD_HEADER, GOOD_CLAIMS)) is None


def test_half_a_character_is_no_digest_and_no_fault_of_ours() -> None:
    half = signed(GOOD_HEADER, GOOD_CLAIMS | {"ath": "\ud800"})
    assert judged(half) is ProofFault.WRONG_TOKEN


@given(st.text(max_size=300) | st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"))
def test_no_text_is_a_proof(text: str) -> None:
    assert judged(text) is ProofFault.MALFORMED


@given(st.sampled_from(sorted(GOOD_CLAIMS)), JSON)
def test_a_claim_of_any_other_value_is_refused(name: str, value: Any) -> None:
    fault = judged(signed(GOOD_HEADER, GOOD_CLAIMS | {name: value}))
    is_still_good = name == "jti" and isinstance(value, str) and value.isprintable()
    assert fault is not None or is_still_good or value == GOOD_CLAIMS[name]


@given(st.sampled_from(["typ", "alg", "jwk", "crit", "b64", "x5c"]), JSON)
def test_a_member_of_the_header_of_any_other_value_is_refused(name: str, value: Any) -> None:
    assert judged(signed(GOOD_HEADER | {name: value}, GOOD_CLAIMS)) is not None


@given(st.sampled_from(["kty", "crv", "x", "y", "alg", "use", "d", "k", "p"]), JSON)
def test_a_member_of_the_key_of_any_other_value_is_refused(name: str, value: Any) -> None:
    changed = GOOD_HEADER | {"jwk": HOLDING.jwk | {name: value}}
    assert judged(signed(changed, GOOD_CLAIMS)) is not None
