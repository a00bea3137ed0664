"""Words of the proof of a check, English and Chinese: printed on it, and at the check page."""

from __future__ import annotations

from typing import Final

from resolvers.policy.named import Named

TITLE: Final = Named("Record of a check", "共享信息核验记录")
ISSUER: Final = Named("OneCard Gateway", "证卡合一网关")
NUMBER: Final = Named("Check No.", "核验编号")
CHECKED_AT: Final = Named("Checked on", "核验时间")
BEIJING_TIME: Final = Named("Beijing time", "北京时间")
CHECKED_BY: Final = Named("Checked by", "核验方")
BEARER: Final = Named(
    "whoever bore the share code and named the birth date", "持共享码并提供出生日期的核验人"
)
PURPOSE: Final = Named("Purpose", "核验用途")
FOLLOW_UP: Final = Named("Check again by", "最迟复核日期")
NO_FOLLOW_UP: Final = Named("no permit with an end was shown to hold", "未显示有期限的有效许可")
CONFIRMED_BY: Final = Named("Source, last confirmed on", "来源及最近确认日期")
PERIOD: Final = Named("Permit", "许可")
NOTHING: Final = Named("Nothing is on record", "无登记记录")
STAY_HOLDS: Final = Named("holds at the time of the check", "核验时有效")
STAY_HOLDS_NOT: Final = Named("does not hold at the time of the check", "核验时无效")
LIVE: Final = Named(
    "Everything here was read from the records of the authorities at the time stated, with a "
    "share code that the holder made for this purpose and that was good at that time. It proves "
    "what was on record then, not what holds today, and not who bears it: compare it with the "
    "person before you.",
    "以上内容系核验时从主管机关登记信息中实时读取，所用共享码由持证人为上述用途生成且当时有效。"
    "本记录证明核验时的登记情况，不代表当前状态，亦不证明持有人身份，请与本人核对。",
)
KEEP: Final = Named(
    "Use it for this purpose alone, keep it only as long as the law asks for, and let nobody else "
    "see it.",
    "仅限用于上述用途，保存期限不得超过法律规定，不得向他人提供。",
)
SIGNED: Final = Named("signed electronically", "本文件已电子签名")
FILE_NAME: Final = "check-record"
