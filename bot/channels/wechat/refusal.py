"""Refusal: why a request to the callback is turned away."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Status, label and hint; the numbers are those of Tencent's own sample code, for logs and metrics only."""

    SIGNATURE = (403, "-40001", "签名不对，请核对 FAQ_WECHAT_TOKEN")
    XML = (400, "-40002", "内容不是公众号的 XML")
    APPID = (403, "-40005", "AppID 不对，请核对 FAQ_WECHAT_APPID")
    CIPHER = (400, "-40007", "密文长度不对")
    BUFFER = (400, "-40008", "解不开，请核对 FAQ_WECHAT_ENCODING_AES_KEY")
    BASE64 = (400, "-40010", "密文不是 Base64")
    STALE = (403, "stale", "时间相差太大，请校准服务器的时钟，打开自动对时")
    MODE = (403, "mode", "加密方式与 FAQ_WECHAT_MODE 不一致")
    RECIPIENT = (403, "recipient", "不是发给本公众号的，请核对 FAQ_WECHAT_ORIGINAL_ID")
    ECHO = (400, "echostr", "验证请求缺 echostr")
    SIZE = (413, "too_large", "请求太大")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def label(self) -> str:
        """The name in metrics."""
        return self.value[1]

    @property
    def hint(self) -> str:
        """What the operator may look at."""
        return self.value[2]


class Refused(Exception):
    """A request that is not from WeChat, or that nobody can read; says nothing of what was in it."""

    def __init__(self, reason: Reason, seen: str = "") -> None:
        """Remember the reason, and what was seen if that helps the operator and is no secret."""
        super().__init__(reason.label)
        self.reason = reason
        self.seen = seen
