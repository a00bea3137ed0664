"""The graph of the plain Strawberry peer: the types of schema.graphql beside this."""

import asyncio
from datetime import date, datetime

import strawberry

from bench.peers import facts
from bench.peers.loaders import Loaders, Row
from resolvers.rules.card_rules import ElectronicCardAbsence, state_of
from resolvers.rules.notice_kinds import NoticeKind, NoticeSubject
from resolvers.rules.permit_status import first_day, printed_day
from resolvers.vocabulary import CardKind, CardState, PermitCategory, PermitStatus

for enumeration in (
    *(ElectronicCardAbsence, NoticeKind, NoticeSubject),
    *(CardKind, CardState, PermitCategory, PermitStatus),
):
    strawberry.enum(enumeration)

Info = strawberry.Info[Loaders, None]


@strawberry.type
class SealedText:
    masked: str


def sealed(row: Row, name: str) -> SealedText:
    return SealedText(masked=row[name]["masked"])


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Employer:
    id: strawberry.ID
    name: str


@strawberry.type
class PermitHolder:
    full_name: SealedText


@strawberry.type
class Permit:
    row: strawberry.Private[Row]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @strawberry.field
    def number(self) -> SealedText:
        return sealed(self.row, "number")

    @strawberry.field
    def category(self) -> PermitCategory:
        return PermitCategory(self.row["category"])

    @strawberry.field
    def status(self, info: Info) -> PermitStatus:
        return facts.status_of(self.row, info.context.now)

    @strawberry.field
    def days_left(self, info: Info) -> int | None:
        return facts.days_left_of(self.row, info.context.now)

    @strawberry.field
    def valid_from(self) -> date:
        return first_day(self.row["valid_from"])

    @strawberry.field
    def valid_until(self) -> date:
        return printed_day(self.row["valid_until"])

    @strawberry.field
    async def employer(self, info: Info) -> Employer | None:
        found = await info.context.employers.load(self.row["employer_id"])
        if found is None:
            return None
        return Employer(id=strawberry.ID(found["_id"]), name=found["name"]["en"])

    @strawberry.field
    async def holder(self, info: Info) -> PermitHolder | None:
        found = await info.context.name_of(self.row)
        return None if found is None else PermitHolder(full_name=sealed(found, "full_name"))


@strawberry.type
class PermitEdge:
    cursor: str
    node: Permit


@strawberry.type
class PermitConnection:
    edges: list[PermitEdge]
    page_info: PageInfo


def permit_page(rows: list[Row], first: int) -> PermitConnection:
    edges = [
        PermitEdge(cursor=facts.permit_cursor(row), node=Permit(row=row)) for row in rows[:first]
    ]
    return PermitConnection(edges=edges, page_info=_page_info(edges, len(rows) > first))


@strawberry.type
class NextAction:
    label: str


@strawberry.type
class Card:
    row: strawberry.Private[Row]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @strawberry.field
    def kind(self) -> CardKind:
        return CardKind(self.row["kind"])

    @strawberry.field
    def status(self, info: Info) -> CardState:
        return state_of(self.row, info.context.now)

    @strawberry.field
    async def permit(self, info: Info) -> Permit | None:
        permit_id = self.row["permit_id"]
        found = None if permit_id is None else await info.context.permits.load(permit_id)
        return None if found is None else Permit(row=found)

    @strawberry.field
    def next_actions(self, info: Info) -> list[NextAction]:
        return [NextAction(label=one) for one in facts.actions_of(self.row, info.context.now)]


@strawberry.type
class CardEdge:
    cursor: str
    node: Card


@strawberry.type
class Absence:
    code: ElectronicCardAbsence
    message: str


@strawberry.type
class CardConnection:
    holder_id: strawberry.Private[str]
    edges: list[CardEdge]

    @strawberry.field
    async def electronic_absence(self, info: Info) -> Absence | None:
        loaders = info.context
        permits, cards = await asyncio.gather(
            loaders.permits_of.load(self.holder_id), loaders.cards_of.load(self.holder_id)
        )
        code = facts.absence_of(permits, cards, loaders.now)
        return None if code is None else Absence(code=code, message=facts.absence_message(code))


@strawberry.type
class NoticeAbout:
    kind: NoticeSubject
    id: strawberry.ID


@strawberry.type
class Notice:
    row: strawberry.Private[Row]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @strawberry.field
    def kind(self) -> NoticeKind:
        return NoticeKind(self.row["kind"])

    @strawberry.field
    def title(self, info: Info) -> str:
        return facts.texts_of(self.row, info.context.now).title.en

    @strawberry.field
    def text(self, info: Info) -> str:
        return facts.texts_of(self.row, info.context.now).text.en

    @strawberry.field
    def created_at(self) -> datetime:
        at: datetime = self.row["at"]
        return at

    @strawberry.field
    def read_at(self) -> datetime | None:
        at: datetime | None = self.row["read_at"]
        return at

    @strawberry.field
    def days_left(self, info: Info) -> int | None:
        return facts.days_to(self.row, info.context.now)

    @strawberry.field
    def about(self) -> NoticeAbout:
        subject = NoticeSubject(facts.subject(self.row))
        return NoticeAbout(kind=subject, id=strawberry.ID(self.row["object_id"]))


@strawberry.type
class NoticeEdge:
    cursor: str
    node: Notice


@strawberry.type
class NoticeConnection:
    holder_id: strawberry.Private[str]
    edges: list[NoticeEdge]
    page_info: PageInfo

    @strawberry.field
    async def unread_count(self, info: Info) -> int:
        inbox = await info.context.inboxes.load(self.holder_id)
        return 0 if inbox is None else int(inbox["unread"])


@strawberry.type
class Holder:
    row: strawberry.Private[Row]

    @strawberry.field
    def full_name(self) -> SealedText:
        return sealed(self.row, "full_name")

    @strawberry.field
    async def permits(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> PermitConnection:
        return permit_page(await info.context.permits_of.load(self.row["_id"]), first)

    @strawberry.field
    async def cards(self, info: Info, first: int = 20, after: str | None = None) -> CardConnection:
        rows = await info.context.cards_of.load(self.row["_id"])
        edges = [CardEdge(cursor=facts.card_cursor(row), node=Card(row=row)) for row in rows]
        return CardConnection(holder_id=self.row["_id"], edges=edges[:first])

    @strawberry.field
    async def notices(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> NoticeConnection:
        rows = await info.context.notices_of(self.row["_id"], first + 1)
        edges = [
            NoticeEdge(cursor=facts.notice_cursor(row), node=Notice(row=row))
            for row in rows[:first]
        ]
        page_info = _page_info(edges, len(rows) > first)
        return NoticeConnection(holder_id=self.row["_id"], edges=edges, page_info=page_info)


@strawberry.type
class EmployerDesk:
    id: strawberry.Private[str]

    @strawberry.field
    async def permits(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> PermitConnection:
        rows = await info.context.permits_of_employer(self.id, first, after)
        return permit_page(rows, first)


@strawberry.type
class Query:
    @strawberry.field
    async def me(self, info: Info) -> Holder | None:
        found = await info.context.holders.load(info.context.principal.holder_id())
        return None if found is None else Holder(row=found)

    @strawberry.field
    def employer(self, info: Info) -> EmployerDesk:
        return EmployerDesk(id=info.context.principal.employer_id())


def _page_info(edges: "list[PermitEdge] | list[NoticeEdge]", has_next_page: bool) -> PageInfo:
    end_cursor = edges[-1].cursor if edges else None
    return PageInfo(has_next_page=has_next_page, end_cursor=end_cursor)
