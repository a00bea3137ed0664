"""One message in the making: an endpoint, what waits for it, and what is still worth telling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth.mongo import Document
from auth.sealing import SealBroken
from resolvers.delivery.wishes import load_wishes
from resolvers.gateway import Gateway
from resolvers.joins import EDGES
from resolvers.policy.delivery import NEWS_BODY, NEWS_TITLE, RETRIES, TOPIC, urgency_of
from resolvers.push_channel import EndpointKind, PushMessage, PushTarget
from resolvers.reading import read_one
from resolvers.rules.notice_kinds import NoticeKind
from resolvers.selection import Edge, Selection
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.push_endpoints import DEVICES, NAME, TARGET
from resolvers.vocabulary import Language

_NOTICE: Final = Selection(frozenset({"kind", "withdrawn_at", "read_at", "archived_at"}))
_DUE: Final = Selection(
    frozenset({"attempts", "give_up_at"}), edges={"notice": Edge("notice", _NOTICE)}
)
_OUTGOING: Final = Selection(
    frozenset({"holder_id", "kind", "target", "failures"}),
    edges={
        "key": Edge("key", Selection(frozenset({"key_version", "wrapped"}))),
        "holder": Edge("holder", Selection(frozenset({"language"}))),
        "session": Edge("session", Selection(frozenset({"ended_at"}))),
        "due": Edge("due", _DUE),
    },
)


@dataclass(frozen=True)
class Outgoing:
    """`told` are the deliveries that the message tells of; of `nothing_to_tell` the notice no
    longer matters; `later` wait for the end of quiet hours. `target` is None when there is nobody
    to send to any more."""

    endpoint_id: str
    holder_id: str
    kind: EndpointKind
    target: PushTarget | None
    language: Language
    failures: int
    told: Sequence[Document] = ()
    nothing_to_tell: Sequence[str] = ()
    later: Mapping[datetime, Sequence[str]] = field(default_factory=dict)

    def message(self) -> PushMessage:
        is_chinese = self.language is Language.ZH
        return PushMessage(
            title=NEWS_TITLE.zh if is_chinese else NEWS_TITLE.en,
            body=NEWS_BODY.zh if is_chinese else NEWS_BODY.en,
            topic=TOPIC,
            urgency=max(urgency_of(NoticeKind(_notice_of(one)["kind"])) for one in self.told),
            lifetime=RETRIES.lifetime,
        )


async def read_outgoing(gateway: Gateway, endpoint_id: str, now: datetime) -> Outgoing | None:
    """In one aggregation, and one read of the holder's wishes."""
    scope = {"_id": endpoint_id}
    endpoint = await read_one(gateway.push_endpoints.aggregate, NAME, scope, _OUTGOING, now)
    if endpoint is None:
        return None
    holder_id, kind = endpoint["holder_id"], EndpointKind(endpoint["kind"])
    wishes = await load_wishes(gateway, [holder_id])
    told, over, later = [], [], defaultdict(list)
    for delivery in endpoint[EDGES]["due"]:
        notice = _notice_of(delivery)
        if not notice or _is_settled(notice) or delivery["give_up_at"] <= now:
            over.append(delivery["_id"])
            continue
        at = wishes.allowed_at(holder_id, NoticeKind(notice["kind"]), kind, now)
        if at is None:
            over.append(delivery["_id"])
        elif at > now:
            later[at].append(delivery["_id"])
        else:
            told.append(delivery)
    holders = endpoint[EDGES]["holder"]
    return Outgoing(
        endpoint_id,
        holder_id,
        kind,
        _target_of(gateway, endpoint),
        Language(holders[0]["language"]) if holders else Language.EN,
        endpoint["failures"],
        told,
        over,
        later,
    )


def _notice_of(delivery: Document) -> Document:
    """Empty when it is gone."""
    rows: list[Document] = delivery[EDGES]["notice"]
    return rows[0] if rows else {}


def _is_settled(notice: Document) -> bool:
    """It no longer holds, or the holder has seen it in the app."""
    return any(notice[name] is not None for name in ("withdrawn_at", "read_at", "archived_at"))


def _target_of(gateway: Gateway, endpoint: Document) -> PushTarget | None:
    """None when the session that registered the device has ended, or its holder is gone."""
    sessions = endpoint[EDGES]["session"]
    if endpoint["kind"] in DEVICES and any(one["ended_at"] is not None for one in sessions):
        return None
    keys = endpoint[EDGES]["key"]
    if not keys or not endpoint[EDGES]["holder"]:
        return None
    vault = gateway.sealer.vault_for(endpoint["holder_id"], decode_holder_key(keys[0]))
    try:
        return PushTarget.decode(vault.open(NAME, TARGET, bytes(endpoint["target"]["sealed"])))
    except SealBroken:
        return None
