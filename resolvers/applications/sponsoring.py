"""For which permits an employer files: those of whom it sponsors now.

After the end of the employment every filing is refused alike, whatever became of the permit and
whoever else files for it, so that no refusal tells a former employer anything of today. What it had
filed in time goes on, and is judged by the permit as it was at the end: nobody else can have filed
for it meanwhile.
"""

from __future__ import annotations

from auth.mongo import Document, Transaction
from resolvers.gateway import Gateway
from resolvers.rules.eligibility import is_permit_eligible
from resolvers.rules.employment import as_at_end
from resolvers.vocabulary import FilerKind, PermitForm, PermitState, ProcedureKind


async def is_open_for(
    gateway: Gateway,
    filer: FilerKind,
    procedure: ProcedureKind,
    permit: Document,
    transaction: Transaction,
    *,
    is_filed: bool,
) -> bool:
    """Whether the filer may file the procedure for the permit, or go on with it: `is_filed`. A
    holder's own permits are always as they are today."""
    now, judged = gateway.now(), permit
    if filer is FilerKind.EMPLOYER:
        employment = await gateway.employments.find_of_permit(permit, transaction)
        if employment is None or (employment["ends_at"] <= now and not is_filed):
            return False
        judged = dict(as_at_end(permit, employment["ends_at"], now))
    return is_permit_eligible(
        procedure,
        PermitForm(judged["form"]),
        PermitState(judged["state"]),
        judged["valid_from"],
        judged["valid_until"],
        now,
        filed=is_filed,
    )
