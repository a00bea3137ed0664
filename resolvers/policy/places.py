"""Cities and authorities, as data: codes are stored, names are looked up when shown.

City codes are the six-digit administrative division codes of GB/T 2260.
"""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.policy.named import Named

CITIES: Mapping[str, Named] = {
    "440100": Named("Guangzhou", "广州市"),
    "440300": Named("Shenzhen", "深圳市"),
    "440400": Named("Zhuhai", "珠海市"),
    "441900": Named("Dongguan", "东莞市"),
}

AUTHORITIES: Mapping[str, Named] = {
    "foreign-experts-440100": Named("Guangzhou Foreign Experts Affairs Bureau", "广州市外国专家局"),
    "foreign-experts-440300": Named("Shenzhen Foreign Experts Affairs Bureau", "深圳市外国专家局"),
    "foreign-experts-440400": Named("Zhuhai Foreign Experts Affairs Bureau", "珠海市外国专家局"),
    "foreign-experts-441900": Named("Dongguan Foreign Experts Affairs Bureau", "东莞市外国专家局"),
    "human-resources-440100": Named(
        "Guangzhou Human Resources and Social Security Bureau", "广州市人力资源和社会保障局"
    ),
    "human-resources-440300": Named(
        "Shenzhen Human Resources and Social Security Bureau", "深圳市人力资源和社会保障局"
    ),
    "human-resources-440400": Named(
        "Zhuhai Human Resources and Social Security Bureau", "珠海市人力资源和社会保障局"
    ),
    "human-resources-441900": Named(
        "Dongguan Human Resources and Social Security Bureau", "东莞市人力资源和社会保障局"
    ),
    "exit-entry-440100": Named(
        "Guangzhou Public Security Bureau, Exit-Entry Administration",
        "广州市公安局出入境管理支队",
    ),
    "exit-entry-440300": Named(
        "Shenzhen Public Security Bureau, Exit-Entry Administration",
        "深圳市公安局出入境管理局",
    ),
    "exit-entry-440400": Named(
        "Zhuhai Public Security Bureau, Exit-Entry Administration", "珠海市公安局出入境管理支队"
    ),
    "exit-entry-441900": Named(
        "Dongguan Public Security Bureau, Exit-Entry Administration",
        "东莞市公安局出入境管理支队",
    ),
    "market-regulation": Named("Market Regulation Administration", "市场监督管理局"),
    "onecard-gateway": Named("OneCard Gateway", "证卡合一网关"),
}
