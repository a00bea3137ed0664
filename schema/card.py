"""Social security cards, electronic and physical."""

from datetime import datetime

import strawberry

from resolvers.policy.record_labels import CARD_KIND_LABELS, CARD_STATE_LABELS
from resolvers.rules.card_rules import (
    CardAction,
    ElectronicCardAbsence,
    electronic_card_absence,
    next_actions,
    state_of,
)
from resolvers.vocabulary import BankState, CardCause
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.enums import CardKind, CardReason, CardState
from schema.field import person_field
from schema.labels import ABSENCE_LABELS, BANK_STATE_LABELS, CARD_ACTION_LABELS
from schema.permit import Permit
from schema.place import City
from schema.row import Row
from schema.sealed_text import SealedText
from schema.source import Source

strawberry.enum(CardCause, description="Why an electronic card is suspended or cancelled.")
strawberry.enum(BankState, description="The bank side of a physical card.")
strawberry.enum(CardAction, description="What the holder can do next with a card.")
strawberry.enum(ElectronicCardAbsence, description="Why there is no electronic card.")

_STATE = ("state", "released_at")


@strawberry.type(description="What can be done next with a card.")
class NextAction:
    of: strawberry.Private[CardAction]

    @person_field("The stable code.")
    def code(self) -> CardAction:
        return self.of

    @person_field("In words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(CARD_ACTION_LABELS[self.of], self.of)


@strawberry.type(
    description=(
        "The bank side of a physical card. It has a state of its own: reporting one side lost "
        "does not report the other."
    )
)
class BankSide:
    row: strawberry.Private[Row]

    @person_field("The state at the bank.", reads=("bank.state",))
    def state(self) -> BankState:
        return BankState(self.row["bank"]["state"])

    @person_field("The state in words, in the language of the request.", reads=("bank.state",))
    def state_label(self, info: Info) -> str:
        state = BankState(self.row["bank"]["state"])
        return info.context.text(BANK_STATE_LABELS[state], state)

    @person_field("The bank card number.", reads=("bank.account",))
    def account(self) -> SealedText:
        return self.row.sealed("bank.account")


@strawberry.type(description="A social security card with the permit that is loaded on it.")
class Card:
    row: strawberry.Private[Row]

    @person_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @person_field("Physical or electronic.", reads=("kind",))
    def kind(self) -> CardKind:
        return CardKind(self.row["kind"])

    @person_field("The kind in words, in the language of the request.", reads=("kind",))
    def kind_label(self, info: Info) -> str:
        kind = CardKind(self.row["kind"])
        return info.context.text(CARD_KIND_LABELS[kind], kind)

    @person_field(
        "The number printed on a physical card; another one after each replacement.",
        reads=("number",),
    )
    def number(self) -> SealedText | None:
        return self.row.sealed_or_none("number")

    @person_field("To be given with each change; another one after each.", reads=("revision",))
    def revision(self) -> int:
        revision: int = self.row["revision"]
        return revision

    @person_field("The state of the social side.", reads=_STATE)
    def status(self, info: Info) -> CardState:
        return state_of(self.row.document, info.context.now)

    @person_field("The state in words, in the language of the request.", reads=_STATE)
    def status_label(self, info: Info) -> str:
        state = state_of(self.row.document, info.context.now)
        return info.context.text(CARD_STATE_LABELS[state], state)

    @person_field("Since when it is in this state.", reads=("state_since", *_STATE))
    def status_since(self, info: Info) -> datetime:
        has_ended = state_of(self.row.document, info.context.now) != self.row["state"]
        at: datetime = self.row["released_at" if has_ended else "state_since"]
        return at

    @person_field(
        "When a temporary loss, and the suspension that it caused, ends by itself; null when "
        "nothing is to end.",
        reads=_STATE,
    )
    def released_at(self, info: Info) -> datetime | None:
        at: datetime | None = self.row["released_at"]
        return at if at is not None and info.context.now < at else None

    @person_field(
        "Why an electronic card is suspended or cancelled; null when it is not.",
        reads=("cause", *_STATE),
    )
    def cause(self, info: Info) -> CardCause | None:
        has_ended = state_of(self.row.document, info.context.now) != self.row["state"]
        cause = self.row["cause"]
        return None if cause is None or has_ended else CardCause(cause)

    @person_field(
        "The bank side; null for an electronic card, and for one without a bank account.",
        reads=("bank.state",),
    )
    def bank(self) -> BankSide | None:
        return BankSide(row=self.row) if self.row.get("bank") else None

    @person_field("The permit loaded on the card; null when there is none.", edge="permit")
    def permit(self, info: Info) -> Permit | None:
        rows = self.row.related(info)
        return Permit(row=Row("permits", rows[0])) if rows else None

    @person_field("What can be done next, in the order offered.", reads=("kind", *_STATE))
    def next_actions(self, info: Info) -> list[NextAction]:
        kind, state = CardKind(self.row["kind"]), state_of(self.row.document, info.context.now)
        return [NextAction(of=action) for action in next_actions(kind, state)]

    @person_field("Why it was issued.", reads=("reason",))
    def reason(self) -> CardReason:
        return CardReason(self.row["reason"])

    @person_field("The issuing city.", reads=("city",))
    def city(self) -> City:
        return City(of=self.row["city"])

    @person_field("When it was issued.", reads=("issued_at",))
    def issued_at(self) -> datetime:
        at: datetime = self.row["issued_at"]
        return at

    @person_field(
        "When a physical card was activated; null for one that is sealed.", reads=("activated_at",)
    )
    def activated_at(self) -> datetime | None:
        at: datetime | None = self.row["activated_at"]
        return at

    @person_field("Where the record comes from, and how fresh it is.", reads=("source",))
    def source(self) -> Source:
        return Source(stored=self.row["source"])


@strawberry.type(description="Why there is no electronic card.")
class Absence:
    of: strawberry.Private[ElectronicCardAbsence]

    @person_field("The stable code.")
    def code(self) -> ElectronicCardAbsence:
        return self.of

    @person_field("What it means and what to do, in the language of the request.")
    def message(self, info: Info) -> str:
        return info.context.text(ABSENCE_LABELS[self.of], self.of)


@strawberry.type(description="A card and its place in the list.")
class CardEdge:
    listed: strawberry.Private[ListedRow]

    @person_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @person_field("The card.")
    def node(self, info: Info) -> Card:
        return Card(row=self.listed.node(info))


@strawberry.type(description="A page of cards, newest first.")
class CardConnection:
    holder: strawberry.Private[Row]
    listing: strawberry.Private[Listing]

    @person_field("The cards of this page.")
    def edges(self, info: Info) -> list[CardEdge]:
        return [CardEdge(listed=listed) for listed in self.listing.listed(info)]

    @person_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()

    @person_field(
        "Why there is no electronic card; null when there is one.",
        rule_edges=("permits", "cards"),
    )
    def electronic_absence(self, info: Info) -> Absence | None:
        permits = self.holder.for_rule("permits")
        cards = self.holder.for_rule("cards")
        absence = electronic_card_absence(permits, cards, info.context.now)
        return None if absence is None else Absence(of=absence)
