"""An application: one permit procedure from its draft to its result."""

from datetime import date, datetime
from typing import Any

import strawberry

from resolvers.applications.assessing import FIELD, assessment_of
from resolvers.applications.filing import is_confirmation_due
from resolvers.applications.texts import GAP_NOTE
from resolvers.policy.papers import required_papers
from resolvers.policy.permit_labels import PROCEDURE_LABELS
from resolvers.refusals import Gap
from resolvers.rules.permit_status import printed_day, shanghai_day
from resolvers.vocabulary import FilerKind
from schema.application_actions import ACTION_READS, ACTION_RULE_EDGES, next_events
from schema.application_labels import STATE_LABELS
from schema.application_parts import (
    ApplicationAction,
    ApplicationFacts,
    ApplicationPaper,
    ApplicationParticulars,
    ApplicationPromise,
    ApplicationStep,
    RequiredPaperEntry,
)
from schema.case_person import CasePerson
from schema.change_types import ApplicationGap, shown_gaps
from schema.connection import ListedRow, Listing, PageInfo
from schema.context import Info
from schema.decision import ApplicationDecision
from schema.employer import Employer
from schema.enums import ApplicationState, GapReason, PaperKind, PermitCategory, ProcedureKind
from schema.field import application_field
from schema.permit import Permit
from schema.place import Authority, City
from schema.row import Row
from schema.talent import shown_assessment
from schema.talent_types import TalentAssessment

strawberry.enum(FilerKind, description="Who files an application.")

_REQUIRED_READS = ("procedure", "category", "city", "filed_at")


