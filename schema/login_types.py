"""Inputs and payloads of the login steps. Every expected ending is a member of a union."""

from datetime import datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.login.outcomes import LoginRefusalCode
from schema.field import field_for, personal

strawberry.enum(LoginRefusalCode, description="Why a login step was refused; see docs/login.md.")

_public = field_for(Permission.ANYONE)


@strawberry.input(description="The device that logs in, as shown in the list of sessions.")
class DeviceInput:
    name: str = strawberry.field(
        description=(
            "The model, as `Pixel 9`; never its owner's name. 1 to 40 Latin letters, digits, "
            "spaces and .,_()/+-."
        )
    )
    platform: str = strawberry.field(
        description="The system, as `iOS 19`; the same characters, 1 to 40."
    )


@strawberry.input(description="Starting a login.")
class StartLoginInput:
    device: DeviceInput = strawberry.field(description="The device that logs in.")


@strawberry.input(description="A passport by country and number.")
class PassportInput:
    country: str = personal("ISO 3166 alpha-3, or the code in the MRZ.")
    number: str = personal("As printed.")


@strawberry.input(one_of=True, description="Exactly one of the four numbers.")
class IdentifierInput:
    work_permit_number: str | None = personal("The work permit number.", default=strawberry.UNSET)
    social_security_number: str | None = personal(
        "The social security number, with or without padding zeros.", default=strawberry.UNSET
    )
    passport: PassportInput | None = personal("The current passport.", default=strawberry.UNSET)
    permanent_resident_id: str | None = personal(
        "The foreign permanent resident ID, 2023 or older.", default=strawberry.UNSET
    )


@strawberry.input(description="Who the holder says to be.")
class ProveRealNameInput:
    name: str = personal("The name as in the passport, or the Chinese name; up to 200 characters.")
    identifier: IdentifierInput = personal("One number of the holder.")


@strawberry.input(one_of=True, description="Where the code is sent: exactly one of the two.")
class SendSecondProofCodeInput:
    phone: str | None = personal(
        "The holder's registered Chinese mobile number.", default=strawberry.UNSET
    )
    bank_card: str | None = personal(
        "The bank card number of the holder's own card.", default=strawberry.UNSET
    )


@strawberry.input(description="The code that came by SMS.")
class ConfirmSecondProofInput:
    code: str = personal("Six digits.")


@strawberry.input(description="Consent to the processing of biometric data.")
class GiveBiometricConsentInput:
    version: str = strawberry.field(
        description="The version that was read, from `biometricConsentNotice`."
    )


@strawberry.input(description="The proof that a living person is before the camera.")
class SubmitRealPersonProofInput:
    challenge_id: strawberry.ID = strawberry.field(description="From `startRealPersonCheck`.")
    proof: str = personal("As the provider demands; at most 8,192 characters.")


@strawberry.input(description="Trading a refresh token for new tokens.")
class RefreshTokensInput:
    refresh_token: str = personal("The newest refresh token of the session.")


@strawberry.type(description="A step was refused. Nothing has changed but the count of attempts.")
class LoginRefused:
    code: LoginRefusalCode = _public("The stable code.")
    message: str = _public("What it means and what to do, in the language of the request.")
    retry_after_seconds: int | None = _public("How long to wait before another attempt.")


@strawberry.type(description="A flow has begun.")
class LoginStarted:
    flow_token: str = _public("Bearer token of the next step; opens this flow only.")
    expires_at: datetime = _public("When the flow ends.")


@strawberry.type(description="Name and number belong together.")
class RealNameProved:
    flow_token: str = _public("Bearer token of the next step; replaces the one before.")
    expires_at: datetime = _public("When the flow ends.")
    second_proof_due: bool = _public(
        "A physical card exists: prove a bank card or phone as well before going on."
    )


@strawberry.type(description="If the bank card or phone is the holder's, a code is on its way.")
class SecondProofCodeSent:
    sends_left: int = _public("How many more codes this flow can send.")
    sandbox_notice: str | None = _public("Says that no SMS was sent; null in production.")
    sandbox_code: str | None = _public("The code itself, from a sandbox; null in production.")


