"""What goes out for one delivery: the ids of the event, and what the webhook's own query gives.

The query runs anew for each attempt, with the scopes that the client has at that moment, so nothing
of it is stored, and a client that has lost a scope is told no more than it could ask.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from auth.client_terms import document_digest
from auth.clients import Client
from auth.mongo import Document
from auth.principal import Principal, PrincipalKind
from resolvers.gateway import Gateway
from resolvers.policy.webhooks import MAX_RESULT_BYTES
from resolvers.rules.webhook_events import TEST_KIND, ids_told
from resolvers.webhook_channel import QueryAnswer, QueryFault

TOO_LARGE = QueryAnswer(None, (QueryFault("RESULT_TOO_LARGE"),))
NOT_ALLOWED = QueryAnswer(None, (QueryFault("FORBIDDEN"),))


async def body_of(
    gateway: Gateway, webhook: Document, client: Client, delivery: Document
) -> bytes | None:
    """None when nobody can tell just now."""
    kind, object_id = delivery["kind"], delivery["object_id"]
    data: dict[str, Any] = dict(
        ids_told(kind, delivery["event_id"], object_id, delivery["related"])
    )
    if webhook["query"] is not None and kind != TEST_KIND:
        answer = await _answer(gateway, webhook["query"], client, object_id)
        if answer is None:
            return None
        data |= _shown(answer)
        if len(_encoded(data)) > MAX_RESULT_BYTES:
            data |= _shown(TOO_LARGE)
    return _encoded({"type": kind, "timestamp": _instant(delivery["event_at"]), "data": data})


async def _answer(
    gateway: Gateway, query: str, client: Client, object_id: str
) -> QueryAnswer | None:
    allowed = client.allowed_documents
    if allowed is not None and document_digest(query) not in allowed:
        return NOT_ALLOWED
    return await gateway.webhooks.queries.answer(
        _principal_of(client), gateway.new_id("req"), query, object_id
    )


def _principal_of(client: Client) -> Principal:
    """The client, as if it asked itself."""
    return Principal(
        PrincipalKind.EMPLOYER,
        subject=client.employer_id,
        client_id=client.client_id,
        session_id=client.session_id,
        scopes=tuple(str(scope) for scope in client.scopes),
    )


def _shown(answer: QueryAnswer) -> Mapping[str, Any]:
    shown: dict[str, Any] = {"result": answer.data}
    if answer.faults:
        shown["errors"] = [
            {"code": fault.code, **({"path": list(fault.path)} if fault.path else {})}
            for fault in answer.faults
        ]
    return shown


def _encoded(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
