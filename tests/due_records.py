"""Records with a last day, as small as the validators allow; their sealed values open for nobody.

Each maker gives one document, ready to insert. `last_day` is the printed one.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any

from api.ids import new_id
from auth.mongo import Document
from resolvers.rules.permit_status import ends_at

LONG_AGO = datetime(2025, 1, 1, 16, tzinfo=UTC)
_SOURCE = {"authority": "foreign-experts-440100", "updated_at": LONG_AGO}


def _sealed() -> Document:
    return {"masked": "*", "sealed": b"*"}


def holder(holder_id: str) -> Document:
    return {
        "_id": holder_id,
        "revision": 1,
        "full_name": _sealed(),
        "chinese_name": None,
        "native_name": None,
        "name_parts": b"*",
        "birth_date": _sealed(),
        "phone": None,
        "nationality": "DEU",
        "work_permit_number": None,
        "social_security_number": _sealed(),
        "permanent_resident_id": None,
        "digests": [{"kind": "PASSPORT", "key_version": 1, "value": secrets.token_bytes(16)}],
        "language": "en",
        "biometric_consent": None,
        "created_at": LONG_AGO,
        "source": _SOURCE,
    }


def permit(holder_id: str, last_day: date, **changed: Any) -> Document:
    return {
        "_id": new_id("pmt"),
        "revision": 1,
        "holder_id": holder_id,
        "employer_id": _NOBODY,
        "number": _sealed(),
        "category": "B",
        "form": "INTEGRATED",
        "state": "ISSUED",
        "post": {"en": "Engineer", "zh": "工程师"},
        "city": "440100",
        "valid_from": LONG_AGO,
        "valid_until": ends_at(last_day),
        "issued_at": LONG_AGO,
        "history": [],
        "superseded_by": None,
        "employment_id": None,
        "shown": None,
        "name_key_version": None,
        "name_prefixes": [],
        "source": _SOURCE,
    } | changed


def residence_permit(holder_id: str, last_day: date, **changed: Any) -> Document:
    return {
        "_id": new_id("rsp"),
        "holder_id": holder_id,
        "number": _sealed(),
        "state": "ISSUED",
        "city": "440100",
        "valid_from": LONG_AGO,
        "valid_until": ends_at(last_day),
        "source": _SOURCE,
    } | changed


def passport(holder_id: str, last_day: date, **changed: Any) -> Document:
    return {
        "_id": new_id("idd"),
        "holder_id": holder_id,
        "kind": "PASSPORT",
        "country": "DEU",
        "number": _sealed(),
        "digest": {"key_version": 1, "value": secrets.token_bytes(16)},
        "valid_from": LONG_AGO,
        "valid_until": ends_at(last_day),
        "superseded_at": None,
        "source": _SOURCE,
    } | changed


def task(holder_id: str, last_day: date, **changed: Any) -> Document:
    return {
        "_id": new_id("tsk"),
        "revision": 1,
        "kind": "APPLY_RESIDENCE_PERMIT",
        "responsible": {"kind": "HOLDER", "subject": holder_id},
        "holder_id": holder_id,
        "employer_id": _NOBODY,
        "permit_id": new_id("pmt"),
        "due_at": ends_at(last_day),
        "state": "OPEN",
        "opened_at": LONG_AGO,
        "done_at": None,
    } | changed


def draft(holder_id: str, last_day: date, **changed: Any) -> Document:
    """Of the holder's own, unless `filed_by` says otherwise."""
    return {
        "_id": new_id("apl"),
        "revision": 1,
        "procedure": "ORIGINALS_CHECK",
        "state": "DRAFT",
        "holder_id": holder_id,
        "is_registered": True,
        "employer_id": _NOBODY,
        "filed_by": {"kind": "HOLDER", "subject": holder_id},
        "authority": _SOURCE["authority"],
        "city": "440100",
        "category": "B",
        "permit_id": new_id("pmt"),
        "result_permit_id": None,
        "particulars": None,
        "facts": dict.fromkeys(_FACTS),
        "confirmed_at": None,
        "filed_at": None,
        "is_late": False,
        "promise": None,
        "returned_at": None,
        "lapses_at": ends_at(last_day),
        "gaps": [],
        "checkers": [],
        "reviewer": None,
        "originals_seen_at": None,
        "assessment": None,
        "decision": None,
        "steps": [],
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    } | changed


BY_EMPLOYER = {"kind": "EMPLOYER", "subject": "emp_" + "0" * 26}
_NOBODY = "emp_" + "0" * 26
_FACTS = (
    *("post", "contract_until", "requested_until", "planned_entry_on", "stay_until"),
    *("entered_on", "changed_on", "happened_on", "reason", "category"),
)
