"""The mutations of logging in: each hands its input to a use case and shows how it ended."""

import strawberry

from auth.permissions import Permission
from auth.verification import MAX_PROOF_LENGTH, TextProof
from resolvers.login.completion import complete_login
from resolvers.login.outcomes import Refused, Tokens
from resolvers.login.real_name import prove_real_name, retry_after_seconds, start_login
from resolvers.login.real_person import (
    give_biometric_consent,
    start_real_person_check,
    submit_real_person_proof,
)
from resolvers.login.second_proof import confirm_second_proof, send_second_proof_code
from resolvers.login.tokens import refresh_tokens
from resolvers.policy.named import Named
from schema.context import Info
from schema.field import guarded
from schema.login_inputs import (
    bounded,
    claimed_identity,
    device_text,
    second_proof,
)
from schema.login_texts import REFUSAL_TEXTS, SANDBOX_CODE_NOTICE, SANDBOX_NOTICE
from schema.login_types import (
    BiometricConsentGiven,
    CompleteLoginPayload,
    ConfirmSecondProofInput,
    ConfirmSecondProofPayload,
    GiveBiometricConsentInput,
    GiveBiometricConsentPayload,
    LoginCompleted,
    LoginRefused,
    LoginStarted,
    ProveRealNameInput,
    ProveRealNamePayload,
    RealNameProved,
    RealPersonChallenge,
    RealPersonProved,
    RefreshTokensInput,
    RefreshTokensPayload,
    SecondProofCodeSent,
    SecondProofConfirmed,
    SendSecondProofCodeInput,
    SendSecondProofCodePayload,
    StartLoginInput,
    StartLoginPayload,
    StartRealPersonCheckPayload,
    SubmitRealPersonProofInput,
    SubmitRealPersonProofPayload,
)


