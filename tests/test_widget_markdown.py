"""The widget reads an answer as the page does: the same nodes for every entry, every part, and a table of signs."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from bot.channels.markdown import render
from corpus.entries import load_corpus
from tests.support.driver import Widget
from tests.support.states import TABLE, fake

pytestmark = pytest.mark.model

KEPT = {"ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "code", "a", "br"}
# Within the outline of somebody else's page a heading is a line in bold.
BOLD = {"h1": "strong", "h2": "strong", "h3": "strong"}
ENTRIES = load_corpus().entries
TEXTS = {entry.id: entry.answer for entry in ENTRIES}
SIGNS = {
    "table": TABLE,
    "plain": "一行",
    "lines": "一\n二\n\n三",
    "bold": "**粗**和*斜*和`码`",
    "stars alone": "2 * 3 * 4 ** 5",
    "escape": r"\*不斜\* 1\. 条",
    "link": "[这里](https://a.cn/?x=1&y=2)和https://a.cn/b。后面",
    "link in bold": "**[这里](https://a.cn)**",
    "no link": "[坏](javascript:alert(1)) [注]",
    "tags": "<b>粗</b>",
    "ordered from three": "3. 三\n4. 四",
    "bracket": "1) 一\n2) 二",
    "two lists": "- 一\n- 二\n\n1. 一\n2. 二",
    "nested": "- 一\n  - 甲\n    - 子\n  - 乙\n- 二",
    "loose": "- 一\n\n  续\n\n- 二",
    "lazy": "- 一\n还是一\n\n不是一",
    "year is no list": "说明\n2024. 年",
    "interrupts": "说明\n1. 一\n2. 二",
    "number sign": "#标签 不是标题",
    "minus": "-5 度\n- 5 度",
}


class Shape(HTMLParser):
    """The tags that matter and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # A browser completes an address with a slash.
        more = "".join(f" {name}={(given[name] or '').rstrip('/')}" for name in ("href", "start") if name in given)
        if BOLD.get(tag, tag) in KEPT:
            self.parts.append(f"<{BOLD.get(tag, tag)}{more}>")

    def handle_endtag(self, tag: str) -> None:
        if BOLD.get(tag, tag) in KEPT and tag != "br":
            self.parts.append(f"</{BOLD.get(tag, tag)}>")

    def handle_data(self, data: str) -> None:
        self.parts += data.split()


@pytest.mark.parametrize("texts", [TEXTS, SIGNS], ids=["corpus", "signs"])
def test_widget_and_page_agree(widget: Widget, texts: dict[str, str]) -> None:
    differ = {}
    for name, text in texts.items():
        widget.page.unroute_all(behavior="ignoreErrors")
        fake(widget, {"kind": "answer", "text": text})
        shown = Shape(widget.ask("问").locator(".text").inner_html()).parts
        expected = Shape(render(text)).parts
        if "".join(shown) != "".join(expected):
            differ[name] = (shown, expected)
    assert not differ


def test_headings_do_not_disturb_the_outline(widget: Widget) -> None:
    fake(widget, {"kind": "answer", "text": "### 小标题 ###\n正文"})
    text = widget.ask("问").locator(".text")
    assert text.locator("p strong").inner_text() == "小标题" and text.locator("h1, h2, h3, h4").count() == 0
