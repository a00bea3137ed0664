"""What a letter prints where it has a choice of few words. Data.

Keys are the values of `resolvers.letters.printed.PrintedField`. The word of a choice enters the
digest; its texts are what is printed, and may change while the word stays (docs/letters-verify.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from resolvers.policy.letter_texts import (
    APPROVED,
    CHANNELS,
    COLLECTIONS,
    MAKINGS,
    REASONS,
    REJECTED,
)
from resolvers.policy.named import Named
from resolvers.policy.permit_labels import (
    CATEGORY_LABELS,
    PERMIT_STATUS_LABELS,
    PROCEDURE_LABELS,
)
from resolvers.policy.places import CITIES

_Word = TypeVar("_Word", bound=StrEnum)


def _by_word(labels: Mapping[_Word, Named]) -> Mapping[str, Named]:
    return {str(word): named for word, named in labels.items()}


CHOICES: Final[Mapping[str, Mapping[str, Named]]] = {
    "procedure": _by_word(PROCEDURE_LABELS),
    "outcome": {"APPROVED": APPROVED, "REJECTED": REJECTED},
    "category": _by_word(CATEGORY_LABELS),
    "status": _by_word(PERMIT_STATUS_LABELS),
    "reason": _by_word(REASONS),
    "channel": _by_word(CHANNELS),
    "making": _by_word(MAKINGS),
    "collection": _by_word(COLLECTIONS),
    "city": dict(CITIES),
}
