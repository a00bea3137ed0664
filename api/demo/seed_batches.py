"""Batches of seeded holders: which there are, and one of them as documents ready to insert.

A batch never crosses the border of an employer block, and the first batch of a block brings its
employers. So any number of runs writes the same documents as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import bson

from api.demo.bundle import Secrets, documents_of
from api.demo.employers import (
    HOLDERS_PER_BLOCK,
    block_of,
    drawn_city,
    employer_numbers_of,
    make_employer,
)
from api.demo.lives import data_set_of, seeded_person
from resolvers.store import employers

Encoded = dict[str, list[bytes]]
"""Collection → documents in BSON."""


@dataclass(frozen=True)
class SeedPlan:
    """From holder `first` up to but without holder `stop`, as they stand on day `reference`."""

    seed: int
    reference: date
    first: int
    stop: int

    def batches(self) -> Iterator[range]:
        first = self.first
        while first < self.stop:
            stop = min(self.stop, (block_of(first) + 1) * HOLDERS_PER_BLOCK)
            yield range(first, stop)
            first = stop


def encode_batch(plan: SeedPlan, batch: range, secrets: Secrets) -> Encoded:
    encoded: Encoded = {}
    if batch.start % HOLDERS_PER_BLOCK == 0:
        encoded[employers.NAME] = _employers(plan, block_of(batch.start))
    for index in batch:
        person = seeded_person(plan.seed, index, plan.reference)
        for name, document in documents_of(person, secrets):
            encoded.setdefault(name, []).append(bson.encode(document))
    return encoded


def _employers(plan: SeedPlan, block: int) -> list[bytes]:
    data_set = data_set_of(plan.seed)
    return [
        bson.encode(employers.encode_employer(record))
        for record in (
            make_employer(data_set, number, number, drawn_city(data_set, number), plan.reference)
            for number in employer_numbers_of(block)
        )
    ]
