"""The update that puts a biometric consent on its holder."""

from __future__ import annotations

from datetime import datetime

from auth.mongo import Document


def recorded_consent(version: str, now: datetime) -> list[Document]:
    """If the same consent stands already it keeps the instant it was given at, and the revision."""
    consent = {"version": version, "given_at": now, "withdrawn_at": None}
    stands = {
        "$and": [
            {"$eq": ["$biometric_consent.version", {"$literal": version}]},
            {"$eq": ["$biometric_consent.withdrawn_at", None]},
        ]
    }
    written = {
        "biometric_consent": {"$cond": [stands, "$biometric_consent", {"$literal": consent}]},
        "revision": {"$add": ["$revision", {"$cond": [stands, 0, 1]}]},
    }
    return [{"$set": written}]
