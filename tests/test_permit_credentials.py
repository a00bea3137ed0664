"""A permit as an SD-JWT VC: what the `sd-jwt` package and a verifier without our code say to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwcrypto.jwk import JWK, JWKSet
from sd_jwt.verifier import SDJWTVerifier

from api.ids import new_id
from api.settings import Settings
from auth.sd_jwt import DIGEST_COUNT
from auth.signed_json import SignedJson
from resolvers.policy.credential_texts import CLAIM_TEXTS
from tests.access_callers import age_proof, logged_in
from tests.app_client import LOGOUT
from tests.command_line import ROOT
from tests.devices import ISSUE, Device, decoded, disclosure, reference_of, registered_device
from tests.factories import PermitPlan
from tests.flows import audit_actions
from tests.serving import Serving

EXAMPLE = ROOT / "docs" / "examples" / "verify_credential.py"
AUDIENCE, NONCE = "https://bank.example", "n-0S6_WzA2Mj"


async def key_of(serving: Serving) -> Callable[[str, dict[str, Any]], JWK]:
    """As a verifier finds it: from the issuer's metadata to its JWKS."""
    metadata = (await serving.http.get("/.well-known/jwt-vc-issuer")).json()
    assert metadata["jwks_uri"] == f"{metadata['issuer']}/.well-known/jwks.json"
    keys = JWKSet.from_json((await serving.http.get("/.well-known/jwks.json")).text)

    def find(issuer: str, header: dict[str, Any]) -> JWK:
        assert (issuer, header["typ"]) == (metadata["issuer"], "dc+sd-jwt")
        key = keys.get_key(header["kid"])
        assert isinstance(key, JWK)
        return key

    return find


async def test_the_sd_jwt_package_verifies_it_with_key_binding_and_a_chosen_part(
    serving: Serving, settings: Settings
) -> None:
    person = await serving.person()
    device = await registered_device(serving, person)
    text = await device.credential()
    find = await key_of(serving)
    whole = SDJWTVerifier(text, find).get_verified_payload()
    assert {name for name in CLAIM_TEXTS if name in whole} >= set(CLAIM_TEXTS) - {"chinese_name"}
    assert whole["name"] == person.name
    assert whole["age_over_18"] is True
    assert whole["cnf"]["jwk"]["crv"] == "P-256"
    assert whole["vct"] == f"{settings.issuer}/credentials/work-permit"
    assert datetime.fromtimestamp(whole["exp"], UTC) - serving.clock() <= timedelta(days=30)

    shown = device.presented(text, ["permit_category", "age_over_18"], AUDIENCE, NONCE)
    part = SDJWTVerifier(shown, find, AUDIENCE, NONCE).get_verified_payload()
    assert part["age_over_18"] is True
    assert part.keys() & CLAIM_TEXTS.keys() == {"permit_category", "age_over_18"}
    for audience, nonce in ((AUDIENCE, "another"), ("https://other.example", NONCE)):
        with pytest.raises(ValueError, match="Invalid"):
            SDJWTVerifier(shown, find, audience, nonce)
    actions = [action for action, _ in await audit_actions(serving.database)]
    assert actions.count("permit_credential.issued") == 1


async def test_what_is_not_shown_is_told_by_nothing(serving: Serving) -> None:
    """Not by the count of digests, nor by what everybody sees, nor in the database."""
    more, fewer = await serving.person(), await serving.person(given_names="")
    counts = []
    for person in (more, fewer):
        device = await registered_device(serving, person)
        signed, *disclosures, _ = (await device.credential()).split("~")
        payload = decoded(signed.split(".")[1])
        counts.append(len(disclosures))
        assert len(payload["_sd"]) == DIGEST_COUNT
        assert payload["_sd"] == sorted(payload["_sd"])
        assert payload.keys() == {
            *("iss", "vct", "iat", "exp", "cnf", "status", "_sd_alg", "_sd"),
        }
        salts = {disclosure(one)[0] for one in disclosures}
        assert len(salts) == len(disclosures)
    assert counts[0] > counts[1]
    [stored, *_] = await serving.database["permit_credentials"].find().to_list(9)
    assert more.name.encode() not in json.dumps(stored, default=str).encode()


async def test_the_same_request_is_answered_with_the_same_credential(serving: Serving) -> None:
    device = await registered_device(serving, await serving.person())
    given = {"idempotencyKey": new_id("key"), "deviceKeyId": device.key_id}
    assert await device.app.step(ISSUE, given) == await device.app.step(ISSUE, given)
    assert await serving.database["permit_credentials"].count_documents({}) == 1


async def test_only_the_device_itself_is_issued_one_with_a_fresh_proof_and_a_good_card(
    serving: Serving,
) -> None:
    person = await serving.person()
    device = await registered_device(serving, person)
    other = Device(await logged_in(serving, person), key_id=device.key_id)
    assert (await other.issue())["code"] == "DEVICE_KEY_OF_ANOTHER_SESSION"
    stranger = Device(await logged_in(serving, await serving.person()), key_id=device.key_id)
    assert (await stranger.issue())["code"] == "NOT_FOUND"
    await serving.database["cards"].update_many({}, {"$set": {"state": "SUSPENDED"}})
    assert (await device.issue())["code"] == "ELECTRONIC_CARD_NOT_USABLE"
    await age_proof(serving, device.app)
    given = {"idempotencyKey": new_id("key"), "deviceKeyId": device.key_id}
    refused = (await device.app.post(ISSUE, {"input": given})).json()
    assert refused["errors"][0]["extensions"]["code"] == "STEP_UP_REQUIRED"


