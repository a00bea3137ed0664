"""What the check page says, English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.policy.named import Named
from resolvers.vocabulary import ApplicationState, Language

SERVICE: Final = Named("OneCard Gateway", "证卡合一网关")
START: Final = Named("Check a letter or a card", "核验文书或卡片")
PAGE: Final = Named("Check a letter", "核验文书")
OTHER_LANGUAGE: Final[Mapping[Language, str]] = {Language.EN: "中文", Language.ZH: "English"}
SKIP: Final = Named("Skip to the content", "跳到正文")

ASK_ADDRESS: Final = Named(
    "Scan the QR code on the letter, or on the screen that shows a card, with your phone. If that "
    "does not work, type or paste the address in it here.",
    "请用手机扫描文书上或对方屏幕上的二维码；如无法扫描，请在此输入或粘贴二维码中的网址。",
)
ADDRESS: Final = Named("Address in the QR code", "二维码网址")
GO_ON: Final = Named("Continue", "继续")
NO_ADDRESS: Final = Named(
    "That is no address of a letter or a card. Scan the QR code again, or copy the whole address.",
    "该网址不是文书或卡片的核验网址。请重新扫描二维码，或复制完整网址。",
)

NOT_SIGNED: Final = Named("This QR code is not ours", "该二维码不是本机关签发")
NOT_SIGNED_WHY: Final = Named(
    "Our signature does not hold on it. It was not issued by us, or was changed or cut short. "
    "Treat what you were shown as not genuine.",
    "其电子签名未通过验证：该二维码并非本机关签发，或内容被更改、不完整。请视所出示内容为不真实。",
)
TRY_ANOTHER: Final = Named("Check something else", "核验其他")

SIGNED: Final = Named(
    "The QR code was signed by us. That alone proves nothing about the paper in your hand: a QR "
    "code can be copied onto another one.",
    "该二维码由本机关签发。但二维码可能被复制到其他纸张上，仅凭二维码不能证明您手中文书的真伪。",
)
KIND: Final = Named("Kind of letter", "文书种类")
ISSUED_ON: Final = Named("Issued on", "签发日期")
COMPARE_DAY: Final = Named(
    "The paper must be of this kind and bear this date.", "纸面文书的种类和签发日期应与此一致。"
)
TYPE_IT: Final = Named("Type what is printed", "输入纸面内容")
TYPE_HOW: Final = Named(
    "Type every field as it stands on the paper. Capitals, spaces, punctuation and accents do not "
    "matter. Leave empty what the paper does not have. The name in its own script is not checked.",
    "请按纸面逐项输入。大小写、空格、标点及字母上的符号不影响核验。"
    "纸面没有的项目请留空。“本国文字姓名”不在核验范围内。",
)
DAY_HINT: Final = Named("Year, month, day: 2027-03-05", "年月日，如 2027-03-05")
BOTH_HINT: Final = Named("In Chinese and in English", "中文和英文都要输入")
TICKET_HINT: Final = Named("Date and number", "日期和号码")
NOTHING: Final = Named("– not on the paper –", "– 纸面没有此项 –")
CODE: Final = Named("Printed code", "防伪码")
CODE_HINT: Final = Named("16 letters and digits beside the QR code", "二维码旁的16位字母和数字")
FILE_NUMBER: Final = Named("File number", "文号")
CHECK: Final = Named("Check", "核验")
KEPT: Final = Named("What you type is compared and not kept.", "您输入的内容仅用于比对，不会保存。")

MISTYPED: Final = Named("The printed code was mistyped", "防伪码输入有误")
MISTYPED_WHY: Final = Named(
    "It has 16 letters and digits, and the last one does not fit the others. Compare it with the "
    "paper and try again.",
    "防伪码共16位字母和数字，校验位不符。请对照纸面重新输入。",
)
NOT_GENUINE: Final = Named("Not genuine, as typed", "与签发内容不符")
NOT_GENUINE_WHY: Final = Named(
    "What was typed is not what we printed. Compare every field with the paper. If it says the "
    "same, the paper was altered or is forged.",
    "输入内容与本机关签发的内容不一致。请逐项与纸面核对；如输入无误，则该文书已被更改或系伪造。",
)
UNREADABLE: Final = Named("The form could not be read", "无法读取表单")
UNREADABLE_WHY: Final = Named(
    "Open the page anew and fill in the form there.", "请重新打开页面填写表单。"
)
TOO_MANY: Final = Named("Too many checks", "核验过于频繁")
TOO_MANY_WHY: Final = Named("Wait {seconds} s and try again.", "请等待 {seconds} 秒后重试。")

GENUINE: Final = Named("Genuine", "核验通过")
GENUINE_WHY: Final = Named(
    "We issued this letter, and what you typed is what we printed.",
    "该文书由本机关签发，输入内容与签发内容一致。",
)
GENUINE_BUT: Final = Named("Genuine, but mind what holds now", "核验通过，但请注意当前状态")
NOW: Final = Named("What holds now", "当前状态")
AS_OF: Final = Named("as of {time}, Beijing time", "截至北京时间 {time}")
PERMIT_NOW: Final = Named("Work permit", "工作许可")
DECISION_NOW: Final = Named("Decision", "行政许可决定")
ORDER_NOW: Final = Named("Card application", "社会保障卡申领")
LETTER_NOW: Final = Named("This letter", "本文书")
LETTER_OVER: Final = Named("Its own time is over", "已超过文书有效期")
GONE: Final = Named("No longer on record", "已无登记记录")
NOT_ON_RECORD: Final = Named(
    "Signed by us, but no such letter is on record", "由本机关签发，但无登记记录"
)
NOT_ON_RECORD_WHY: Final = Named(
    "The signature is ours and what you typed fits it. But the record of this letter does not "
    "exist any more, so nothing can be said about what holds now.",
    "签名真实且输入内容一致，但该文书的登记记录已不存在，无法提供当前状态。",
)
DECISION_STANDS: Final[Mapping[ApplicationState, Named]] = {
    ApplicationState.APPROVED: Named("Stands: granted", "有效：准予许可"),
    ApplicationState.REJECTED: Named("Stands: refused", "有效：不予许可"),
}
WATCH_ADDRESS: Final = Named(
    "Only believe this page if its address begins with {address}",
    "请确认本页网址以 {address} 开头",
)
