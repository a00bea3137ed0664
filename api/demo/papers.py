"""Identity documents and residence permits of a fictional holder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from api.demo import made_numbers
from api.demo.days import ONE_DAY, day_of, midnight
from api.demo.draw import Draw, drawn_id
from api.demo.nations import Nation
from resolvers.store.identity_documents import IdentityDocumentRecord
from resolvers.store.permits import PermitRecord
from resolvers.store.residence_permits import ResidencePermitRecord
from resolvers.vocabulary import IdentityDocumentKind, PermitState, ResidenceState

NEW_RESIDENT_ID_ON = date(2023, 12, 1)
"""The permanent resident ID of 18 characters is issued from this day."""

_PASSPORT_LIFETIME = timedelta(days=3652)
_RESIDENT_ID_LIFETIME = timedelta(days=3652)
_RESIDENCE_PERMITS_KEPT = 2
_RESIDENT_ID_KEPT_PERCENT = 30


@dataclass(frozen=True)
class Bearer:
    """Who the papers are for: `path` names the holder within all draws and ids."""

    path: str
    holder_id: str
    slot: int
    nation: Nation
    city: str
    born_on: date


def make_passports(
    draw: Draw, bearer: Bearer, needs: Sequence[tuple[date, date]], reference: date
) -> list[IdentityDocumentRecord]:
    """Oldest first. `needs` are days, oldest first, on which a passport was shown that had to be
    good until another day: no permit outlives the passport it was issued on."""
    issued_on = [needs[0][0] - timedelta(days=draw.between(120, 1500))]
    for shown_on, good_until in needs:
        if issued_on[-1] + _PASSPORT_LIFETIME < good_until:
            issued_on.append(shown_on - timedelta(days=draw.between(10, 40)))
    updated_at = midnight(reference - draw.between(1, 60) * ONE_DAY)
    ends: list[date | None] = [*issued_on[1:], None]
    return [
        IdentityDocumentRecord(
            document_id=drawn_id("idd", f"{bearer.path}/passport/{ordinal}"),
            holder_id=bearer.holder_id,
            kind=IdentityDocumentKind.PASSPORT,
            country=bearer.nation.code,
            number=made_numbers.passport_number(bearer.slot, ordinal, bearer.nation.passport),
            valid_from=midnight(begin),
            valid_until=midnight(begin + _PASSPORT_LIFETIME),
            superseded_at=None if end is None else midnight(end),
            authority=f"exit-entry-{bearer.city}",
            updated_at=max(updated_at, midnight(begin)),
        )
        for ordinal, (begin, end) in enumerate(zip(issued_on, ends, strict=True))
    ]


def make_resident_ids(
    draw: Draw, bearer: Bearer, granted_on: date, reference: date
) -> list[IdentityDocumentRecord]:
    """Permanent resident IDs, oldest first: one granted before December 2023 has the old form, and
    most of those have been exchanged since."""
    code = bearer.nation.code
    new_number = made_numbers.permanent_resident_id(bearer.slot, code, bearer.city, bearer.born_on)
    newest = IdentityDocumentRecord(
        document_id=drawn_id("idd", f"{bearer.path}/resident-id/0"),
        holder_id=bearer.holder_id,
        kind=IdentityDocumentKind.PERMANENT_RESIDENT_ID,
        country="CHN",
        number=new_number,
        valid_from=midnight(granted_on),
        valid_until=midnight(granted_on + _RESIDENT_ID_LIFETIME),
        superseded_at=None,
        authority=f"exit-entry-{bearer.city}",
        updated_at=midnight(reference - draw.between(1, 60) * ONE_DAY),
    )
    exchange_days = (reference - NEW_RESIDENT_ID_ON).days
    if granted_on >= NEW_RESIDENT_ID_ON:
        return [newest]
    old = replace(newest, number=made_numbers.old_permanent_resident_id(bearer.slot, code))
    if exchange_days < 1 or draw.chance(_RESIDENT_ID_KEPT_PERCENT):
        return [old]
    exchanged_at = midnight(NEW_RESIDENT_ID_ON + draw.below(exchange_days) * ONE_DAY)
    newer = replace(
        newest,
        document_id=drawn_id("idd", f"{bearer.path}/resident-id/1"),
        valid_from=exchanged_at,
        valid_until=exchanged_at + _RESIDENT_ID_LIFETIME,
        updated_at=max(newest.updated_at, exchanged_at),
    )
    return [replace(old, superseded_at=exchanged_at), newer]


def make_residence_permits(
    draw: Draw, bearer: Bearer, permits: Sequence[PermitRecord], reference: date
) -> list[ResidencePermitRecord]:
    """For the last permits that have begun, oldest first: applied for within 30 days of entry,
    good as long as the work permit, ended with it."""
    now = midnight(reference)
    begun = [permit for permit in permits if permit.valid_from <= now - timedelta(days=45)]
    made: list[ResidencePermitRecord] = []
    for ordinal, permit in enumerate(begun[-_RESIDENCE_PERMITS_KEPT:]):
        cancelled = permit.state is PermitState.CANCELLED
        made.append(
            ResidencePermitRecord(
                residence_permit_id=drawn_id("rsp", f"{bearer.path}/{ordinal}"),
                holder_id=bearer.holder_id,
                number=made_numbers.residence_permit_number(bearer.slot, ordinal),
                state=ResidenceState.CANCELLED if cancelled else ResidenceState.ISSUED,
                city=permit.city,
                valid_from=midnight(day_of(permit.valid_from) + draw.between(5, 40) * ONE_DAY),
                valid_until=permit.valid_until,
                authority=f"exit-entry-{permit.city}",
                updated_at=permit.updated_at,
            )
        )
    return made
