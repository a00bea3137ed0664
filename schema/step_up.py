"""Step-up: a fresh real-person proof inside a session."""

import strawberry

from auth.permissions import Permission
from resolvers.login.outcomes import Refused
from resolvers.login.step_up import complete_step_up, start_step_up
from schema.context import Info
from schema.field import guarded
from schema.login import refusal
from schema.login_types import (
    CompleteStepUpPayload,
    StartStepUpPayload,
    StepUpCompleted,
    StepUpStarted,
)


@strawberry.type
class StepUpMutation:
    @guarded(
        Permission.STEP_UP,
        description=(
            "Begin a step-up: with the flow token repeat `startRealPersonCheck` and "
            "`submitRealPersonProof`, then call `completeStepUp`."
        ),
    )
    async def start_step_up(self, info: Info) -> StartStepUpPayload:
        outcome = await start_step_up(info.context.gateway, info.context.ask)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return StepUpStarted(
            flow_token=outcome.flow_token.token,
            expires_at=outcome.flow_token.expires_at,
            consent_due=outcome.consent_due,
        )

    @guarded(
        Permission.LOGIN_ADVANCE,
        description="End a step-up: an access token with a new `auth_time` for the same session.",
    )
    async def complete_step_up(self, info: Info) -> CompleteStepUpPayload:
        outcome = await complete_step_up(info.context.gateway, info.context.ask)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return StepUpCompleted(
            access_token=outcome.access_token,
            access_token_expires_at=outcome.access_token_expires_at,
            authenticated_at=outcome.authenticated_at,
        )
