"""What the check page says about share codes, English and Chinese."""

from __future__ import annotations

from typing import Final

from resolvers.policy.named import Named

PAGE: Final = Named("Check a share code", "核验共享码")
INTRODUCTION: Final = Named(
    "Somebody gave you a code of nine characters to show you a part of their record. Type it with "
    "their birth date. Opening this page uses nothing up; each check takes one use of the code.",
    "对方向您提供了九位共享码，用于出示其部分登记信息。请输入共享码和对方的出生日期。"
    "打开本页面不消耗次数，每次核验使用一次。",
)
CODE: Final = Named("Share code", "共享码")
CODE_HINT: Final = Named(
    "Nine letters and digits; spaces and capitals do not matter",
    "九位字母和数字，空格和大小写不影响",
)
BIRTH_DATE: Final = Named("Birth date of whom it is about", "对方的出生日期")
BIRTH_DATE_HINT: Final = Named("Year, month, day: 1984-02-29", "年月日，如 1984-02-29")
CHECK: Final = Named("Check", "核验")
RECORDED: Final = Named(
    "The person sees in the app that the code was tried, when, and how it ended.",
    "对方可在应用中看到共享码被核验的时间和结果。",
)
LETTERS: Final = Named("Check a letter instead", "核验文书")
SHARE_CODES: Final = Named("You were given a share code? Check it here", "核验共享码请点此处")
NOT_ACCEPTED: Final = Named("Nothing was opened", "未能核验")
NOT_ACCEPTED_WHY: Final = Named(
    "The code or the birth date is wrong, or the code is no longer good or not for you. Compare "
    "both. After five attempts a code is locked: ask for a new one.",
    "共享码或出生日期有误，或共享码已失效、不供您使用。请核对。"
    "输错五次后共享码将被锁定，请索取新的共享码。",
)
TOO_MANY: Final = Named("Too many checks", "核验过于频繁")
TOO_MANY_WHY: Final = Named("Wait {seconds} s and try again.", "请等待 {seconds} 秒后重试。")
CHECKED: Final = Named("This is on record now", "登记信息如下")
CHECKED_BUT: Final = Named("On record, but mind what holds now", "已核验，但请注意当前状态")
CHECKED_WHY: Final = Named(
    "The code is good, and everything below was read from the records of the authorities just now.",
    "共享码有效，以下内容系刚从主管机关登记信息中实时读取。",
)
COMPARE: Final = Named(
    "The record proves nothing about who stands before you: compare name and birth date with an "
    "identity document.",
    "登记信息不能证明面前的人的身份，请将姓名和出生日期与其身份证件核对。",
)
KEEP: Final = Named("Keep the proof of this check", "保存核验记录")
KEEP_WHY: Final = Named(
    "Both say the same: a paper for people, signed text for programs. They can be fetched here for "
    "15 minutes; then nothing of them is kept.",
    "两者内容相同：PDF供阅读，签名文本供程序验证。15分钟内可在此下载，之后不再保存。",
)
AS_PDF: Final = Named("Download as PDF", "下载PDF")
AS_JSON: Final = Named("Download as signed text (JSON)", "下载签名文本（JSON）")
ANOTHER: Final = Named("Check another share code", "核验其他共享码")
PROOF_OVER: Final = Named("This proof is no longer here", "核验记录已不存在")
PROOF_OVER_WHY: Final = Named(
    "It can be fetched for 15 minutes after the check, unless the code is taken back. Check the "
    "code anew.",
    "核验记录仅在核验后15分钟内可下载，共享码被撤销后亦不可下载。请重新核验。",
)
PROOF_BUSY: Final = Named("Not just now", "暂时无法生成")
PROOF_BUSY_WHY: Final = Named(
    "Too many papers are being made. Go back and try again in a few seconds.",
    "目前无法生成文件，请返回并在数秒后重试。",
)
PROOF_UNPRINTABLE: Final = Named("This cannot be printed", "无法打印")
PROOF_UNPRINTABLE_WHY: Final = Named(
    "A character of it is in none of our fonts. Go back and keep the signed text instead.",
    "内容中有无法打印的字符，请返回并下载签名文本。",
)
