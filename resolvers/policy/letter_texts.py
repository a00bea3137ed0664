"""What letters say, English and Chinese. Wording is ours, laid out as such papers are (FACTS.md has
no official sample). Another wording is another `resolvers.letters.printing.TEMPLATE`."""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.vocabulary import (
    CardChannel,
    CardCollection,
    CardMaking,
    CardReason,
    LetterKind,
)

TITLES: Mapping[LetterKind, Named] = {
    LetterKind.PERMIT_NOTIFICATION: Named(
        "Notification Letter of a Foreigner's Work Permit", "外国人工作许可通知"
    ),
    LetterKind.DECISION: Named(
        "Decision on an Administrative Permit: Foreigner's Work Permit",
        "外国人工作许可行政许可决定书",
    ),
    LetterKind.CANCELLATION_PROOF: Named(
        "Proof of Cancellation of a Foreigner's Work Permit", "外国人工作许可注销证明"
    ),
    LetterKind.PERMIT_CERTIFICATE: Named(
        "Certificate of the Present State of a Foreigner's Work Permit",
        "外国人工作许可状态证明",
    ),
    LetterKind.CARD_RECEIPT: Named(
        "Receipt of the Application for a Social Security Card", "社会保障卡申领回执"
    ),
}
"""Also the label of the kind in the graph."""

LETTER_FILE_NAMES: Mapping[LetterKind, str] = {
    LetterKind.PERMIT_NOTIFICATION: "work-permit-notification",
    LetterKind.DECISION: "work-permit-decision",
    LetterKind.CANCELLATION_PROOF: "work-permit-cancellation",
    LetterKind.PERMIT_CERTIFICATE: "work-permit-certificate",
    LetterKind.CARD_RECEIPT: "social-security-card-receipt",
}
"""How the file is called in English; the file number follows."""

LABELS: Mapping[str, Named] = {
    "full_name": Named("Name as in the passport", "姓名（护照）"),
    "chinese_name": Named("Chinese name", "中文姓名"),
    "native_name": Named("Name in its own script", "本国文字姓名"),
    "nationality": Named("Nationality", "国籍"),
    "passport_number": Named("Passport number", "护照号码"),
    "permit_number": Named("Work permit number", "工作许可号码"),
    "category": Named("Category", "类别"),
    "employer": Named("Employer", "用人单位"),
    "post": Named("Post", "岗位"),
    "city": Named("Place of work", "工作地点"),
    "valid_from": Named("Valid from", "许可有效期起"),
    "valid_until": Named("Valid to the end of", "许可有效期止（含当日）"),
    "letter_until": Named("This letter is good until", "本通知有效期至"),
    "status": Named("State of the permit", "许可状态"),
    "as_of": Named("As of", "状态截至"),
    "procedure": Named("Procedure", "办理事项"),
    "filed_on": Named("Application filed on", "申请提交日期"),
    "decided_on": Named("Decided on", "决定日期"),
    "outcome": Named("Decision", "决定"),
    "cancelled_on": Named("Cancelled on", "注销日期"),
    "order_number": Named("Order number", "申领编号"),
    "ordered_on": Named("Received on", "受理日期"),
    "reason": Named("Kind of application", "申领类型"),
    "making": Named("Made", "制卡方式"),
    "channel": Named("Applied for", "申领渠道"),
    "collection": Named("Collection", "领取方式"),
    "promised_on": Named("Promised for", "预计完成日期"),
    "ticket": Named("Number in the queue", "排队号码"),
}

CITY_OF_CARD = Named("City that issues the card", "发卡城市")
APPROVED = Named("Granted", "准予许可")
REJECTED = Named("Refused", "不予许可")

REASONS: Mapping[CardReason, Named] = {
    CardReason.NEW: Named("First card", "首次申领"),
    CardReason.REPLACE_LOST: Named("Replacement of a lost card", "挂失补领"),
    CardReason.RENEW: Named("Renewal", "到期换领"),
    CardReason.EXCHANGE: Named("Exchange that keeps the number", "保留卡号换领"),
}
MAKINGS: Mapping[CardMaking, Named] = {
    CardMaking.COUNTER: Named("At the counter, at once", "窗口即时制卡"),
    CardMaking.FACTORY: Named("By the factory", "工厂制卡"),
}
CHANNELS: Mapping[CardChannel, Named] = {
    CardChannel.COUNTER: Named("At a counter", "服务窗口"),
    CardChannel.KIOSK: Named("At a kiosk", "自助终端"),
    CardChannel.ONLINE: Named("Online", "线上"),
    CardChannel.BANK: Named("At a bank", "合作银行"),
}
COLLECTIONS: Mapping[CardCollection, Named] = {
    CardCollection.IN_PERSON: Named("In person", "本人领取"),
    CardCollection.POST: Named("By post", "邮寄"),
    CardCollection.EMPLOYER: Named("By the employer", "由用人单位代领"),
}

NOTIFICATION_TEXT = Named(
    "On examination under the Administrative Licensing Law, the person named above is permitted to "
    "work in China for the employer named above, in the post and for the time given. This letter "
    "is not a work permit card; it serves to arrange entry, residence and employment until the day "
    "given.",
    "经依法审查，准予上述人员在所列用人单位、岗位和期限内在中国境内工作。本通知不是工作许可证件，"
    "在所列有效期内用于办理入境、居留及聘用相关手续。",
)
APPROVAL_TEXT = Named(
    "On examination the application meets the conditions that law sets. Under article 38 of the "
    "Administrative Licensing Law it is granted.",
    "经审查，该申请符合法定条件。根据《中华人民共和国行政许可法》第三十八条，决定准予行政许可。",
)
REJECTION_TEXT = Named(
    "On examination the application does not meet the conditions that law sets. Under article 38 "
    "of the Administrative Licensing Law it is refused, for these reasons:",
    "经审查，该申请不符合法定条件。根据《中华人民共和国行政许可法》第三十八条，决定不予行政许可。"
    "理由如下：",
)
STATED = Named("Stated by the authority: {text}", "办理机关说明：{text}")
REMEDIES_TEXT = Named(
    "Whoever does not accept this decision may, counted from the day on which it became known:",
    "如不服本决定，可自知道本决定之日起：",
)
REMEDY = Named(
    "{label}, within {limit} {unit}, with: {body} ({law}).",
    "在{limit}{unit}内向{body}申请{label}（{law}）。",
)
SUIT = Named(
    "{label}, within {limit} {unit}, at: {body} ({law}).",
    "在{limit}{unit}内向{body}提起{label}（{law}）。",
)
DAYS = Named("days", "日")
MONTHS = Named("months", "个月")
CANCELLATION_TEXT = Named(
    "The work permit named above was cancelled on the day given. It permits no work since then.",
    "上述工作许可已于所列日期注销，自该日起不再作为在中国境内工作的依据。",
)
CERTIFICATE_TEXT = Named(
    "This is what the register says of the work permit named above on the day given. What it says "
    "today is told by the address in the QR code.",
    "以上为登记系统在所列日期记载的工作许可状态。最新状态请扫描二维码查询。",
)
RECEIPT_TEXT = Named(
    "The application for a physical social security card named above has been received. Please "
    "bring this receipt and the passport when collecting the card.",
    "上述实体社会保障卡申领已受理。领卡时请携带本回执和护照。",
)
QR_ALT = Named("QR code with the address at which this letter is checked", "核验地址二维码")
