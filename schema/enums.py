"""Enumerations that several modules of the graph use: import them from here, where they are named
and described. Strawberry makes a second type of one that it meets before that."""

import strawberry

from resolvers.refusals import GapReason
from resolvers.rules.bundles import SharingPurpose
from resolvers.rules.tasks import TaskKind, TaskState
from resolvers.vocabulary import (
    ApplicationState,
    CancellationReason,
    CardChannel,
    CardCollection,
    CardKind,
    CardMaking,
    CardOrderState,
    CardReason,
    CardState,
    IdentityDocumentKind,
    InsuranceKind,
    InsuranceState,
    Language,
    PaperKind,
    PermitCategory,
    PermitStatus,
    PhotoFault,
    ProcedureKind,
    RejectionGround,
    ResidenceState,
)

__all__ = [
    "ApplicationState",
    "CancellationReason",
    "CardChannel",
    "CardCollection",
    "CardKind",
    "CardMaking",
    "CardOrderState",
    "CardReason",
    "CardState",
    "GapReason",
    "IdentityDocumentKind",
    "InsuranceKind",
    "InsuranceState",
    "Language",
    "PaperKind",
    "PermitCategory",
    "PermitStatus",
    "PhotoFault",
    "ProcedureKind",
    "RejectionGround",
    "ResidenceState",
    "SharingPurpose",
    "TaskKind",
    "TaskState",
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
strawberry.enum(PermitStatus, description="What a permit is worth now; computed, never stored.")
strawberry.enum(CardKind, description="Physical or electronic.")
strawberry.enum(CardState, description="The social side of a card.")
strawberry.enum(ResidenceState, description="What the exit-entry police decided.")
strawberry.enum(InsuranceKind, description="The five kinds of social insurance.")
strawberry.enum(InsuranceState, description="The state of one kind.")
strawberry.enum(SharingPurpose, description="What a holder shows its record for.")
strawberry.enum(TaskKind, description="What is to be done.")
strawberry.enum(TaskState, description="Whether a task is still to be done.")
strawberry.enum(Language, description="The language in which the holder is written to.")
