"""Time limits, caps, fees and promises of the permit procedures: policy by city and day, as data.

A decision stores the version it was made by, so a version is never edited once used: a new one is
added with the day from which it holds. Beside each number stands how sure it is: [C], [c] and [I]
as in FACTS.md, "ours" where it gives none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from resolvers.policy.paper_tables import GUANGDONG_2024_12, PaperTable
from resolvers.policy.places import CITIES
from resolvers.rules.windows import DayUnit, LateFiling, WindowAnchor, WindowRule
from resolvers.vocabulary import PermitCategory, ProcedureKind


class UnknownCity(ValueError):
    """No city of ours; the code is told, it is no personal data."""


class NoPolicyYet(ValueError):
    """The day lies before the first version of that city."""


@dataclass(frozen=True)
class Fee:
    """In fen of CNY. Where `is_known` is false nothing says what is charged, and nothing is."""

    fen: int
    is_known: bool


@dataclass(frozen=True)
class ProcedurePolicy:
    """What holds in a city from `valid_from` to the next version. Days are calendar days, unless
    a name says working days."""

    version: str
    city: str
    valid_from: date
    windows: Mapping[ProcedureKind, WindowRule]
    papers: PaperTable
    fees: Mapping[ProcedureKind, Fee]
    pre_check_working_days: int
    review_working_days: Mapping[PermitCategory, int]
    validity_cap_years: Mapping[PermitCategory, int]
    originals_checked: frozenset[PermitCategory]
    enrolment_days: int
    """From the permit: the employer enrols in social insurance."""
    residence_application_days: int
    """From entry: the holder applies for the residence permit."""
    residence_settlement_days: int
    """From the cancellation of the permit: the holder settles the residence permit."""
    returned_lapse_days: int
    """From the return: an application that nobody sends again ends."""
    temporary_loss_days: int
    """After which a temporary loss releases itself."""
    factory_card_working_days: int
    counter_card_minutes: int

    def promised_working_days(self, category: PermitCategory) -> int:
        """From filing to result: pre-check and review."""
        return self.pre_check_working_days + self.review_working_days[category]


_EXPIRY, _EVENT, _ENTRY, _STAY_END = WindowAnchor
_DAYS, _WORKING = DayUnit
_REFUSED, _MARKED = LateFiling

_WINDOWS: Mapping[ProcedureKind, WindowRule] = {
    # Table of procedures, "before entry". Who is in China already files as new in China.
    ProcedureKind.NEW_FROM_ABROAD: WindowRule(_ENTRY, None, -1, _DAYS, _REFUSED),
    # "Within the stay allowed", its last day included [I].
    ProcedureKind.NEW_IN_CHINA: WindowRule(_STAY_END, None, 0, _DAYS, _REFUSED),
    # "Within 30 days of entry". That a late check is taken and marked is ours.
    ProcedureKind.ORIGINALS_CHECK: WindowRule(_ENTRY, 0, 30, _DAYS, _MARKED),
    # "90 to 30 days before expiry; later than 30 days is refused" [C].
    ProcedureKind.EXTENSION: WindowRule(_EXPIRY, -90, -30, _DAYS, _REFUSED),
    # "Within 10 working days of the change" [C]; late is marked, ours.
    ProcedureKind.CHANGE: WindowRule(_EVENT, 0, 10, _WORKING, _MARKED),
    # "Within 10 working days of the event" [C]; late is marked, ours.
    ProcedureKind.CANCELLATION: WindowRule(_EVENT, 0, 10, _WORKING, _MARKED),
    # "Any time" [c], while there is something to be issued for.
    ProcedureKind.ELECTRONIC_PERMIT: WindowRule(_EXPIRY, None, 0, _DAYS, _REFUSED),
}

_SINCE = date(2024, 12, 1)
"""Since when every procedure is online and its result on the card [C]."""

_TEMPORARY_LOSS_DAYS = {"440100": 10, "440300": 7, "440400": 7, "441900": 5}
"""5 to 10, set by city [c]; which city has which is not known: ours."""

_FACTORY_CARD_WORKING_DAYS = {"440100": 12, "440300": 12, "440400": 12, "441900": 12}
"""12 in Guangzhou [C]; the others taken over from there, ours."""


def _guangdong(city: str) -> ProcedurePolicy:
    return ProcedurePolicy(
        version=f"{city}/{_SINCE}",
        city=city,
        valid_from=_SINCE,
        windows=_WINDOWS,
        papers=GUANGDONG_2024_12,
        # No source says: unknown, so none is charged.
        fees=dict.fromkeys(ProcedureKind, Fee(fen=0, is_known=False)),
        # "Steps a filer sees".
        pre_check_working_days=5,
        review_working_days={
            PermitCategory.A: 5,
            PermitCategory.B: 10,
            PermitCategory.C: 10,
        },
        # "A up to 5 years, B up to 2, C usually 1" [c].
        validity_cap_years={
            PermitCategory.A: 5,
            PermitCategory.B: 2,
            PermitCategory.C: 1,
        },
        # "B and C only", table of procedures.
        originals_checked=frozenset({PermitCategory.B, PermitCategory.C}),
        # "Linked records": both 30 days.
        enrolment_days=30,
        residence_application_days=30,
        # Ours: no source says within how many days.
        residence_settlement_days=10,
        # Ours.
        returned_lapse_days=60,
        temporary_loss_days=_TEMPORARY_LOSS_DAYS[city],
        factory_card_working_days=_FACTORY_CARD_WORKING_DAYS[city],
        # "Under 20 minutes in the article" [C].
        counter_card_minutes=20,
    )


POLICIES: Mapping[str, Sequence[ProcedurePolicy]] = {city: (_guangdong(city),) for city in CITIES}
"""City → its versions, oldest first."""


def policy_for(city: str, on: date) -> ProcedurePolicy:
    """What holds in `city` on that day of Asia/Shanghai. Raises UnknownCity and NoPolicyYet."""
    if city not in POLICIES:
        raise UnknownCity("no policy is known for this city")
    return policy_on(POLICIES[city], on)


def policy_on(versions: Sequence[ProcedurePolicy], on: date) -> ProcedurePolicy:
    """The last of `versions` that holds on that day, in whichever order they stand. Raises
    NoPolicyYet before the first."""
    valid = [one for one in versions if one.valid_from <= on]
    if not valid:
        raise NoPolicyYet("no policy holds on this day yet")
    return max(valid, key=lambda one: one.valid_from)
