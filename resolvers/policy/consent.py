"""The separate consent to biometric processing (PIPL articles 28 and 29), by version.

A new version asks every holder again; the texts of old versions stay, so that a record can always
be read.
"""

from __future__ import annotations

from collections.abc import Mapping

from resolvers.policy.named import Named

CURRENT_VERSION = "2026-11"

TEXTS: Mapping[str, Named] = {
    "2026-11": Named(
        en=(
            "To show that you are the person of the permit, we compare a short recording of your "
            "face with the portrait that the authority holds. The recording is used for this "
            "check alone and is not kept after it; what is kept is that the check was made, when, "
            "by which provider and with what result. Your face is sensitive personal information: "
            "you may refuse, and may then use the counter of the authority instead. You may "
            "withdraw this consent at any time."
        ),
        zh=(
            "为确认您是许可证持有人本人，我们将把一小段您的面部影像与主管机关留存的照片进行比对。"
            "该影像仅用于本次核验，核验结束后不予保存；仅保存核验的时间、核验机构和结果。"
            "人脸信息属于敏感个人信息：您可以拒绝，并改到主管机关窗口办理。您可以随时撤回本同意。"
        ),
    ),
}
