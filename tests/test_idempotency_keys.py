"""A key is its client's own: what another client sends with the same one is another request."""

from __future__ import annotations

from api.ids import new_id
from tests.access_callers import employer_id_of
from tests.employer_client import employer_client
from tests.filing import Desk, application_of, new_in_china
from tests.serving import Serving
from tests.share_codes import new_checker, new_sharer


async def test_two_clients_of_one_employer_may_use_the_same_key(serving: Serving) -> None:
    employer_id = await employer_id_of(serving, await serving.person())
    key, statement = new_id("key"), new_in_china(serving)
    made = []
    for _ in range(2):
        desk = Desk(await employer_client(serving, employer_id))
        drafts = [
            application_of(await desk.create(statement, idempotencyKey=key)) for _ in range(2)
        ]
        assert drafts[0] == drafts[1]
        made.append(drafts[0]["id"])
    assert made[0] != made[1]


async def test_a_check_of_a_share_code_is_not_repeated_by_another_client_of_the_employer(
    serving: Serving,
) -> None:
    sharer, checker = await new_sharer(serving), await new_checker(serving)
    other = await new_checker(serving, checker.employer_id)
    code, key = await sharer.code(uses=1), new_id("key")
    assert (await checker.redeem(code, key=key))["__typename"] == "ShareCodeRedeemed"
    assert (await other.redeem(code, key=key))["code"] == "SHARE_CODE_NOT_ACCEPTED"
    assert (await checker.redeem(code, key=key))["__typename"] == "ShareCodeRedeemed"
