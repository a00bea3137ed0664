"""A check by share code that is sent again: the same check within a minute, and never more."""

from __future__ import annotations

from typing import Any

from api.ids import new_id
from resolvers.policy.share_codes import FREE_ATTEMPTS
from resolvers.store.share_codes import ShareCodeStore
from tests.serving import Serving
from tests.share_codes import Checker, Sharer, new_checker, new_sharer

OTHER_DATE = "1984-02-28"


async def ledger_of(serving: Serving, sharer: Sharer) -> list[tuple[str, str, bool]]:
    """Of checks, oldest first: what the line says, and whether it names fields."""
    about = {"people": sharer.person.holder_id, "action": {"$regex": "^share_code"}}
    lines = await serving.database["audit"].find(about).sort("at", 1).to_list(99)
    return [(one["action"], one["result"], bool(one["fields"])) for one in lines]


CHECKED = ("share_code.checked", "OK", True)


def refused(reason: str) -> tuple[str, str, bool]:
    return ("share_code.refused", reason, False)


async def checked_once(serving: Serving) -> tuple[Sharer, Checker, dict[str, Any], str]:
    """A code with one use, which is taken, and the key of that check."""
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    made, key = await sharer.make(uses=1), new_id("key")
    return sharer, checker, made, key


async def test_a_repeated_check_takes_no_use_and_is_answered_with_the_same_check(
    serving: Serving,
) -> None:
    sharer, checker, made, key = await checked_once(serving)
    first = await checker.redeem(made["plainCode"], key=key)
    for _ in range(FREE_ATTEMPTS + 1):
        serving.clock.advance(seconds=2)
        # To the instant: as of when it was read, not of now.
        assert await checker.redeem(made["plainCode"], key=key) == first
    assert (await sharer.codes())[0]["uses"] == 1
    assert (await checker.redeem(made["plainCode"], OTHER_DATE, key=key))["code"] == (
        "IDEMPOTENCY_KEY_REUSED"
    )
    assert await ledger_of(serving, sharer) == [CHECKED] * (FREE_ATTEMPTS + 2)


async def test_a_repeat_shows_nothing_that_is_newer_than_the_check(serving: Serving) -> None:
    sharer, checker, made, key = await checked_once(serving)
    await checker.redeem(made["plainCode"], key=key)
    permits, own = serving.database["permits"], {"_id": sharer.person.permit_ids[0]}
    await permits.update_one(own, {"$set": {"state": "CANCELLED"}})
    assert (await checker.redeem(made["plainCode"], key=key))["code"] == "CHECK_OVER"
    await permits.update_one(own, {"$set": {"state": "ISSUED"}})
    again = await checker.redeem(made["plainCode"], key=key)
    assert again["__typename"] == "ShareCodeRedeemed"
    assert await ledger_of(serving, sharer) == [CHECKED, refused("REPEATED"), CHECKED]


async def test_a_repeat_is_answered_for_a_minute_alone(serving: Serving) -> None:
    sharer, checker, made, key = await checked_once(serving)
    await checker.redeem(made["plainCode"], key=key)
    serving.clock.advance(seconds=55)
    assert (await checker.redeem(made["plainCode"], key=key))["__typename"] == "ShareCodeRedeemed"
    serving.clock.advance(seconds=6)
    assert (await checker.redeem(made["plainCode"], key=key))["code"] == "CHECK_OVER"
    serving.clock.advance(minutes=20)
    await checker.renew(serving)
    assert (await checker.redeem(made["plainCode"], key=key))["code"] == "CHECK_OVER"
    assert await ledger_of(serving, sharer) == [CHECKED, CHECKED, *[refused("REPEATED")] * 2]


async def test_a_code_that_is_taken_back_shows_nothing_again(
    serving: Serving, monkeypatch: Any
) -> None:
    sharer, checker, made, key = await checked_once(serving)
    await checker.redeem(made["plainCode"], key=key)
    plain = ShareCodeStore.is_revoked

    async def revoked_meanwhile(store: ShareCodeStore, code_id: str) -> bool:
        await sharer.revoke(made["shareCode"]["id"])
        return await plain(store, code_id)

    with monkeypatch.context() as patch:
        patch.setattr(ShareCodeStore, "is_revoked", revoked_meanwhile)
        assert (await checker.redeem(made["plainCode"], key=key))["code"] == "CHECK_OVER"
    assert (await checker.redeem(made["plainCode"], key=key))["code"] == "CHECK_OVER"
    assert await ledger_of(serving, sharer) == [CHECKED, refused("REPEATED"), refused("REVOKED")]


async def test_a_locked_code_stays_locked_whatever_is_repeated(serving: Serving) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    code, key = await sharer.code(uses=9), new_id("key")
    await checker.redeem(code, key=key)
    for _ in range(FREE_ATTEMPTS):
        await checker.redeem(code, OTHER_DATE)
    assert (await checker.redeem(code, key=key))["code"] == "CHECK_OVER"
    [listed] = await sharer.codes()
    assert (listed["state"], listed["uses"]) == ("LOCKED", 1)
    assert (await checker.redeem(code))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    assert (await ledger_of(serving, sharer))[-2:] == [refused("LOCKED")] * 2
