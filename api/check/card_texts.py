"""What the check page says of a card that is shown, English and Chinese."""

from __future__ import annotations

from typing import Final

from resolvers.policy.named import Named

PAGE: Final = Named("Check a card", "核验卡片")
SHOWN: Final = Named(
    "Somebody shows you an electronic card. The code was signed by us and is good for one minute "
    "and one check.",
    "对方正在向您出示电子卡。该码由本机关签发，一分钟内有效，只能核验一次。",
)
LOOK: Final = Named(
    "Check it while the person stands before you. The check uses the code up and is written down "
    "for the holder to see.",
    "请在对方在场时核验。核验后该码即失效，持卡人可以看到本次核验记录。",
)
CHECK: Final = Named("Check the card now", "立即核验")
VALID: Final = Named("The card is valid", "该卡有效")
NOT_VALID: Final = Named("The card does not count", "核验未通过")
COMPARE: Final = Named(
    "Compare the initials with an identity document of the person before you: the code alone does "
    "not say who shows it.",
    "请将姓名首字母与对方的身份证件核对：仅凭此码不能证明出示人的身份。",
)
AS_OF: Final = Named("Checked on {time}, China Standard Time", "核验时间：{time}（北京时间）")
NAME: Final = Named("Holder", "持卡人")
CATEGORY: Final = Named("Work permit", "工作许可类别")
EMPLOYER: Final = Named("Employer", "用人单位")
LAST_DAY: Final = Named("Last valid day", "有效期至")
TOO_MANY: Final = Named("Too many checks", "核验次数过多")
TOO_MANY_WHY: Final = Named(
    "Wait {seconds} seconds, then check again. The code was not used up.",
    "请在 {seconds} 秒后重试。该码尚未使用。",
)
