"""The composition root: settings become a gateway, once for each process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from api.authentication import Authenticator
from api.clock import utc_now
from api.failure import Refusal
from api.ids import new_id
from api.letter_signing import letter_signer
from api.name_choice import name_source
from api.outlets import open_outlets
from api.provider_choice import Seams, close_adapters, paper_scanner, verifying_providers
from api.settings import Settings
from api.webhook_queries import SchemaQueries
from auth.audit_store import AuditStore
from auth.card_codes import CardCodes
from auth.check_proofs import CheckProofs
from auth.client_assertions import ClientAssertions
from auth.client_rates import ClientRates
from auth.clients import ClientStore
from auth.digests import Digester
from auth.direct_commands import DirectCommands
from auth.dpop import DpopProofs
from auth.feed_signatures import FeedSignatures
from auth.feed_sources import FeedSourceStore
from auth.grant_records import GrantRecords
from auth.key_files import KeySetUnreadable, load_key_set, load_or_create_key_set
from auth.keys import KeySet
from auth.known_terms import KnownTerms
from auth.letter_links import EXPORTS_PATH, LetterLinks
from auth.letter_tokens import LetterTokens
from auth.login_flows import LoginFlowStore
from auth.master_keys import LocalMasterKeys
from auth.mongo import Client, Database, connect, database_of
from auth.officer_sessions import OfficerSessionStore
from auth.officers import OfficerStore
from auth.one_time_codes import CodeSecrets
from auth.passwords import RECOMMENDED, Argon2Cost, Passwords
from auth.proof_links import ProofLinks
from auth.revocation import RevocationFeed
from auth.sealing import Sealer
from auth.session_tokens import SessionTokens
from auth.sessions import SessionStore
from auth.throttle import ThrottleStore
from auth.tokens import TokenAuthority
from auth.used_once import UsedOnceStore
from auth.verified_tokens import VerifiedTokens
from resolvers.credential_services import credential_services
from resolvers.gateway import Gateway, Now
from resolvers.heavy_work import HeavyWork
from resolvers.letter_press import LetterPress
from resolvers.live.hub import NoticeHub
from resolvers.live.unread import UnreadCounts
from resolvers.login.real_name import decoy_of
from resolvers.policy.calendar import published_calendar
from resolvers.portraits import FlowPortraits
from resolvers.push_channel import Outlets
from resolvers.share_codes import checking
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
from resolvers.store.notice_stream import MissedNotices, NoticeStream
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
from resolvers.webhook_parts import webhook_parts

CLOSING_SECONDS = 5


@dataclass(frozen=True)
class Runtime:
    """All that serving needs. `feed` runs while the runtime is open."""

    settings: Settings
    client: Client
    database: Database
    key_set: KeySet
    gateway: Gateway
    feed: RevocationFeed
    authenticator: Authenticator
    client_rates: ClientRates


def load_keys(settings: Settings) -> KeySet:
    """The key set; development makes one on first use, production never does."""
    try:
        if settings.in_production or settings.keys_file is not None:
            return load_key_set(settings.keys_path)
        return load_or_create_key_set(settings.keys_path, now=utc_now())
    except KeySetUnreadable as error:
        raise Refusal(str(error)) from None


@asynccontextmanager
async def open_runtime(
    settings: Settings,
    uri: str,
    *,
    now: Now = utc_now,
    password_cost: Argon2Cost = RECOMMENDED,
    outlets: Outlets | None = None,
) -> AsyncIterator[Runtime]:
    """Connect and follow revocations; nothing is installed or changed. `password_cost` is of new
    hashes, and of those that are compared for nobody. `outlets` are the ones of the settings unless
    others are given."""
    key_set = load_keys(settings)
    client = connect(uri)
    database = database_of(client, settings.mongodb_database)
    direct = DirectCommands(uri, settings.mongodb_database)
    feed = RevocationFeed(database)
    tokens = TokenAuthority(key_set, issuer=settings.issuer, audience=settings.audience)
    passwords = Passwords(password_cost)
    outlets = outlets or open_outlets(settings)
    gateway = _gateway(settings, database, direct, key_set, tokens, feed, now, passwords, outlets)
    # Made before the first login, or the first number that nobody has would take longer.
    decoy_of(gateway)
    checking.decoy_of(gateway)
    try:
        await feed.start()
        authenticator = Authenticator(
            tokens,
            VerifiedTokens(tokens),
            feed,
            KnownTerms(gateway.clients),
            gateway.dpop_proofs,
        )
        yield Runtime(
            settings, client, database, key_set, gateway, feed, authenticator, ClientRates()
        )
    finally:
        await gateway.notice_hub.stop()
        await feed.stop()
        passwords.close()
        await outlets.close()
        await close_adapters(gateway.person_provider, gateway.name_source)
        gateway.heavy_work.close()
        gateway.letter_press.close()
        # Closing waits for a database that hangs; the event loop must not.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await direct.close()
                await asyncio.to_thread(client.close)


def _gateway(
    settings: Settings,
    database: Database,
    direct: DirectCommands,
    key_set: KeySet,
    tokens: TokenAuthority,
    feed: RevocationFeed,
    now: Now,
    passwords: Passwords,
    outlets: Outlets,
) -> Gateway:
    sealer, flows = Sealer(LocalMasterKeys(key_set)), LoginFlowStore(database)
    portraits, holder_keys = PortraitStore(database), HolderKeyStore(database)
    seams = Seams(flows.find_arrived, FlowPortraits(flows, portraits, holder_keys, sealer), now)
    person, second_proof = verifying_providers(settings, key_set, seams)
    clients = ClientStore(database)
    feed_sources = FeedSourceStore(database)
    inboxes = InboxStore(database)
    queries = SchemaQueries()
    gateway = Gateway(
        database=database,
        now=now,
        new_id=new_id,
        calendar=published_calendar(),
        sealer=sealer,
        digester=Digester(key_set),
        tokens=tokens,
        flows=flows,
        throttle=ThrottleStore(database),
        audit=AuditStore(database, direct),
        sessions=SessionStore(database, key_set, on_revoked=feed.remember),
        session_tokens=SessionTokens(key_set, tokens),
        clients=clients,
        client_assertions=ClientAssertions(
            database, clients, audiences=frozenset({settings.issuer, settings.token_endpoint})
        ),
        dpop_proofs=DpopProofs(database),
        officers=OfficerStore(database, direct),
        officer_sessions=OfficerSessionStore(database, on_revoked=feed.remember),
        passwords=passwords,
        code_secrets=CodeSecrets(LocalMasterKeys(key_set)),
        employers=EmployerStore(database, direct),
        holders=HolderStore(database, direct),
        holder_keys=holder_keys,
        portraits=portraits,
        registration=HolderRegistrationStore(database),
        identity_documents=IdentityDocumentStore(database),
        permits=PermitStore(database),
        sponsored_permits=SponsoredPermitStore(database),
        employments=EmploymentStore(database),
        cards=CardStore(database),
        card_codes=CardCodes(key_set),
        shown_cards=ShownCardStore(database),
        used_once=UsedOnceStore(database),
        card_orders=CardOrderStore(database),
        queue_tickets=QueueTicketStore(database),
        contests=ContestStore(database),
        contested_records=ContestedRecordStore(database),
        applications=ApplicationStore(database),
        papers=PaperStore(database),
        paper_parts=PaperPartStore(database),
        paper_files=PaperFileStore(database),
        letters=LetterStore(database),
        letter_pieces=LetterPieceStore(database),
        letter_subjects=LetterSubjectStore(database),
        letter_links=LetterLinks(key_set, settings.issuer),
        letter_press=LetterPress(),
        letter_signer=letter_signer(settings, utc_now()),
        idempotency=IdempotencyStore(database),
        events=OutgoingEventStore(database),
        residence_permits=ResidencePermitStore(database),
        insurance=InsuranceStore(database),
        tasks=TaskStore(database),
        inboxes=inboxes,
        notices=NoticeStore(database),
        due_records=DueRecordStore(database),
        reminder_progress=ReminderProgressStore(database),
        push_endpoints=PushEndpointStore(database),
        deliveries=DeliveryStore(database),
        email_proofs=EmailProofStore(database),
        calendar_feeds=CalendarFeedStore(database),
        webhooks=webhook_parts(database, LocalMasterKeys(key_set), queries),
        share_codes=ShareCodeStore(database),
        check_proofs=CheckProofStore(database),
        proof_keys=ProofKeyStore(database),
        proof_signer=CheckProofs(key_set, settings.issuer),
        proof_links=ProofLinks(key_set, settings.issuer),
        notice_hub=NoticeHub(NoticeStream(database)),
        missed_notices=MissedNotices(database),
        unread_counts=UnreadCounts(inboxes.load_unread),
        holder_matching=HolderMatchingStore(database),
        feed_sources=feed_sources,
        feed_signatures=FeedSignatures(database, feed_sources, issuer=settings.issuer),
        grants=GrantStore(database),
        grant_records=GrantRecords(key_set, issuer=settings.issuer),
        letter_tokens=LetterTokens(key_set),
        letter_states=LetterStateStore(database),
        exports=ExportStore(database),
        export_rows=ExportRowStore(database),
        export_links=LetterLinks(key_set, settings.issuer, EXPORTS_PATH, "export"),
        credential_services=credential_services(database, key_set, settings.issuer),
        person_provider=person,
        proof_demands=settings.proof_demands,
        name_source=name_source(settings, key_set),
        second_proof_provider=second_proof,
        paper_scanner=paper_scanner(settings),
        heavy_work=HeavyWork(),
        outlets=outlets,
    )
    queries.bind(gateway)
    return gateway
