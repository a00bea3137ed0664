"""The demo identities: who they are, by hand. Fictional; nobody bears these names and numbers.

Days are counted from the day of loading, so that `expires in 20 days` is true when it is read. Only
what hangs on the end of the plastic permit (December 2024) has days of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from api.demo.card_making import CardPlan
from api.demo.careers import CareerPlan, Ending
from api.demo.names import FictionalName
from resolvers.vocabulary import CardState, IdentifierKind, PermitCategory

A, B, C = PermitCategory.A, PermitCategory.B, PermitCategory.C
_NO_CARD = CardPlan(None, None)
_ELECTRONIC = CardPlan(None, CardState.NORMAL)
_BOTH = CardPlan(CardState.NORMAL, CardState.NORMAL)
_PLASTIC_UNTIL = date(2029, 11, 3)
_FIVE_YEARS = 1825


@dataclass(frozen=True)
class Role:
    """`typed_name` and `identifier` are what the demo types at login. `career` days are counted
    from the day of loading when `ends_in` is given. `employer` is the number of the first one; by
    the place in the cast when None."""

    label: str
    purpose: str
    expect: str
    typed_name: str
    identifier: IdentifierKind
    nation: str
    born_on: date
    name: FictionalName
    cards: CardPlan
    category: PermitCategory | None = None
    permits: int = 1
    ending: Ending = Ending.RUNS_OUT
    ends_in: int | None = None
    ends_on: date | None = None
    validity_days: int = 365
    converted: bool = False
    resident_for: int | None = None
    employer: int | None = None

    def career(self, reference: date) -> CareerPlan | None:
        if self.category is None:
            return None
        days = timedelta(days=self.ends_in or 0)
        ends_on = self.ends_on or reference + days
        return CareerPlan(self.category, self.permits, self.ending, ends_on, self.validity_days)


def _name(
    surname: str, given: str, chinese: str | None = None, native: str | None = None
) -> FictionalName:
    return FictionalName(surname, given, chinese, native)


WORK_PERMIT = IdentifierKind.WORK_PERMIT
SOCIAL_SECURITY = IdentifierKind.SOCIAL_SECURITY
PASSPORT = IdentifierKind.PASSPORT
RESIDENT = IdentifierKind.PERMANENT_RESIDENT

CAST: Sequence[Role] = (
    Role(
        label="Active permit A, no card yet",
        purpose="The shortest way in: the electronic card is issued by the first login.",
        expect="An electronic card with the permit loaded.",
        typed_name="Rowan Elise Thistlewick",
        identifier=WORK_PERMIT,
        nation="GBR",
        born_on=date(1986, 4, 9),
        name=_name("Thistlewick", "Rowan Elise"),
        cards=_NO_CARD,
        category=A,
        ends_in=400,
        validity_days=730,
    ),
    Role(
        label="Active permit B with a physical card",
        purpose="A physical card exists, so a second proof is asked: phone or bank card.",
        expect="secondProofDue; afterwards the physical and the electronic card.",
        typed_name="ELOISE CLAIRETANG",
        identifier=SOCIAL_SECURITY,
        nation="FRA",
        born_on=date(1990, 10, 21),
        name=_name("Clairétang", "Éloïse", "柳知远"),
        cards=_BOTH,
        category=B,
        permits=2,
        ends_in=300,
        validity_days=540,
    ),
    Role(
        label="Permit expires in 20 days",
        purpose="An extension can no longer be filed: that ends 30 days before.",
        expect="daysLeft 20 on the day of loading; an electronic card.",
        typed_name="Hoshizukiyo Hinako",
        identifier=PASSPORT,
        nation="JPN",
        born_on=date(1994, 2, 3),
        name=_name("Hoshizukiyo", "Hinako", None, "星月夜 ひなこ"),
        cards=_ELECTRONIC,
        category=B,
        ends_in=20,
    ),
    Role(
        label="Permit expired",
        purpose="Expired is computed from the clock; the document still says issued.",
        expect="No electronic card: NO_ACTIVE_PERMIT.",
        typed_name="João Pedro Nevoeirão",
        identifier=WORK_PERMIT,
        nation="BRA",
        born_on=date(1979, 7, 30),
        name=_name("Nevoeirão", "João Pedro"),
        cards=_NO_CARD,
        category=B,
        ends_in=-45,
    ),
    Role(
        label="Permit cancelled",
        purpose="The employer ended the work and cancelled before the permit ran out.",
        expect="No electronic card: NO_ACTIVE_PERMIT; one open task.",
        typed_name="SOEREN AEROESKOVBY",
        identifier=WORK_PERMIT,
        nation="DNK",
        born_on=date(1983, 12, 12),
        name=_name("Ærøskovby", "Søren"),
        cards=_NO_CARD,
        category=C,
        ending=Ending.CANCELLED,
        ends_in=-4,
    ),
    Role(
        label="Old plastic permit",
        purpose="No change, no replacement: a plastic permit is not loaded onto a card.",
        expect="No electronic card: PLASTIC_PERMIT.",
        typed_name="Cordelia Mae O'Quillan",
        identifier=PASSPORT,
        nation="USA",
        born_on=date(1981, 5, 17),
        name=_name("O'Quillan", "Cordelia Mae"),
        cards=_NO_CARD,
        category=A,
        ends_on=_PLASTIC_UNTIL,
        validity_days=_FIVE_YEARS,
    ),
    Role(
        label="Twenty permits over time",
        purpose="A long list in one query: extensions and changes of employer.",
        expect="20 permits, the newest active; an electronic card.",
        typed_name="Isagani Bituinhimig",
        identifier=WORK_PERMIT,
        nation="PHL",
        born_on=date(1974, 6, 12),
        name=_name("Bituinhimig", "Isagani"),
        cards=_ELECTRONIC,
        category=C,
        permits=20,
        ends_in=150,
    ),
    Role(
        label="Physical card lost",
        purpose="A lost physical card makes the electronic one unusable.",
        expect="secondProofDue; no electronic card: PHYSICAL_CARD_LOST; a stale residence permit.",
        typed_name="남궁미리내",
        identifier=SOCIAL_SECURITY,
        nation="KOR",
        born_on=date(1992, 8, 15),
        name=_name("Namgung", "Mirinae", None, "남궁미리내"),
        cards=CardPlan(CardState.LOST, None),
        category=B,
        ends_in=200,
        validity_days=540,
    ),
    Role(
        label="Permanent resident ID, no permit",
        purpose="A permanent resident needs no work permit.",
        expect="No permits; no electronic card: NO_ACTIVE_PERMIT.",
        typed_name="Solène de La Fauvette",
        identifier=RESIDENT,
        nation="CAN",
        born_on=date(1975, 3, 27),
        name=_name("de La Fauvette", "Solène", "云思桥"),
        cards=_NO_CARD,
        resident_for=700,
    ),
    Role(
        label="Chinese name",
        purpose="Logging in with the Chinese name.",
        expect="An electronic card with the permit loaded.",
        typed_name="陈星河",
        identifier=WORK_PERMIT,
        nation="MYS",
        born_on=date(1995, 11, 5),
        name=_name("Tan", "Xing He", "陈星河"),
        cards=_NO_CARD,
        category=B,
        ends_in=250,
    ),
    Role(
        label="Vietnamese name",
        purpose="Diacritics left out, in the order of the passport.",
        expect="An electronic card with the permit loaded.",
        typed_name="DANG NGOC LUA",
        identifier=PASSPORT,
        nation="VNM",
        born_on=date(1998, 1, 19),
        name=_name("Đặng", "Ngọc Lúa"),
        cards=_NO_CARD,
        category=B,
        ends_in=120,
    ),
    Role(
        label="Cyrillic name",
        purpose="Logging in with the name in its own script.",
        expect="An electronic card with the permit loaded.",
        typed_name="Артём Вымысленко",
        identifier=PASSPORT,
        nation="RUS",
        born_on=date(1988, 9, 2),
        name=_name("Vymyslenko", "Artem", None, "Артём Вымысленко"),
        cards=_NO_CARD,
        category=A,
        permits=2,
        ends_in=500,
        validity_days=730,
    ),
    Role(
        label="A single name",
        purpose="Some people have one name and no surname.",
        expect="An electronic card with the permit loaded.",
        typed_name="Suryabulan",
        identifier=WORK_PERMIT,
        nation="IDN",
        born_on=date(1991, 4, 21),
        name=_name("Suryabulan", ""),
        cards=_NO_CARD,
        category=C,
        ends_in=90,
    ),
    Role(
        label="Plastic permit exchanged for an electronic one",
        purpose="An electronic permit for the remaining time of an old plastic one.",
        expect="An electronic card with the permit loaded.",
        typed_name="JOERG GROSSHAINSBERG",
        identifier=SOCIAL_SECURITY,
        nation="DEU",
        born_on=date(1977, 2, 14),
        name=_name("Großhainsberg", "Jörg"),
        cards=_NO_CARD,
        category=A,
        ends_on=_PLASTIC_UNTIL,
        validity_days=_FIVE_YEARS,
        converted=True,
    ),
    Role(
        label="Arabic name",
        purpose="Logging in with the name in its own script.",
        expect="An electronic card with the permit loaded.",
        typed_name="ليلى القمراوي",
        identifier=WORK_PERMIT,
        nation="EGY",
        born_on=date(1993, 12, 1),
        name=_name("Al Qamarawi", "Layla", None, "ليلى القمراوي"),
        cards=_ELECTRONIC,
        category=B,
        ends_in=180,
    ),
    Role(
        label="Permit can be extended",
        purpose="Its window is open, so its employer can file an extension.",
        expect="secondProofDue; extensionWindow isOpen, for a month; both cards.",
        typed_name="Marigold Fennimore-Stroud",
        identifier=WORK_PERMIT,
        nation="CAN",
        born_on=date(1989, 6, 8),
        name=_name("Fennimore-Stroud", "Marigold"),
        cards=_BOTH,
        category=B,
        ends_in=60,
        # Of the first one, whose portal may write.
        employer=0,
    ),
)
