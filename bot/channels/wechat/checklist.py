"""Checklist: what WeChat and its users need of a callback, tried out on one that runs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from bot.channels.errors import broken, failed, not_ready
from bot.channels.wechat.courier import TIMEOUT, Courier, Delivery, Response, Unreached, UnreadableReply
from bot.channels.wechat.markup import MOST_BYTES, linked, plain, size
from corpus.entries import Phrases
from corpus.entry import Entry

_SUCCESS = b"success"
_MOST_PAGES = 9
_PAUSE = re.compile(r"[\s，。；：、！？,.;:!?]+")
_SEE_LOG = "服务的日志里“公众号回调拒绝了请求”那一行会说该核对哪个设置"
_STORE = "几个进程要用同一个 FAQ_STORE 或 FAQ_REDIS_URL；再看日志里有没有“存储……用不了”"
_NOT_THERE = "网址要以 /wechat 结尾，末尾没有斜线；服务启动时也要有 FAQ_WECHAT_ 开头的设置"
_NO_LOGIN = "这个地址不能要登录、人机验证，也不能拦外面来的请求；核对代理"
_ADVICE = {401: _NO_LOGIN, 404: _NOT_THERE, 405: _NOT_THERE, 407: _NO_LOGIN, 413: "代理的请求大小限制太小，应当是 64k"}


class Failed(Exception):
    """A point that is not as it should be: what was seen, and what to do about it."""

    def __init__(self, seen: str, advice: str) -> None:
        """Remember both."""
        super().__init__(seen)
        self.advice = advice


class _Skipped(Exception):
    """A point that cannot be tried here; the message says why."""


class Checklist:
    """Goes through the points one after another."""

    def __init__(self, courier: Courier, entries: Sequence[Entry], phrases: Phrases) -> None:
        """Ask for what the corpus holds; the running bot should have been built from the same."""
        self._courier = courier
        self._entries = [entry for entry in entries if entry.active]
        self._phrases = phrases
        self._excuses = {linked(phrases.text(key)) for key in ("waiting", "busy", "trouble")}
        self._excuses |= {error.message for error in (not_ready(), failed(), broken())}

    def run(self, say: Callable[[str], None]) -> bool:
        """Try every point and say how it went; tell whether all is well."""
        counts = {"通过": 0, "没通过": 0, "没有查": 0}

        def note(word: str, text: str) -> None:
            counts[word] += 1
            say(f"{word}{' ' * (8 - 2 * len(word))}{text}")

        blocked = False
        for title, try_it, is_needed in self._points():
            if blocked:
                note("没有查", f"{title}：先改好上面的")
                continue
            try:
                try_it()
            except _Skipped as skipped:
                note("没有查", f"{title}：{skipped}")
            except Failed as failure:
                note("没通过", f"{title}：{failure}")
                say(f"        怎么办：{failure.advice}。")
                blocked = is_needed
            else:
                note("通过", title)
        if counts["通过"]:
            self._leave()
        say("，".join(f"{word} {count} 项" for word, count in counts.items() if count) + "。")
        return not counts["没通过"]

    def _points(self) -> list[tuple[str, Callable[[], None], bool]]:
        """Return title, trial, and whether the rest makes no sense without it."""
        return [
            ("验证网址", self._verify, True),
            ("拒绝签名不对的请求", self._refuse_forged, False),
            ("拒绝加密方式不对的消息", self._refuse_mode, False),
            ("答一个问题", self._answer, True),
            ("同一条消息来三次，答复一样", self._repeat, False),
            ("长的答案分段，重发不多翻一页", self._read_on, False),
            ("关注有欢迎语，别的事件不打扰", self._events, False),
            ("取消关注就忘掉", self._forget, False),
        ]

    def _verify(self) -> None:
        echo = secrets.token_hex(8)
        answer = self._bring(self._courier.greeting(echo))
        if answer.status == 403:
            raise Failed("服务答了 403", f"FAQ_WECHAT_TOKEN 要与服务用的一样；{_SEE_LOG}")
        self._expect(answer)
        if answer.body != echo.encode():
            raise Failed("没有原样答出 echostr", "这个网址后面不是本服务，或者代理改了内容")

    def _refuse_forged(self) -> None:
        for parcel in (self._courier.greeting("0"), self._asking(self._entries[0].question)):
            self._expect_refusal(
                self._courier.forged(parcel), "谁都能冒充微信；这个网址后面不是本服务，或者代理改了参数"
            )

    def _refuse_mode(self) -> None:
        document = self._courier.document("text", Content=self._entries[0].question)
        self._expect_refusal(self._courier.in_another_mode(document), "服务的 FAQ_WECHAT_MODE 要与这里的一样")

    def _answer(self) -> None:
        self._content(self._asking(self._entries[0].question))

    def _repeat(self) -> None:
        parcel = self._asking(self._entries[-1].question)
        with ThreadPoolExecutor(3) as pool:
            if len(set(pool.map(self._content, [parcel] * 3))) > 1:
                raise Failed("三次的答复不一样", _STORE)

    def _read_on(self) -> None:
        entry = self._long_entry()
        self._content(self._asking(entry.question, bizmsgmenuid=entry.id))
        further = self._asking("继续")
        pages = [self._content(further)]
        if pages[0] == self._nothing:
            raise Failed(f"答 {entry.id} 以后，回复“继续”没有下文", _STORE)
        if self._content(further) != pages[0]:
            raise Failed("同一条“继续”来两次，多翻了一页", _STORE)
        while len(pages) < _MOST_PAGES and (page := self._content(self._asking("继续"))) != self._nothing:
            pages.append(page)
        ending = [part for part in _PAUSE.split(plain(entry.answer)) if part][-1]
        if ending not in "".join(pages):
            raise Failed(f"翻到最后也没有 {entry.id} 的结尾", "服务装入的不是这里的资料；运行 make index，重启服务")

    def _events(self) -> None:
        self._content(self._courier.parcel(self._courier.document("event", Event="subscribe", EventKey="")))
        self._expect_silence("VIEW")

    def _forget(self) -> None:
        with suppress(_Skipped):
            entry = self._long_entry()
            self._content(self._asking(entry.question, bizmsgmenuid=entry.id))
        self._expect_silence("unsubscribe")
        if self._content(self._asking("继续")) != self._nothing:
            raise Failed("取消关注以后，回复“继续”还看得到先前的答案", _STORE)

    def _leave(self) -> None:
        """Unsubscribe, so that nothing of our follower stays behind."""
        with suppress(Failed):
            self._expect_silence("unsubscribe")

    @property
    def _nothing(self) -> str:
        return linked(self._phrases.text("nothing_more"))

    def _long_entry(self) -> Entry:
        for entry in self._entries:
            if entry.short_answer or size(plain(entry.answer)) > MOST_BYTES:
                return entry
        raise _Skipped("资料里没有一条放不下的答案")

    def _asking(self, text: str, **fields: str) -> Delivery:
        return self._courier.parcel(self._courier.document("text", Content=text, **fields))

    def _bring(self, parcel: Delivery) -> Response:
        try:
            answer = self._courier.bring(parcel)
        except Unreached as error:
            raise Failed(str(error), "看服务有没有在运行，网址、端口、证书、防火墙对不对") from None
        if answer.seconds > TIMEOUT:
            raise Failed(f"用了 {answer.seconds:.1f} 秒", f"微信只等 {TIMEOUT:g} 秒；看看服务器忙不忙")
        return answer

    def _expect(self, answer: Response) -> None:
        if 300 <= answer.status < 400:
            raise Failed(f"服务答了 {answer.status}，要跳到别处", "微信不跟着跳；填跳转以后的网址，或者关掉代理的跳转")
        if answer.status >= 500:
            raise Failed(f"服务答了 {answer.status}", "代理后面的服务没有运行，或者出了错；看它们的日志")
        if answer.status != 200:
            raise Failed(f"服务答了 {answer.status}", _ADVICE.get(answer.status, _SEE_LOG))

    def _expect_refusal(self, parcel: Delivery, advice: str) -> None:
        answer = self._bring(parcel)
        if answer.status != 403:
            raise Failed(f"服务答了 {answer.status}，应当是 403", advice)

    def _expect_silence(self, event: str) -> None:
        answer = self._bring(self._courier.parcel(self._courier.document("event", Event=event, EventKey="")))
        self._expect(answer)
        if answer.body != _SUCCESS:
            raise Failed(f"事件 {event} 的答复不是 success", "这个网址后面不是本服务，或者代理改了内容")

    def _content(self, parcel: Delivery) -> str:
        """Return what the follower reads; fail for anything that no follower should see."""
        answer = self._bring(parcel)
        if answer.status == 400:
            raise Failed("服务答了 400", f"FAQ_WECHAT_ENCODING_AES_KEY 要与服务用的一样；{_SEE_LOG}")
        if answer.status == 403:
            raise Failed("服务答了 403", f"设置要与服务用的一样，两边的时钟也要准；{_SEE_LOG}")
        self._expect(answer)
        try:
            content = self._courier.content(answer)
        except UnreadableReply as error:
            raise Failed(str(error), "FAQ_WECHAT_ 开头的设置要与服务用的一样；代理不要改内容") from None
        if not content or size(content) > MOST_BYTES:
            raise Failed(f"答复有 {size(content)} 字节，应当是 1 到 {MOST_BYTES}", "请把服务的日志发给开发的人")
        if content in self._excuses:
            raise Failed(f"没有答出来，说的是“{content[:30]}”", "服务正在启动或者太忙；过几秒再试，再看服务的日志")
        return content
