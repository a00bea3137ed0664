"""What the verification page says, English and Chinese. The scripts look texts up by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.verify.ending_texts import ENDINGS
from resolvers.policy.named import Named

SERVICE: Final = Named("OneCard Gateway", "证卡合一网关")
SKIP: Final = Named("Skip to the content", "跳到正文")
WATCH_ADDRESS: Final = Named(
    "Only believe this page if its address begins with {address}",
    "请确认本页网址以 {address} 开头",
)
NO_SCRIPT: Final = Named(
    "This page works with the camera and needs JavaScript. Turn it on, or go back to the app.",
    "本页需使用摄像头和 JavaScript。请启用后重试，或返回应用。",
)

LOADING: Final = Named(
    "The page is loading. If this stays, the browser is too old for it: update it, or open the "
    "page in another one.",
    "页面正在加载。如长时间停留在此，说明浏览器版本过低，请更新或换用其他浏览器。",
)

_BEGUN: Final[Mapping[str, Named]] = {
    "BEGUN": Named("Did you begin this yourself?", "这是您本人发起的吗？"),
    "BEGUN_LOGIN": Named(
        "You are about to prove who you are for a login that began at {time}.",
        "您即将为 {time} 开始的一次登录证明本人身份。",
    ),
    "BEGUN_STEP_UP": Named(
        "You are about to prove who you are for a confirmation that was asked for at {time}.",
        "您即将为 {time} 发起的一次身份确认证明本人身份。",
    ),
    "BEGUN_SOMEWHERE": Named(
        "You are about to prove who you are for a login.", "您即将为一次登录证明本人身份。"
    ),
    "BEGUN_ON": Named(
        "Whoever began it calls the device: {device}", "发起者所填的设备名称：{device}"
    ),
    "BEGUN_WARNING": Named(
        "Go on only if you began it yourself, just now, on this device or another of yours. If "
        "someone sent you this address, or asks you to open it, stop: they would be logged in "
        "as you.",
        "仅当您本人刚刚在本设备或您自己的其他设备上发起时才继续。如果本网址是他人发给您的，或有人要求您打开，"
        "请立即停止：否则对方将以您的身份登录。",
    ),
    "MINE": Named("I began it myself: go on", "是我本人发起的，继续"),
    "NOT_MINE": Named("Someone sent it to me: stop", "是他人发给我的，停止"),
}

_START: Final[Mapping[str, Named]] = {
    "START": Named("Show that it is you", "请进行人脸核验"),
    "START_WHY": Named(
        "You look into the camera and make three movements that the screen shows. It takes about "
        "ten seconds.",
        "请正对镜头，按屏幕提示做三个动作，约需十秒。",
    ),
    "TIP_LIGHT": Named("Light on your face, not behind you", "光线照在面部，不要背光"),
    "TIP_FREE": Named("Nothing before your face, nobody beside you", "面部无遮挡，画面中仅您一人"),
    "TIP_FOLLOW": Named("Follow the pictures, one by one", "依次按图示做动作"),
    "CONSENT": Named("Before the camera starts", "开启摄像头之前"),
    "AGREED": Named("You have agreed to this in the app:", "您已在应用中同意以下内容："),
    "SLOWER": Named("Give me more time for each movement", "每个动作给我更多时间"),
    "SOUNDS": Named("A sound at each movement", "每个动作伴有提示音"),
    "AGREE": Named("I agree: start the camera", "同意并开启摄像头"),
    "OPEN_CAMERA": Named("Start the camera", "开启摄像头"),
    "NOT_NOW": Named("Not now", "暂不核验"),
}

_CAMERA: Final[Mapping[str, Named]] = {
    "OPENING": Named("Starting the camera", "正在开启摄像头"),
    "OPENING_WHY": Named(
        "Your browser may ask whether this page may use it. Allow it.",
        "如浏览器询问是否允许使用摄像头，请选择允许。",
    ),
    "READY": Named("Your face in the oval", "请将面部置于椭圆框内"),
    "READY_WHY": Named(
        "Hold the camera at eye height and look into it. Nothing is recorded yet.",
        "请将镜头与双眼齐平并正视镜头。此时尚未录制。",
    ),
    "BEGIN": Named("I am ready: begin", "准备好了，开始"),
    "LIGHT_GOOD": Named("The light is good", "光线合适"),
    "LIGHT_DARK": Named("It is too dark here: turn to the light", "光线太暗，请面向光源"),
    "LIGHT_BRIGHT": Named(
        "It is too bright here: turn away from the light", "光线太强，请避开强光"
    ),
    "RECORDING": Named("Do what the picture shows", "请按图示做动作"),
    "STEP": Named("Movement {number} of {count}", "第 {number} 个动作，共 {count} 个"),
    "PREVIEW": Named("What the camera sees, mirrored", "摄像头画面（镜像）"),
    "STOP": Named("Stop", "停止"),
    "CHECKING": Named("We are checking", "正在核验"),
    "CHECKING_WHY": Named(
        "This takes a few seconds. Keep this page open.", "约需数秒，请勿关闭本页。"
    ),
    "WAITING": Named(
        "Many people are being checked right now. We try again by ourselves in {seconds} seconds.",
        "当前核验人数较多，{seconds} 秒后自动重试。",
    ),
    "SANDBOX": Named("Sandbox: nobody is verified", "沙盒：不进行真实核验"),
    "SANDBOX_WHY": Named(
        "This gateway is one for developers and looks at no face. Choose how the check shall end.",
        "本网关仅供开发使用，不识别人脸。请选择核验结果。",
    ),
    "SANDBOX_live-person": Named("The living holder", "持证人本人"),
    "SANDBOX_not-live": Named("No living person", "非真人"),
    "SANDBOX_another-person": Named("Another person", "他人"),
    "SANDBOX_too-dark": Named("A picture that is too dark", "图像过暗"),
}

_ACTIONS: Final[Mapping[str, Named]] = {
    "DO_STRAIGHT": Named("Look straight into the camera", "请正视镜头"),
    "DO_TURN_LEFT": Named("Turn your head to your left", "请向左转头"),
    "BACK_TURN_LEFT": Named("… and back to the middle", "……转回正面"),
    "DO_TURN_RIGHT": Named("Turn your head to your right", "请向右转头"),
    "BACK_TURN_RIGHT": Named("… and back to the middle", "……转回正面"),
    "DO_LOOK_UP": Named("Lift your head and look up", "请抬头向上看"),
    "BACK_LOOK_UP": Named("… and straight again", "……恢复平视"),
    "DO_OPEN_MOUTH": Named("Open your mouth wide", "请张大嘴巴"),
    "BACK_OPEN_MOUTH": Named("… and close it", "……闭上嘴巴"),
    "DO_COME_CLOSER": Named("Come closer to the camera", "请靠近镜头"),
    "BACK_COME_CLOSER": Named("… and stay there", "……保持不动"),
}

TEXTS: Final[Mapping[str, Named]] = {**_BEGUN, **_START, **_CAMERA, **_ACTIONS, **ENDINGS}
"""Key → text, as the page's scripts get them."""
