"""Officers log in at their desk, keep the session alive while they work, and log out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import strawberry

from auth.officers import Duty
from auth.passwords import MAX_LENGTH
from auth.permissions import Permission
from resolvers.login.real_name import retry_after_seconds
from resolvers.officer_login import (
    Attempt,
    LoginRefused,
    OfficerLoginRefusalCode,
    OfficerTokens,
    log_in,
    log_out,
    renew_session,
)
from resolvers.policy.named import Named
from schema.context import Info
from schema.field import field_for, guarded, personal
from schema.login_inputs import bounded

_C = OfficerLoginRefusalCode

OFFICER_REFUSAL_TEXTS: Mapping[OfficerLoginRefusalCode, Named] = {
    _C.LOGIN_REFUSED: Named(
        "Login name, password and code were not found to belong together. Each code is good once: "
        "wait for the next one, and for as long as told.",
        "登录名、密码与动态码不匹配。每个动态码仅可使用一次，请等待新动态码并按提示时间后重试。",
    ),
    _C.TOO_MANY_ATTEMPTS: Named(
        "Too many attempts. Wait as told, then try again.",
        "尝试次数过多，请稍后再试。",
    ),
    _C.SESSION_ENDED: Named(
        "The session has ended. Log in again.",
        "会话已结束，请重新登录。",
    ),
}

strawberry.enum(
    OfficerLoginRefusalCode, description="Why an officer was refused; docs/officers.md."
)
strawberry.enum(
    Duty, name="OfficerDuty", description="What an officer may do with his authority's cases."
)

_public = field_for(Permission.OFFICER_LOGIN)
_own = field_for(Permission.OFFICER_SESSION)


@strawberry.input(description="Two factors of an officer.")
class OfficerLoginInput:
    login_name: str = personal("The staff code that the account was created with.")
    password: str = personal(f"At most {MAX_LENGTH} characters.")
    code: str = personal("Six digits of the authenticator app; good once.")


@strawberry.type(description="An officer was refused. Nothing has changed but the count.")
class OfficerLoginRefused:
    code: OfficerLoginRefusalCode = _public("The stable code.")
    message: str = _public("What it means and what to do, in the language of the request.")
    retry_after_seconds: int | None = _public("How long to wait before another attempt.")


@strawberry.type(description="An officer is logged in.")
class OfficerLoggedIn:
    access_token: str = _public("JWT (RFC 9068), good for 5 minutes: renew it while you work.")
    access_token_expires_at: datetime = _public("When the access token ends.")
    session_ends_at: datetime = _public("When the session ends, 8 hours after the login.")
    officer_id: strawberry.ID = _public("Random, stable id of the account.")
    login_name: str = _public("The staff code.")
    authority: str = _public("Code of the authority that the officer works for.")
    city: str = _public("Code of the city (GB/T 2260).")
    duties: list[Duty] = _public("What the officer may do.")


@strawberry.type(description="The session goes on.")
class OfficerSessionRenewed:
    access_token: str = _own("JWT (RFC 9068), good for 5 minutes.")
    access_token_expires_at: datetime = _own("When the access token ends.")
    session_ends_at: datetime = _own("When the session ends; renewing does not prolong it.")


@strawberry.type(description="The session is over; its access tokens stop within one second.")
class OfficerLoggedOut:
    was_live: bool = _own("False when the session had ended before.")


OfficerLoginPayload = Annotated[
    OfficerLoggedIn | OfficerLoginRefused,
    strawberry.union("OfficerLoginPayload", description="How it ended."),
]
RenewOfficerSessionPayload = Annotated[
    OfficerSessionRenewed | OfficerLoginRefused,
    strawberry.union("RenewOfficerSessionPayload", description="How it ended."),
]


@strawberry.type
class OfficerLoginMutation:
    @guarded(
        Permission.OFFICER_LOGIN,
        description="An officer's login, with password and code in one step.",
    )
    async def officer_login(self, info: Info, input: OfficerLoginInput) -> OfficerLoginPayload:
        attempt = Attempt(
            login_name=bounded(input.login_name, "loginName", 40).lower(),
            password=bounded(input.password, "password", MAX_LENGTH),
            code=bounded(input.code, "code", 20),
        )
        outcome = await log_in(info.context.gateway, info.context.ask, attempt)
        return _refusal(info, outcome) if isinstance(outcome, LoginRefused) else _logged_in(outcome)

    @guarded(
        Permission.OFFICER_SESSION,
        description=(
            "A new access token for the session that asks, until 8 hours after its login. Only "
            "with one that is still good: a desk left alone is logged out after 5 minutes."
        ),
    )
    async def renew_officer_session(self, info: Info) -> RenewOfficerSessionPayload:
        outcome = await renew_session(info.context.gateway, info.context.ask)
        if isinstance(outcome, LoginRefused):
            return _refusal(info, outcome)
        return OfficerSessionRenewed(
            access_token=outcome.access_token,
            access_token_expires_at=outcome.access_token_expires_at,
            session_ends_at=outcome.session_ends_at,
        )

    @guarded(Permission.OFFICER_SESSION, description="End the officer's session that asks.")
    async def officer_logout(self, info: Info) -> OfficerLoggedOut:
        return OfficerLoggedOut(was_live=await log_out(info.context.gateway, info.context.ask))


def _logged_in(tokens: OfficerTokens) -> OfficerLoggedIn:
    officer = tokens.officer
    return OfficerLoggedIn(
        access_token=tokens.access_token,
        access_token_expires_at=tokens.access_token_expires_at,
        session_ends_at=tokens.session_ends_at,
        officer_id=strawberry.ID(officer.officer_id),
        login_name=officer.login_name,
        authority=officer.authority,
        city=officer.city,
        duties=list(officer.duties),
    )


def _refusal(info: Info, refused: LoginRefused) -> OfficerLoginRefused:
    return OfficerLoginRefused(
        code=refused.code,
        message=info.context.text(OFFICER_REFUSAL_TEXTS[refused.code], refused.code),
        retry_after_seconds=retry_after_seconds(refused.retry_after),
    )
