"""The mutations of contests, by the holder and by the authority."""

from collections.abc import Coroutine
from typing import Annotated, Any

import strawberry

from auth.permissions import Permission
from resolvers.changes import Done
from resolvers.contests.deciding import ContestDecided, decide_contest, take_contest
from resolvers.contests.opening import ContestAsked, contest_record, withdraw_contest
from resolvers.refusals import Refused
from resolvers.rules.contests import ContestField, ContestGround, ContestOutcome
from schema.change_types import KEY, REVISION, ChangeRefused, change_refused, command_of
from schema.contest import Contest, contest_field
from schema.context import Info
from schema.field import guarded, personal
from schema.own_read import read_own
from schema.row import Row

MAX_ID_LENGTH = 40


@strawberry.input(description="Which record is wrong, and in what.")
class ContestRecordInput:
    idempotency_key: str = strawberry.field(description=KEY)
    record_id: strawberry.ID = strawberry.field(
        description=(
            "The `id` of an own permit, identity document, residence permit, insurance or card, or "
            "of the holder."
        )
    )
    fields: list[ContestField] = strawberry.field(
        description="What of it is wrong: at least one, each once, of those that it has."
    )
    statement: str = personal("What is right, and why; up to 2,000 characters, in any language.")


@strawberry.input(description="A step of a contest.")
class ContestStepInput:
    idempotency_key: str = strawberry.field(description=KEY)
    contest_id: strawberry.ID = strawberry.field(description="Which contest.")
    revision: int = strawberry.field(description=REVISION)


@strawberry.input(description="The answer to a contest.")
class DecideContestInput:
    idempotency_key: str = strawberry.field(description=KEY)
    contest_id: strawberry.ID = strawberry.field(description="Which contest.")
    revision: int = strawberry.field(description=REVISION)
    outcome: ContestOutcome = strawberry.field(
        description="Whether the authority corrects its record."
    )
    ground: ContestGround = strawberry.field(
        description=(
            "Why; the holder reads it in Chinese or English. The CORRECTED ones go with CORRECTED, "
            "the others with UPHELD."
        )
    )
    text: str | None = personal(
        "What else the holder should know; up to 1,000 characters, best in both languages.",
        default=None,
    )


@strawberry.type(description="The change of a contest stands.")
class ContestChanged:
    row: strawberry.Private[Row]

    @contest_field("The contest as it is now.", edge="contest")
    def contest(self, info: Info) -> Contest:
        return Contest(row=Row("contests", self.row.changed(info)))


ContestPayload = Annotated[
    ContestChanged | ChangeRefused,
    strawberry.union("ContestPayload", description="How it ended."),
]


@strawberry.type
class ContestMutation:
    @guarded(
        Permission.CONTEST_FILE,
        description=(
            "Say that a record is wrong. It goes to the authority whose record it is; meanwhile "
            "nothing of it changes, and you may go on working."
        ),
    )
    async def contest_record(self, info: Info, input: ContestRecordInput) -> ContestPayload:
        asked = ContestAsked(
            str(input.record_id)[:MAX_ID_LENGTH], tuple(input.fields), input.statement
        )
        context = info.context
        command = command_of(info, "contestRecord", input)
        return await _ended(info, contest_record(context.gateway, context.ask, command, asked))

    @guarded(Permission.CONTEST_FILE, description="Take back an own contest that runs.")
    async def withdraw_contest(self, info: Info, input: ContestStepInput) -> ContestPayload:
        context = info.context
        command = command_of(info, "withdrawContest", input)
        contest_id = str(input.contest_id)[:MAX_ID_LENGTH]
        return await _ended(
            info,
            withdraw_contest(context.gateway, context.ask, command, contest_id, input.revision),
        )

    @guarded(
        Permission.CONTEST_DECIDE,
        description=(
            "Take a contest of a record of the own authority, or take it over from a colleague."
        ),
    )
    async def take_contest(self, info: Info, input: ContestStepInput) -> ContestPayload:
        context = info.context
        command = command_of(info, "takeContest", input)
        contest_id = str(input.contest_id)[:MAX_ID_LENGTH]
        return await _ended(
            info, take_contest(context.gateway, context.ask, command, contest_id, input.revision)
        )

    @guarded(
        Permission.CONTEST_DECIDE,
        description=(
            "Answer a contest that one has taken. It changes no record: the authority corrects its "
            "own, which then arrives like any other news of it."
        ),
    )
    async def decide_contest(self, info: Info, input: DecideContestInput) -> ContestPayload:
        context = info.context
        command = command_of(info, "decideContest", input)
        contest_id = str(input.contest_id)[:MAX_ID_LENGTH]
        decided = ContestDecided(input.outcome, input.ground, input.text)
        return await _ended(
            info,
            decide_contest(
                context.gateway, context.ask, command, contest_id, input.revision, decided
            ),
        )


async def _ended(
    info: Info, change: Coroutine[Any, Any, Done | Refused]
) -> ContestChanged | ChangeRefused:
    outcome = await change
    if isinstance(outcome, Refused):
        return change_refused(info, outcome)
    return ContestChanged(row=await read_own(info, "ContestChanged", {"_id": outcome.object_id}))
