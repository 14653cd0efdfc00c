"""Browsing: what the chat window costs the visitor: bytes, time until it can be used, main thread, memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from statistics import median
from typing import Any

import pytest

from tests.bench.client import HOST
from tests.bench.questions import fresh
from tests.bench.results import Part, verdict
from tests.bench.service import Service
from tests.support.driver import PHONE, chromium

_VISITS = 7
_MESSAGES = (50, 250, 500)
_KB = 1024
_MOST_PACKED, _MOST_HEAP_GROWTH = 18.0, 1.25
# A modest phone on a modest network: https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
_SLOW_PROCESSOR = 4
_SLOW_NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
_ASK = """async ([questions]) => {
  const chat = document.querySelector('faq-chat');
  for (const question of questions) {
    const done = new Promise((resolve) => chat.addEventListener('faq-chat:reply', resolve, {once: true}));
    chat.ask(question);
    await done;
  }
}"""


def browsing(say: Callable[[str], None]) -> Part:
    """Measure in Chromium, against the shipped command; without one say what is missing."""
    try:
        with chromium() as browser, Service() as service:
            return _measure(browser, f"http://{HOST}:{service.port}/", say)
    except pytest.skip.Exception as missing:
        return Part("聊天窗口", ("项目", "数值", "目标", ""), [], {}, (str(missing),))


def _measure(browser: Any, url: str, say: Callable[[str], None]) -> Part:
    say("聊天窗口：打开")
    packed, calls = _transfer(browser, url)
    plain = [_usable(browser, url, slow=False) for _ in range(_VISITS)]
    slow = [_usable(browser, url, slow=True) for _ in range(_VISITS)]
    say("聊天窗口：答复")
    busy, longest = _main_thread(browser, url)
    say("聊天窗口：500 条")
    heaps = _memory(browser, url)
    growth, packed = heaps[-1] / heaps[0], packed / _KB
    rows = [
        ("widget.js，压缩后", f"{packed:.1f} KB", f"< {_MOST_PACKED:.0f} KB", verdict(packed < _MOST_PACKED)),
        ("首页全部传输（页面、脚本、问候，连响应头）", f"{calls / _KB:.1f} KB", "", ""),
        ("打开到能用，冷缓存", f"{median(plain) * 1e3:.0f} 毫秒", "", ""),
        ("同上，处理器慢 4 倍、1.6 Mbps、往返 150 毫秒", f"{median(slow) * 1e3:.0f} 毫秒", "", ""),
        ("一次答复占主线程，中位数", f"{busy * 1e3:.1f} 毫秒", "", ""),
        ("一次答复占主线程，最长", f"{longest * 1e3:.1f} 毫秒", "< 50 毫秒", verdict(longest < 0.050)),
        *((f"{count} 问后的 JS 堆", f"{heap:.1f} MB", "", "") for count, heap in zip(_MESSAGES, heaps, strict=True)),
        ("500 问与 50 问之比", f"{growth:.2f}", f"< {_MOST_HEAP_GROWTH}", verdict(growth < _MOST_HEAP_GROWTH)),
    ]  # fmt: skip
    figures = {"widget_packed_kb": packed, "start_page_bytes": calls, "usable_s": median(plain),
               "usable_slow_s": median(slow), "reply_main_thread_s": busy, "reply_main_thread_max_s": longest,
               **{f"heap_{count}_mb": heap for count, heap in zip(_MESSAGES, heaps, strict=True)}}  # fmt: skip
    remarks = (
        f"Chromium {browser.version}，手机大小；“能用”是首页的输入框可以写字、问候和常问的问题都已显示；"
        f"各 {_VISITS} 次，取中位数。",
        "主线程：从发出问题到显示答复，浏览器主线程的忙碌时间（脚本、样式、布局）；堆在回收之后量。",
    )
    return Part("聊天窗口", ("项目", "数值", "目标", ""), rows, figures, remarks)


def _transfer(browser: Any, url: str) -> tuple[float, float]:
    """Return the bytes on the wire of the script, and of all that the start page fetches, headers included."""
    context, page, session = _visit(browser)
    bodies: dict[str, float] = {}
    sizes: list[float] = []
    page.on("response", lambda response: bodies.update({response.url: float(response.headers["content-length"])}))
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    _open(page, url)
    page.wait_for_timeout(200)
    context.close()
    return bodies[f"{url}widget.js"], sum(sizes)


def _usable(browser: Any, url: str, slow: bool) -> float:
    """Return the seconds until the box can be typed in and the greeting is there, with nothing cached."""
    context, page, session = _visit(browser)
    if slow:
        session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOW_PROCESSOR})
        session.send("Network.emulateNetworkConditions", _SLOW_NETWORK)
    started = time.perf_counter()
    _open(page, url)
    seconds = time.perf_counter() - started
    context.close()
    return seconds


def _main_thread(browser: Any, url: str) -> tuple[float, float]:
    """Return how long the main thread is busy with a reply: usually, and at most."""
    context, page, session = _visit(browser)
    _open(page, url)
    session.send("Performance.enable")
    spent = []
    for question in islice(fresh(40, seed=3), 40):
        before = _metric(session, "TaskDuration")
        page.evaluate(_ASK, [[question]])
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        spent.append(_metric(session, "TaskDuration") - before)
    context.close()
    # The first one warms the browser up.
    return median(spent[1:]), max(spent[1:])


def _memory(browser: Any, url: str) -> list[float]:
    """Return the megabytes in use after so many messages."""
    context, page, session = _visit(browser)
    _open(page, url)
    session.send("Performance.enable")
    questions, asked, found = fresh(_MESSAGES[-1], seed=4), 0, []
    for count in _MESSAGES:
        page.evaluate(_ASK, [questions[asked:count]])
        asked = count
        session.send("HeapProfiler.collectGarbage")
        found.append(_metric(session, "JSHeapUsedSize") / 1e6)
    context.close()
    return found


def _visit(browser: Any) -> tuple[Any, Any, Any]:
    context = browser.new_context(**PHONE, locale="zh-CN")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return context, page, session


def _open(page: Any, url: str) -> None:
    page.goto(url, wait_until="commit")
    page.locator("faq-chat .question").first.wait_for()
    assert page.locator("faq-chat .composer textarea").is_editable()


def _metric(session: Any, name: str) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == name))
