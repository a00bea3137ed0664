"""One contest of a demo holder, which waits for an officer: the post in the permit is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from api.demo.days import office_hour
from api.demo.draw import drawn_id
from auth.mongo import Document
from auth.sealing import HolderVault
from resolvers.contests.values import seal_texts, texts_of
from resolvers.rules.contests import ContestedKind, ContestField
from resolvers.store import contests
from resolvers.store.contests import ContestRecord, encode_contest

CONTESTING: Final = 1
"""The place in the cast of whoever contests."""
_STATEMENT: Final = (
    "The permit names another post than my contract and the notification letter do. Please compare "
    "both. 许可上的岗位与合同及通知书不一致，请核对。"
)


def contest_documents(permit: Document, vault: HolderVault, today: date) -> Iterator[Document]:
    yield encode_contest(
        ContestRecord(
            contest_id=drawn_id("cts", permit["_id"]),
            holder_id=permit["holder_id"],
            kind=ContestedKind.PERMIT,
            record_id=permit["_id"],
            authority=permit["source"]["authority"],
            fields=(ContestField.POST,),
            statement=vault.seal(contests.NAME, contests.STATEMENT, _STATEMENT),
            values=seal_texts(texts_of(ContestedKind.PERMIT, permit, vault), vault),
            opened_at=office_hour(today - timedelta(days=3), 10),
            due_at=None,
        )
    )
