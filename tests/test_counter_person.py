"""What a counter sees of the person whose card it makes, and for how long."""

from __future__ import annotations

from typing import Any

from resolvers.rules.card_machines import OPEN_ORDERS
from resolvers.vocabulary import CardOrderState, IdentifierKind
from tests.card_desk import Hand, counter_hand, put_order
from tests.serving import Serving

SEEN = (
    "{ fullName { masked revealed } chineseName { masked } identityDocument { kind maskedNumber } }"
)
ONE = f"query($id: ID!) {{ officer {{ cardOrder(id: $id) {{ state holder {SEEN} }} }} }}"
AT_COUNTER = (
    "query($input: HolderAtCounterInput!) { holderAtCounter(input: $input)"
    f" {{ orders {{ id holder {SEEN} }} }} }}"
)


async def order_seen(counter: Hand, order: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = await counter.app.execute(ONE, {"id": order["_id"]})
    seen: dict[str, Any] = shown["officer"]["cardOrder"]
    return seen


async def test_the_counter_compares_name_and_document_with_whoever_stands_there(
    serving: Serving,
) -> None:
    person = await serving.person()
    order = await put_order(serving, person, CardOrderState.ORDERED)
    counter = await counter_hand(serving)
    holder = (await order_seen(counter, order))["holder"]
    number = person.numbers[IdentifierKind.PASSPORT]
    assert holder["fullName"] == {"masked": "N*** B***", "revealed": "Nora Beispiel"}
    assert holder["chineseName"]["masked"].startswith("贝")
    assert holder["identityDocument"]["kind"] == "PASSPORT"
    masked = holder["identityDocument"]["maskedNumber"]
    assert "*" in masked
    assert masked.endswith(number[-2:])
    line = await serving.database["audit"].find_one({"action": "card_order.read"})
    assert line is not None
    assert (line["objects"], line["fields"]) == ([order["_id"]], ["holders.full_name"])
    assert line["holder_id"] == person.holder_id


async def test_a_passport_that_another_superseded_is_not_shown_at_the_counter(
    serving: Serving,
) -> None:
    person = await serving.person()
    order = await put_order(serving, person, CardOrderState.ORDERED)
    documents = serving.database["identity_documents"]
    await documents.update_many({}, {"$set": {"superseded_at": serving.clock()}})
    counter = await counter_hand(serving)
    assert (await order_seen(counter, order))["holder"]["identityDocument"] is None


async def test_the_counter_sees_for_whom_a_card_is_while_the_order_is_open_alone(
    serving: Serving,
) -> None:
    counter = await counter_hand(serving)
    for state in CardOrderState:
        person = await serving.person()
        order = await put_order(serving, person, state)
        seen = await order_seen(counter, order)
        assert seen["state"] == str(state)
        assert (seen["holder"] is not None) is (state in OPEN_ORDERS), state
        sent = {"input": {"workPermitNumber": person.numbers[IdentifierKind.WORK_PERMIT]}}
        [found] = (await counter.app.execute(AT_COUNTER, sent))["holderAtCounter"]["orders"]
        assert (found["holder"] is not None) is (state in OPEN_ORDERS), state
        read = {"action": "card_order.read", "objects": order["_id"]}
        trail = await serving.database["audit"].find(read).to_list(None)
        revealed = ["holders.full_name"] if state in OPEN_ORDERS else []
        assert [line["fields"] for line in trail] == [revealed] * 2, state
