"""Letters: signed papers that the gateway issues, and how to download them."""

from datetime import date, datetime
from typing import Any

import strawberry

from auth.letter_links import LetterLink
from auth.permissions import Permission
from resolvers.policy.letter_texts import TITLES
from resolvers.rules.permit_status import printed_day
from resolvers.vocabulary import LetterKind
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.field import field_for
from schema.place import Authority
from schema.row import Row

strawberry.enum(LetterKind, description="Which paper a letter is.")

letter_field = field_for(Permission.LETTER_READ, Permission.EMPLOYER_LETTER_READ)
_LINK = (
    "Download it with the access token of the session that asks (a holder), or of a session of the "
    "same client (an employer)."
)


@strawberry.type(description="A letter: a signed PDF file that never changes; see docs/letters.md.")
class Letter:
    row: strawberry.Private[Row]

    @letter_field("Random, stable id of the letter.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @letter_field("Which paper it is.", reads=("kind",))
    def kind(self) -> LetterKind:
        return LetterKind(self.row["kind"])

    @letter_field("The same in words, in the language of the request.", reads=("kind",))
    def kind_label(self, info: Info) -> str:
        kind = LetterKind(self.row["kind"])
        return info.context.text(TITLES[kind], kind)

    @letter_field("The id of what it is about: application, permit or order.", reads=("about_id",))
    def about_id(self) -> strawberry.ID:
        return strawberry.ID(self.row["about_id"])

    @letter_field("The file number that it carries.", reads=("file_number",))
    def file_number(self) -> str:
        number: str = self.row["file_number"]
        return number

    @letter_field("The authority that it comes from.", reads=("authority",))
    def authority(self) -> Authority:
        return Authority(of=self.row["authority"])

    @letter_field("When it was issued.", reads=("issued_at",))
    def issued_at(self) -> datetime:
        at: datetime = self.row["issued_at"]
        return at

    @letter_field(
        "The last day on which it is good; null for a letter without an end.",
        reads=("valid_until",),
    )
    def valid_until(self) -> date | None:
        at = self.row["valid_until"]
        return None if at is None else printed_day(at)

    @letter_field("How many bytes the file has.", reads=("bytes",))
    def bytes(self) -> int:
        size: int = self.row["bytes"]
        return size

    @letter_field("SHA-256 of the file, in hexadecimal.", reads=("sha256",))
    def sha256(self) -> str:
        digest: str = self.row["sha256"]
        return digest

    @letter_field(f"Where to download it, for five minutes. {_LINK}")
    def url(self, info: Info) -> str:
        return self._link(info).url

    @letter_field("Until when `url` holds; ask again for another one.")
    def expires_at(self, info: Info) -> datetime:
        return self._link(info).expires_at

    def _link(self, info: Info) -> LetterLink:
        context = info.context
        links = context.gateway.letter_links
        return links.link(self.row["_id"], context.ask.principal, context.now)


@strawberry.type(description="A letter and its place in the list.")
class LetterEdge:
    listed: strawberry.Private[ListedRow]

    @letter_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @letter_field("The letter.")
    def node(self, info: Info) -> Letter:
        return Letter(row=self.listed.node(info))


@strawberry.type(description="A page of letters.")
class LetterConnection:
    listing: strawberry.Private[Listing]

    @letter_field("The letters of this page.")
    def edges(self, info: Info) -> list[LetterEdge]:
        return [LetterEdge(listed=listed) for listed in self.listing.listed(info)]

    @letter_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()


def letter_of(rows: list[dict[str, Any]]) -> Letter:
    return Letter(row=Row("letters", rows[0]))
