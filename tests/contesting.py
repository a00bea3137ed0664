"""Contests as holders and officers make them over HTTP, and as they are stored."""

from __future__ import annotations

from typing import Any

from api.ids import new_id
from auth.mongo import Document
from auth.officers import Duty
from auth.sealing import HolderVault
from resolvers.contests.values import seal_texts
from resolvers.rules.contests import ContestedKind, ContestField, ContestGround, ContestOutcome
from resolvers.store import contests
from resolvers.store.contests import ContestRecord, encode_contest
from tests.app_client import AppClient
from tests.card_desk import new_key
from tests.factories import AUTHORITY
from tests.officer_client import officer_client
from tests.serving import Serving

CONTEST = (
    "id revision recordKind recordId fields { code } statement state authority { code } dueOn"
    " takenAt sourceChangedAt endedAt note decision { outcome ground groundLabel text }"
)
_INPUTS = {"contestRecord": "ContestRecordInput", "decideContest": "DecideContestInput"}
STATEMENT = "My post is Senior Engineer; the notification letter says so."
MINE = f"{{ me {{ contests {{ edges {{ node {{ {CONTEST} }} }} }} }} }}"
DESK = (
    f"{{ officer {{ contests {{ edges {{ node {{ {CONTEST}"
    " values { code value isContested } } } } } }"
)


async def act(app: AppClient, mutation: str, **given: Any) -> dict[str, Any]:
    wanted = f"__typename ... on ContestChanged {{ contest {{ {CONTEST} }} }}"
    call = f"{mutation}(input: $input) {{ {wanted} ... on ChangeRefused {{ code message }} }}"
    query = f"mutation($input: {_INPUTS.get(mutation, 'ContestStepInput')}!) {{ {call} }}"
    sent = {"idempotencyKey": new_key()} | given
    payload: dict[str, Any] = (await app.execute(query, {"input": sent}))[mutation]
    return payload


async def contest(app: AppClient, record_id: str, *fields: str, **given: Any) -> dict[str, Any]:
    """The payload of contesting these fields of a record."""
    asked = {"recordId": record_id, "fields": list(fields), "statement": STATEMENT}
    return await act(app, "contestRecord", **(asked | given))


async def step(app: AppClient, mutation: str, one: dict[str, Any], **given: Any) -> dict[str, Any]:
    """`one` as it was read."""
    return await act(app, mutation, contestId=one["id"], **({"revision": one["revision"]} | given))


def contest_of(payload: dict[str, Any]) -> dict[str, Any]:
    assert payload["__typename"] == "ContestChanged", payload
    found: dict[str, Any] = payload["contest"]
    return found


def code_of(payload: dict[str, Any]) -> str:
    assert payload["__typename"] == "ChangeRefused", payload
    code: str = payload["code"]
    return code


async def mine(app: AppClient) -> list[dict[str, Any]]:
    found = (await app.execute(MINE))["me"]["contests"]["edges"]
    return [edge["node"] for edge in found]


async def on_desk(app: AppClient) -> list[dict[str, Any]]:
    found = (await app.execute(DESK))["officer"]["contests"]["edges"]
    return [edge["node"] for edge in found]


async def records_officer(serving: Serving, authority: str = AUTHORITY) -> AppClient:
    return await officer_client(serving, authority, (Duty.RECORDS,))


def contest_document(
    serving: Serving, vault: HolderVault, record_id: str, authority: str, **changes: Any
) -> Document:
    """About the post in a permit."""
    made = encode_contest(
        ContestRecord(
            contest_id=new_id("cts"),
            holder_id=vault.holder_id,
            kind=ContestedKind.PERMIT,
            record_id=record_id,
            authority=authority,
            fields=(ContestField.POST,),
            statement=vault.seal(contests.NAME, contests.STATEMENT, STATEMENT),
            values=seal_texts({ContestField.POST: "Engineer / 工程师"}, vault),
            opened_at=serving.clock(),
            due_at=None,
        )
    )
    return made | changes


async def put_contest(serving: Serving, vault: HolderVault, permit_id: str, city: str) -> str:
    """One that runs and is decided, which no one is: so that each part is shown."""
    decision = {
        "outcome": str(ContestOutcome.CORRECTED),
        "ground": str(ContestGround.CORRECTED_OTHERWISE),
        "at": serving.clock(),
        "text": vault.seal(contests.NAME, contests.DECISION_TEXT, "The decision's words."),
    }
    made = contest_document(serving, vault, permit_id, f"foreign-experts-{city}", decision=decision)
    await serving.database[contests.NAME].insert_one(made)
    contest_id: str = made["_id"]
    return contest_id