@strawberry.type(description="One permit procedure, from its draft to its result.")
class Application:
    row: strawberry.Private[Row]

    @application_field("Random, stable id of the record.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row["_id"])

    @application_field("To be given with each change; another one after each.", reads=("revision",))
    def revision(self) -> int:
        revision: int = self.row["revision"]
        return revision

    @application_field("Which procedure.", reads=("procedure",))
    def procedure(self) -> ProcedureKind:
        return ProcedureKind(self.row["procedure"])

    @application_field(
        "The procedure in words, in the language of the request.", reads=("procedure",)
    )
    def procedure_label(self, info: Info) -> str:
        procedure = ProcedureKind(self.row["procedure"])
        return info.context.text(PROCEDURE_LABELS[procedure], procedure)

    @application_field("The step that it stands at.", reads=("state",))
    def state(self) -> ApplicationState:
        return ApplicationState(self.row["state"])

    @application_field("The step in words, in the language of the request.", reads=("state",))
    def state_label(self, info: Info) -> str:
        state = ApplicationState(self.row["state"])
        return info.context.text(STATE_LABELS[state], state)

    @application_field("The category asked for.", reads=("category",))
    def category(self) -> PermitCategory:
        return PermitCategory(self.row["category"])

    @application_field("The place of work.", reads=("city",))
    def city(self) -> City:
        return City(of=self.row["city"])

    @application_field("The authority that decides.", reads=("authority",))
    def authority(self) -> Authority:
        return Authority(of=self.row["authority"])

    @application_field("Who files it.", reads=("filed_by",))
    def filed_by(self) -> FilerKind:
        return FilerKind(self.row["filed_by"]["kind"])

    @application_field("The employer; null where there is none any more.", edge="employer")
    def employer(self, info: Info) -> Employer | None:
        rows = self.row.related(info)
        return Employer(row=Row("employers", rows[0])) if rows else None

    @application_field(
        "The registered holder; null before the approval of a first permit.", edge="holder"
    )
    def holder(self, info: Info) -> CasePerson | None:
        rows = self.row.related(info)
        return CasePerson(row=Row("holders", rows[0])) if rows else None

    @application_field(
        "What was stated about the person, if anything.", reads=("particulars.nationality",)
    )
    def particulars(self) -> ApplicationParticulars | None:
        return ApplicationParticulars(row=self.row) if self.row.get("particulars") else None

    @application_field("What was stated beside the person.", reads=("facts",))
    def facts(self) -> ApplicationFacts:
        return ApplicationFacts(stored=self.row["facts"])

    @application_field("The permit that it is about; null for a first one.", edge="permit")
    def permit(self, info: Info) -> Permit | None:
        rows = self.row.related(info)
        return Permit(row=Row("permits", rows[0])) if rows else None

    @application_field("The permit that the approval made or made good.", edge="result_permit")
    def result_permit(self, info: Info) -> Permit | None:
        rows = self.row.related(info)
        return Permit(row=Row("permits", rows[0])) if rows else None

    @application_field("The papers that the policy of the day asks for.", reads=_REQUIRED_READS)
    def required_papers(self, info: Info) -> list[RequiredPaperEntry]:
        required = required_papers(
            ProcedureKind(self.row["procedure"]),
            PermitCategory(self.row["category"]),
            self.row["city"],
            shanghai_day(self.row["filed_at"] or info.context.now),
        )
        return [RequiredPaperEntry(of=paper) for paper in required]

    @application_field("The papers that were stored, oldest first; at most 40.", edge="papers")
    def papers(self, info: Info) -> list[ApplicationPaper]:
        return [ApplicationPaper(row=Row("papers", row)) for row in self.row.related(info)]

    @application_field("What it was returned for, all of it.", reads=("gaps",), opens=True)
    def gaps(self, info: Info) -> list[ApplicationGap]:
        return shown_gaps(info, [self._gap(info, gap) for gap in self.row["gaps"]])

    @application_field(
        "By when the next result is promised; null when none is due.", reads=("promise",)
    )
    def promise(self) -> ApplicationPromise | None:
        stored = self.row["promise"]
        return None if stored is None else ApplicationPromise(stored=stored)

    @application_field(
        "Whether the holder is still to confirm it.",
        reads=("state", "filed_by", "is_registered", "confirmed_at", "procedure"),
    )
    def is_confirmation_due(self) -> bool:
        return is_confirmation_due(self.row.document)

    @application_field("When the holder confirmed it.", reads=("confirmed_at",))
    def confirmed_at(self) -> datetime | None:
        at: datetime | None = self.row["confirmed_at"]
        return at

    @application_field("When it was first submitted.", reads=("filed_at",))
    def submitted_at(self) -> datetime | None:
        at: datetime | None = self.row["filed_at"]
        return at

    @application_field("Whether it was submitted after its window had closed.", reads=("is_late",))
    def is_late(self) -> bool:
        return bool(self.row["is_late"])

    @application_field("The last day to send a returned application again.", reads=("lapses_at",))
    def lapses_on(self) -> date | None:
        at = self.row["lapses_at"]
        return None if at is None else printed_day(at)

    @application_field("When the originals were seen on site.", reads=("originals_seen_at",))
    def originals_seen_at(self) -> datetime | None:
        at: datetime | None = self.row["originals_seen_at"]
        return at

    @application_field(
        "The attached talent assessment, if there is one.", reads=("assessment",), opens=True
    )
    def talent_assessment(self, info: Info) -> TalentAssessment | None:
        stored = self.row["assessment"]
        opened = None if stored is None else self.row.opened(info, FIELD, stored["sealed"])
        return None if opened is None else shown_assessment(info, assessment_of(opened))

    @application_field("The decision, once there is one.", reads=("decision",))
    def decision(self) -> ApplicationDecision | None:
        return ApplicationDecision(row=self.row) if self.row["decision"] else None

    @application_field("The steps so far, oldest first; at most 20.", reads=("steps",))
    def steps(self) -> list[ApplicationStep]:
        return [ApplicationStep(stored=step) for step in self.row["steps"]]

    @application_field(
        "What the caller can do next.", reads=ACTION_READS, rule_edges=ACTION_RULE_EDGES
    )
    def next_actions(self, info: Info) -> list[ApplicationAction]:
        events = next_events(info.context.ask.principal, self.row)
        return [ApplicationAction(of=event) for event in events]

    @application_field("When it was begun.", reads=("created_at",))
    def created_at(self) -> datetime:
        at: datetime = self.row["created_at"]
        return at

    @application_field("When it was last changed.", reads=("updated_at",))
    def updated_at(self) -> datetime:
        at: datetime = self.row["updated_at"]
        return at

    def _gap(self, info: Info, stored: dict[str, Any]) -> Gap:
        paper = None if stored["paper"] is None else PaperKind(stored["paper"])
        note = self.row.opened(info, GAP_NOTE, stored["note"])
        return Gap(GapReason(stored["reason"]), paper, note)


@strawberry.type(description="An application and its place in the list.")
class ApplicationEdge:
    listed: strawberry.Private[ListedRow]

    @application_field("To be given as `after`.")
    def cursor(self) -> str:
        return self.listed.cursor

    @application_field("The application.")
    def node(self, info: Info) -> Application:
        return Application(row=self.listed.node(info))


@strawberry.type(description="A page of applications.")
class ApplicationConnection:
    listing: strawberry.Private[Listing]

    @application_field("The applications of this page.")
    def edges(self, info: Info) -> list[ApplicationEdge]:
        return [ApplicationEdge(listed=listed) for listed in self.listing.listed(info)]

    @application_field("Where the page stands in the list.")
    def page_info(self) -> PageInfo:
        return self.listing.page_info()
