"""Evidence of a real person counts only when signed by the provider for exactly this check."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.providers.sandbox_code import SandboxCodeProvider
from api.providers.sandbox_person import LIVE_PERSON, UNAVAILABLE, SandboxPersonProvider
from auth.evidence import Evidence, verified_evidence
from auth.verification import (
    EVIDENCE_TYPE,
    MAX_EVIDENCE_AGE,
    AssuranceLevel,
    Challenge,
    PersonCheck,
    Proof,
    ProofFault,
    ProviderUnavailable,
    SecondProofMethod,
    SignedEvidence,
    TextProof,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OURS, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
CHECK = PersonCheck("flw_1", "nonce-1", "flw_1", "iOS 19", "LOGIN")
GOOD: dict[str, Any] = {
    "iss": "engine",
    "iat": int(NOW.timestamp()),
    "nonce": "nonce-1",
    "flow": "flw_1",
    "device": "iOS 19",
    "purpose": "LOGIN",
    "level": "remote",
    "result": "REAL_PERSON",
}


@dataclass
class Engine:
    """A provider double: only its name, level and keys are asked for."""

    name: str = "engine"
    is_sandbox: bool = False
    level: AssuranceLevel = AssuranceLevel.REMOTE

    def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return {"k1": OURS.public_key()}

    async def start(self, check: PersonCheck) -> Challenge:
        raise NotImplementedError

    async def submit(
        self, check: PersonCheck, reference: str, proof: Proof, now: datetime
    ) -> SignedEvidence | ProofFault:
        raise NotImplementedError


def signed(
    claims: Mapping[str, Any] = GOOD,
    key: Ed25519PrivateKey = OURS,
    typ: str | None = EVIDENCE_TYPE,
    kid: str | None = "k1",
) -> SignedEvidence:
    headers = {name: value for name, value in (("typ", typ), ("kid", kid)) if value is not None}
    payload = json.dumps(claims).encode()  # `jwt.encode` refuses to sign some of our nonsense
    return SignedEvidence(jwt.PyJWS().encode(payload, key, "EdDSA", headers))


def judged(evidence: SignedEvidence, check: PersonCheck = CHECK) -> Evidence | None:
    return verified_evidence(evidence, Engine(), check, NOW)


def test_good_evidence_holds_with_the_level_and_instant_of_the_provider() -> None:
    assert judged(signed()) == Evidence(AssuranceLevel.REMOTE, NOW, "engine")


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "another-engine"},
        {"nonce": "nonce-2"},
        {"flow": "flw_2"},
        {"device": "Android 17"},
        {"purpose": "STEP_UP"},
        {"level": "sandbox"},
        {"level": "local"},
        {"result": "NOT_LIVE"},
        {"result": True},
        {"nonce": ["nonce-1"]},
        {"iss": ["engine"]},
    ],
    ids=str,
)
def test_evidence_bound_to_anything_else_is_refused(changed: dict[str, Any]) -> None:
    assert judged(signed(GOOD | changed)) is None


@pytest.mark.parametrize("claim", GOOD)
def test_evidence_that_lacks_a_claim_is_refused(claim: str) -> None:
    assert judged(signed({name: value for name, value in GOOD.items() if name != claim})) is None


@pytest.mark.parametrize(
    "check",
    [
        replace(CHECK, nonce="nonce-2"),
        replace(CHECK, flow_id="flw_2"),
        replace(CHECK, device="Android 17"),
        replace(CHECK, purpose="STEP_UP"),
    ],
)
def test_evidence_of_one_check_does_not_serve_another(check: PersonCheck) -> None:
    assert judged(signed(), check) is None


@pytest.mark.parametrize(
    ("seconds", "holds"), [(-121, False), (-120, True), (-1, True), (120, True), (121, False)]
)
def test_evidence_is_good_for_two_minutes_around_its_instant(seconds: int, holds: bool) -> None:
    issued = NOW + timedelta(seconds=seconds)
    assert timedelta(seconds=120) == MAX_EVIDENCE_AGE
    judgement = judged(signed(GOOD | {"iat": int(issued.timestamp())}))
    assert (judgement is not None) is holds
    if judgement is not None:
        assert judgement.proved_at == min(issued, NOW), "a proof is never in the future"


@pytest.mark.parametrize("told", ["0.4711", 0.4711, True, None, ["NEAR"], {}, "near"])
def test_a_band_that_is_none_of_ours_is_not_kept(told: object) -> None:
    judgement = judged(signed(GOOD | {"band": told}))
    assert judgement is not None
    assert judgement.band is None


@pytest.mark.parametrize(
    "issued",
    [True, "1772366400", 1772366400.5, None, 10**18, -(10**18), 10**400],
    ids=["bool", "text", "fraction", "null", "far", "before", "huge"],
)
def test_an_instant_that_is_none_is_refused_and_never_fails(issued: object) -> None:
    assert judged(signed(GOOD | {"iat": issued})) is None


@pytest.mark.parametrize(("exp", "holds"), [(1, True), (0, False), (-1, False)])
def test_an_expiry_is_judged_by_the_clock_that_is_given(exp: int, holds: bool) -> None:
    # Both clocks differ: the system's is far from NOW.
    claims = GOOD | {"exp": int(NOW.timestamp()) + exp}
    assert (judged(signed(claims)) is not None) is holds


@pytest.mark.parametrize("exp", ["soon", None, 1.5, True])
def test_an_expiry_that_is_no_instant_is_refused(exp: object) -> None:
    assert judged(signed(GOOD | {"exp": exp})) is None


def test_evidence_signed_by_a_stranger_is_refused() -> None:
    assert judged(signed(key=STRANGER)) is None


@pytest.mark.parametrize("kid", [None, "", "k2"])
def test_evidence_under_a_key_that_the_provider_does_not_name_is_refused(kid: str | None) -> None:
    assert judged(signed(kid=kid)) is None


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "flow+jwt", "onecard-evidence", ""])
def test_a_token_of_another_type_is_no_evidence(typ: str) -> None:
    assert judged(signed(typ=typ)) is None


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_evidence_without_a_signature_is_refused() -> None:
    for algorithm in ("none", "None", "NONE"):
        header = {"alg": algorithm, "typ": EVIDENCE_TYPE, "kid": "k1"}
        for signature in ("", signed().jws.rpartition(".")[2]):
            unsigned = f"{_segment(header)}.{_segment(GOOD)}.{signature}"
            assert judged(SignedEvidence(unsigned)) is None


def test_the_public_key_used_as_an_hmac_secret_signs_nothing() -> None:
    public = OURS.public_key()
    secrets = (
        public.public_bytes_raw(),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )
    for secret in secrets:
        header = {"alg": "HS256", "typ": EVIDENCE_TYPE, "kid": "k1"}
        text = f"{_segment(header)}.{_segment(GOOD)}"
        mac = base64.urlsafe_b64encode(hmac.digest(secret, text.encode(), "sha256"))
        assert judged(SignedEvidence(f"{text}.{mac.rstrip(b'=').decode()}")) is None


def test_evidence_with_any_part_changed_is_refused() -> None:
    header, claims, signature = signed().jws.split(".")
    other = _segment(GOOD | {"flow": "flw_2"})
    for changed in (
        f"{header}.{other}.{signature}",
        f"{header}.{claims}.{signature[:-4]}AAAA",
        f"{header}.{claims}",
        f"{header}.{claims}.{signature}.",
        "",
        "..",
        "é.é.é",
        _segment([1]) + ".a.b",
        f"{_segment({'alg': 'EdDSA', 'typ': EVIDENCE_TYPE, 'kid': ['k1']})}.{claims}.{signature}",
    ):
        assert judged(SignedEvidence(changed)) is None, changed


def test_evidence_is_bounded() -> None:
    assert judged(signed(GOOD | {"note": "x" * 5_000})) is not None
    assert judged(signed(GOOD | {"note": "x" * 9_000})) is None


async def test_the_sandbox_signs_evidence_that_holds_for_its_own_check_alone() -> None:
    sandbox = SandboxPersonProvider(b"one deployment")
    twin, other = SandboxPersonProvider(b"one deployment"), SandboxPersonProvider(b"another")
    evidence = await sandbox.submit(CHECK, "sandbox", TextProof(LIVE_PERSON), NOW)
    assert isinstance(evidence, SignedEvidence)
    for process in (sandbox, twin):
        proved = verified_evidence(evidence, process, CHECK, NOW)
        assert proved == Evidence(AssuranceLevel.SANDBOX, NOW, sandbox.name)
    assert verified_evidence(evidence, other, CHECK, NOW) is None
    assert verified_evidence(evidence, Engine(), CHECK, NOW) is None
    assert verified_evidence(evidence, sandbox, replace(CHECK, nonce="n"), NOW) is None


@pytest.mark.parametrize(
    ("proof", "fault"),
    [
        ("not-live", ProofFault.NOT_LIVE),
        ("another-person", ProofFault.NOT_THE_HOLDER),
        ("too-dark", ProofFault.POOR_QUALITY),
        ("LIVE-PERSON", ProofFault.NOT_LIVE),
        ("", ProofFault.NOT_LIVE),
    ],
)
async def test_the_sandbox_refuses_as_the_proof_says(proof: str, fault: ProofFault) -> None:
    assert (
        await SandboxPersonProvider(b"s").submit(CHECK, "sandbox", TextProof(proof), NOW) is fault
    )


async def test_the_sandbox_can_be_down() -> None:
    with pytest.raises(ProviderUnavailable):
        await SandboxPersonProvider(b"s").submit(CHECK, "sandbox", TextProof(UNAVAILABLE), NOW)


async def test_a_code_of_the_sandbox_is_right_for_its_own_message_alone() -> None:
    sandbox = SandboxCodeProvider(b"one deployment")
    phone = SecondProofMethod.PHONE
    sent = [await sandbox.send("flw_1", phone, "13800138000") for _ in range(20)]
    codes = {one.sandbox_code for one in sent}
    assert len({one.reference for one in sent}) == 20
    assert len(codes) > 15
    first, code = sent[0].reference, sent[0].sandbox_code
    assert code is not None
    assert await SandboxCodeProvider(b"one deployment").confirm(first, code)
    others = [one.reference for one in sent[1:] if one.sandbox_code != code]
    assert not any([await sandbox.confirm(other, code) for other in others])
    for wrong in ("", "é", code[:5], f"{code} ", f"{(int(code) + 1) % 10**6:06d}"):
        assert not await sandbox.confirm(first, wrong)
