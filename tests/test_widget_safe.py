"""The widget among strangers: text from outside stays text, and the page around is left alone, and leaves it alone."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.app import create_app
from bot.settings import Settings
from tests.support.driver import Visitor, Widget
from tests.support.library import FakeEngine
from tests.support.stage import host_app, served
from tests.support.states import LONG, OVERFLOW, fake

pytestmark = pytest.mark.model

CORS = {"Access-Control-Allow-Origin": "*"}
ATTACKS = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "</textarea><iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "[点我](javascript:window.hacked=1)",
    "[点我](data:text/html,<script>1</script>)",
    "`<b>`**<style>*{display:none}</style>**",
    "{{constructor.constructor('window.hacked=1')()}}${window.hacked=1}",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "<faq-chat></faq-chat>",
]
ODD = [
    "‮gnp.exe لوريم إيبسوم דוגמה‭",
    "👨‍👩‍👧‍👦" * 40,
    "W" * 500,
    "一" * 500,
    "a\u0300\u0301\u0302\u0303" * 60,
    "\n\n第一行\n\n\t第二行\n" * 8,
    "https://example.cn/" + "x" * 400,
]
FOREIGN = "script, img, iframe, style, object, embed, form form, svg:not([aria-hidden]), faq-chat, [onerror], [onload]"


def untouched(widget: Widget) -> bool:
    strangers = widget.page.locator("faq-chat .log").locator(FOREIGN).count()
    links = widget.page.locator("faq-chat .log a:not([href^='http://127.0.0.1']):not([href='tel:12345'])").count()
    return strangers == links == 0 and widget.evaluate("window.hacked") is None


def test_in_a_question(visitor: Visitor) -> None:
    widget = visitor.host().open()
    for text in ATTACKS:
        turn = widget.ask(text)
        assert text in turn.locator(".mine").inner_text() and untouched(widget), text
    # What was said is read back after a reload.
    widget.reload()
    said = widget.open().page.locator("faq-chat .mine").all_inner_texts()
    assert all(text in line for text, line in zip(ATTACKS, said, strict=True)) and untouched(widget)


@pytest.mark.parametrize("kind", ["answer", "calculation", "ask", "abstain"])
def test_in_every_field_of_a_reply(widget: Widget, kind: str) -> None:
    for text in ATTACKS:
        widget.page.unroute_all(behavior="ignoreErrors")
        fake(widget, {"kind": kind, **hostile(text)[kind]})
        turn = widget.ask("问")
        assert untouched(widget), text
        links = turn.locator("a").evaluate_all("all => all.map(a => a.protocol)")
        assert "window.hacked=1" not in str(links), text
    assert widget.evaluate(OVERFLOW) == []


def hostile(text: str) -> dict[str, dict[str, Any]]:
    """Return a reply of every kind that says `text` wherever it says something."""
    entry = {"id": text, "question": text, "category": text, "basis": text, "valid": text, "url": f"javascript:{text}"}
    options = [{"entry_id": "P1", "question": text}]
    rows = [{"label": text, "value": text, "unit": text}] * 2
    estimate = {"results": rows, "formula": text, "assumptions": [text], "basis": [text, "B5"], "policy_year": text}
    more: dict[str, dict[str, Any]] = {
        "answer": {"passage": f"{text}！"},
        "calculation": {"estimate": estimate},
        "ask": {"ask": {"slot": "amount", "options": [text]}},
        "abstain": {},
    }
    common = {"text": text, "notice": text, "entry": entry, "options": options}
    return {kind: {**common, **own} for kind, own in more.items()}


def test_in_a_standard_question_and_a_comment(widget: Widget) -> None:
    found = {"suggestions": [{"entry_id": "P1", "question": ATTACKS[1]}]}
    widget.page.route("**/api/suggest*", lambda route: route.fulfill(json=found, headers=CORS))
    widget.box.press_sequentially("住院")
    assert widget.page.locator("faq-chat .option").inner_text() == ATTACKS[1] and untouched(widget)
    widget.box.press("Escape")
    turn = widget.ask("少儿医保每年要交多少钱")
    turn.locator(".quiet", has_text="没帮助").click()
    turn.locator(".comment textarea").fill("".join(ATTACKS))
    turn.locator(".comment button").click()
    turn.locator(".comment").wait_for(state="detached")
    assert untouched(widget)


def test_in_an_answer_of_the_corpus(visitor: Visitor, settings: Settings) -> None:
    with served(create_app(settings, FakeEngine())) as url:
        widget = visitor.go(url)
        turn = widget.ask("停车怎么收费")
        assert turn.locator(".text").inner_text() == "<script>alert(1)</script>前两小时免费。" and untouched(widget)
        page = visitor.go(f"{url}/answers/T6")
        assert "<script>alert(1)</script>" in page.page.locator("article").inner_text()


@pytest.mark.parametrize(
    "text", ODD, ids=["right to left", "emoji", "no spaces", "500 signs", "accents", "lines", "address"]
)
def test_odd_text_stays_in_its_place(widget: Widget, text: str) -> None:
    turn = widget.ask(text[:500])
    assert widget.evaluate(OVERFLOW) == []
    fake(
        widget,
        {
            "kind": "answer",
            "text": text,
            "entry": {"id": "P1", "question": text, "basis": text, "valid": None, "url": "/answers/P1"},
        },
    )
    turn = widget.ask("问")
    assert widget.evaluate(OVERFLOW) == []
    # The words of the interface are still read from left to right.
    first, last = (turn.locator(".quiet", has_text=name).bounding_box() for name in ("复制", "没帮助"))
    assert first["x"] < last["x"]


def test_the_page_around_is_left_alone(visitor: Visitor) -> None:
    context = visitor.context()
    context.add_init_script("""
        window.before = Object.keys(window);
        window.touched = [];
        new MutationObserver(changes => {
          if (document.readyState !== 'complete') return;
          for (const {target, type} of changes) touched.push(`${type} ${target.nodeName}`);
        }).observe(document, {attributes: true, childList: true, characterData: true, subtree: true});
    """)
    widget = visitor.go(visitor.stage.host, context)
    title, length = widget.title(), widget.evaluate("history.length")
    widget.open().ask(LONG)
    widget.page.locator("faq-chat").get_by_label("新对话").click()
    widget.page.locator("faq-chat").get_by_label("关闭").click()
    assert widget.evaluate("touched") == []
    assert set(widget.evaluate("Object.keys(window)")) - set(widget.evaluate("before")) <= {"before", "touched"}
    assert (widget.title(), widget.evaluate("history.length"), widget.evaluate("scrollY")) == (title, length, 0)
    assert context.cookies() == [] and widget.evaluate("localStorage.length") == 0


def test_only_its_own_server_is_asked(visitor: Visitor) -> None:
    asked: list[str] = []
    context = visitor.context()
    context.on("request", lambda request: asked.append(request.url))
    visitor.go(visitor.stage.host, context).open().ask(LONG)
    own = (visitor.stage.host, visitor.stage.office, "data:")
    assert asked and not [url for url in asked if not url.startswith(own)]


HOSTILE = """<style>
* { font: 9px/1 serif !important; color: red !important; letter-spacing: 1em !important; }
* { text-transform: uppercase !important; background: lime !important; text-align: right !important; }
html { font-size: 62.5%; direction: rtl; } button { display: none !important; } dialog { width: 10px; }
</style>"""
LOOKS = """
() => {
  const style = getComputedStyle(document.querySelector('faq-chat').shadowRoot.querySelector('.reply p'));
  const {fontSize, lineHeight, color, letterSpacing, textTransform, textAlign, direction} = style;
  return {fontSize, lineHeight, color, letterSpacing, textTransform, textAlign, direction};
}
"""


def test_the_style_of_the_page_stays_outside(visitor: Visitor, widget: Widget) -> None:
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src {office}; connect-src *; img-src data:"
    with served(host_app(visitor.stage.office, policy, HOSTILE)) as host:
        context = visitor.context(bypass_csp=True)
        # That site is on no list, so the browser would keep the greeting from it.
        context.route(
            "**/api/*",
            lambda route: route.fulfill(response=route.fetch(), headers={"Access-Control-Allow-Origin": "*"}),
        )
        hostile = visitor.go(host, context).open()
        assert hostile.evaluate(LOOKS) == widget.evaluate(LOOKS)
        assert widget.evaluate(LOOKS)["fontSize"] == "16px" and widget.evaluate(LOOKS)["lineHeight"] == "28px"


def test_a_site_that_is_not_on_the_list(visitor: Visitor) -> None:
    with served(host_app(visitor.stage.office)) as host:
        page = visitor.go(host)
        page.page.locator("faq-chat .launcher").click()
        page.last.locator(".fault").wait_for()
    assert all("CORS" in message for message in visitor.wrong)
    visitor.wrong.clear()


def test_the_page_for_trying_it_elsewhere(visitor: Visitor) -> None:
    page = visitor.go(f"{visitor.stage.host}/embed.html")
    assert "不客气" in page.open().ask("谢谢").inner_text()
