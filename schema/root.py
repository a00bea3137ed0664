"""The roots of the graph."""

import strawberry
from graphql import GraphQLSchema

from auth.permissions import Permission
from resolvers.reads import read_own_holder
from resolvers.store import holders
from schema.consent import ConsentMutation, ConsentQuery
from schema.context import Info
from schema.field import guarded
from schema.holder import Holder
from schema.login import LoginMutation
from schema.officer_login import OfficerLoginMutation
from schema.row import Row
from schema.selection import selection_of
from schema.session import SessionMutation
from schema.step_up import StepUpMutation
from schema.talent import TalentQuery


class HolderMissing(Exception):
    """A session whose holder is gone: a fault of ours, since both go together."""


@strawberry.type(description="Reading. Every field names who may use it.")
class Query(ConsentQuery, TalentQuery):
    @guarded(Permission.HOLDER_READ, description="The holder who asks.")
    async def me(self, info: Info) -> Holder:
        context = info.context
        graphql_schema: GraphQLSchema = info.schema._schema  # noqa: SLF001 - no public way
        chosen = context.chosen[str(info.path.key)]
        selection = selection_of(graphql_schema, chosen.under("Holder"))
        read = await read_own_holder(context.gateway, context.ask, selection)
        if read is None:
            raise HolderMissing
        context.vaults.update(read.vaults)
        return Holder(row=Row(holders.NAME, read.document))


@strawberry.type(description="Changing. Every mutation ends in a member of its payload union.")
class Mutation(
    LoginMutation,
    StepUpMutation,
    SessionMutation,
    ConsentMutation,
    OfficerLoginMutation,
):
    pass
