"""The roots of the graph."""

import strawberry

from auth.permissions import Permission
from schema.application_changes import ApplicationMutation, CaseMutation
from schema.calendar import CalendarMutation
from schema.card_procedures import CardMutation
from schema.card_showing import CardCheckMutation, CardCodeQuery
from schema.consent import ConsentMutation, ConsentQuery
from schema.contest_changes import ContestMutation
from schema.context import Info
from schema.counter import CounterMutation
from schema.counter_desk import CounterQuery
from schema.device_key import DeviceKeyMutation, DeviceKeyQuery
from schema.employer_desk import EmployerQuery
from schema.export import ExportMutation
from schema.field import guarded
from schema.grant_changes import GrantMutation
from schema.holder import Holder
from schema.letter_request import LetterMutation
from schema.login import LoginMutation
from schema.notice_changes import NoticeMutation
from schema.officer_desk import OfficerQuery
from schema.officer_login import OfficerLoginMutation
from schema.own_read import read_own
from schema.permit_credential import PermitCredentialMutation
from schema.push import PushMutation, PushQuery
from schema.session import SessionMutation
from schema.share_code_changes import ShareCodeMutation, ShareCodeQuery
from schema.share_code_check import ShareCodeCheckMutation
from schema.step_up import StepUpMutation
from schema.talent import TalentQuery
from schema.webhook_changes import WebhookMutation


@strawberry.type(description="Reading. Every field names who may use it.")
class Query(
    EmployerQuery,
    OfficerQuery,
    CounterQuery,
    ConsentQuery,
    TalentQuery,
    PushQuery,
    ShareCodeQuery,
    CardCodeQuery,
    DeviceKeyQuery,
):
    @guarded(Permission.HOLDER_READ, description="The holder who asks.")
    async def me(self, info: Info) -> Holder:
        return Holder(row=await read_own(info, "Holder"))


@strawberry.type(description="Changing. Every mutation ends in a member of its payload union.")
class Mutation(
    LoginMutation,
    StepUpMutation,
    SessionMutation,
    ConsentMutation,
    ApplicationMutation,
    CaseMutation,
    CardMutation,
    CounterMutation,
    LetterMutation,
    GrantMutation,
    OfficerLoginMutation,
    NoticeMutation,
    PushMutation,
    CalendarMutation,
    ShareCodeMutation,
    ShareCodeCheckMutation,
    CardCheckMutation,
    WebhookMutation,
    ExportMutation,
    DeviceKeyMutation,
    PermitCredentialMutation,
    ContestMutation,
):
    pass
