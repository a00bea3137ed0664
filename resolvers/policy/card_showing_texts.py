"""What the check of a card, and the refusal to show one, say in words: in the graph and on the
check page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.policy.named import Named
from resolvers.rules.card_showing import CardVerdict, ShowRefusal

_V, _S = CardVerdict, ShowRefusal

VERDICT_TEXTS: Final[Mapping[CardVerdict, Named]] = {
    _V.VALID: Named("The card is valid.", "该卡有效。"),
    _V.NOT_OURS: Named(
        "This code is not ours, or was changed or cut short. Do not rely on it.",
        "该码并非本机关签发，或内容被更改、不完整，请勿采信。",
    ),
    _V.CODE_EXPIRED: Named(
        "The code is over: it is good for one minute. Ask for the one on the screen now.",
        "该码已过期：每个码一分钟内有效。请对方出示屏幕上最新的码。",
    ),
    _V.CODE_USED: Named(
        "This code was scanned before, and each counts once. Ask for a new one. If you did not "
        "scan it yourself just now, you may be looking at a copy.",
        "该码已被扫过，每个码只能使用一次。请对方出示新码。"
        "如果刚才不是您本人扫过，您看到的可能是复制的码。",
    ),
    _V.CARD_CHANGED: Named(
        "The card has changed since the code was made. Ask for a new one.",
        "该码生成后卡的状态已有变化，请对方出示新码。",
    ),
    _V.CARD_NOT_IN_USE: Named("The card cannot be used now.", "该卡目前不可使用。"),
    _V.PERMIT_EXPIRED: Named("The work permit on the card has expired.", "卡载工作许可已过期。"),
    _V.PERMIT_NOT_VALID: Named("The work permit on the card is not valid.", "卡载工作许可无效。"),
}

SHOW_REFUSAL_TEXTS: Final[Mapping[ShowRefusal, Named]] = {
    _S.NOT_FOUND: Named("There is no such card of yours.", "您名下没有该卡。"),
    _S.NOT_ELECTRONIC: Named(
        "Only the electronic card is shown by a code.", "只有电子卡可以出示动态码。"
    ),
    _S.CARD_SUSPENDED: Named(
        "The electronic card is suspended. Bring it back first.", "电子卡已停用，请先恢复使用。"
    ),
    _S.CARD_CANCELLED: Named("The electronic card is cancelled.", "电子卡已注销。"),
    _S.PERMIT_NOT_ACTIVE: Named(
        "No active work permit is on the card.", "卡上没有有效的工作许可。"
    ),
}

TOO_MANY_CHECKS: Final = Named(
    "Too many cards were checked. Wait before the next one.", "核验次数过多，请稍候再试。"
)