@strawberry.type(description="The code was right: the flow is at the real-name level.")
class SecondProofConfirmed:
    flow_token: str = _public("Bearer token of the next step; replaces the one before.")
    expires_at: datetime = _public("When the flow ends.")


@strawberry.type(description="The consent is on record.")
class BiometricConsentGiven:
    version: str = _public("The version consented to.")


@strawberry.type(description="What to do before the camera.")
class RealPersonChallenge:
    challenge_id: strawberry.ID = _public("To be given back with the proof.")
    instructions: list[str] = _public("Codes of the actions asked for, in order.")
    provider: str = _public("Who verifies.")
    expires_at: datetime = _public("When the challenge ends.")
    sandbox: bool = _public("True when nobody is really verified.")
    sandbox_notice: str | None = _public("Says so in words; null in production.")


@strawberry.type(description="A living person, and the person of the permit.")
class RealPersonProved:
    provider: str = _public("Who verified.")
    sandbox: bool = _public("True when nobody was really verified.")
    sandbox_notice: str | None = _public("Says so in words; null in production.")


@strawberry.type(description="Logged in. Keep the refresh token in the device's key store.")
class LoginCompleted:
    session_id: strawberry.ID = _public("The session, as listed in `sessions`.")
    access_token: str = _public("JWT (RFC 9068), good for 5 minutes.")
    access_token_expires_at: datetime = _public("When the access token ends.")
    refresh_token: str = _public("Opaque; good once, for new tokens.")
    refresh_token_expires_at: datetime = _public(
        "When the session ends unless it is refreshed before."
    )


@strawberry.type(description="A step-up has begun: the real-person step again.")
class StepUpStarted:
    flow_token: str = _public("Bearer token of the real-person step.")
    expires_at: datetime = _public("When the flow ends.")
    consent_due: bool = _public("No consent to the current text stands: give consent first.")


@strawberry.type(description="The session has a fresh proof.")
class StepUpCompleted:
    access_token: str = _public("JWT (RFC 9068) with a new `auth_time`, good for 5 minutes.")
    access_token_expires_at: datetime = _public("When the access token ends.")
    authenticated_at: datetime = _public("The instant of the proof.")


StartLoginPayload = Annotated[
    LoginStarted | LoginRefused, strawberry.union("StartLoginPayload", description="How it ended.")
]
ProveRealNamePayload = Annotated[
    RealNameProved | LoginRefused,
    strawberry.union("ProveRealNamePayload", description="How it ended."),
]
SendSecondProofCodePayload = Annotated[
    SecondProofCodeSent | LoginRefused,
    strawberry.union("SendSecondProofCodePayload", description="How it ended."),
]
ConfirmSecondProofPayload = Annotated[
    SecondProofConfirmed | LoginRefused,
    strawberry.union("ConfirmSecondProofPayload", description="How it ended."),
]
GiveBiometricConsentPayload = Annotated[
    BiometricConsentGiven | LoginRefused,
    strawberry.union("GiveBiometricConsentPayload", description="How it ended."),
]
StartRealPersonCheckPayload = Annotated[
    RealPersonChallenge | LoginRefused,
    strawberry.union("StartRealPersonCheckPayload", description="How it ended."),
]
SubmitRealPersonProofPayload = Annotated[
    RealPersonProved | LoginRefused,
    strawberry.union("SubmitRealPersonProofPayload", description="How it ended."),
]
CompleteLoginPayload = Annotated[
    LoginCompleted | LoginRefused,
    strawberry.union("CompleteLoginPayload", description="How it ended."),
]
RefreshTokensPayload = Annotated[
    LoginCompleted | LoginRefused,
    strawberry.union("RefreshTokensPayload", description="How it ended."),
]
StartStepUpPayload = Annotated[
    StepUpStarted | LoginRefused,
    strawberry.union("StartStepUpPayload", description="How it ended."),
]
CompleteStepUpPayload = Annotated[
    StepUpCompleted | LoginRefused,
    strawberry.union("CompleteStepUpPayload", description="How it ended."),
]
