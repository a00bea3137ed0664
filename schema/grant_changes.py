"""The mutations of standing grants: an employer asks, the holder answers."""

from collections.abc import Coroutine
from datetime import date
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.changes import Command, Done
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import Refused
from resolvers.rules.bundles import Bundle
from resolvers.sharing.answering import Acceptance, accept_grant, refuse_grant, withdraw_grant
from resolvers.sharing.asking import WantedGrant, ask_for_grant, retract_ask
from resolvers.sharing.grant_steps import GrantAsked
from schema.change_types import KEY, REVISION, ChangeRefused, change_refused, command_of
from schema.context import Info
from schema.enums import SharingPurpose
from schema.field import guarded, personal
from schema.grant import Grant, grant_field
from schema.own_read import read_own
from schema.row import Row

MAX_ID_LENGTH = 40
_UNTIL = "The last day, in Asia/Shanghai: "


@strawberry.input(description="What an employer asks to see, and what for.")
class AskForGrantInput:
    idempotency_key: str = strawberry.field(description=KEY)
    employment_id: strawberry.ID = strawberry.field(description="Of whom; it must be current.")
    purpose: SharingPurpose = strawberry.field(description="What it is needed for.")
    bundles: list[Bundle] = strawberry.field(description="As little as the purpose needs.")
    until: date = strawberry.field(description=f"{_UNTIL}today at the earliest, in 365 days last.")
    reason: str | None = personal(
        "Why, in your own words, for the holder to read; 500 characters at most.", default=None
    )


@strawberry.input(description="A grant, as it was read.")
class GrantStepInput:
    idempotency_key: str = strawberry.field(description=KEY)
    grant_id: strawberry.ID = strawberry.field(description="Which grant.")
    revision: int = strawberry.field(description=REVISION)


@strawberry.input(description="What of an ask is granted.")
class AcceptGrantInput:
    idempotency_key: str = strawberry.field(description=KEY)
    grant_id: strawberry.ID = strawberry.field(description="Which grant.")
    revision: int = strawberry.field(description=REVISION)
    bundles: list[Bundle] | None = strawberry.field(
        description="Some of `askedBundles`; all of them when not given.", default=None
    )
    until: date | None = strawberry.field(
        description=f"{_UNTIL}`askedUntil` at the latest, which it is when not given.", default=None
    )


@strawberry.type(description="The change of a grant stands.")
class GrantChanged:
    row: strawberry.Private[Row]

    @grant_field("The grant as it is now.", edge="grant")
    def grant(self, info: Info) -> Grant:
        return Grant(row=Row("grants", self.row.changed(info)))


GrantChangePayload = Annotated[
    GrantChanged | ChangeRefused,
    strawberry.union("GrantChangePayload", description="How it ended."),
]


@strawberry.type
class GrantMutation:
    @guarded(
        Permission.EMPLOYER_GRANT_ASK,
        description="Ask somebody whom the employer sponsors to show more than the law does.",
    )
    async def ask_for_grant(self, info: Info, input: AskForGrantInput) -> GrantChangePayload:
        context = info.context
        wanted = WantedGrant(
            employment_id=str(input.employment_id)[:MAX_ID_LENGTH],
            purpose=input.purpose,
            bundles=input.bundles,
            until=input.until,
            reason=input.reason,
        )
        command = command_of(info, "askForGrant", input)
        return await _ended(info, ask_for_grant(context.gateway, context.ask, command, wanted))

    @guarded(
        Permission.EMPLOYER_GRANT_ASK,
        description="Take an ask back that the holder has not answered.",
    )
    async def retract_ask(self, info: Info, input: GrantStepInput) -> GrantChangePayload:
        return await _ended(info, retract_ask(*_step(info, "retractAsk", input)))

    @guarded(
        Permission.GRANT_ACCEPT,
        description=(
            "Accept an ask, in whole or in part, in the place of an earlier grant to the same "
            "employer for the same purpose; with a real-person proof under 5 minutes old, else "
            "STEP_UP_REQUIRED."
        ),
    )
    async def accept_grant(self, info: Info, input: AcceptGrantInput) -> GrantChangePayload:
        context = info.context
        asked = GrantAsked(str(input.grant_id)[:MAX_ID_LENGTH], input.revision)
        given = Acceptance(asked, input.bundles, input.until)
        command = command_of(info, "acceptGrant", input)
        return await _ended(info, accept_grant(context.gateway, context.ask, command, given))

    @guarded(Permission.GRANT_END, description="Refuse an ask.")
    async def refuse_grant(self, info: Info, input: GrantStepInput) -> GrantChangePayload:
        return await _ended(info, refuse_grant(*_step(info, "refuseGrant", input)))

    @guarded(
        Permission.GRANT_END,
        description="Take a grant back, at once and without any proof.",
    )
    async def withdraw_grant(self, info: Info, input: GrantStepInput) -> GrantChangePayload:
        return await _ended(info, withdraw_grant(*_step(info, "withdrawGrant", input)))


def _step(info: Info, name: str, given: GrantStepInput) -> tuple[Gateway, Ask, Command, GrantAsked]:
    asked = GrantAsked(str(given.grant_id)[:MAX_ID_LENGTH], given.revision)
    return info.context.gateway, info.context.ask, command_of(info, name, given), asked


async def _ended(
    info: Info, change: Coroutine[Any, Any, Done | Refused]
) -> GrantChanged | ChangeRefused:
    outcome = await change
    if isinstance(outcome, Refused):
        return change_refused(info, outcome)
    return GrantChanged(row=await read_own(info, "GrantChanged", {"_id": outcome.object_id}))
