"""People whose names are hard to set: most of them of the demo, the longest made for this. All
fictional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from api.demo.cast import CAST
from auth.sealing import HolderVault
from resolvers.letters.content import sheet_of
from resolvers.letters.facts import LetterFacts, NamedPerson
from resolvers.letters.sheet import Sheet
from resolvers.store.letters import LetterKey
from resolvers.vocabulary import LetterKind

AT = datetime(2026, 11, 27, 3, tzinfo=UTC)
LONG = "Wolkensteinhausenbergerdorffhagensteinbrunnenwaldhofen"
LONGEST_WORD = LONG + LONG.lower()


@dataclass(frozen=True)
class Named:
    label: str
    person: NamedPerson


def _made(label: str, full: str, chinese: str | None = None, native: str | None = None) -> Named:
    return Named(label, NamedPerson(full, chinese, native, "DEU", "X00000001"))


MADE = (
    _made(
        "very long",
        "María Esperanza Guadalupe Inmaculada Concepción de los Ángeles Valdelunar de la Santísima "
        "Trinidad y Montesclaros-Altamirada de Todos los Santos Fernandina",
        "玛丽亚·埃斯佩兰萨·瓜达卢佩·因马库拉达·康塞普西翁·德洛斯安赫莱斯·巴尔德卢纳尔",
    ),
    _made("one very long word", LONGEST_WORD),
    _made("stacked diacritics", "Nguyễn Thị Ánh Đặng Ngọc Lụa Ễ Ộ Ẩ Ữ Ặ", "阮氏映"),
    _made("combining marks", "Ọ́láṣubọ̀mí Ẹ̀kọ́ṣàgá"),
    _made("Kazakh", "Aigerim Zhuldyzbay", None, "Айгерім Жұлдызбай"),
    _made("Devanagari", "Asha Kalpanik", None, "आशा काल्पनिक"),
    _made("no font has it", "Daw Thawda", None, "သော်တာ"),
)


def demo_names() -> list[Named]:
    """Every demo identity, as its letters name it."""
    return [
        _made(
            role.label,
            f"{role.name.given_names} {role.name.surname}".strip(),
            role.name.chinese_name,
            role.name.native_name,
        )
        for role in CAST
    ]


def sheet_for(named: Named, kind: LetterKind = LetterKind.PERMIT_CERTIFICATE) -> Sheet:
    permit = {
        "_id": "pmt",
        "revision": 1,
        "category": "B",
        "state": "ISSUED",
        "post": {"en": "Senior Engineer", "zh": "高级工程师"},
        "city": "440100",
        "valid_from": datetime(2026, 3, 1, 16, tzinfo=UTC),
        "valid_until": datetime(2027, 3, 1, 16, tzinfo=UTC),
        "history": [],
    }
    facts = LetterFacts(
        key=LetterKey(kind, "pmt", "1"),
        holder_id="hld",
        employer_id=None,
        authority="foreign-experts-440100",
        city="440100",
        revision=1,
        as_of=AT,
        vault=HolderVault("hld", bytes(32)),
        person=named.person,
        permit=permit,
        permit_number="GD4400000001",
        employer={"name": {"en": "Sample Robotics", "zh": "样例机器人"}},
    )
    return sheet_of(facts, f"OCG-{date(2026, 11, 27).year}-7K3M9Q2X")
