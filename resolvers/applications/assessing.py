"""A talent assessment kept with an application: sealed, since it says what a person earns."""

from __future__ import annotations

import json

from auth.mongo import Transaction
from auth.sealing import HolderVault
from resolvers.applications.parties import find_filed
from resolvers.applications.people import vault_of
from resolvers.applications.steps import actor_of, move, refusal_of_step, told
from resolvers.changes import Changed, Command, Done, change
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import Refused
from resolvers.rules.application_machine import ApplicationEvent
from resolvers.rules.state_machine import Party
from resolvers.rules.talent import TalentAssessment
from resolvers.rules.talent_codec import decode_assessment, encode_assessment
from resolvers.store import applications

FIELD = "assessment.sealed"


async def attach_assessment(
    gateway: Gateway,
    ask: Ask,
    command: Command,
    application_id: str,
    revision: int,
    assessment: TalentAssessment,
) -> Done | Refused:
    """With a draft or a returned application; it takes the place of an earlier one. The holder
    confirms anew."""

    async def work(transaction: Transaction) -> Changed | Refused:
        found = await find_filed(gateway, ask, application_id, transaction)
        if isinstance(found, Refused):
            return found
        refusal = refusal_of_step(found, ApplicationEvent.UPDATE, revision)
        if refusal is not None:
            return refusal
        vault = await vault_of(gateway, found["holder_id"], transaction)
        stored = {
            "sealed": _sealed(vault, assessment),
            "total": assessment.total,
            "table_version": assessment.table_version,
        }
        moved = await move(
            gateway,
            found,
            ApplicationEvent.UPDATE,
            Party.FILER,
            actor_of(ask),
            {"assessment": stored, "confirmed_at": None},
            transaction,
        )
        if isinstance(moved, Refused):
            return moved
        line, event = told(moved, ApplicationEvent.UPDATE)
        return Changed(application_id, [line], [event])

    return await change(gateway, ask, command, work)


def _sealed(vault: HolderVault, assessment: TalentAssessment) -> bytes:
    text = json.dumps(encode_assessment(assessment), separators=(",", ":"))
    return vault.seal(applications.NAME, FIELD, text)


def assessment_of(opened: str) -> TalentAssessment:
    """What was sealed; raises AssessmentUnreadable."""
    return decode_assessment(json.loads(opened))
