"""Words of card orders, English and Chinese. Not API."""

from collections.abc import Mapping

from resolvers.policy.named import Named
from resolvers.vocabulary import CardOrderState, PhotoFault

ORDER_STATE_LABELS: Mapping[CardOrderState, Named] = {
    CardOrderState.ORDERED: Named("Ordered", "已申领"),
    CardOrderState.PHOTO_REFUSED: Named("The photo cannot be used", "照片未通过"),
    CardOrderState.PHOTO_CHECKED: Named("The photo is accepted", "照片已通过"),
    CardOrderState.MADE: Named("The card is made", "已制卡"),
    CardOrderState.READY: Named("Ready to be collected", "待领取"),
    CardOrderState.SENT: Named("Sent", "已寄出"),
    CardOrderState.COLLECTED: Named("Collected and activated", "已领取并激活"),
    CardOrderState.CANCELLED: Named("Cancelled", "已取消"),
}
PHOTO_FAULT_LABELS: Mapping[PhotoFault, Named] = {
    PhotoFault.NOT_THE_HOLDER: Named("It does not show the holder.", "照片与本人不符。"),
    PhotoFault.FACE_COVERED: Named("The face is covered.", "面部有遮挡。"),
    PhotoFault.NOT_FRONTAL: Named("It is no front view.", "非正面照片。"),
    PhotoFault.WRONG_BACKGROUND: Named("The background must be white.", "背景须为白色。"),
    PhotoFault.TOO_SMALL: Named("It has too few pixels.", "像素不足。"),
    PhotoFault.NOT_SHARP: Named("It is not sharp.", "照片不清晰。"),
}
