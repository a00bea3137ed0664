"""How a try on the verification page may end, and what the holder can do then.

`X` is a heading and `X_WHY` what stands under it, for each code of the graph, of the frames'
address, of the advice that goes with POOR_QUALITY, and of what only the page can know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from resolvers.policy.named import Named

_BUTTONS: Final[Mapping[str, Named]] = {
    "TRY_AGAIN": Named("Try again", "重试"),
    "SEND_AGAIN": Named("Send again", "重新发送"),
    "CLOSE": Named("Back to the app", "返回应用"),
    "CLOSED": Named("You can close this page now.", "您可以关闭本页。"),
    "ATTEMPTS_LEFT": Named("Attempts left in this login: {count}", "本次登录剩余核验次数：{count}"),
    "WAIT": Named("You can try again in {seconds} seconds.", "请在 {seconds} 秒后重试。"),
}

_OF_THE_CHECK: Final[Mapping[str, tuple[Named, Named]]] = {
    "REAL_PERSON_PROVED": (
        Named("It is you", "核验通过"),
        Named(
            "The recording was not kept. The app goes on with your login.",
            "影像未保存。应用将继续登录。",
        ),
    ),
    "NOT_LIVE": (
        Named("We could not follow your movements", "未能识别您的动作"),
        Named(
            "Do each movement when its picture appears, clearly and one at a time, and come back "
            "to the middle after it. New movements are chosen for each try.",
            "请在图示出现时清楚地逐个完成动作，每个动作后回到正面。每次核验的动作会重新抽取。",
        ),
    ),
    "NOT_THE_HOLDER": (
        Named("The face does not match the portrait on file", "人脸与留存照片不符"),
        Named(
            "Take off glasses or a cap, find even light and try again. If it keeps failing, the "
            "counter of the authority can verify you in person.",
            "请摘下眼镜或帽子，在均匀光线下重试。如仍不通过，请到主管机关窗口办理。",
        ),
    ),
    "POOR_QUALITY": (
        Named("The picture is not good enough", "图像质量不足"),
        Named(
            "Find even light, hold the camera still and keep your face in the oval.",
            "请在均匀光线下握稳设备，并将面部保持在椭圆框内。",
        ),
    ),
}

_ADVICE: Final[Mapping[str, tuple[Named, Named]]] = {
    "NO_FACE": (
        Named("We could not see your face all the time", "未能全程看到您的面部"),
        Named(
            "Keep your face in the oval from the beginning to the end, also while you move.",
            "请从开始到结束，包括做动作时，始终将面部保持在椭圆框内。",
        ),
    ),
    "TWO_FACES": (
        Named("There was more than one face", "画面中有多张人脸"),
        Named(
            "Be alone before the camera, with no portrait or screen behind you.",
            "请独自面对镜头，背后不要有照片或屏幕中的人像。",
        ),
    ),
    "TOO_DARK": (
        Named("It was too dark", "光线太暗"),
        Named(
            "Turn to a window or switch a light on, so that it shines on your face.",
            "请面向窗户或打开灯，使光线照在面部。",
        ),
    ),
    "TOO_BRIGHT": (
        Named("It was too bright", "光线太强"),
        Named(
            "Turn away from the sun or the lamp that shines into your face.",
            "请避开直射面部的阳光或灯光。",
        ),
    ),
    "FACE_TOO_SMALL": (
        Named("Your face was too far away", "面部距离太远"),
        Named("Come closer, so that your face fills the oval.", "请靠近一些，使面部充满椭圆框。"),
    ),
    "FACE_CUT_OFF": (
        Named("Your face was not wholly in the picture", "面部未完全进入画面"),
        Named(
            "Move back a little and keep your whole face in the oval.",
            "请稍向后，使整个面部位于椭圆框内。",
        ),
    ),
    "BLURRED": (
        Named("The picture was blurred", "图像模糊"),
        Named(
            "Wipe the camera, hold it still and move slowly.", "请擦净镜头，握稳设备，动作放慢。"
        ),
    ),
    "COVERED": (
        Named("Something covered your face", "面部被遮挡"),
        Named(
            "Take off mask, dark glasses or cap, and keep hair and hands away from your face.",
            "请摘下口罩、墨镜或帽子，头发和手不要遮住面部。",
        ),
    ),
    "TURNED_AWAY": (
        Named("You did not look into the camera at the beginning", "开始时未正对镜头"),
        Named(
            "Look straight into it until the first picture appears.",
            "在第一个图示出现之前，请正视镜头。",
        ),
    ),
}

_OF_THE_FLOW: Final[Mapping[str, tuple[Named, Named]]] = {
    "CHALLENGE_NOT_CURRENT": (
        Named("This took too long", "用时过长"),
        Named(
            "The movements were good for a short time only. Try again with new ones.",
            "动作提示已过期，请按新的提示重试。",
        ),
    ),
    "CONSENT_VERSION_OUTDATED": (
        Named("Your consent is needed first", "需要先取得您的同意"),
        Named(
            "The text has changed, or you took your consent back. Read it again; if that does not "
            "help, begin again in the app.",
            "同意书已更新，或您已撤回同意。请重新阅读；如仍无法继续，请返回应用重新开始。",
        ),
    ),
    "TOO_MANY_ATTEMPTS": (
        Named("Too many attempts", "尝试次数过多"),
        Named("For your protection there is a pause now.", "为保护您的账户，请稍候。"),
    ),
    "FLOW_LOCKED": (
        Named("All attempts of this login are used up", "本次登录的核验次数已用完"),
        Named("Begin again in the app.", "请返回应用重新开始。"),
    ),
    "FLOW_EXPIRED": (
        Named("The login has ended", "登录已超时"),
        Named(
            "It is good for ten minutes. Begin again in the app.",
            "登录有效期为十分钟，请返回应用重新开始。",
        ),
    ),
    "FLOW_COMPLETED": (
        Named("This login is complete already", "本次登录已完成"),
        Named("Go back to the app.", "请返回应用。"),
    ),
    "STEP_OUT_OF_ORDER": (
        Named("This step is done, or not due yet", "此步骤已完成或尚未到"),
        Named("Go back to the app: it knows how to go on.", "请返回应用继续。"),
    ),
    "PROVIDER_UNAVAILABLE": (
        Named("The check is not available right now", "核验服务暂不可用"),
        Named(
            "Try again in a moment. If it stays so, the counter of the authority can verify you.",
            "请稍后重试。如持续无法核验，请到主管机关窗口办理。",
        ),
    ),
}

_OF_THE_PAGE: Final[Mapping[str, tuple[Named, Named]]] = {
    "LINK_MISSING": (
        Named("Open this page from the app", "请从应用中打开本页"),
        Named(
            "Its address was opened without what the app adds to it, or was used before. Go back "
            "to the app and begin again there.",
            "网址缺少应用附加的内容，或已被使用过。请返回应用重新开始。",
        ),
    ),
    "UNKNOWN_CHECK": (
        Named("This check is made in the app", "此核验须在应用中进行"),
        Named("This page does not know what it asks for.", "本页无法识别所要求的动作。"),
    ),
    "CAMERA_REFUSED": (
        Named("The page may not use the camera", "本页无权使用摄像头"),
        Named(
            "Allow the camera for this page: in a browser by the sign beside the address, in an "
            "app in the settings of the phone. Then try again.",
            "请允许本页使用摄像头：浏览器请点击地址栏旁的图标，应用请在手机设置中开启权限，然后重试。",
        ),
    ),
    "CAMERA_MISSING": (
        Named("No camera was found", "未找到摄像头"),
        Named(
            "Connect one and try again, or open the app on a phone.",
            "请连接摄像头后重试，或在手机上打开应用。",
        ),
    ),
    "CAMERA_BUSY": (
        Named("The camera is in use", "摄像头正被占用"),
        Named(
            "Close the call or the app that uses it, then try again.",
            "请结束正在使用摄像头的通话或应用，然后重试。",
        ),
    ),
    "CAMERA_STOPPED": (
        Named("The camera stopped", "摄像头已停止"),
        Named("Nothing was sent. Try again.", "未发送任何内容，请重试。"),
    ),
    "NO_CAMERA_HERE": (
        Named("The camera cannot be used here", "此处无法使用摄像头"),
        Named(
            "This browser gives the camera to secure pages alone, or not at all. Open the page in "
            "a current browser, by https.",
            "此浏览器不支持摄像头，或仅允许安全网页使用。请用新版浏览器以 https 打开。",
        ),
    ),
    "INTERRUPTED": (
        Named("The recording was interrupted", "录制中断"),
        Named(
            "The page was hidden meanwhile. Nothing was sent. Keep it open and try again.",
            "录制时本页被切换到后台，未发送任何内容。请保持本页打开并重试。",
        ),
    ),
    "NETWORK_LOST": (
        Named("The network was lost or is too slow", "网络中断或过慢"),
        Named(
            "Your recording is still here. Send it again once the network is good.",
            "录制内容仍在本页。网络恢复后请重新发送。",
        ),
    ),
    "OFFLINE": (
        Named("There is no network", "没有网络连接"),
        Named("Connect to the internet, then try again.", "请连接网络后重试。"),
    ),
    "BUSY": (
        Named("Too many people are being checked right now", "当前核验人数过多"),
        Named(
            "Your recording is still here. Send it again in a moment.",
            "录制内容仍在本页，请稍后重新发送。",
        ),
    ),
    "FAILED": (
        Named("Something went wrong on our side", "系统出现问题"),
        Named("Try again in a moment.", "请稍后重试。"),
    ),
    "SENT_BY_SOMEBODY": (
        Named("You were right to stop", "您停止是正确的"),
        Named(
            "Nothing was sent, and nobody is logged in by this page. Whoever sent the address "
            "knows your name and a number of yours: tell the counter of the authority.",
            "未发送任何内容，也没有人通过本页登录。发送网址的人掌握您的姓名和证件号码，请告知主管机关窗口。",
        ),
    ),
    "CANCELLED": (
        Named("You stopped the check", "您已停止核验"),
        Named(
            "Nothing was sent. You can try again or go back.", "未发送任何内容。您可以重试或返回。"
        ),
    ),
}


def _flat() -> Iterator[tuple[str, Named]]:
    for endings in (_OF_THE_CHECK, _ADVICE, _OF_THE_FLOW, _OF_THE_PAGE):
        for code, (title, why) in endings.items():
            yield code, title
            yield f"{code}_WHY", why


ENDINGS: Final[Mapping[str, Named]] = {**_BUTTONS, **dict(_flat())}
