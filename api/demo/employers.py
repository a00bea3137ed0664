"""Fictional employers: eight for every block of holders, each in one of the four cities."""

from __future__ import annotations

from datetime import date, timedelta

from api.demo import made_numbers
from api.demo.days import midnight
from api.demo.draw import Draw, Weighted, drawn_id
from resolvers.policy.places import CITIES
from resolvers.store.employers import EmployerRecord

HOLDERS_PER_BLOCK = 320
EMPLOYERS_PER_BLOCK = 8
MAX_EMPLOYERS = made_numbers.MAX_HOLDERS // HOLDERS_PER_BLOCK * EMPLOYERS_PER_BLOCK

_LARGE_EMPLOYERS = 3
_LARGE_EMPLOYER_PERCENT = 4
_SIZES = Weighted(*zip(range(EMPLOYERS_PER_BLOCK), (40, 20, 12, 10, 8, 5, 3, 2), strict=True))

_CITY_SHARES = Weighted(("440100", 35), ("440300", 40), ("440400", 12), ("441900", 13))

_NAMES = (
    *(("Ninth Lantern", "九灯"), ("Azure Heron", "青鹭"), ("Cloud Ferry", "云渡")),
    *(("Paper Kite", "纸鸢"), ("Moonlit Quay", "月埠"), ("Bamboo Comet", "竹彗")),
    *(("Silver Carp", "银鲤"), ("Tidal Drum", "潮鼓"), ("Quiet Thunder", "静雷")),
    *(("Seven Bridges", "七桥"), ("Lychee Garden", "荔园"), ("Stone Sparrow", "石雀")),
    *(("Morning Bell", "晨钟"), ("Rain Abacus", "雨算"), ("Distant Sail", "远帆")),
    *(("Kapok Star", "棉星"), ("Harbour Fox", "港狐"), ("Jade Windmill", "玉风车")),
)
_TRADES = (
    *(("Optics", "光学"), ("Robotics", "机器人"), ("Software", "软件"), ("Biotech", "生物科技")),
    *(("Language School", "语言培训"), ("Logistics", "物流"), ("Ceramics", "陶瓷")),
    *(("New Energy", "新能源"), ("Shipbuilding", "船舶"), ("Audio", "声学"), ("Toys", "玩具")),
    *(("Food Trading", "食品贸易"), ("Design", "设计"), ("Semiconductors", "半导体")),
    *(("Medical Devices", "医疗器械"), ("Hotels", "酒店"), ("Film Studio", "影业")),
)


def block_of(holder_index: int) -> int:
    return holder_index // HOLDERS_PER_BLOCK


def employer_numbers_of(block: int) -> range:
    return range(block * EMPLOYERS_PER_BLOCK, (block + 1) * EMPLOYERS_PER_BLOCK)


def draw_employer(draw: Draw, holder_index: int) -> int:
    """The number of an employer of this holder's block, or of one of the few large ones."""
    if draw.chance(_LARGE_EMPLOYER_PERCENT):
        return draw.below(_LARGE_EMPLOYERS)
    return block_of(holder_index) * EMPLOYERS_PER_BLOCK + draw.weighted(_SIZES)


def employer_id(data_set: str, number: int) -> str:
    return drawn_id("emp", f"{data_set}/{number}")


def drawn_city(data_set: str, number: int) -> str:
    return Draw(f"{data_set}/employer/{number}").weighted(_CITY_SHARES)


def make_employer(
    data_set: str, number: int, slot: int, city: str, reference: date
) -> EmployerRecord:
    """`slot` decides the credit code; `number` the rest, within the data set."""
    draw = Draw(f"{data_set}/employer/{number}/name")
    (name, chinese_name), (trade, chinese_trade) = draw.pick(_NAMES), draw.pick(_TRADES)
    place = CITIES[city]
    return EmployerRecord(
        employer_id=employer_id(data_set, number),
        credit_code=made_numbers.credit_code(slot, city),
        name={
            "en": f"{place.en} {name} {trade} Co., Ltd. (fictional)",
            "zh": f"{place.zh}{chinese_name}{chinese_trade}有限公司（虚构）",
        },
        city=city,
        authority="market-regulation",
        updated_at=midnight(reference - timedelta(days=draw.between(1, 60))),
    )
