"""Login flows in MongoDB. Every step is one conditional write on the state it starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pymongo import ReturnDocument

from auth.bson_schema import (
    INSTANT,
    INTEGER,
    array,
    document,
    identifier,
    one_of,
    optional,
    text,
)
from auth.collections import CollectionSpec, Index
from auth.evidence import KEPT
from auth.login_flow import FlowEvent, FlowKind, FlowState, next_state, states_before
from auth.mongo import Collection, Database, Document, Transaction

NAME = "login_flows"
MAX_RESULT_LENGTH = 8_192
"""Of a JWS that a provider calls back with (`auth.verification.MAX_EVIDENCE_LENGTH`)."""


class AttemptKind(StrEnum):
    """What a flow takes a limited number of."""

    NAME = "name"
    SEND = "send"
    CODE = "code"
    CHECK = "check"
    PERSON = "person"


DEVICE = document({"name": text(80), "platform": text(40)})

SPEC = CollectionSpec(
    name=NAME,
    version=4,
    audience="the bearer of the flow token",
    validator=document(
        {
            "_id": identifier("flw"),
            "kind": one_of(FlowKind),
            "state": one_of(FlowState),
            "client_id": text(60),
            "device": DEVICE,
            "started_at": INSTANT,
            "expires_at": INSTANT,
            "holder_id": optional(identifier("hld")),
            "session_id": optional(identifier("ses")),
            "attempts": document(dict.fromkeys(AttemptKind, INTEGER)),
            "second_proof": optional(
                document({"provider": text(40), "method": text(20), "reference": text(200)})
            ),
            "consent_version": optional(text(20)),
            "challenge": optional(
                document(
                    {
                        "id": identifier("chl"),
                        "provider": text(40),
                        "nonce": text(64),
                        "reference": text(400),
                        "expires_at": INSTANT,
                    }
                )
            ),
            "arrived": optional(
                document({"challenge_id": identifier("chl"), "result": text(MAX_RESULT_LENGTH)})
            ),
            "evidence": optional(KEPT),
            "amr": array(text(20), maximum=10),
            "completed_at": optional(INSTANT),
        }
    ),
    indexes=(
        Index(
            "expiry",
            (("expires_at", 1),),
            serves="forgetting flows that are over",
            expire_after=timedelta(hours=1),
        ),
    ),
)


def encode_flow(
    *,
    flow_id: str,
    kind: FlowKind,
    state: FlowState,
    client_id: str,
    device: Mapping[str, str],
    started_at: datetime,
    lifetime: timedelta,
    holder_id: str | None = None,
    session_id: str | None = None,
    consent_version: str | None = None,
    methods: Sequence[str] = (),
) -> Document:
    return {
        "_id": flow_id,
        "kind": str(kind),
        "state": str(state),
        "client_id": client_id,
        "device": dict(device),
        "started_at": started_at,
        "expires_at": started_at + lifetime,
        "holder_id": holder_id,
        "session_id": session_id,
        "attempts": {kind.value: 0 for kind in AttemptKind},
        "second_proof": None,
        "consent_version": consent_version,
        "challenge": None,
        "arrived": None,
        "evidence": None,
        "amr": list(methods),
        "completed_at": None,
    }


class LoginFlowStore:
    def __init__(self, database: Database) -> None:
        self._flows: Collection = database[NAME]

    async def insert(self, flow: Document) -> None:
        await self._flows.insert_one(flow)

    async def find(self, flow_id: str, transaction: Transaction | None = None) -> Document | None:
        found: Document | None = await self._flows.find_one({"_id": flow_id}, session=transaction)
        return found

    async def charge(
        self,
        flow_id: str,
        attempt: AttemptKind,
        limits: Mapping[AttemptKind, int],
        event: FlowEvent,
        now: datetime,
    ) -> Document | None:
        """Count one attempt at `event` if the flow awaits it, is alive and is below all `limits`.

        Counted before it is made: of any number at once, no more than the limit go on.
        """
        below = {f"attempts.{kind}": {"$lt": maximum} for kind, maximum in limits.items()}
        found: Document | None = await self._flows.find_one_and_update(
            self._awaiting(flow_id, event, now) | below,
            {"$inc": {f"attempts.{attempt}": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return found

    async def give_back(self, flow_id: str, attempt: AttemptKind) -> None:
        """An attempt that nobody looked at does not count."""
        await self._flows.update_one(
            {"_id": flow_id, f"attempts.{attempt}": {"$gt": 0}},
            {"$inc": {f"attempts.{attempt}": -1}},
        )

    async def advance(
        self,
        flow: Document,
        event: FlowEvent,
        changes: Mapping[str, Any],
        now: datetime,
        *,
        methods: tuple[str, ...] = (),
        transaction: Transaction | None = None,
    ) -> Document | None:
        """Move the flow from what it was read as; None when another request moved it first.

        Challenge and code sent are compared with the state: both can be replaced within one.
        `changes` are the fields that this step sets; `methods` are RFC 8176 `amr` values earned.
        """
        state = FlowState(flow["state"])
        target = next_state(state, event)
        if target is None:
            return None
        update: Document = {"$set": {"state": str(target), **changes}}
        if methods:
            update["$addToSet"] = {"amr": {"$each": list(methods)}}
        moved: Document | None = await self._flows.find_one_and_update(
            {
                "_id": flow["_id"],
                "state": str(state),
                "expires_at": {"$gt": now},
                "challenge": flow["challenge"],
                "second_proof": flow["second_proof"],
            },
            update,
            return_document=ReturnDocument.AFTER,
            session=transaction,
        )
        return moved

    async def arrive(self, flow: Document, result: str, now: datetime) -> bool:
        """Keep what came from the provider for the challenge that the flow was read with, if it is
        still the current one and nothing has come for it before."""
        challenge = flow["challenge"]
        kept = await self._flows.update_one(
            {
                "_id": flow["_id"],
                "state": str(FlowState.CHALLENGED),
                "expires_at": {"$gt": now},
                "challenge": challenge,
                "arrived.challenge_id": {"$ne": challenge["id"]},
            },
            {"$set": {"arrived": {"challenge_id": challenge["id"], "result": result}}},
        )
        return kept.modified_count == 1

    async def find_arrived(self, flow_id: str) -> str | None:
        """What came for the current challenge."""
        flow = await self._flows.find_one({"_id": flow_id}, {"arrived": 1, "challenge.id": 1})
        arrived = None if flow is None else flow["arrived"]
        if flow is None or arrived is None or flow["challenge"] is None:
            return None
        result: str = arrived["result"]
        return result if arrived["challenge_id"] == flow["challenge"]["id"] else None

    @staticmethod
    def _awaiting(flow_id: str, event: FlowEvent, now: datetime) -> Document:
        states = [str(state) for state in states_before(event)]
        return {"_id": flow_id, "state": {"$in": states}, "expires_at": {"$gt": now}}
