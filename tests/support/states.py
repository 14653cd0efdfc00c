"""States: everything that the widget can look like, each reached from the open, empty window."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.support.driver import Widget
from tests.support.stage import ABSENT, ASKS, SUM

PART = "带娃去广州看病没办转诊能报几成啊"
LONG = "非在园在校少儿医保费用怎么交？"
CLOSE = "去外地看病能报吗"
NOTHING = "小孩打疫苗能报销吗"
TABLE = """见下表，网址：https://example.cn/a_very_long_address/that/goes/on/and/on/without/any/space/at/all.html。

| 级别 | 门诊 | 住院 | 诊查费 | 起付线 | 备注 |
| --- | --- | --- | --- | --- | --- |
| 一级 | 75% | 92% | 80% | 以结算单为准 | supercalifragilisticexpialidocious |
| 三级 | 55% | 90% | 60% | 以结算单为准 | 无 |

### 小标题

1. **第一步**
   - `代码`
2. 第二步 *强调* [链接](https://example.cn)

第一行
第二行"""


def opened(widget: Widget) -> None:
    """The greeting."""


def closed(widget: Widget) -> None:
    """Only the launcher."""
    widget.keyboard.press("Escape")
    widget.page.locator("faq-chat .launcher").wait_for()


def suggesting(widget: Widget) -> None:
    """Suggestions while typing, one of them marked."""
    widget.box.fill("住院")
    widget.page.locator("faq-chat .option").first.wait_for()
    widget.box.press("ArrowDown")


def answer(widget: Widget) -> None:
    """A long answer with its steps."""
    widget.ask(LONG)


def part(widget: Widget) -> None:
    """The part of an answer that was asked for."""
    widget.ask(PART)


def whole(widget: Widget) -> None:
    """The rest of it unfolded."""
    widget.ask(PART).locator("summary").click()


def expired(widget: Widget) -> None:
    """An answer whose school year is over."""
    said = {"kind": "answer", "text": "每年一次。", "notice": "以上内容出自 2023-2024 年度的资料，可能已有变化。"}
    fake(
        widget,
        {
            **said,
            "entry": {"id": "P3", "question": "多久一次？", "basis": "手册 第1问", "valid": None, "url": "/answers/P3"},
        },
    )
    widget.ask("多久一次")


def markup(widget: Widget) -> None:
    """A table, a long address, nested lists."""
    entry = {
        "id": "P3",
        "question": "报销比例是多少？",
        "basis": "手册 第2问",
        "valid": "2024-2025学年度",
        "url": "/answers/P3",
    }
    fake(widget, {"kind": "answer", "text": TABLE, "entry": entry})
    widget.ask("报销比例")


def ask(widget: Widget) -> None:
    """A value is asked for."""
    widget.ask(ASKS, ".value")


def calculation(widget: Widget) -> None:
    """A calculation as a receipt."""
    widget.ask(SUM, ".receipt")


def table(widget: Widget) -> None:
    """Nobody knows the level: what comes out at each, and nothing in large type."""
    widget.ask(ASKS, ".value").locator(".value", has_text="不知道").click()
    widget.last.locator(".grid").wait_for()


def away(widget: Widget) -> None:
    """A sum of several factors, in two lines."""
    widget.ask("在长沙三级医院住院花了23000，起付线600，没备案没转诊能报多少", ".receipt")


def fee(widget: Widget) -> None:
    """A fee of several months and children."""
    widget.ask("俩娃12月才办要交多少", ".receipt")


def clarify(widget: Widget) -> None:
    """Two or three questions to choose from."""
    widget.ask(CLOSE)


def abstain(widget: Widget) -> None:
    """Not in the booklet."""
    widget.ask(NOTHING)


def lines(widget: Widget) -> None:
    """Not in the booklet, said in several lines."""
    widget.ask(ABSENT)


def thanks(widget: Widget) -> None:
    """Small talk."""
    widget.ask("谢谢")


def voted(widget: Widget) -> None:
    """It did not help; a comment may be written."""
    widget.ask("少儿医保每年要交多少钱").locator(".quiet", has_text="没帮助").click()
    widget.page.locator("faq-chat .comment").scroll_into_view_if_needed()


def waiting(widget: Widget) -> None:
    """Still looking it up."""
    widget.hold()
    widget.ask("你好", ".waiting")


def fault(widget: Widget) -> None:
    """The network is away."""
    widget.page.route("**/api/chat", lambda route: route.abort())
    widget.ask(LONG, ".fault")


def too_long(widget: Widget) -> None:
    """Twelve characters too many."""
    widget.box.fill("问" * 512)


def large(widget: Widget) -> None:
    """Large print."""
    widget.page.locator("faq-chat .tool[aria-pressed]").click()
    widget.ask(PART)


def traditional(widget: Widget) -> None:
    """Traditional Chinese words."""
    widget.page.locator("faq-chat select").select_option("zh-Hant")
    widget.ask(PART)


def english(widget: Widget) -> None:
    """English words around Chinese answers."""
    widget.page.locator("faq-chat select").select_option("en")
    widget.ask(NOTHING)


STATES: dict[str, Callable[[Widget], None]] = {
    state.__name__: state
    for state in (
        opened, closed, suggesting, answer, part, whole, expired, markup, ask, calculation, table, away, fee,
        clarify, abstain, lines,
        thanks, voted, waiting, fault, too_long, large, traditional, english,
    )
}  # fmt: skip


def fake(widget: Widget, reply: dict[str, object]) -> None:
    """Let the next questions be answered with `reply`, whatever the server would say."""
    body = {"reply_id": "01JD8Q3W5Y0000000000000000", "session_id": "k3J9x2mQ7vTzL5wa", "options": [], **reply}
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
    widget.page.route("**/api/chat", lambda route: route.fulfill(body=json.dumps(body), headers=headers))


OVERFLOW = """
() => [...document.querySelector('faq-chat').shadowRoot.querySelectorAll('*')]
  .filter(node => node.getClientRects().length && !node.closest('.wide, .unseen, svg'))
  .filter(node => node.clientWidth && getComputedStyle(node).display !== 'inline')
  // The title may be cut short where there is no room.
  .filter(node => getComputedStyle(node).textOverflow !== 'ellipsis')
  .filter(node => node.scrollWidth > node.clientWidth + 1)
  .map(node => `${node.tagName}.${node.className} ${node.scrollWidth} > ${node.clientWidth}`)
"""
