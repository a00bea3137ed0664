"""Lines out of a file or a body, one at a time: nothing larger than a line is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

MAX_LINE_BYTES = 8_192
BATCH_LINES = 50
"""Stored in one transaction."""
_SKIPPED_AT_ONCE = 65_536


@dataclass(frozen=True)
class RawLine:
    """`content` is None for a line above `MAX_LINE_BYTES`, which was not kept. `end` is the place
    behind it in the file."""

    number: int
    content: bytes | None = field(repr=False)
    end: int


def raw_lines(file: BinaryIO) -> Iterator[RawLine]:
    """Every line that is not blank, counted with the blank ones."""
    number = end = 0
    while found := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        end += len(found)
        content: bytes | None = found
        if len(found) > MAX_LINE_BYTES and not found.endswith(b"\n"):
            content = None
            end += _skip(file)
        if content is None or content.strip():
            yield RawLine(number, content, end)


def _skip(file: BinaryIO) -> int:
    """The bytes to the end of the line, read over."""
    skipped = 0
    while found := file.readline(_SKIPPED_AT_ONCE):
        skipped += len(found)
        if found.endswith(b"\n"):
            break
    return skipped


def batches(lines: Iterator[RawLine]) -> Iterator[list[RawLine]]:
    while batch := list(islice(lines, BATCH_LINES)):
        yield batch
