"""What each refusal of a change means and what to do, English and Chinese. Not API."""

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.refusals import GapReason, RefusalCode

_C = RefusalCode

CHANGE_REFUSAL_TEXTS: Mapping[RefusalCode, Named] = {
    _C.IDEMPOTENCY_KEY_REUSED: Named(
        "This idempotency key was used with another input. Use a new key.",
        "该幂等键已用于其他内容，请使用新的键。",
    ),
    _C.STALE_REVISION: Named(
        "It was changed in the meantime. Read it again and decide anew.",
        "内容已被更新，请重新读取后再操作。",
    ),
    _C.NOT_FOUND: Named("There is no such record for you.", "没有可供您办理的该记录。"),
    _C.WRONG_STATE: Named(
        "This cannot be done in its present state.", "当前状态下不能进行该操作。"
    ),
    _C.OFFICER_NOT_ACTIVE: Named("Your officer account is not active.", "您的工作账号未启用。"),
    _C.TEXT_EMPTY: Named("The text is empty.", "文字为空。"),
    _C.TEXT_TOO_LONG: Named("The text is too long.", "文字过长。"),
    _C.NOT_THE_FILER: Named("Only who files it may do this.", "仅申请提交人可以进行该操作。"),
    _C.UNKNOWN_CITY: Named("This city is not served.", "该城市暂不受理。"),
    _C.BAD_APPLICANT: Named(
        "Name, passport or birth date of the applicant is not well-formed.",
        "申请人姓名、护照或出生日期格式不正确。",
    ),
    _C.PASSPORT_ON_RECORD: Named(
        "This passport stands in the holder's record already.",
        "该护照已在持证人的登记信息中。",
    ),
    _C.TOO_MANY_APPLICANTS: Named(
        "Too many applicants were stated in a day. Try again in a minute.",
        "当日提交的申请人过多，请一分钟后再试。",
    ),
    _C.APPLICANT_MISMATCH: Named(
        "Name and passport do not belong together in our records.",
        "姓名与护照信息与登记不一致。",
    ),
    _C.APPLICANT_ALREADY_REGISTERED: Named(
        "The applicant has been registered since this was drafted. Withdraw it and file again.",
        "申请人已另行登记，请撤回后重新提交。",
    ),
    _C.PERMIT_NOT_ELIGIBLE: Named(
        "This procedure is not open for the permit as it stands.",
        "该许可目前状态不能办理此事项。",
    ),
    _C.ACTIVE_PERMIT_EXISTS: Named(
        "The applicant holds an active permit. It must be cancelled first.",
        "申请人持有有效许可，请先办理注销。",
    ),
    _C.APPLICATION_OPEN: Named(
        "Another application for this permit is open.", "该许可已有在办申请。"
    ),
    _C.BAD_DATES: Named("The dates do not fit together.", "日期填写有误。"),
    _C.NOTHING_CHANGES: Named("Nothing would change.", "没有任何变更内容。"),
    _C.ANOTHER_PROCEDURE: Named(
        "This would be an application for another person, permit or procedure. File a new one.",
        "申请人、许可或事项与原申请不同，请另行申请。",
    ),
    _C.TOO_EARLY: Named("It is too early to file this.", "尚未到可申请的时间。"),
    _C.TOO_LATE: Named("It is too late to file this.", "已超过可申请的时间。"),
    _C.PAPERS_MISSING: Named(
        "Papers are missing; each is listed as a gap.", "申请材料不齐，缺少的材料已列出。"
    ),
    _C.HOLDER_NOT_CONFIRMED: Named(
        "The holder has not confirmed the application yet.", "持证人尚未确认该申请。"
    ),
    _C.ALREADY_CONFIRMED: Named("It has been confirmed already.", "该申请已确认。"),
    _C.ALREADY_RETURNED: Named(
        "An application is returned once only, with every gap listed. Decide it as it stands.",
        "申请仅可一次性退回补正，请就现有材料办理。",
    ),
    _C.GAPS_MISSING: Named("List every gap when returning.", "退回时须一次性列明全部问题。"),
    _C.GROUNDS_MISSING: Named("A rejection needs its grounds.", "不予许可须说明理由。"),
    _C.ORIGINALS_NOT_SEEN: Named(
        "The originals must be checked on site first.", "须先现场核验原件。"
    ),
    _C.DUTY_MISSING: Named("This is not among your duties.", "您没有办理该事项的职责。"),
    _C.CHECKER_CANNOT_DECIDE: Named(
        "Whoever pre-checked or accepted a case cannot decide it.",
        "预审或受理人员不得作出决定。",
    ),
    _C.ANOTHER_REVIEWER: Named("Another officer reviews this case.", "该案件由其他工作人员审查。"),
    _C.REVIEWER_AVAILABLE: Named(
        "The officer who reviews this case can still decide it.",
        "该案件的审查人员仍可作出决定，不能接办。",
    ),
    _C.VALIDITY_OVER: Named(
        "No validity is left: contract, passport or cap has ended.",
        "合同、护照或期限上限已到期，无可许可的有效期。",
    ),
    _C.NO_LOADABLE_PERMIT: Named(
        "There is no active permit that can be loaded on a card.",
        "没有可加载到卡上的有效许可。",
    ),
    _C.CARD_EXISTS: Named("There is such a card already.", "已有该类卡。"),
    _C.ORDER_OPEN: Named("A card has been ordered already.", "已有在办的制卡申请。"),
    _C.PHYSICAL_CARD_LOST: Named("The physical card is reported lost.", "实体卡处于挂失状态。"),
    _C.PHYSICAL_CARD_CANCELLED: Named(
        "The physical card is cancelled. Order a new one first.", "实体卡已注销，请先申领新卡。"
    ),
    _C.NO_ACTIVE_PERMIT: Named("There is no active work permit.", "没有有效的工作许可。"),
    _C.BAD_ORDER: Named(
        "Channel, making and collection do not fit together. A card made at the counter is "
        "collected there in person.",
        "申领渠道、制卡方式与领取方式不符。柜台即时制卡须本人当场领取。",
    ),
    _C.BAD_BANK_ACCOUNT: Named("The bank card number is not well-formed.", "银行卡号格式不正确。"),
    _C.BAD_QUIET_HOURS: Named(
        "Quiet hours need two different times of a day, such as 22:00 and 07:30.",
        "免打扰时段须为两个不同的时刻，例如22:00至07:30。",
    ),
    _C.BAD_CARD_NUMBER: Named(
        "The card number is not well-formed or is used already.",
        "卡号格式不正确或已被使用。",
    ),
    _C.CHANNEL_NOT_OFFERED: Named(
        "This gateway does not send by this channel.", "本系统不提供该通知渠道。"
    ),
    _C.BAD_PUSH_ENDPOINT: Named(
        "The subscription is not well-formed, or was made with a key that is not ours. "
        "Subscribe again with webPushKey.",
        "推送订阅格式不正确，或所用公钥不是本系统的公钥，请使用 webPushKey 重新订阅。",
    ),
    _C.BAD_EMAIL: Named("The e-mail address is not well-formed.", "电子邮箱格式不正确。"),
    _C.EMAIL_CODE_WRONG: Named(
        "The code is wrong or no longer good. Ask for a new one.",
        "验证码错误或已失效，请重新获取。",
    ),
    _C.TOO_MANY_CODES: Named(
        "Too many codes were asked for. Try again later.", "获取验证码过于频繁，请稍后再试。"
    ),
    _C.TOO_MANY_EMAILS: Named(
        "No more e-mail addresses can be registered. Remove one first.",
        "已达到可登记邮箱数量上限，请先删除一个。",
    ),
    _C.MAIL_UNAVAILABLE: Named(
        "The mail could not be sent just now. Try again.", "邮件暂时无法发送，请稍后重试。"
    ),
    _C.BUNDLES_MISSING: Named("Choose at least one bundle.", "请至少选择一项共享内容。"),
    _C.UNKNOWN_RECIPIENT: Named(
        "There is no such employer. Check the credit code.",
        "没有该用人单位，请核对统一社会信用代码。",
    ),
    _C.BAD_EXPIRY: Named(
        "A share code is good for 5 minutes to 90 days.", "共享码有效期须为5分钟至90天。"
    ),
    _C.BAD_USES: Named(
        "A share code can be used 1 to 100 times.", "共享码可使用次数须为1至100次。"
    ),
    _C.TOO_MANY_SHARE_CODES: Named(
        "No more share codes can be live at once. Take one back first.",
        "有效共享码数量已达上限，请先撤销一个。",
    ),
    _C.SHARE_CODE_NOT_ACCEPTED: Named(
        "Code and birth date do not open anything: one of them is wrong, or the code is no longer "
        "good or not for you. Compare both, or ask for a new code.",
        "共享码和出生日期未能核验：其中一项有误，或共享码已失效、不供您使用。请核对后重试，或索取新的共享码。",
    ),
    _C.TOO_MANY_CHECKS: Named(
        "Too many share codes were tried. Wait a minute and try again.",
        "核验过于频繁，请一分钟后再试。",
    ),
    _C.CHECK_OVER: Named(
        "This check was made before, and cannot be answered once more: a minute is over, something "
        "of it has changed, or the code was taken back. Check anew with a new key.",
        "该次核验已完成，不能再次返回结果：已超过一分钟、内容已有变化或共享码已被撤销。请使用新的键重新核验。",
    ),
    _C.EMPLOYMENT_ENDED: Named(
        "The employer does not sponsor the holder any more.", "该用人单位与持证人的聘用关系已结束。"
    ),
    _C.NOT_ASKED_FOR: Named(
        "More cannot be granted than was asked for.", "授权范围不得超出对方申请的范围。"
    ),
    _C.ASK_OPEN: Named(
        "The same is asked already and waits for an answer.", "相同用途的申请正在等待答复。"
    ),
    _C.TOO_MANY_ASKS: Named(
        "The holder has been asked too often. Wait for the answers, or for a month to pass.",
        "向该持证人发起的申请过多，请等待答复或一个月后再试。",
    ),
    _C.BAD_WEBHOOK_ADDRESS: Named(
        "The address is none of the callbacks that this client is registered with.",
        "该地址不是本客户端已登记的回调地址。",
    ),
    _C.WEBHOOK_EVENTS_MISSING: Named("Name at least one kind of event.", "请至少选择一种事件。"),
    _C.TOO_MANY_WEBHOOKS: Named(
        "This client can have no more webhooks. Delete one first.",
        "本客户端的 webhook 数量已达上限，请先删除一个。",
    ),
    _C.FIELDS_NOT_OF_RECORD: Named(
        "Name at least one field, each once, that this kind of record has.",
        "请至少选择一项该类信息具有的字段，且不得重复。",
    ),
    _C.CONTEST_RUNNING: Named(
        "This record is contested already. Wait for the answer, or withdraw that contest.",
        "该信息已提出异议，请等待处理结果，或先撤回该异议。",
    ),
    _C.TOO_MANY_CONTESTS: Named(
        "You have contested 20 records within a day. Try again tomorrow.",
        "您一天内已提出20项异议，请明天再试。",
    ),
    _C.LETTERS_BUSY: Named(
        "Letters cannot be made just now. Ask again in a few seconds, with the same key.",
        "目前无法生成文书，请数秒后用相同的键重试。",
    ),
    _C.LETTER_NOT_PRINTABLE: Named(
        "The letter has a character that cannot be printed. Ask the authority for it.",
        "文书中有无法打印的字符，请向办理机关申请。",
    ),
    _C.PERMITS_NOT_GRANTED: Named(
        "An export shows permits: the client needs permits:read too.",
        "导出内容包含工作许可信息，客户端还需具备 permits:read 权限。",
    ),
    _C.TOO_MANY_EXPORTS: Named(
        "Too many exports: wait for those that are being made, or until older ones are gone.",
        "导出任务过多，请等待正在生成的任务完成，或待较早的导出过期。",
    ),
    _C.TOO_MANY_ROWS: Named(
        "The list is longer than a worksheet. Narrow the filter.",
        "列表行数超过工作表上限，请缩小筛选范围。",
    ),
    _C.BAD_DEVICE_KEY: Named(
        "The key is not a P-256 or Ed25519 public key, written as RFC 7518 has it.",
        "密钥不是格式正确的 P-256 或 Ed25519 公钥。",
    ),
    _C.DEVICE_PROOF_REFUSED: Named(
        "The proof does not hold: sign a new deviceKeyNonce with this key, once.",
        "密钥持有证明无效，请用该密钥对新的 deviceKeyNonce 签名，且仅使用一次。",
    ),
    _C.TOO_MANY_DEVICE_KEYS: Named(
        "No more device keys can be registered. Remove one first.",
        "已达到可登记设备密钥数量上限，请先移除一个。",
    ),
    _C.DEVICE_KEY_OF_ANOTHER_SESSION: Named(
        "The key is of another device. Only that device is issued a credential for it.",
        "该密钥属于另一台设备，只能由该设备申请凭证。",
    ),
    _C.ELECTRONIC_CARD_NOT_USABLE: Named(
        "There is no electronic card that is good now with a permit on it.",
        "没有载有有效工作许可的可用电子社会保障卡。",
    ),
}

GAP_REASON_TEXTS: Mapping[GapReason, Named] = {
    GapReason.MISSING: Named("It is missing.", "缺少该材料。"),
    GapReason.ILLEGIBLE: Named("It cannot be read.", "材料无法辨认。"),
    GapReason.INCOMPLETE: Named("It is incomplete.", "材料不完整。"),
    GapReason.EXPIRED: Named("It has expired.", "材料已过期。"),
    GapReason.INCONSISTENT: Named("It does not agree with what was stated.", "与填报内容不一致。"),
    GapReason.NOT_TRANSLATED: Named("A Chinese translation is missing.", "缺少中文译本。"),
    GapReason.NOT_AUTHENTICATED: Named("It has not been authenticated.", "未经认证。"),
    GapReason.WRONG_STATEMENT: Named("A statement is wrong.", "填报内容有误。"),
}
