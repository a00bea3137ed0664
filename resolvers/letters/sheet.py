"""One letter as it is to be laid out: plain texts, in both languages, and nothing of the layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from resolvers.policy.named import Named
from resolvers.vocabulary import LetterKind


@dataclass(frozen=True)
class SheetRow:
    """`name` is that of the field; `value` is what is printed, lines parted by a line end."""

    name: str
    label: Named
    value: str = field(repr=False)
    language: str = "en"


@dataclass(frozen=True)
class Sheet:
    """`rows` up to `beside_photo` stand beside the place of the photo, if there is one."""

    kind: LetterKind
    title: Named
    authority: Named
    file_number: str
    issued_on: date
    rows: Sequence[SheetRow]
    paragraphs: Sequence[Named] = field(repr=False)
    has_photo: bool = True
    letter_until: date | None = None
    """The last day on which the letter is good, where it has one."""

    def values(self) -> Mapping[str, str]:
        """What is printed, by field, the file number too."""
        return {"file_number": self.file_number} | {row.name: row.value for row in self.rows}
