"""One share code that everybody knows, of a demo holder: for `/check/code` and for a portal."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Final

from api.demo.bundle import Secrets
from api.demo.days import ONE_DAY, office_hour
from api.demo.draw import drawn_id
from api.demo.people import Person
from auth.mongo import Document
from resolvers.policy.share_codes import FORGOTTEN_AFTER, MAX_LIFETIME, MAX_USES
from resolvers.rules.bundles import Bundle, SharingPurpose
from resolvers.rules.share_codes import new_share_code, shown_code
from resolvers.store.share_codes import ENDING_LENGTH, ShareCodeRecord, encode_share_code

_BUNDLES: Final = (Bundle.IDENTITY, Bundle.PERMIT, Bundle.RESIDENCE_PERMIT)
_CODE: Final = new_share_code(SharingPurpose.WORK, hashlib.sha256(b"demo share code").digest())


def share_code_document(person: Person, today: date, secrets: Secrets) -> Document:
    """Good for as long as any code is, and as often; nobody's request can bring it back."""
    made_at = office_hour(today, 0) - ONE_DAY
    expires_at = made_at + MAX_LIFETIME
    record = ShareCodeRecord(
        code_id=drawn_id("shc", person.holder.holder_id),
        holder_id=person.holder.holder_id,
        purpose=SharingPurpose.WORK,
        bundles=_BUNDLES,
        employer_id=None,
        digest=secrets.digester.digest("share-code", _CODE),
        attempts_key=secrets.digester.blind("share-code-attempts", _CODE).value,
        seed=bytes(32),
        ending=_CODE[-ENDING_LENGTH:],
        made_at=made_at,
        expires_at=expires_at,
        uses=MAX_USES,
        forgotten_at=expires_at + FORGOTTEN_AFTER,
    )
    return encode_share_code(record)


def told_share_code(person: Person) -> dict[str, Any]:
    return {
        "holderId": person.holder.holder_id,
        "code": shown_code(_CODE),
        "birthDate": person.holder.birth_date,
        "purpose": SharingPurpose.WORK.value,
        "bundles": [bundle.value for bundle in _BUNDLES],
        "page": "/check/code",
    }
