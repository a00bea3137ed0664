"""Employers: public facts of a legal person, found by its unified social credit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from auth.bson_schema import LOCALISED, SOURCE, document, identifier, text
from auth.collections import CollectionSpec, Index
from auth.mongo import Document
from resolvers.store.sealed import source_document

NAME = "employers"

SPEC = CollectionSpec(
    name=NAME,
    version=1,
    audience="the holders it employs; the employer itself",
    validator=document(
        {
            "_id": identifier("emp"),
            "credit_code": text(18, "^[0-9A-HJ-NPQRTUWXY]{18}$"),
            "name": LOCALISED,
            "city": text(6, "^[0-9]{6}$"),
            "source": SOURCE,
        }
    ),
    indexes=(
        Index("credit_code", (("credit_code", 1),), serves="one code, one employer", unique=True),
    ),
)


@dataclass(frozen=True)
class EmployerRecord:
    employer_id: str
    credit_code: str
    name: Mapping[str, str]
    city: str
    authority: str
    updated_at: datetime


def encode_employer(record: EmployerRecord) -> Document:
    return {
        "_id": record.employer_id,
        "credit_code": record.credit_code,
        "name": dict(record.name),
        "city": record.city,
        "source": source_document(record.authority, record.updated_at),
    }
