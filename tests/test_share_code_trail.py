"""What the audit trail and the holder's ledger say of share codes."""

from __future__ import annotations

from resolvers.rules.bundles import SharingPurpose
from resolvers.rules.share_codes import new_share_code
from tests.serving import Serving
from tests.share_codes import BIRTH_DATE, new_checker, new_sharer

OTHER_DATE = "1984-02-28"


async def test_every_check_of_a_code_is_in_its_holders_ledger_and_every_guess_in_the_trail(
    serving: Serving,
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    made = await sharer.make(bundles=["PERMIT"], uses=1)
    unknown = new_share_code(SharingPurpose.WORK, b"\x07" * 32)
    await checker.redeem(unknown)
    await checker.redeem(made["plainCode"], OTHER_DATE)
    await checker.redeem(made["plainCode"])
    await checker.redeem(made["plainCode"])
    lines = await serving.database["audit"].find({"action": {"$regex": "^share_code"}}).to_list(9)
    told = [(one["action"], one["result"], one["people"]) for one in lines]
    holder = [sharer.person.holder_id]
    assert told == [
        ("share_code.made", "OK", []),
        ("share_code.refused", "WRONG_CODE", []),
        ("share_code.refused", "WRONG_BIRTH_DATE", holder),
        ("share_code.checked", "OK", holder),
        ("share_code.refused", "USED_UP", holder),
    ]
    seen = lines[3]
    assert seen["purpose"] == "WORK"
    assert "permits.number" in seen["fields"]
    assert made["shareCode"]["id"] in seen["objects"]
    assert seen["actor"]["subject"] == checker.employer_id
    assert BIRTH_DATE not in str(lines)


async def test_a_holder_reads_in_its_ledger_who_used_a_code_and_what_was_shown(
    serving: Serving,
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    code = await sharer.code(bundles=["CONTACT"], purpose="HOUSING")
    await checker.redeem(code, OTHER_DATE)
    await checker.redeem(code)
    ledger = await sharer.app.execute(
        "{ me { accesses { edges { node { actionLabel actorName purposeLabel result"
        " fields { label } } } } } }"
    )
    shown, refused = [edge["node"] for edge in ledger["me"]["accesses"]["edges"]]
    assert shown == {
        "actionLabel": "Used a share code of yours",
        "actorName": "Sample Robotics",
        "purposeLabel": "Housing",
        "result": "OK",
        "fields": [{"label": "Mobile phone number"}],
    }
    assert (refused["actionLabel"], refused["result"], refused["fields"]) == (
        "Tried a share code of yours, in vain",
        "WRONG_BIRTH_DATE",
        [],
    )
