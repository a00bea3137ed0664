"""Enumerations that several modules of the graph use: import them from here, where they are named
and described. Strawberry makes a second type of one that it meets before that."""

import strawberry

from resolvers.refusals import GapReason
from resolvers.vocabulary import (
    ApplicationState,
    CancellationReason,
    CardChannel,
    CardCollection,
    CardMaking,
    CardOrderState,
    CardReason,
    IdentityDocumentKind,
    PaperKind,
    PermitCategory,
    PhotoFault,
    ProcedureKind,
    RejectionGround,
)

__all__ = [
    "ApplicationState",
    "CancellationReason",
    "CardChannel",
    "CardCollection",
    "CardMaking",
    "CardOrderState",
    "CardReason",
    "GapReason",
    "IdentityDocumentKind",
    "PaperKind",
    "PermitCategory",
    "PhotoFault",
    "ProcedureKind",
    "RejectionGround",
]

strawberry.enum(PermitCategory, description="A high-end talent, B professional, C others.")
strawberry.enum(ProcedureKind, description="The permit procedures.")
strawberry.enum(ApplicationState, description="The steps that a filer sees.")
strawberry.enum(CancellationReason, description="Why a permit is given up before it ends.")
strawberry.enum(CardReason, description="Why a card was ordered or issued.")
strawberry.enum(PaperKind, description="A paper that a procedure may ask for.")
strawberry.enum(GapReason, description="What is wrong with a paper or a statement.")
strawberry.enum(RejectionGround, description="Why an application is rejected.")
strawberry.enum(CardMaking, description="Where a card is made: at a counter or by a factory.")
strawberry.enum(CardChannel, description="Where a card is ordered.")
strawberry.enum(CardCollection, description="How a card reaches its holder.")
strawberry.enum(CardOrderState, description="The stages of an order.")
strawberry.enum(IdentityDocumentKind, description="Passport or permanent resident ID.")
strawberry.enum(PhotoFault, description="Why a photo cannot be printed on a card.")
