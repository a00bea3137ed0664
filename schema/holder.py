"""The holder: one person with permits, cards and linked records."""

import strawberry

from auth.permissions import Permission
from schema.application import Application, ApplicationConnection
from schema.calendar import CalendarFeed
from schema.card import CardConnection
from schema.card_order import CardOrderConnection
from schema.connection import DEFAULT_PAGE, After, First, Listing
from schema.contest import ContestConnection
from schema.context import Info
from schema.device_key import DeviceKey
from schema.employer_desk import ApplicationId, by_id
from schema.enums import Language
from schema.field import guarded, holder_field
from schema.grant import Grant, GrantConnection, GrantId, States, grants_of, in_states
from schema.ledger import AccessConnection
from schema.letter import LetterConnection
from schema.linked import IdentityDocumentConnection, Insurance, ResidencePermit
from schema.notice import Archived, Kinds, NoticeConnection, narrowed
from schema.notice_preferences import NoticePreferences, preferences_of
from schema.permit import PermitConnection
from schema.push import PushEndpoint
from schema.row import Row
from schema.sealed_text import SealedText
from schema.selection import CONNECTION_ORDER
from schema.session import SessionConnection
from schema.share_code import ShareCodeConnection
from schema.source import Source
from schema.task import TaskConnection


@strawberry.type(description="A foreigner who works in China: the holder of permits and cards.")
class Holder:
    row: strawberry.Private[Row]

    @holder_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @holder_field("Given names and surname, as the passport writes them.", reads=("full_name",))
    def full_name(self) -> SealedText:
        return self.row.sealed("full_name")

    @holder_field("The Chinese name, if there is one.", reads=("chinese_name",))
    def chinese_name(self) -> SealedText | None:
        return self.row.sealed_or_none("chinese_name")

    @holder_field("The name in its own script, if it is registered.", reads=("native_name",))
    def native_name(self) -> SealedText | None:
        return self.row.sealed_or_none("native_name")

    @holder_field("The date of birth; masked to the year.", reads=("birth_date",))
    def birth_date(self) -> SealedText:
        return self.row.sealed("birth_date")

    @holder_field("The mobile phone number.", reads=("phone",))
    def phone(self) -> SealedText | None:
        return self.row.sealed_or_none("phone")

    @holder_field("The nationality; ISO 3166 alpha-3.", reads=("nationality",))
    def nationality(self) -> str:
        country: str = self.row["nationality"]
        return country

    @holder_field("One for each person, for life.", reads=("work_permit_number",))
    def work_permit_number(self) -> SealedText | None:
        return self.row.sealed_or_none("work_permit_number")

    @holder_field("For life; survives a new passport.", reads=("social_security_number",))
    def social_security_number(self) -> SealedText:
        return self.row.sealed("social_security_number")

    @holder_field("The permanent resident ID, if there is one.", reads=("permanent_resident_id",))
    def permanent_resident_id(self) -> SealedText | None:
        return self.row.sealed_or_none("permanent_resident_id")

    @holder_field("The language in which the holder is written to.", reads=("language",))
    def language(self) -> Language:
        return Language(self.row["language"])

    @holder_field("Work permits, newest first.", edge="permits")
    def permits(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> PermitConnection:
        return PermitConnection(listing=self._listing(info, "permits", first))

    @holder_field("Cards, newest first.", edge="cards")
    def cards(self, info: Info, first: First = DEFAULT_PAGE, after: After = None) -> CardConnection:
        return CardConnection(holder=self.row, listing=self._listing(info, "cards", first))

    @holder_field("Orders of physical cards, newest first.", edge="card_orders")
    def card_orders(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> CardOrderConnection:
        return CardOrderConnection(listing=self._listing(info, "card_orders", first))

    @holder_field("Passports and resident IDs, newest first.", edge="identity_documents")
    def identity_documents(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> IdentityDocumentConnection:
        listing = self._listing(info, "identity_documents", first)
        return IdentityDocumentConnection(listing=listing)

    @guarded(
        Permission.SESSION_READ,
        description="The devices that are logged in, newest first.",
        edge="sessions",
    )
    def sessions(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> SessionConnection:
        return SessionConnection(listing=self._listing(info, "sessions", first))

    @holder_field("What the law asks of the holder, newest first.", edge="tasks")
    def tasks(self, info: Info, first: First = DEFAULT_PAGE, after: After = None) -> TaskConnection:
        return TaskConnection(listing=self._listing(info, "tasks", first))

    @guarded(
        Permission.NOTICE_READ,
        description="What the holder was told, newest first; what no longer holds is left out.",
        edge="notices",
        where=narrowed,
    )
    def notices(
        self,
        info: Info,
        first: First = DEFAULT_PAGE,
        after: After = None,
        kinds: Kinds = None,
        archived: Archived = False,
    ) -> NoticeConnection:
        return NoticeConnection(holder=self.row, listing=self._listing(info, "notices", first))

    @guarded(
        Permission.NOTICE_READ,
        description="By which channels, and when, notices reach the holder outside the app.",
        edge="inbox",
    )
    def notice_preferences(self, info: Info) -> NoticePreferences:
        return preferences_of(info, self.row)

    @guarded(
        Permission.SHARE_CODE_READ,
        description="Share codes that the holder has made, newest first.",
        edge="share_codes",
    )
    def share_codes(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> ShareCodeConnection:
        return ShareCodeConnection(listing=self._listing(info, "share_codes", first))

    @holder_field("The newest residence permit, if there is one.", edge="residence_permit")
    def residence_permit(self, info: Info) -> ResidencePermit | None:
        rows = self.row.related(info)
        return ResidencePermit(row=Row("residence_permits", rows[0])) if rows else None

    @holder_field("Social insurance with the newest employer, if enrolled.", edge="insurance")
    def insurance(self, info: Info) -> Insurance | None:
        rows = self.row.related(info)
        return Insurance(row=Row("insurance_enrolments", rows[0])) if rows else None

    @guarded(
        Permission.APPLICATION_READ,
        description="Applications for the holder, newest first, whoever files them.",
        edge="applications",
    )
    def applications(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> ApplicationConnection:
        return ApplicationConnection(listing=self._listing(info, "applications", first))

    @guarded(
        Permission.APPLICATION_READ,
        description="One of these applications; null where there is no such.",
        edge="application",
        where=by_id,
    )
    def application(self, info: Info, id: ApplicationId) -> Application | None:
        rows = self.row.related(info)
        return Application(row=Row("applications", rows[0])) if rows else None

    @guarded(
        Permission.PUSH_READ,
        description="Where the holder is told of news, newest first.",
        edge="push_endpoints",
    )
    def push_endpoints(self, info: Info) -> list[PushEndpoint]:
        return [PushEndpoint(row=Row("push_endpoints", row)) for row in self.row.related(info)]

    @guarded(
        Permission.DEVICE_KEY_READ,
        description="Keys of devices that can show the permit offline, newest first.",
        edge="device_keys",
    )
    def device_keys(self, info: Info) -> list[DeviceKey]:
        return [DeviceKey(row=Row("device_keys", row)) for row in self.row.related(info)]

    @guarded(
        Permission.CALENDAR_READ,
        description="The holder's private calendar address, if there is one.",
        edge="calendar_feed",
    )
    def calendar_feed(self, info: Info) -> CalendarFeed | None:
        rows = self.row.related(info)
        return CalendarFeed(row=Row("calendar_feeds", rows[0])) if rows else None

    @guarded(
        Permission.LETTER_READ,
        description="Letters about the holder that were issued, newest first.",
        edge="letters",
    )
    def letters(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> LetterConnection:
        return LetterConnection(listing=self._listing(info, "letters", first))

    @guarded(
        Permission.GRANT_READ,
        description="What employers asked to see, and what they may see, newest first.",
        edge="grants",
        where=in_states,
    )
    def grants(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None, states: States = None
    ) -> GrantConnection:
        return GrantConnection(listing=self._listing(info, "grants", first))

    @guarded(
        Permission.GRANT_READ,
        description="One of these grants; null where there is no such.",
        edge="grant",
        where=by_id,
    )
    def grant(self, info: Info, id: GrantId) -> Grant | None:
        return grants_of(self.row.related(info))

    @guarded(
        Permission.ACCESS_READ,
        description="Who else looked at the holder's data, or tried to, newest first.",
        edge="accesses",
    )
    def accesses(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> AccessConnection:
        return AccessConnection(listing=self._listing(info, "accesses", first))

    @guarded(
        Permission.CONTEST_READ,
        description="Records that the holder has contested, newest first.",
        edge="contests",
    )
    def contests(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> ContestConnection:
        return ContestConnection(listing=self._listing(info, "contests", first))

    @holder_field("Where the record comes from, and how fresh it is.", reads=("source",))
    def source(self) -> Source:
        return Source(stored=self.row["source"])

    def _listing(self, info: Info, relation: str, first: int) -> Listing:
        return Listing(relation, self.row.related(info), first, CONNECTION_ORDER[relation])