@strawberry.type
class LoginMutation:
    @guarded(
        Permission.LOGIN_START,
        description="Step 0: begin a login. The flow token goes into the Authorization header.",
    )
    async def start_login(self, info: Info, input: StartLoginInput) -> StartLoginPayload:
        device = {
            "name": device_text(input.device.name, "device.name"),
            "platform": device_text(input.device.platform, "device.platform"),
        }
        context = info.context
        outcome = await start_login(context.gateway, context.ask, device)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return LoginStarted(flow_token=outcome.token, expires_at=outcome.expires_at)

    @guarded(
        Permission.LOGIN_PROVE,
        description="Step 1, real name: a name and exactly one number of the holder.",
    )
    async def prove_real_name(self, info: Info, input: ProveRealNameInput) -> ProveRealNamePayload:
        context = info.context
        claimed = claimed_identity(input)
        outcome = await prove_real_name(context.gateway, context.ask, claimed)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return RealNameProved(
            flow_token=outcome.flow_token.token,
            expires_at=outcome.flow_token.expires_at,
            second_proof_due=outcome.second_proof_due,
        )

    @guarded(
        Permission.LOGIN_PROVE,
        description=(
            "Step 1b, where a physical card exists: send a code to the holder's phone. The answer "
            "is the same whether or not the number is the holder's."
        ),
    )
    async def send_second_proof_code(
        self, info: Info, input: SendSecondProofCodeInput
    ) -> SendSecondProofCodePayload:
        context = info.context
        method, number = second_proof(input)
        outcome = await send_second_proof_code(context.gateway, context.ask, method, number)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return SecondProofCodeSent(
            sends_left=outcome.sends_left,
            sandbox_notice=notice(info, outcome.sandbox_code is not None, SANDBOX_CODE_NOTICE),
            sandbox_code=outcome.sandbox_code,
        )

    @guarded(Permission.LOGIN_PROVE, description="Step 1b: the code that came by SMS.")
    async def confirm_second_proof(
        self, info: Info, input: ConfirmSecondProofInput
    ) -> ConfirmSecondProofPayload:
        context = info.context
        code = bounded(input.code, "code", 20)
        outcome = await confirm_second_proof(context.gateway, context.ask, code)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return SecondProofConfirmed(
            flow_token=outcome.flow_token.token, expires_at=outcome.flow_token.expires_at
        )

    @guarded(
        Permission.LOGIN_ADVANCE,
        description="Step 2: consent to biometric processing; without it the flow does not go on.",
    )
    async def give_biometric_consent(
        self, info: Info, input: GiveBiometricConsentInput
    ) -> GiveBiometricConsentPayload:
        context = info.context
        version = bounded(input.version, "version", 20)
        outcome = await give_biometric_consent(context.gateway, context.ask, version)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return BiometricConsentGiven(version=outcome.version)

    @guarded(
        Permission.LOGIN_ADVANCE,
        description="Step 3, real person: ask what to do before the camera.",
    )
    async def start_real_person_check(self, info: Info) -> StartRealPersonCheckPayload:
        outcome = await start_real_person_check(info.context.gateway, info.context.ask)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return RealPersonChallenge(
            challenge_id=strawberry.ID(outcome.challenge_id),
            instructions=list(outcome.instructions),
            provider=outcome.provider,
            expires_at=outcome.expires_at,
            sandbox=outcome.sandbox,
            sandbox_notice=notice(info, outcome.sandbox),
        )

    @guarded(Permission.LOGIN_ADVANCE, description="Step 3: the proof, as the provider demands.")
    async def submit_real_person_proof(
        self, info: Info, input: SubmitRealPersonProofInput
    ) -> SubmitRealPersonProofPayload:
        context = info.context
        challenge_id = bounded(input.challenge_id, "challengeId", 40)
        proof = TextProof(bounded(input.proof, "proof", MAX_PROOF_LENGTH))
        outcome = await submit_real_person_proof(context.gateway, context.ask, challenge_id, proof)
        if isinstance(outcome, Refused):
            return refusal(info, outcome)
        return RealPersonProved(
            provider=outcome.provider,
            sandbox=outcome.sandbox,
            sandbox_notice=notice(info, outcome.sandbox),
        )

    @guarded(
        Permission.LOGIN_ADVANCE,
        description=(
            "Step 4: tokens. Within 20 seconds every call for one flow answers the same; later "
            "FLOW_COMPLETED."
        ),
    )
    async def complete_login(self, info: Info) -> CompleteLoginPayload:
        outcome = await complete_login(info.context.gateway, info.context.ask)
        return refusal(info, outcome) if isinstance(outcome, Refused) else completed(outcome)

    @guarded(
        Permission.SESSION_REFRESH,
        description=(
            "New tokens for the newest refresh token. The one before it gets the same answer for "
            "20 seconds; after that, or for any older one, the session is ended."
        ),
    )
    async def refresh_tokens(self, info: Info, input: RefreshTokensInput) -> RefreshTokensPayload:
        context = info.context
        outcome = await refresh_tokens(context.gateway, context.ask, input.refresh_token)
        return refusal(info, outcome) if isinstance(outcome, Refused) else completed(outcome)


def completed(tokens: Tokens) -> LoginCompleted:
    return LoginCompleted(
        session_id=strawberry.ID(tokens.session_id),
        access_token=tokens.access_token,
        access_token_expires_at=tokens.access_token_expires_at,
        refresh_token=tokens.refresh_token,
        refresh_token_expires_at=tokens.refresh_token_expires_at,
    )


def refusal(info: Info, refused: Refused) -> LoginRefused:
    message = info.context.text(REFUSAL_TEXTS[refused.code], refused.code)
    sandbox_notice = notice(info, refused.by_sandbox)
    return LoginRefused(
        code=refused.code,
        message=message if sandbox_notice is None else f"{message} {sandbox_notice}",
        retry_after_seconds=retry_after_seconds(refused.retry_after),
    )


def notice(info: Info, sandbox: bool, said: Named = SANDBOX_NOTICE) -> str | None:
    """What a sandbox says of itself; None from a real provider."""
    return info.context.text(said, "SANDBOX") if sandbox else None
