"""The consent to biometric processing: its text, and taking it back."""

from datetime import datetime
from typing import Annotated

import strawberry

from auth.permissions import Permission
from resolvers.consent import withdraw_biometric_consent
from resolvers.policy.consent import CURRENT_VERSION, TEXTS
from resolvers.policy.named import Named
from schema.context import Info
from schema.field import field_for, guarded, public_field

withdrawn_field = field_for(Permission.CONSENT_WITHDRAW)
NO_CONSENT = Named("There is no consent to withdraw.", "没有可撤回的同意。")


@strawberry.type(description="The text to consent to before the real-person step.")
class BiometricConsentNotice:
    version: str = public_field("To be given to `giveBiometricConsent`.")
    text: str = public_field("The text, in the language of the request.")


@strawberry.type(description="The consent is withdrawn; the next real-person step asks again.")
class BiometricConsentWithdrawn:
    withdrawn_at: datetime = withdrawn_field("When.")


@strawberry.type(description="No consent stood.")
class NoBiometricConsent:
    message: str = withdrawn_field("In words, in the language of the request.")


WithdrawBiometricConsentPayload = Annotated[
    BiometricConsentWithdrawn | NoBiometricConsent,
    strawberry.union("WithdrawBiometricConsentPayload", description="How it ended."),
]


@strawberry.type
class ConsentQuery:
    @guarded(Permission.ANYONE, description="The current text on biometric processing.")
    def biometric_consent_notice(self, info: Info) -> BiometricConsentNotice:
        text = info.context.text(TEXTS[CURRENT_VERSION], CURRENT_VERSION)
        return BiometricConsentNotice(version=CURRENT_VERSION, text=text)


@strawberry.type
class ConsentMutation:
    @guarded(Permission.CONSENT_WITHDRAW, description="Withdraw the consent, effective at once.")
    async def withdraw_biometric_consent(self, info: Info) -> WithdrawBiometricConsentPayload:
        at = await withdraw_biometric_consent(info.context.gateway, info.context.ask)
        if at is None:
            return NoBiometricConsent(message=info.context.text(NO_CONSENT, "NO_CONSENT"))
        return BiometricConsentWithdrawn(withdrawn_at=at)
