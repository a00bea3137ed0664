"""The proof of a check: verified with the published keys alone, downloaded by whoever made it."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from api.settings import Settings
from resolvers.policy.share_codes import PROOF_LIFETIME
from resolvers.rules.bundles import Bundle
from tests.reading_pdf import facts_of, picture_of, text_of
from tests.serving import Serving
from tests.share_codes import Checker, Sharer, new_checker, new_sharer
from tests.test_letter_signatures import status_of

EVERY_BUNDLE = [str(bundle) for bundle in Bundle]


async def verified(serving: Serving, proof: str) -> dict[str, Any]:
    """As a verifier does it who knows nothing but the address of the keys."""
    header = jwt.get_unverified_header(proof)
    assert header["typ"] == "onecard-check+jwt"
    published = (await serving.http.get("/.well-known/jwks.json")).json()["keys"]
    [key] = [jwt.PyJWK(one) for one in published if one["kid"] == header["kid"]]
    return dict(jwt.decode(proof, key, ["EdDSA"], options={"require": ["iss", "iat", "jti"]}))


async def test_a_proof_says_what_was_checked_when_by_whom_and_what_was_shown(
    serving: Serving, settings: Settings
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    code = await sharer.code(bundles=EVERY_BUNDLE, purpose="BANKING")
    redeemed = await checker.redeem(code)
    claims = await verified(serving, redeemed["proof"])
    shown, record = claims.pop("shown"), redeemed["record"]
    employer = await serving.database["employers"].find_one({"_id": checker.employer_id})
    assert employer is not None
    assert claims == {
        "iss": settings.issuer,
        "iat": claims["iat"],
        "jti": redeemed["id"],
        "purpose": "BANKING",
        "bundles": EVERY_BUNDLE,
        "checked_at": record["asOf"],
        "checked_by": {
            "kind": "employer",
            "id": checker.employer_id,
            "credit_code": employer["credit_code"],
            "name": employer["name"],
        },
        "live": True,
        "follow_up_on": redeemed["followUpOn"],
    }
    assert shown["identity"]["full_name"] == record["identity"]["fullName"]
    assert shown["passport"]["number"] == record["passport"]["number"]
    assert shown["permit"]["valid_until"] == record["permit"]["validUntil"]
    assert shown["insurance"]["enrolments"] == record["insurance"]["enrolments"]
    assert shown["contact"]["phone"] == record["contact"]["phone"]
    assert len(shown) == len(Bundle)
    assert sharer.person.holder_id not in json.dumps([claims, shown])


async def test_a_proof_shows_no_bundle_that_was_not_shared_and_no_changed_byte_passes(
    serving: Serving,
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    redeemed = await checker.redeem(await sharer.code(bundles=["CARD"]))
    assert list((await verified(serving, redeemed["proof"]))["shown"]) == ["cards"]
    header, payload, signature = redeemed["proof"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["purpose"] = "HOUSING"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(jwt.InvalidSignatureError):
        await verified(serving, f"{header}.{forged}.{signature}")


async def download(serving: Serving, checker: Checker, url: str, **more: str) -> httpx.Response:
    address = httpx.URL(url)
    headers = {"Authorization": f"Bearer {checker.app.token}"}
    params = {**dict(address.params), **more}
    return await serving.http.get(address.path, params=params, headers=headers)


async def test_a_portal_downloads_a_signed_paper_that_says_the_same(
    serving: Serving, settings: Settings, tmp_path: Path
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    redeemed = await checker.redeem(await sharer.code(bundles=EVERY_BUNDLE))
    answer = await download(serving, checker, redeemed["proofUrl"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert redeemed["id"] in answer.headers["content-disposition"]
    assert "Beispiel" not in str(answer.headers)
    assert answer.headers["cache-control"] == "private, no-store"
    paper = tmp_path / "proof.pdf"
    paper.write_bytes(answer.content)
    told = text_of(paper)
    record = redeemed["record"]
    for value in (
        redeemed["id"],
        redeemed["followUpOn"],
        record["identity"]["fullName"],
        record["identity"]["chineseName"],
        record["passport"]["number"],
        record["insurance"]["socialSecurityNumber"],
        record["contact"]["phone"],
        "Record of a check",
        "共享信息核验记录",
        "Check again by",
        "就业 Work",
    ):
        assert value in told
    assert facts_of(paper)["Tagged"] == "yes"
    status = await asyncio.to_thread(status_of, answer.content, settings.data_dir / "letters")
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    picture_of(paper, 80)
    signed = (await download(serving, checker, redeemed["proofUrl"], form="json")).json()
    assert signed["proof"] == redeemed["proof"]
    assert signed["claims"] == await verified(serving, signed["proof"])


async def proof_of(serving: Serving) -> tuple[Sharer, Checker, dict[str, Any], dict[str, Any]]:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    made = await sharer.make(bundles=["PERMIT"])
    return sharer, checker, made, await checker.redeem(made["plainCode"])


async def test_a_proof_is_nobody_elses_and_no_longer_than_it_is_promised(
    serving: Serving,
) -> None:
    sharer, checker, made, redeemed = await proof_of(serving)
    url, lines = redeemed["proofUrl"], serving.database["audit"]
    downloads = {"action": "check_proof.downloaded", "people": sharer.person.holder_id}
    other = await new_checker(serving)
    holder = Checker(checker.portal, sharer.app)
    longer = str(int(dict(httpx.URL(url).params)["until"]) + 60)
    refused = [
        await download(serving, other, url),
        await download(serving, holder, url),
        await download(serving, checker, url, until=longer),
        await download(serving, checker, url, key="99"),
        await download(serving, checker, url.replace(redeemed["id"], "chk_none")),
        await serving.http.get(httpx.URL(url).raw_path.decode()),
    ]
    assert {one.status_code for one in refused} == {404}
    assert len({one.text.replace(redeemed["id"], "") for one in refused}) == 1
    assert await lines.count_documents(downloads) == 0
    assert (await download(serving, checker, url)).status_code == 200
    assert await lines.count_documents(downloads) == 1
    await sharer.revoke(made["shareCode"]["id"])
    in_vain = downloads | {"action": "share_code.refused", "result": "REVOKED"}
    assert await lines.count_documents(in_vain) == 0
    assert (await download(serving, checker, url)).status_code == 404
    assert await lines.count_documents(in_vain) == 1


async def test_a_proof_is_over_after_a_quarter_of_an_hour(serving: Serving) -> None:
    _, checker, _, redeemed = await proof_of(serving)
    serving.clock.advance(seconds=PROOF_LIFETIME.total_seconds() + 1)
    await checker.renew(serving)
    assert (await download(serving, checker, redeemed["proofUrl"])).status_code == 404


async def test_what_is_stored_of_a_proof_is_sealed(serving: Serving) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    await checker.redeem(await sharer.code(bundles=EVERY_BUNDLE))
    stored = await serving.database["check_proofs"].find_one({})
    assert stored is not None
    plain = {key: value for key, value in stored.items() if key != "content"}
    for value in ("Beispiel", "贝诺拉", "1984", *sharer.person.numbers.values()):
        assert value not in str(plain)
        assert value.encode() not in stored["content"]
