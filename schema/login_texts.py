"""Texts of login refusals and of the sandbox notice, English and Chinese."""

from collections.abc import Mapping

from auth.verification import ProofAdvice
from resolvers.login.outcomes import LoginRefusalCode
from resolvers.policy.named import Named

SANDBOX_NOTICE = Named(
    "Sandbox: nobody was really verified. For development only.",
    "沙盒：未进行真实核验，仅供开发使用。",
)

SANDBOX_CODE_NOTICE = Named(
    "Sandbox: no SMS was sent; the code stands here. For development only.",
    "沙盒：未发送短信，验证码在此显示，仅供开发使用。",
)

_C = LoginRefusalCode

REFUSAL_TEXTS: Mapping[LoginRefusalCode, Named] = {
    _C.IDENTITY_NOT_CONFIRMED: Named(
        "We could not confirm this name with this number. Check both and try again, after the "
        "wait if one is given.",
        "无法确认姓名与号码相符，请核对后稍后再试。",
    ),
    _C.TOO_MANY_ATTEMPTS: Named(
        "Too many attempts. Wait as told, then try again.",
        "尝试次数过多，请稍后再试。",
    ),
    _C.SECOND_PROOF_NOT_CONFIRMED: Named(
        "The code is not right. Check it, or ask for a new one.",
        "验证码不正确，请核对或重新获取。",
    ),
    _C.CONSENT_VERSION_OUTDATED: Named(
        "No consent to the current text stands. Read it and give your consent first.",
        "尚未就最新版同意书作出同意，请先阅读并同意。",
    ),
    _C.CHALLENGE_NOT_CURRENT: Named(
        "This check is over. Start it again.", "本次核验已失效，请重新开始。"
    ),
    _C.NOT_LIVE: Named(
        "We could not see a living person. Look into the camera and try again.",
        "未检测到真人，请正对镜头重试。",
    ),
    _C.NOT_THE_HOLDER: Named(
        "The face does not match the portrait on file.", "人脸与留存照片不符。"
    ),
    _C.POOR_QUALITY: Named(
        "The picture is not good enough. Find more light and hold still.",
        "图像质量不足，请在光线充足处保持静止。",
    ),
    _C.PROVIDER_UNAVAILABLE: Named(
        "Verification is not available right now. Try again in a moment.",
        "核验服务暂不可用，请稍后再试。",
    ),
    _C.STEP_OUT_OF_ORDER: Named(
        "This step is not next. Follow the steps in order.", "步骤顺序不正确。"
    ),
    _C.FLOW_EXPIRED: Named("The login took too long. Start again.", "登录已超时，请重新开始。"),
    _C.FLOW_LOCKED: Named(
        "Too many attempts in this login. Start again.", "尝试次数过多，请重新开始登录。"
    ),
    _C.FLOW_COMPLETED: Named(
        "This is complete already. Start again.", "本次登录已完成，请重新开始。"
    ),
    _C.SESSION_ENDED: Named("The session has ended. Log in again.", "会话已结束，请重新登录。"),
}

_A = ProofAdvice

ADVICE_TEXTS: Mapping[ProofAdvice, Named] = {
    _A.NO_FACE: Named("No face was seen. Look into the camera.", "未检测到人脸，请正对镜头。"),
    _A.TWO_FACES: Named("Only you may be in the picture.", "画面中只能有您一人。"),
    _A.TOO_DARK: Named("It is too dark. Find more light.", "光线太暗，请到明亮处。"),
    _A.TOO_BRIGHT: Named("It is too bright. Turn away from the light.", "光线太亮，请避开强光。"),
    _A.FACE_TOO_SMALL: Named("Come closer to the camera.", "请靠近镜头。"),
    _A.FACE_CUT_OFF: Named("Keep your whole face in the picture.", "请将整个面部置于画面中。"),
    _A.BLURRED: Named(
        "The picture is blurred. Wipe the lens and hold still.",
        "图像模糊，请擦拭镜头并保持稳定。",
    ),
    _A.COVERED: Named("Something covers your face. Take it off.", "面部有遮挡，请取下遮挡物。"),
    _A.TURNED_AWAY: Named("Look straight at the camera first.", "请先正视镜头。"),
}
