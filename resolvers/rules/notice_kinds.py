"""What holders are told of, and which record a notice is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class NoticeKind(StrEnum):
    """What a holder is told of. Of the first group a reminder tells, on days that policy names; of
    the others an event."""

    PERMIT_EXPIRING = "PERMIT_EXPIRING"
    RESIDENCE_PERMIT_EXPIRING = "RESIDENCE_PERMIT_EXPIRING"
    IDENTITY_DOCUMENT_EXPIRING = "IDENTITY_DOCUMENT_EXPIRING"
    TASK_DUE = "TASK_DUE"
    APPLICATION_LAPSING = "APPLICATION_LAPSING"

    APPLICATION_TO_CONFIRM = "APPLICATION_TO_CONFIRM"
    APPLICATION_SUBMITTED = "APPLICATION_SUBMITTED"
    APPLICATION_RETURNED = "APPLICATION_RETURNED"
    APPLICATION_ACCEPTED = "APPLICATION_ACCEPTED"
    APPLICATION_APPROVED = "APPLICATION_APPROVED"
    APPLICATION_REJECTED = "APPLICATION_REJECTED"
    APPLICATION_WITHDRAWN = "APPLICATION_WITHDRAWN"
    APPLICATION_LAPSED = "APPLICATION_LAPSED"
    PERMIT_ISSUED = "PERMIT_ISSUED"
    PERMIT_CANCELLED = "PERMIT_CANCELLED"
    CARD_ISSUED = "CARD_ISSUED"
    CARD_CHANGED = "CARD_CHANGED"
    CARD_ORDER_CHANGED = "CARD_ORDER_CHANGED"
    RECORD_UPDATED = "RECORD_UPDATED"
    CONTEST_TAKEN = "CONTEST_TAKEN"
    CONTEST_DECIDED = "CONTEST_DECIDED"
    TASK_OPENED = "TASK_OPENED"
    LETTER_ISSUED = "LETTER_ISSUED"
    GRANT_ASKED = "GRANT_ASKED"
    DEVICE_KEY_REGISTERED = "DEVICE_KEY_REGISTERED"


REMINDERS: Final = frozenset(
    {
        NoticeKind.PERMIT_EXPIRING,
        NoticeKind.RESIDENCE_PERMIT_EXPIRING,
        NoticeKind.IDENTITY_DOCUMENT_EXPIRING,
        NoticeKind.TASK_DUE,
        NoticeKind.APPLICATION_LAPSING,
    }
)
"""They hold while their record is as it was, and are withdrawn when it no longer is."""


class NoticeSubject(StrEnum):
    """What kind of record a notice is about."""

    PERMIT = "PERMIT"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    INSURANCE = "INSURANCE"
    IDENTITY_DOCUMENT = "IDENTITY_DOCUMENT"
    CARD = "CARD"
    CARD_ORDER = "CARD_ORDER"
    APPLICATION = "APPLICATION"
    TASK = "TASK"
    LETTER = "LETTER"
    GRANT = "GRANT"
    DEVICE_KEY = "DEVICE_KEY"
    CONTEST = "CONTEST"


_SUBJECTS: Mapping[str, NoticeSubject] = {
    "pmt": NoticeSubject.PERMIT,
    "rsp": NoticeSubject.RESIDENCE_PERMIT,
    "ins": NoticeSubject.INSURANCE,
    "idd": NoticeSubject.IDENTITY_DOCUMENT,
    "crd": NoticeSubject.CARD,
    "ord": NoticeSubject.CARD_ORDER,
    "apl": NoticeSubject.APPLICATION,
    "tsk": NoticeSubject.TASK,
    "ltr": NoticeSubject.LETTER,
    "gnt": NoticeSubject.GRANT,
    "dvk": NoticeSubject.DEVICE_KEY,
    "cts": NoticeSubject.CONTEST,
}


def subject_of(object_id: str) -> NoticeSubject:
    """By the prefix of the record's id. Raises KeyError for a record of which nobody is told."""
    return _SUBJECTS[object_id.partition("_")[0]]