async def test_a_credential_is_over_no_later_than_its_permit(serving: Serving) -> None:
    soon = await serving.person(permit_plans=(PermitPlan(ends=3),))
    device = await registered_device(serving, soon)
    credential = decoded((await device.credential()).split("~")[0].split(".")[1])
    permit = await serving.database["permits"].find_one({})
    assert permit is not None
    assert credential["exp"] == int(permit["valid_until"].timestamp())


async def test_of_one_key_the_newest_five_hold(serving: Serving) -> None:
    device = await registered_device(serving, await serving.person())
    for _ in range(7):
        await device.issue()
    standing = {"ended_at": None}
    assert await serving.database["permit_credentials"].count_documents(standing) == 5


async def test_the_type_is_described_where_it_says(serving: Serving) -> None:
    told = await serving.http.get("/credentials/work-permit")
    assert told.headers["access-control-allow-origin"] == "*"
    assert [claim["path"] for claim in told.json()["claims"]] == [[name] for name in CLAIM_TEXTS]


@dataclass
class Counter:
    """Somebody who checks, with files only, by the example of the documentation."""

    directory: Path
    issuer: str

    def judge(
        self, presentation: str, jwks: str, status_list: str | None, nonce: str = NONCE
    ) -> tuple[int, str]:
        files = {"shown.txt": presentation, "jwks.json": jwks, "list.jwt": status_list}
        paths = [self.directory / name for name, text in files.items() if text is not None]
        for name, text in files.items():
            if text is not None:
                (self.directory / name).write_text(text)
        asked = ("--issuer", self.issuer, "--audience", AUDIENCE, "--nonce", nonce)
        ended = subprocess.run(
            [sys.executable, "-I", str(EXAMPLE), *map(str, paths), *asked],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert "Traceback" not in ended.stderr
        return ended.returncode, ended.stdout + ended.stderr.strip()


async def test_the_example_verifier_takes_a_good_one_and_refuses_all_others(
    serving: Serving, settings: Settings, tmp_path: Path
) -> None:
    device = await registered_device(serving, await serving.person(), Ed25519PrivateKey.generate())
    text = await device.credential()
    path, _ = reference_of(text)
    jwks = (await serving.http.get("/.well-known/jwks.json")).text
    fresh = (await serving.http.get(path)).text
    counter = Counter(tmp_path, settings.issuer)
    shown = device.presented(text, ["permit_category", "post"], AUDIENCE, NONCE)
    code, out = counter.judge(shown, jwks, fresh)
    assert code == 0, out
    assert json.loads(out).keys() & CLAIM_TEXTS.keys() == {"permit_category", "post"}

    def told(presentation: str, listed: str | None = fresh, nonce: str = NONCE) -> str:
        code, out = counter.judge(presentation, jwks, listed, nonce)
        assert code == 1
        return out

    assert "status is unknown" in told(shown, None)
    assert "somebody else, or for another time" in told(shown, nonce="another")
    assert "no proof of possession" in told(shown.rpartition("~")[0] + "~")
    other = device.presented(text, [], "https://other.example", NONCE)
    assert "somebody else, or for another time" in told(other)
    thief = Device(device.app, Ed25519PrivateKey.generate())
    assert "not well-formed, or was changed" in told(thief.presented(text, [], AUDIENCE, NONCE))
    swapped = device.presented(text, [], AUDIENCE, NONCE).rpartition("~")[2]
    assert "over something else" in told(shown.rpartition("~")[0] + "~" + swapped)
    name, proof = disclosure_of(text, "name"), shown.rpartition("~")[2]
    assert "over something else" in told(f"{shown.rpartition('~')[0]}~{name}~{proof}")
    old = device.presented(text, [], AUDIENCE, NONCE, lambda said: said.update(iat=1))
    assert "too old" in told(old)
    # A list of ours that is late, one of another address, and one that somebody else signed.
    assert "status is late" in told(shown, aged(serving, fresh, minutes=11))
    assert "status is unknown" in told(shown, resigned(serving, fresh, sub="https://x.example"))
    assert "does not publish" in told(
        shown,
        jwt.encode(
            {}, Ed25519PrivateKey.generate(), "EdDSA", {"typ": "statuslist+jwt", "kid": "none"}
        ),
    )
    await device.app.execute(LOGOUT)
    serving.clock.advance(seconds=61)
    revoked = (await serving.http.get(path)).text
    assert "it is revoked" in told(shown, aged(serving, revoked, minutes=0))


def disclosure_of(text: str, claim: str) -> str:
    return next(one for one in text.split("~")[1:-1] if disclosure(one)[1] == claim)


def resigned(serving: Serving, token: str, **changes: Any) -> str:
    """The same list with other claims, under the gateway's own key."""
    claims = decoded(token.split(".")[1])
    signer = SignedJson(serving.key_set, max_length=1 << 16)
    return signer.sign("statuslist+jwt", {**claims, **changes})


def aged(serving: Serving, token: str, *, minutes: int) -> str:
    """As it was that long ago by the real clock, which the example goes by."""
    at = int(datetime.now(UTC).timestamp()) - minutes * 60
    return resigned(serving, token, iat=at, exp=at + 1_800)
