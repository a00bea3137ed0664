"""How a case was decided: grounds, remedies, validity, and the policy that it was decided by."""

from datetime import date, datetime
from typing import Any

import strawberry

from resolvers.applications.texts import DECISION_TEXT
from resolvers.policy.remedies import REJECTION_GROUND_TEXTS, LimitUnit, Remedy, remedies_for
from resolvers.rules.validity import ValidityBound
from resolvers.store.application_documents import DecisionOutcome
from resolvers.vocabulary import RemedyKind
from schema.application_labels import BOUND_LABELS
from schema.context import Info
from schema.enums import RejectionGround
from schema.field import application_field
from schema.row import Row

strawberry.enum(DecisionOutcome, description="How a case was decided.")
strawberry.enum(RemedyKind, description="What can be done against a decision.")
strawberry.enum(LimitUnit, description="In what a time limit counts.")
strawberry.enum(ValidityBound, description="What decided the last day of a permit.")


@strawberry.type(description="A ground of a rejection.")
class DecisionGround:
    of: strawberry.Private[RejectionGround]

    @application_field("The stable code.")
    def code(self) -> RejectionGround:
        return self.of

    @application_field("In words, in the language of the request.")
    def text(self, info: Info) -> str:
        return info.context.text(REJECTION_GROUND_TEXTS[self.of], self.of)


@strawberry.type(description="What can be done against a decision, with whom, until when.")
class DecisionRemedy:
    of: strawberry.Private[Remedy]

    @application_field("The stable code.")
    def kind(self) -> RemedyKind:
        return self.of.kind

    @application_field("In words, in the language of the request.")
    def label(self, info: Info) -> str:
        return info.context.text(self.of.label, self.of.kind)

    @application_field("The body to turn to.")
    def body(self, info: Info) -> str:
        return info.context.text(self.of.body, self.of.kind)

    @application_field("The time limit, from the day on which the decision became known.")
    def limit(self) -> int:
        return self.of.limit

    @application_field("In what the limit counts.")
    def unit(self) -> LimitUnit:
        return self.of.unit

    @application_field("The law that says so.")
    def law(self, info: Info) -> str:
        return info.context.text(self.of.law, self.of.kind)


@strawberry.type(description="The decision, with the policy that it was made by.")
class ApplicationDecision:
    row: strawberry.Private[Row]

    @application_field("Approved or rejected.")
    def outcome(self) -> DecisionOutcome:
        return DecisionOutcome(self._stored["outcome"])

    @application_field("When.")
    def at(self) -> datetime:
        at: datetime = self._stored["at"]
        return at

    @application_field("The version of limits, caps, fees and papers that was used.")
    def policy_version(self) -> str:
        version: str = self._stored["policy_version"]
        return version

    @application_field("Why it was rejected; empty when approved.")
    def grounds(self) -> list[DecisionGround]:
        return [DecisionGround(of=RejectionGround(one)) for one in self._stored["grounds"]]

    @application_field("The officer's own words.", opens=True)
    def text(self, info: Info) -> str | None:
        return self.row.opened(info, DECISION_TEXT, self._stored["text"])

    @application_field("What can be done against a rejection.", reads=("city",))
    def remedies(self) -> list[DecisionRemedy]:
        if self.outcome() is DecisionOutcome.APPROVED:
            return []
        return [DecisionRemedy(of=remedy) for remedy in remedies_for(self.row["city"])]

    @application_field("The last day of the permit that was granted.")
    def valid_until(self) -> date | None:
        stored = self._stored["valid_until"]
        return None if stored is None else date.fromisoformat(stored)

    @application_field("What decided that day.")
    def validity_bound(self) -> ValidityBound | None:
        stored = self._stored["bound"]
        return None if stored is None else ValidityBound(stored)

    @application_field("The same in words, in the language of the request.")
    def validity_bound_label(self, info: Info) -> str | None:
        stored = self._stored["bound"]
        if stored is None:
            return None
        return info.context.text(BOUND_LABELS[ValidityBound(stored)], stored)

    @application_field("What was charged, in fen of CNY; null where no fee is known.")
    def fee_fen(self) -> int | None:
        fee: int | None = self._stored["fee_fen"]
        return fee

    @property
    def _stored(self) -> dict[str, Any]:
        stored: dict[str, Any] = self.row["decision"]
        return stored
