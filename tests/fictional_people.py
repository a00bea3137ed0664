"""Four thousand seeded holders, made once for all tests that look at them, and any one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from hypothesis import strategies as st

from api.demo import made_numbers
from api.demo.lives import seeded_person
from api.demo.people import Person

TODAY = date(2026, 11, 23)
INDEXES = st.integers(0, made_numbers.MAX_HOLDERS - 1)
REFERENCES = st.dates(date(2025, 6, 1), date(2031, 12, 31))
ANYONE = st.builds(seeded_person, st.integers(0, 65_535), INDEXES, REFERENCES)


@cache
def four_thousand() -> Sequence[Person]:
    return [seeded_person(1, index, TODAY) for index in range(4000)]
