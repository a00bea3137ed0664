"""The mutations of applications: filers and holders, checkers and deciders."""

from collections.abc import Coroutine
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.applications.assessing import attach_assessment
from resolvers.applications.checking import (
    accept_application,
    pre_check_application,
    return_application,
)
from resolvers.applications.deciding import (
    approve_application,
    reject_application,
    start_review,
    take_over_review,
)
from resolvers.applications.drafting import create_application, update_application
from resolvers.applications.filing import (
    confirm_application,
    submit_application,
    withdraw_application,
)
from resolvers.changes import Command, Done
from resolvers.refusals import Refused
from resolvers.rules.talent import TalentFactsRefused as TalentFactsAtFault
from schema.application import Application
from schema.application_inputs import (
    AcceptApplicationInput,
    ApplicationStepInput,
    ApproveApplicationInput,
    AttachTalentAssessmentInput,
    CreateApplicationInput,
    RejectApplicationInput,
    ReturnApplicationInput,
    UpdateApplicationInput,
)
from schema.application_statements import gap_of, officers_text, statement_of
from schema.change_types import ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.field import application_field, guarded
from schema.own_read import read_own
from schema.row import Row
from schema.talent import assessed, shown_refusals
from schema.talent_types import TalentFactsRefused

_FILE = (Permission.APPLICATION_FILE, Permission.EMPLOYER_APPLICATION_FILE)


@strawberry.type(description="The change stands.")
class ApplicationChanged:
    row: strawberry.Private[Row]

    @application_field("The application as it is now.", edge="application")
    def application(self, info: Info) -> Application:
        return Application(row=Row("applications", self.row.changed(info)))


ApplicationChangePayload = Annotated[
    ApplicationChanged | ChangeRefused,
    strawberry.union("ApplicationChangePayload", description="How it ended."),
]

AttachTalentAssessmentPayload = Annotated[
    ApplicationChanged | TalentFactsRefused | ChangeRefused,
    strawberry.union("AttachTalentAssessmentPayload", description="How it ended."),
]


@strawberry.type
class ApplicationMutation:
    @guarded(*_FILE, description="Begin an application; who files which, see docs/procedures.md.")
    async def create_application(
        self, info: Info, input: CreateApplicationInput
    ) -> ApplicationChangePayload:
        command = command_of(info, "createApplication", input)
        statement = statement_of(input.statement)
        gateway, ask = info.context.gateway, info.context.ask
        return await _ended(info, create_application(gateway, ask, command, statement))

    @guarded(*_FILE, description="State otherwise, in a draft or after a return.")
    async def update_application(
        self, info: Info, input: UpdateApplicationInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "updateApplication", input)
        statement = statement_of(input.statement)
        return await _ended(info, update_application(*step.arguments, statement))

    @guarded(Permission.APPLICATION_CONFIRM, description="Confirm what the employer states.")
    async def confirm_application(
        self, info: Info, input: ApplicationStepInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "confirmApplication", input)
        return await _ended(info, confirm_application(*step.arguments))

    @guarded(*_FILE, description="Submit it, or send it again after the return.")
    async def submit_application(
        self, info: Info, input: ApplicationStepInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "submitApplication", input)
        return await _ended(info, submit_application(*step.arguments))

    @guarded(*_FILE, description="Withdraw it, at any time before the decision.")
    async def withdraw_application(
        self, info: Info, input: ApplicationStepInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "withdrawApplication", input)
        return await _ended(info, withdraw_application(*step.arguments))

    @guarded(*_FILE, description="Keep a talent assessment of today with a draft.")
    async def attach_talent_assessment(
        self, info: Info, input: AttachTalentAssessmentInput
    ) -> AttachTalentAssessmentPayload:
        step = _Step(info, "attachTalentAssessment", input)
        assessment = assessed(info, input.facts)
        if isinstance(assessment, TalentFactsAtFault):
            return shown_refusals(info, assessment)
        return await _ended(info, attach_assessment(*step.arguments, assessment))


@strawberry.type
class CaseMutation:
    @guarded(Permission.CASE_CHECK, description="Return a case to its filer, once, with all gaps.")
    async def return_application(
        self, info: Info, input: ReturnApplicationInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "returnApplication", input)
        gaps = [gap_of(gap) for gap in input.gaps]
        return await _ended(info, return_application(*step.arguments, gaps))

    @guarded(Permission.CASE_CHECK, description="The papers are complete.")
    async def pre_check_application(
        self, info: Info, input: ApplicationStepInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "preCheckApplication", input)
        return await _ended(info, pre_check_application(*step.arguments))

    @guarded(Permission.CASE_CHECK, description="Accept a case; the time of the review runs.")
    async def accept_application(
        self, info: Info, input: AcceptApplicationInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "acceptApplication", input)
        accepted = accept_application(*step.arguments, originals_seen=input.originals_seen)
        return await _ended(info, accepted)

    @guarded(Permission.CASE_DECIDE, description="Take an accepted case for review.")
    async def start_review(
        self, info: Info, input: ApplicationStepInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "startReview", input)
        return await _ended(info, start_review(*step.arguments))

    @guarded(
        Permission.CASE_DECIDE,
        description="Go on with a review whose officer can no longer decide it.",
    )
    async def take_over_review(
        self, info: Info, input: ApplicationStepInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "takeOverReview", input)
        return await _ended(info, take_over_review(*step.arguments))

    @guarded(
        Permission.CASE_DECIDE,
        description="Approve a case: permit, cards and tasks follow in the same instant.",
    )
    async def approve_application(
        self, info: Info, input: ApproveApplicationInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "approveApplication", input)
        text = None if input.text is None else officers_text(input.text, "text")
        return await _ended(info, approve_application(*step.arguments, text))

    @guarded(Permission.CASE_DECIDE, description="Reject a case, with grounds and reasons.")
    async def reject_application(
        self, info: Info, input: RejectApplicationInput
    ) -> ApplicationChangePayload:
        step = _Step(info, "rejectApplication", input)
        text = officers_text(input.text, "text")
        return await _ended(info, reject_application(*step.arguments, input.grounds, text))


class _Step:
    """What every step of an application is called with."""

    def __init__(self, info: Info, name: str, given: ApplicationStepInput) -> None:
        self._info = info
        self._command: Command = command_of(info, name, given)
        self._given = given

    @property
    def arguments(self) -> tuple[Any, Any, Command, str, int]:
        context = self._info.context
        application_id = str(self._given.application_id)[:40]
        return context.gateway, context.ask, self._command, application_id, self._given.revision


async def _ended(
    info: Info, change: Coroutine[Any, Any, Done | Refused]
) -> ApplicationChanged | ChangeRefused:
    outcome = await change
    if isinstance(outcome, Refused):
        return change_refused(info, outcome)
    where = {"_id": outcome.object_id}
    return ApplicationChanged(row=await read_own(info, "ApplicationChanged", where))
