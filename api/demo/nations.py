"""Nationalities of the fictional holders, as data: share, passport shape, how names are made.

Exemptions by treaty are example data after agreements that are publicly known, no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.demo.draw import Weighted


@dataclass(frozen=True)
class Nation:
    """`cultures` are keys of `names`; `passport` is a shape of `made_numbers`."""

    code: str
    cultures: tuple[str, ...]
    passport: str


_TABLE = """
    JPN 90 AA9999999 japanese
    KOR 90 A99999999 korean
    USA 70 999999999 english english english spanish polish
    GBR 40 999999999 english english english hindi
    IND 40 A99999999 hindi hindi tamil
    PHL 36 A9999999A filipino
    RUS 34 999999999 russian
    DEU 34 A99999999 german german german turkish
    FRA 34 99AA99999 french french french arabic
    CAN 28 AA9999999 english french
    VNM 28 A99999999 vietnamese
    MYS 24 A99999999 malay huaren
    SGP 24 A9999999A huaren huaren malay
    AUS 22 AA9999999 english
    PAK 20 AA9999999 urdu
    THA 18 AA9999999 thai
    IDN 18 A99999999 indonesian
    ITA 18 AA9999999 italian
    ESP 16 AAA999999 spanish
    UKR 16 AA9999999 ukrainian
    ZAF 16 A99999999 english zulu
    EGY 14 A99999999 arabic
    NGA 14 A99999999 yoruba
    BRA 14 AA9999999 portuguese
    NPL 12 99999999 nepali
    BGD 12 AA9999999 bengali
    KAZ 12 A99999999 kazakh
    TUR 12 A99999999 turkish
    IRN 10 A99999999 persian
    MEX 10 A99999999 spanish
    NLD 10 AA9999999 dutch
    POL 10 AA9999999 polish
    SWE 10 AA9999999 nordic
    DNK 8 999999999 nordic
    ISL 4 A99999999 icelandic
    ISR 8 99999999 hebrew
    GRC 8 AA9999999 greek
    CHE 8 A99999999 german french
    PRT 6 AA9999999 portuguese
    CZE 6 99999999 czech
    SRB 6 999999999 serbian
    LKA 6 A99999999 tamil
    ETH 6 AA9999999 amharic
    GEO 4 99AA99999 georgian
    ARM 4 AA9999999 armenian
    MMR 6 AA9999999 burmese
"""


def _nations() -> list[tuple[Nation, int]]:
    rows = [line.split() for line in _TABLE.strip().splitlines()]
    return [(Nation(row[0], tuple(row[3:]), row[2]), int(row[1])) for row in rows]


NATIONS: Weighted[Nation] = Weighted(*_nations())
NATION_BY_CODE: Mapping[str, Nation] = {nation.code: nation for nation in NATIONS.choices}

TREATY_EXEMPTIONS: Mapping[str, tuple[str, ...]] = {
    "CAN": ("PENSION",),
    "CHE": ("PENSION", "UNEMPLOYMENT"),
    "DEU": ("PENSION", "UNEMPLOYMENT"),
    "DNK": ("PENSION",),
    "ESP": ("PENSION", "UNEMPLOYMENT"),
    "FRA": ("PENSION",),
    "JPN": ("PENSION",),
    "KOR": ("PENSION", "UNEMPLOYMENT"),
    "NLD": ("PENSION", "UNEMPLOYMENT"),
    "SRB": ("PENSION", "UNEMPLOYMENT"),
}
"""Nationality → kinds of insurance from which a posted worker may be exempt."""
