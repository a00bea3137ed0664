"""The roots of the graph."""

import strawberry
from graphql import GraphQLSchema

from auth.permissions import Permission
from resolvers.policy.consent import CURRENT_VERSION, TEXTS
from resolvers.reads import read_own_holder
from resolvers.store import holders
from schema.context import Info
from schema.field import guarded, public_field
from schema.holder import Holder
from schema.login import LoginMutation
from schema.row import Row
from schema.selection import selection_of
from schema.session import SessionMutation
from schema.step_up import StepUpMutation


@strawberry.type(description="The text to consent to before the real-person step.")
class BiometricConsentNotice:
    version: str = public_field("To be given to `giveBiometricConsent`.")
    text: str = public_field("The text, in the language of the request.")


class HolderMissing(Exception):
    """A session whose holder is gone: a fault of ours, since both go together."""


@strawberry.type(description="Reading. Every field names who may use it.")
class Query:
    @guarded(Permission.HOLDER_READ, description="The holder who asks.")
    async def me(self, info: Info) -> Holder:
        context = info.context
        graphql_schema: GraphQLSchema = info.schema._schema  # noqa: SLF001 - no public way
        chosen = context.chosen[str(info.path.key)]
        selection = selection_of(graphql_schema, chosen.under("Holder"))
        read = await read_own_holder(context.gateway, context.ask, selection)
        if read is None:
            raise HolderMissing
        context.vault = read.vault or context.vault
        return Holder(row=Row(holders.NAME, read.document))

    @guarded(Permission.ANYONE, description="The current text on biometric processing.")
    def biometric_consent_notice(self, info: Info) -> BiometricConsentNotice:
        text = info.context.text(TEXTS[CURRENT_VERSION], CURRENT_VERSION)
        return BiometricConsentNotice(version=CURRENT_VERSION, text=text)


@strawberry.type(description="Changing. Every mutation ends in a member of its payload union.")
class Mutation(LoginMutation, StepUpMutation, SessionMutation):
    pass
