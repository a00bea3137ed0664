"""Webhooks of an employer, how they are doing, and the log of what they sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.rules.webhook_events import WebhookEvent
from resolvers.rules.webhook_health import DeliveryFault, PauseReason, WebhookState
from resolvers.store.webhook_deliveries import WebhookDeliveryState
from schema.connection import DEFAULT_PAGE, After, First, ListedRow, Listing, PageInfo
from schema.context import Info
from schema.field import field_for
from schema.row import Row
from schema.selection import CONNECTION_ORDER

strawberry.enum(WebhookEvent, description="Kinds of events; docs/webhooks-events.md.")
strawberry.enum(WebhookState, description="Whether anything is sent.")
strawberry.enum(PauseReason, name="WebhookPauseReason", description="Why nothing is sent.")
strawberry.enum(
    DeliveryFault,
    name="WebhookFault",
    description=(
        "Why an attempt did not deliver. UNKNOWN_OUTCOME: it is under way, or whoever sent it died "
        "before the answer was written down; it is sent again."
    ),
)
strawberry.enum(WebhookDeliveryState, description="Whether an event was told.")

webhook_field = field_for(Permission.EMPLOYER_WEBHOOK_MANAGE)


@strawberry.type(description="One try to deliver.")
class WebhookAttempt:
    stored: strawberry.Private[dict[str, Any]]

    @webhook_field("When it began.")
    def at(self) -> datetime:
        at: datetime = self.stored["at"]
        return at

    @webhook_field("The HTTP status of the answer; null where there was none.")
    def status(self) -> int | None:
        status: int | None = self.stored["status"]
        return status

    @webhook_field("How long it took; null where nobody knows.")
    def duration_ms(self) -> int | None:
        duration: int | None = self.stored["duration_ms"]
        return duration

    @webhook_field("Why it did not deliver; null where it did.")
    def error(self) -> DeliveryFault | None:
        fault = self.stored["fault"]
        return None if fault is None else DeliveryFault(fault)


@strawberry.type(description="One event, as it is told to one webhook.")
class WebhookDelivery:
    row: strawberry.Private[Row]

    @webhook_field("Its `webhook-id`: the same in every attempt and replay.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @webhook_field("Its `type`.", reads=("kind",))
    def event_kind(self) -> str:
        kind: str = self.row["kind"]
        return kind

    @webhook_field("The event; the same for every webhook that is told of it.", reads=("event_id",))
    def event_id(self) -> strawberry.ID:
        return strawberry.ID(self.row["event_id"])

    @webhook_field("The record that the event is about.", reads=("object_id",))
    def object_id(self) -> strawberry.ID:
        return strawberry.ID(self.row["object_id"])

    @webhook_field("When it happened.", reads=("event_at",))
    def event_at(self) -> datetime:
        at: datetime = self.row["event_at"]
        return at

    @webhook_field("Whether it was told.", reads=("state",))
    def state(self) -> WebhookDeliveryState:
        return WebhookDeliveryState(self.row["state"])

    @webhook_field("Every try, the last 30, oldest first.", reads=("attempts",))
    def attempts(self) -> list[WebhookAttempt]:
        return [WebhookAttempt(stored=stored) for stored in self.row["attempts"]]

    @webhook_field(
        "When it is tried next, if nothing before it in its order is in the way; null where it "
        "is settled.",
        reads=("state", "due_at"),
    )
    def next_attempt_at(self) -> datetime | None:
        at: datetime = self.row["due_at"]
        return at if self.row["state"] == WebhookDeliveryState.PENDING else None


@strawberry.type(description="A delivery and its place in the list.")
class WebhookDeliveryEdge:
    listed: strawberry.Private[ListedRow]

    @webhook_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @webhook_field("The delivery.")
    def node(self, info: Info) -> WebhookDelivery:
        return WebhookDelivery(row=self.listed.node(info))


@strawberry.type(description="A page of deliveries, newest first.")
class WebhookDeliveryConnection:
    listing: strawberry.Private[Listing]

    @webhook_field("The deliveries of this page.")
    def edges(self, info: Info) -> list[WebhookDeliveryEdge]:
        return [WebhookDeliveryEdge(listed=listed) for listed in self.listing.listed(info)]

    @webhook_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()


@strawberry.type(description="How the receiver is doing.")
class WebhookHealth:
    stored: strawberry.Private[dict[str, Any]]

    @webhook_field("Attempts that failed since the last success; five open the circuit.")
    def consecutive_failures(self) -> int:
        count: int = self.stored["failures"]
        return count

    @webhook_field("When an attempt was last taken.")
    def last_success_at(self) -> datetime | None:
        at: datetime | None = self.stored["last_success_at"]
        return at

    @webhook_field("When one last failed.")
    def last_failure_at(self) -> datetime | None:
        at: datetime | None = self.stored["last_failure_at"]
        return at

    @webhook_field("Why that one failed.")
    def last_error(self) -> DeliveryFault | None:
        fault = self.stored["last_fault"]
        return None if fault is None else DeliveryFault(fault)

    @webhook_field("When the open circuit lets one delivery through; null where it is not open.")
    def next_probe_at(self) -> datetime | None:
        at: datetime | None = self.stored["probe_at"]
        return at

    @webhook_field("Why nothing is sent; null unless it is paused.")
    def pause_reason(self) -> PauseReason | None:
        reason = self.stored["pause_reason"]
        return None if reason is None else PauseReason(reason)


@strawberry.type(description="A secret that signs; never shown again.")
class WebhookSecret:
    row: strawberry.Private[Row]

    @webhook_field("When it was made.", reads=("created_at",))
    def created_at(self) -> datetime:
        at: datetime = self.row["created_at"]
        return at

    @webhook_field("Until when it signs; null for the present one.", reads=("signs_until",))
    def signs_until(self) -> datetime | None:
        at: datetime | None = self.row["signs_until"]
        return at


def _of_state(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    state = arguments.get("state")
    return {} if state is None else {"state": str(state)}


OfState = Annotated[
    WebhookDeliveryState | None,
    strawberry.argument(description="Deliveries of this state; all when not given."),
]


@strawberry.type(description="Where an employer's client is told of events; docs/webhooks.md.")
class Webhook:
    row: strawberry.Private[Row]

    @webhook_field("Random, stable id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @webhook_field("To be given with a change.", reads=("revision",))
    def revision(self) -> int:
        revision: int = self.row["revision"]
        return revision

    @webhook_field("The client that made it, whose rights it has.", reads=("client_id",))
    def client_id(self) -> strawberry.ID:
        return strawberry.ID(self.row["client_id"])

    @webhook_field("Where to.", reads=("address",))
    def address(self) -> str:
        address: str = self.row["address"]
        return address

    @webhook_field("Of what.", reads=("events",))
    def events(self) -> list[WebhookEvent]:
        return [WebhookEvent(event) for event in self.row["events"]]

    @webhook_field("Its own query, if it has one.", reads=("query",))
    def query(self) -> str | None:
        query: str | None = self.row["query"]
        return query

    @webhook_field("When it was made.", reads=("created_at",))
    def created_at(self) -> datetime:
        at: datetime = self.row["created_at"]
        return at

    @webhook_field("Whether anything is sent.", reads=("state",))
    def state(self) -> WebhookState:
        return WebhookState(self.row["state"])

    @webhook_field("How the receiver is doing.", reads=("health",))
    def health(self) -> WebhookHealth:
        return WebhookHealth(stored=self.row["health"])

    @webhook_field("What signs at present, newest first.", edge="secrets")
    def secrets(self, info: Info) -> list[WebhookSecret]:
        return [WebhookSecret(row=Row("webhook_secrets", row)) for row in self.row.related(info)]

    @webhook_field(
        "What was sent and is to be sent, of the last 30 days, newest first.",
        edge="webhook_deliveries",
        where=_of_state,
    )
    def deliveries(
        self,
        info: Info,
        state: OfState = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> WebhookDeliveryConnection:
        order = CONNECTION_ORDER["webhook_deliveries"]
        rows = self.row.related(info)
        return WebhookDeliveryConnection(listing=Listing("webhook_deliveries", rows, first, order))
