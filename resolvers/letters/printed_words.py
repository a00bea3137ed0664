"""What a letter prints where it has a choice of few words. Data.

Keys are the values of `resolvers.letters.printed.PrintedField`. The word of a choice enters the
digest; its texts are what is printed, and may change while the word stays (docs/letters-verify.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.policy.named import Named
from resolvers.policy.places import CITIES

CHOICES: Final[Mapping[str, Mapping[str, Named]]] = {
    "procedure": {
        "NEW_FROM_ABROAD": Named("New permit, from abroad", "境外申请工作许可"),
        "NEW_IN_CHINA": Named("New permit, in China", "境内申请工作许可"),
        "ORIGINALS_CHECK": Named("On-site check of originals", "现场核验原件"),
        "EXTENSION": Named("Extension", "工作许可延期"),
        "CHANGE": Named("Change", "工作许可变更"),
        "CANCELLATION": Named("Cancellation", "工作许可注销"),
        "ELECTRONIC_PERMIT": Named("Electronic permit for a plastic one", "实体证换发电子证"),
    },
    "outcome": {
        "APPROVED": Named("Granted", "准予许可"),
        "REJECTED": Named("Refused", "不予许可"),
    },
    "category": {
        "A": Named("Category A: high-end talent", "A类：外国高端人才"),
        "B": Named("Category B: professional", "B类：外国专业人才"),
        "C": Named("Category C: other", "C类：其他外国人员"),
    },
    "status": {
        "AWAITING_ORIGINALS": Named(
            "Approved; good once the originals have been checked", "已许可，待现场核验原件后生效"
        ),
        "NOT_YET_VALID": Named("Not valid yet", "尚未生效"),
        "ACTIVE": Named("Active", "有效"),
        "EXPIRED": Named("Expired", "已过期"),
        "SUPERSEDED": Named("Superseded by a later permit", "已被新许可替代"),
        "CANCELLED": Named("Cancelled", "已注销"),
    },
    "reason": {
        "NEW": Named("First card", "首次申领"),
        "REPLACE_LOST": Named("Replacement of a lost card", "挂失补领"),
        "RENEW": Named("Renewal", "到期换领"),
        "EXCHANGE": Named("Exchange that keeps the number", "保留卡号换领"),
    },
    "channel": {
        "COUNTER": Named("At a counter", "服务窗口"),
        "KIOSK": Named("At a kiosk", "自助终端"),
        "ONLINE": Named("Online", "线上"),
        "BANK": Named("At a bank", "合作银行"),
    },
    "making": {
        "COUNTER": Named("At the counter, at once", "窗口即时制卡"),
        "FACTORY": Named("By the factory", "工厂制卡"),
    },
    "collection": {
        "IN_PERSON": Named("In person", "本人领取"),
        "POST": Named("By post", "邮寄"),
        "EMPLOYER": Named("By the employer", "由用人单位代领"),
    },
    "city": dict(CITIES),
}
