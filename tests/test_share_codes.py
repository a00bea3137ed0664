"""A holder makes share codes, sees what they show, takes them back; a portal redeems them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from api.ids import new_id
from auth.digests import Digest
from auth.mongo import Document
from auth.sealing import Decoy
from resolvers.policy.share_codes import FREE_ATTEMPTS, MAX_LIFETIME, MAX_LIVE_CODES
from resolvers.rules.bundles import Bundle
from resolvers.rules.share_codes import read_share_code
from resolvers.store.share_codes import ShareCodeStore
from tests.access_callers import age_proof, employer_id_of
from tests.serving import Serving
from tests.share_codes import MAKE, PREVIEW, new_checker, new_sharer

OTHER_DATE = "1984-02-28"
EVERY_BUNDLE = [str(bundle) for bundle in Bundle]


async def test_a_code_shows_a_portal_exactly_what_its_preview_showed(serving: Serving) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    previewed = await sharer.preview(EVERY_BUNDLE)
    made = await sharer.make(bundles=EVERY_BUNDLE, purpose="HOUSING")
    code = made["plainCode"]
    assert (code[0], read_share_code(code)) == ("H", code.replace(" ", ""))
    redeemed = await checker.redeem(code.lower().replace(" ", "-"))
    assert redeemed["__typename"] == "ShareCodeRedeemed", redeemed
    shown = redeemed["record"]
    assert shown.pop("asOf") > previewed.pop("asOf")
    assert shown == previewed
    assert shown["identity"]["fullName"] == "Nora Beispiel"
    assert shown["passport"]["number"] in sharer.person.numbers.values()
    assert None not in shown.values()
    assert redeemed["purpose"] == "HOUSING"
    assert redeemed["followUpOn"] == min(
        shown["permit"]["validUntil"], shown["residencePermit"]["validUntil"]
    )
    assert made["shareCode"]["ending"] == code[-2:]


async def test_a_code_shows_what_holds_now_and_only_its_bundles(serving: Serving) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    code = await sharer.code(bundles=["PERMIT"], uses=2)
    first = await checker.redeem(code)
    assert first["record"]["permit"]["status"] == "ACTIVE"
    assert [one["code"] for one in first["record"]["bundles"]] == ["PERMIT"]
    hidden = ("identity", "passport", "residencePermit", "insurance", "contact")
    assert {first["record"][part] for part in hidden} == {None}
    assert first["record"]["cards"] == first["record"]["permitHistory"] == []
    cancelled = {"$set": {"state": "CANCELLED"}}
    await serving.database["permits"].update_one({"_id": sharer.person.permit_ids[0]}, cancelled)
    second = await checker.redeem(code)
    assert second["record"]["permit"]["status"] == "CANCELLED"
    assert second["followUpOn"] is None


async def test_the_list_tells_everything_of_a_code_but_the_code(serving: Serving) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    code = await sharer.code(uses=2, recipient={"employerId": checker.employer_id})
    await checker.redeem(code)
    [listed] = await sharer.codes()
    assert (listed["state"], listed["uses"], listed["usesLeft"]) == ("ACTIVE", 1, 1)
    assert listed["lastUsedAt"] is not None
    assert listed["recipient"]["id"] == checker.employer_id
    assert listed["purposeLabel"] == "Work"
    stored = await serving.database["share_codes"].find_one({})
    assert stored is not None
    plain = code.replace(" ", "")
    for text in (str(listed), str(stored)):
        assert plain not in text
        assert code not in text
        assert plain[1:-2] not in text


async def test_a_code_is_made_with_a_fresh_proof_and_taken_back_without(serving: Serving) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    made = await sharer.make()
    await age_proof(serving, sharer.app)
    given = {"idempotencyKey": new_id("key"), "purpose": "WORK", "bundles": ["PERMIT"]}
    for query, variables in (
        (MAKE, {"input": {**given, "recipient": {"bearer": True}}}),
        (PREVIEW, {"bundles": ["PERMIT"]}),
    ):
        answer = (await sharer.app.post(query, variables)).json()
        assert answer["errors"][0]["extensions"]["code"] == "STEP_UP_REQUIRED"
    revoked = await sharer.revoke(made["shareCode"]["id"])
    assert revoked["shareCode"]["state"] == "REVOKED"
    await checker.renew(serving)
    assert (await checker.redeem(made["plainCode"]))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    again = await sharer.revoke(made["shareCode"]["id"])
    assert again["shareCode"]["revokedAt"] == revoked["shareCode"]["revokedAt"]
    assert (await sharer.revoke(new_id("shc")))["code"] == "NOT_FOUND"
    other = await new_sharer(serving)
    assert (await other.revoke(made["shareCode"]["id"]))["code"] == "NOT_FOUND"


async def test_a_repeated_request_is_answered_with_the_same_code(serving: Serving) -> None:
    sharer = await new_sharer(serving)
    key = new_id("key")
    first, again = [await sharer.make(idempotencyKey=key) for _ in range(2)]
    assert first == again
    other = await sharer.make(idempotencyKey=key, purpose="HOUSING")
    assert other["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await sharer.code() != first["plainCode"]
    assert len(await sharer.codes()) == 2


async def test_a_code_that_cannot_be_made_is_refused(serving: Serving) -> None:
    sharer = await new_sharer(serving)
    unfit: list[tuple[dict[str, Any], str]] = [
        ({"bundles": []}, "BUNDLES_MISSING"),
        ({"uses": 0}, "BAD_USES"),
        ({"uses": 101}, "BAD_USES"),
        ({"recipient": {"bearer": False}}, "UNKNOWN_RECIPIENT"),
        ({"recipient": {"creditCode": "91440101000000001X"}}, "UNKNOWN_RECIPIENT"),
        ({"recipient": {"employerId": "emp_00000000000000000000000000"}}, "UNKNOWN_RECIPIENT"),
        ({"expiresAt": "2026-01-01"}, "BAD_EXPIRY"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "BAD_EXPIRY"),
        ({"expiresAt": "9999-12-31T23:59:59-23:59"}, "BAD_EXPIRY"),
    ]
    for changes, refusal in unfit:
        assert (await sharer.make(**changes))["code"] == refusal
    assert await serving.database["share_codes"].count_documents({}) == 0


async def test_a_holder_has_so_many_live_codes_and_no_more(serving: Serving) -> None:
    sharer = await new_sharer(serving)
    made = [await sharer.make() for _ in range(MAX_LIVE_CODES)]
    assert (await sharer.make())["code"] == "TOO_MANY_SHARE_CODES"
    await sharer.revoke(made[0]["shareCode"]["id"])
    outcomes = await asyncio.gather(*(sharer.make() for _ in range(4)))
    assert [one["__typename"] for one in outcomes].count("ShareCodeMade") == 1


async def test_a_code_for_one_employer_opens_for_its_portal_alone(serving: Serving) -> None:
    sharer, other = await new_sharer(serving), await new_checker(serving)
    sponsor_id = await employer_id_of(serving, sharer.person)
    sponsor = await serving.database["employers"].find_one({"_id": sponsor_id})
    assert sponsor is not None
    code = await sharer.code(recipient={"creditCode": sponsor["credit_code"].lower()})
    assert (await other.redeem(code))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    its = await new_checker(serving, sponsor_id)
    assert (await its.redeem(code))["__typename"] == "ShareCodeRedeemed"


async def test_a_code_ends_with_its_time_and_with_its_uses(serving: Serving) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    once = await sharer.code(uses=1)
    ends = (serving.clock() + timedelta(minutes=6)).isoformat()
    short = await sharer.code(expiresAt=ends)
    assert (await checker.redeem(once))["__typename"] == "ShareCodeRedeemed"
    assert (await checker.redeem(once))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    serving.clock.advance(minutes=7)
    await checker.renew(serving)
    assert (await checker.redeem(short))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    sharer.app.token = None
    await sharer.app.refresh()
    assert [one["state"] for one in await sharer.codes()] == ["EXPIRED", "USED_UP"]


async def test_twenty_at_once_take_no_more_uses_than_there_are(serving: Serving) -> None:
    sharer = await new_sharer(serving)
    checkers = [await new_checker(serving) for _ in range(4)]
    code = await sharer.code(uses=3)
    outcomes = await asyncio.gather(*(checkers[n % 4].redeem(code) for n in range(20)))
    told = [one["__typename"] for one in outcomes]
    assert told.count("ShareCodeRedeemed") == 3
    assert {one["code"] for one in outcomes if "code" in one} == {"SHARE_CODE_NOT_ACCEPTED"}
    [listed] = await sharer.codes()
    assert (listed["uses"], listed["usesLeft"], listed["state"]) == (3, 0, "USED_UP")
    lines = {"action": "share_code.checked", "people": sharer.person.holder_id}
    assert await serving.database["audit"].count_documents(lines) == 3


async def test_wrong_birth_dates_lock_a_code_and_a_good_check_starts_anew(
    serving: Serving,
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    code = await sharer.code(uses=9)
    for _ in range(FREE_ATTEMPTS - 1):
        await checker.redeem(code, OTHER_DATE)
    assert (await checker.redeem(code))["__typename"] == "ShareCodeRedeemed"
    for _ in range(FREE_ATTEMPTS):
        assert (await sharer.codes())[0]["state"] == "ACTIVE"
        assert (await checker.redeem(code, OTHER_DATE))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    assert (await checker.redeem(code))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    [listed] = await sharer.codes()
    assert (listed["state"], listed["usesLeft"]) == ("LOCKED", 8)
    assert (await checker.redeem(await sharer.code()))["__typename"] == "ShareCodeRedeemed"


async def test_a_code_that_is_taken_back_while_it_is_looked_up_opens_nothing(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    made, plain = await sharer.make(), ShareCodeStore.find_for_check

    async def found_and_revoked(
        store: ShareCodeStore, digests: Sequence[Digest], decoy: Decoy
    ) -> Document | None:
        found = await plain(store, digests, decoy)
        await sharer.revoke(made["shareCode"]["id"])
        return found

    monkeypatch.setattr(ShareCodeStore, "find_for_check", found_and_revoked)
    assert (await checker.redeem(made["plainCode"]))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    assert await serving.database["check_proofs"].count_documents({}) == 0
    line = await serving.database["audit"].find_one({"action": "share_code.refused"})
    assert line is not None
    assert (line["result"], line["people"]) == ("OVERTAKEN", [sharer.person.holder_id])


async def test_a_code_may_live_as_long_as_the_policy_says(serving: Serving) -> None:
    sharer = await new_sharer(serving)
    ends = serving.clock() + MAX_LIFETIME
    assert await sharer.code(expiresAt=(ends - timedelta(minutes=1)).isoformat())
    assert (await sharer.make(expiresAt=(ends + timedelta(minutes=1)).isoformat()))["code"] == (
        "BAD_EXPIRY"
    )
