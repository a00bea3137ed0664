"""What a use case works with: the process's stores, keys, providers, clock and ids; and the ask.

Built once in the composition root (`api.runtime`). Use cases are functions of (gateway, ask, …).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from auth.audit import AuditLine, AuditOrigin, encode_audit_line
from auth.audit_store import AuditStore
from auth.card_codes import CardCodes
from auth.check_proofs import CheckProofs
from auth.client_assertions import ClientAssertions
from auth.clients import ClientStore
from auth.digests import Digester
from auth.dpop import DpopProofs
from auth.feed_signatures import FeedSignatures
from auth.feed_sources import FeedSourceStore
from auth.grant_records import GrantRecords
from auth.letter_links import LetterLinks
from auth.letter_tokens import LetterTokens
from auth.login_flows import LoginFlowStore
from auth.mongo import Database, Document, Transaction
from auth.officer_sessions import OfficerSessionStore
from auth.officers import OfficerStore
from auth.one_time_codes import CodeSecrets
from auth.passwords import Passwords
from auth.principal import Principal
from auth.proof_levels import Demands
from auth.proof_links import ProofLinks
from auth.sealing import Sealer
from auth.session_tokens import SessionTokens
from auth.sessions import SessionStore
from auth.throttle import ThrottleStore
from auth.tokens import TokenAuthority
from auth.used_once import UsedOnceStore
from auth.verification import RealPersonProvider, SecondProofProvider
from resolvers.credential_services import CredentialServices
from resolvers.heavy_work import HeavyWork
from resolvers.letter_press import LetterPress
from resolvers.letter_signer import LetterSigner
from resolvers.live.hub import NoticeHub
from resolvers.live.unread import UnreadCounts
from resolvers.name_source import NameSource
from resolvers.paper_scanner import PaperScanner
from resolvers.push_channel import Outlets
from resolvers.rules.working_days import WorkingDayCalendar
from resolvers.store.applications import ApplicationStore
from resolvers.store.calendar_feeds import CalendarFeedStore
from resolvers.store.card_orders import CardOrderStore
from resolvers.store.cards import CardStore
from resolvers.store.check_proofs import CheckProofStore
from resolvers.store.contested_records import ContestedRecordStore
from resolvers.store.contests import ContestStore
from resolvers.store.deliveries import DeliveryStore
from resolvers.store.due_records import DueRecordStore
from resolvers.store.email_proofs import EmailProofStore
from resolvers.store.employers import EmployerStore
from resolvers.store.employments import EmploymentStore
from resolvers.store.export_rows import ExportRowStore
from resolvers.store.exports import ExportStore
from resolvers.store.grants import GrantStore
from resolvers.store.holder_keys import HolderKeyStore
from resolvers.store.holder_matching import HolderMatchingStore
from resolvers.store.holder_registration import HolderRegistrationStore
from resolvers.store.holders import HolderStore
from resolvers.store.idempotency import IdempotencyStore
from resolvers.store.identity_documents import IdentityDocumentStore
from resolvers.store.inboxes import InboxStore
from resolvers.store.insurance_enrolments import InsuranceStore
from resolvers.store.letter_pieces import LetterPieceStore
from resolvers.store.letter_states import LetterStateStore
from resolvers.store.letter_subjects import LetterSubjectStore
from resolvers.store.letters import LetterStore
from resolvers.store.notice_stream import MissedNotices
from resolvers.store.notices import NoticeStore
from resolvers.store.outgoing_events import OutgoingEventStore
from resolvers.store.paper_files import PaperFileStore
from resolvers.store.paper_parts import PaperPartStore
from resolvers.store.papers import PaperStore
from resolvers.store.permits import PermitStore
from resolvers.store.portraits import PortraitStore
from resolvers.store.proof_keys import ProofKeyStore
from resolvers.store.push_endpoints import PushEndpointStore
from resolvers.store.queue_tickets import QueueTicketStore
from resolvers.store.reminder_progress import ReminderProgressStore
from resolvers.store.residence_permits import ResidencePermitStore
from resolvers.store.share_codes import ShareCodeStore
from resolvers.store.shown_cards import ShownCardStore
from resolvers.store.sponsored_permits import SponsoredPermitStore
from resolvers.store.tasks import TaskStore
from resolvers.webhook_parts import WebhookParts

NewId = Callable[[str], str]
Now = Callable[[], datetime]


@dataclass(frozen=True)
class Gateway:
    """One for each process."""

    database: Database
    now: Now
    new_id: NewId
    calendar: WorkingDayCalendar
    sealer: Sealer
    digester: Digester
    tokens: TokenAuthority
    flows: LoginFlowStore
    throttle: ThrottleStore
    audit: AuditStore
    sessions: SessionStore
    session_tokens: SessionTokens
    clients: ClientStore
    client_assertions: ClientAssertions
    dpop_proofs: DpopProofs
    officers: OfficerStore
    officer_sessions: OfficerSessionStore
    passwords: Passwords
    code_secrets: CodeSecrets
    employers: EmployerStore
    holders: HolderStore
    holder_keys: HolderKeyStore
    portraits: PortraitStore
    registration: HolderRegistrationStore
    identity_documents: IdentityDocumentStore
    permits: PermitStore
    sponsored_permits: SponsoredPermitStore
    employments: EmploymentStore
    cards: CardStore
    card_codes: CardCodes
    shown_cards: ShownCardStore
    used_once: UsedOnceStore
    card_orders: CardOrderStore
    queue_tickets: QueueTicketStore
    contests: ContestStore
    contested_records: ContestedRecordStore
    applications: ApplicationStore
    papers: PaperStore
    paper_parts: PaperPartStore
    paper_files: PaperFileStore
    letters: LetterStore
    letter_pieces: LetterPieceStore
    letter_subjects: LetterSubjectStore
    letter_links: LetterLinks
    letter_press: LetterPress
    letter_signer: LetterSigner
    idempotency: IdempotencyStore
    events: OutgoingEventStore
    residence_permits: ResidencePermitStore
    insurance: InsuranceStore
    tasks: TaskStore
    inboxes: InboxStore
    notices: NoticeStore
    due_records: DueRecordStore
    reminder_progress: ReminderProgressStore
    push_endpoints: PushEndpointStore
    deliveries: DeliveryStore
    email_proofs: EmailProofStore
    calendar_feeds: CalendarFeedStore
    share_codes: ShareCodeStore
    check_proofs: CheckProofStore
    proof_signer: CheckProofs
    proof_keys: ProofKeyStore
    proof_links: ProofLinks
    webhooks: WebhookParts
    notice_hub: NoticeHub
    missed_notices: MissedNotices
    unread_counts: UnreadCounts
    holder_matching: HolderMatchingStore
    feed_sources: FeedSourceStore
    feed_signatures: FeedSignatures
    grants: GrantStore
    grant_records: GrantRecords
    letter_tokens: LetterTokens
    letter_states: LetterStateStore
    credential_services: CredentialServices
    exports: ExportStore
    export_rows: ExportRowStore
    export_links: LetterLinks
    person_provider: RealPersonProvider
    proof_demands: Demands
    name_source: NameSource
    second_proof_provider: SecondProofProvider
    paper_scanner: PaperScanner
    heavy_work: HeavyWork
    outlets: Outlets


@dataclass(frozen=True)
class Ask:
    """One request: who asks, from which network address (never stored in the clear), under which
    request id."""

    principal: Principal
    address: str
    request_id: str


async def append_audit(
    gateway: Gateway, ask: Ask, *lines: AuditLine, transaction: Transaction | None = None
) -> None:
    """Write audit lines in one acknowledged insert, inside the change's transaction if given."""
    await gateway.audit.append(audit_documents(gateway, ask, *lines), transaction)


def audit_documents(gateway: Gateway, ask: Ask, *lines: AuditLine) -> list[Document]:
    origin = AuditOrigin(
        principal=ask.principal,
        at=gateway.now(),
        address_digest=gateway.digester.blind("address", ask.address).value,
        request_id=ask.request_id,
    )
    return [encode_audit_line(gateway.new_id("aud"), line, origin) for line in lines]
