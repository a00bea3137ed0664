"""Enumerations that several modules of the graph use: import them from here, where they are named
and described. Strawberry makes a second type of one that it meets before that."""

import strawberry

from resolvers.refusals import GapReason
from resolvers.vocabulary import (
    ApplicationState,
    CancellationReason,
    PaperKind,
    PermitCategory,
    ProcedureKind,
    RejectionGround,
)

__all__ = [
    "ApplicationState",
    "CancellationReason",
    "GapReason",
    "PaperKind",
    "PermitCategory",
    "ProcedureKind",
    "RejectionGround",
]

strawberry.enum(PermitCategory, description="A high-end talent, B professional, C others.")
strawberry.enum(ProcedureKind, description="The permit procedures.")
strawberry.enum(ApplicationState, description="The steps that a filer sees.")
strawberry.enum(CancellationReason, description="Why a permit is given up before it ends.")
strawberry.enum(PaperKind, description="A paper that a procedure may ask for.")
strawberry.enum(GapReason, description="What is wrong with a paper or a statement.")
strawberry.enum(RejectionGround, description="Why an application is rejected.")
