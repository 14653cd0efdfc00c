"""The widget when things go wrong: no network, a slow or broken server, a reload, a full or forbidden store."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.driver import PHONE, Visitor, Widget
from tests.support.stage import ASKS, BREAKS, host_app, served
from tests.support.states import LONG, PART, fake

pytestmark = pytest.mark.model

CORS = {"Access-Control-Allow-Origin": "*"}
BUSY = '{"error": {"code": "rate_limited", "message": "问得太快了。", "field": null}}'
LONG_ERROR = '{"error": {"code": "question_too_long", "message": "问题有 501 个字，太长了。", "field": "question"}}'
FAULTS: list[tuple[str, dict[str, Any], str, bool]] = [
    ("500", {"status": 500, "body": "oops"}, "服务出了点问题", True),
    ("503", {"status": 503, "body": '{"error": {"message": "请过几秒再试。"}}'}, "服务出了点问题", True),
    ("429", {"status": 429, "body": BUSY}, "过一分钟再试", True),
    ("400", {"status": 400, "body": LONG_ERROR}, "问题有 501 个字", False),
    ("page of a gateway", {"status": 200, "body": "<html>登录上网</html>"}, "服务出了点问题", True),
    ("something else", {"status": 200, "body": '{"hello": 1}'}, "服务出了点问题", True),
    ("null", {"status": 200, "body": "null"}, "服务出了点问题", True),
]


@pytest.mark.parametrize(("answer", "said", "again"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_bad_answer(widget: Widget, answer: dict[str, Any], said: str, again: bool) -> None:
    widget.page.route("**/api/chat", lambda route: route.fulfill(headers=CORS, **answer))
    turn = widget.ask("谢谢", ".fault")
    assert said in turn.locator(".fault").inner_text()
    assert (turn.locator("button", has_text="重试").count() == 1) is again
    widget.page.unroute("**/api/chat")
    if again:
        turn.locator("button", has_text="重试").click()
        turn.locator(".reply").wait_for()
        assert turn.locator(".fault").count() == 0


def test_offline_loses_nothing(visitor: Visitor) -> None:
    context = visitor.context(**PHONE)
    widget = visitor.go(visitor.stage.host, context).open()
    context.set_offline(True)
    turn = widget.ask(PART, ".fault")
    assert "网络不通" in turn.locator(".fault").inner_text()
    widget.box.fill("写了一半")
    widget.box.blur()
    context.set_offline(False)
    turn.locator("button", has_text="重试").click()
    turn.locator(".reply h3").wait_for()
    assert widget.box.input_value() == "写了一半"


def test_a_failed_question_can_be_mended(widget: Widget) -> None:
    widget.page.route("**/api/chat", lambda route: route.abort())
    turn = widget.ask(LONG, ".fault")
    turn.locator("button", has_text="改一改").click()
    assert widget.box.input_value() == LONG and widget.page.locator("faq-chat .mine").count() == 0


def test_a_real_fault_of_the_server(visitor: Visitor) -> None:
    widget = visitor.go(visitor.stage.office)
    assert "服务出了点问题" in widget.ask(BREAKS, ".fault").inner_text()


def test_waiting_is_only_shown_when_it_takes_long(visitor: Visitor) -> None:
    widget = visitor.host()
    widget.page.clock.install()
    widget.open()
    held = widget.hold()
    widget.box.fill("谢谢")
    widget.page.clock.pause_at(widget.evaluate("Date.now()") + 1000)
    widget.box.press("Enter")
    shown = widget.last.locator(".waiting")
    widget.page.clock.run_for(290)
    assert shown.count() == 0
    widget.page.clock.run_for(20)
    assert shown.inner_text() == "正在查找"
    held[0].continue_()
    widget.last.locator(".reply").wait_for()
    assert shown.count() == 0


def test_nobody_is_left_waiting(visitor: Visitor) -> None:
    widget = visitor.host()
    widget.page.clock.install()
    widget.open()
    widget.hold()
    widget.box.fill("谢谢")
    widget.box.press("Enter")
    widget.page.clock.fast_forward(15_001)
    widget.last.locator(".fault", has_text="没有等到").wait_for()


def test_one_question_at_a_time(widget: Widget) -> None:
    held = widget.hold()
    widget.ask("谢谢", ".waiting")
    widget.box.fill("还有一句")
    widget.box.press("Enter")
    assert widget.box.input_value() == "还有一句"
    assert widget.page.locator("faq-chat .send").get_attribute("aria-disabled") == "true"
    held[0].continue_()
    widget.last.locator(".reply").wait_for()
    widget.box.press("Enter")
    assert widget.box.input_value() == ""


def test_the_conversation_survives_a_reload(widget: Widget) -> None:
    widget.ask(ASKS, ".value")
    widget.box.fill("写了一半")
    widget.page.wait_for_timeout(350)
    before = widget.page.locator("faq-chat .log").inner_text()
    widget.reload()
    widget.open()
    assert widget.page.locator("faq-chat .log").inner_text() == before and widget.box.input_value() == "写了一半"
    # The session goes on as well: the value still belongs to the question.
    widget.last.locator(".value", has_text="三级").click()
    widget.last.locator(".receipt").wait_for()


def test_a_question_cut_off_by_a_reload(widget: Widget) -> None:
    widget.hold()
    widget.ask(LONG, ".waiting")
    widget.reload()
    turn = widget.open().last
    assert "没有等到回答" in turn.locator(".fault").inner_text()
    widget.page.unroute("**/api/chat")
    turn.locator("button", has_text="重试").click()
    turn.locator(".reply h3").wait_for()


def test_tabs_and_people_keep_to_themselves(visitor: Visitor) -> None:
    context = visitor.context()
    visitor.go(visitor.stage.host, context).open().ask("谢谢")
    for other in (visitor.go(visitor.stage.host, context), visitor.host()):
        assert other.open().page.locator("faq-chat .mine").count() == 0
        assert other.evaluate("document.cookie + localStorage.length") == "0"


def test_a_new_conversation(widget: Widget) -> None:
    widget.ask(ASKS, ".value")
    widget.page.locator("faq-chat").get_by_label("新对话").click()
    assert widget.page.locator("faq-chat .turn").count() == 1 and widget.page.locator("faq-chat .question").count() == 5
    widget.reload()
    assert widget.open().page.locator("faq-chat .mine").count() == 0
    # Another session: a bare value means nothing here.
    assert widget.ask("三级").locator(".receipt").count() == 0


def test_a_new_conversation_while_waiting(widget: Widget) -> None:
    widget.hold()
    widget.ask("你好", ".waiting")
    widget.page.locator("faq-chat").get_by_label("新对话").click()
    widget.page.unroute("**/api/chat")
    widget.ask("谢谢", ".reply")
    assert widget.page.locator("faq-chat .mine").count() == 1 and widget.page.locator("faq-chat .fault").count() == 0


def test_old_turns_make_room(widget: Widget) -> None:
    fake(widget, {"kind": "smalltalk", "text": "好"})
    widget.evaluate("""async () => {
      const chat = document.querySelector('faq-chat');
      for (let i = 1; i <= 60; i += 1) {
        const done = new Promise((resolve) => chat.addEventListener('faq-chat:reply', resolve, {once: true}));
        chat.ask(`第${i}句`);
        await done;
      }
    }""")
    mine = widget.page.locator("faq-chat .mine")
    assert mine.count() == 50 and mine.first.inner_text().endswith("第11句")


def test_a_damaged_store(visitor: Visitor) -> None:
    widget = visitor.host()
    for kept in ("{", "7", "null", '{"turns": [{"question": "早", "reply": {}}], "language": "xx"}'):
        widget.evaluate(
            "kept => sessionStorage.setItem(`faq-chat ${document.scripts[0].src.replace('widget.js', '')} `, kept)",
            kept,
        )
        widget.reload()
        assert widget.open().ask("谢谢").locator(".reply").count() == 1, kept


def test_a_forbidden_store(visitor: Visitor) -> None:
    context = visitor.context()
    context.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no'); }})"
    )
    widget = visitor.go(visitor.stage.host, context).open()
    assert "不客气" in widget.ask("谢谢").locator(".reply").inner_text()


def test_no_greeting_yet(visitor: Visitor) -> None:
    widget = visitor.host()
    widget.page.route("**/api/welcome*", lambda route: route.fulfill(status=503, headers=CORS, body=BUSY))
    widget.page.locator("faq-chat .launcher").click()
    retry = widget.last.locator(".fault button")
    retry.wait_for()
    widget.page.unroute("**/api/welcome*")
    retry.click()
    widget.last.locator(".question").first.wait_for()


def test_suggestions_follow_the_typing_and_are_never_needed(widget: Widget) -> None:
    asked: list[str] = []
    widget.page.on("request", lambda request: asked.append(request.url) if "suggest" in request.url else None)
    widget.box.press_sequentially("住院报销", delay=20)
    widget.page.locator("faq-chat .option").first.wait_for()
    assert len(asked) == 1
    widget.page.locator("faq-chat .option").first.click()
    assert widget.last.locator("h3").inner_text().startswith("少儿参保人市内住院")
    widget.page.route("**/api/suggest*", lambda route: route.abort())
    widget.box.press_sequentially("谢谢")
    widget.page.wait_for_timeout(400)
    assert widget.page.locator("faq-chat .suggestions").is_hidden()


@pytest.mark.parametrize(
    ("text", "count", "sent"),
    [
        ("问" * 449, "", True),
        ("问" * 460, "还可以写 40 个字", True),
        ("🙂" * 500, "还可以写 0 个字", True),
        ("🙂" * 501, "多了 1 个字", False),
    ],
    ids=["449", "460", "500 smileys", "501 smileys"],
)
def test_the_length_is_counted_as_the_server_does(widget: Widget, text: str, count: str, sent: bool) -> None:
    widget.box.fill(text)
    said = widget.page.locator("faq-chat .count").inner_text()
    assert said.startswith(count) and bool(said) == bool(count)
    widget.box.press("Enter")
    assert (widget.page.locator("faq-chat .mine").count() == 1) is sent
    if sent:
        widget.last.locator(".reply").wait_for()


def test_attributes_may_change(visitor: Visitor) -> None:
    widget = visitor.host(theme="loud", mode="sideways").open()
    widget.ask("谢谢")
    change = "([name, value]) => document.querySelector('faq-chat').setAttribute(name, value)"
    widget.evaluate(change, ["theme", "dark"])
    assert "dark" in widget.page.locator("faq-chat .frame").get_attribute("class")
    widget.evaluate(change, ["mode", "inline"])
    assert widget.page.locator("faq-chat section .mine").count() == 1
    widget.evaluate(change, ["heading", "问医保"])
    assert widget.page.locator("faq-chat h2").inner_text() == "问医保"
    widget.evaluate(change, ["endpoint", f"{visitor.stage.office}/nowhere"])
    assert widget.page.locator("faq-chat .mine").count() == 0
    widget.last.locator(".fault").wait_for()


def test_taken_away_and_brought_back(visitor: Visitor) -> None:
    widget = visitor.host(mode="inline")
    widget.ask("谢谢")
    widget.evaluate(
        "() => { const chat = document.querySelector('faq-chat'); chat.remove(); document.body.append(chat); }"
    )
    assert widget.ask("再见").locator(".reply").count() == 1 and widget.page.locator("faq-chat .mine").count() == 2


def test_an_older_browser_gets_its_dress_as_a_link(visitor: Visitor) -> None:
    sheet = "default-src 'none'; script-src {office}; connect-src {office}; style-src {office}; img-src data:"
    with served(host_app(visitor.stage.office, sheet)) as host:
        context = visitor.context()
        context.add_init_script(
            "delete Document.prototype.adoptedStyleSheets; delete ShadowRoot.prototype.adoptedStyleSheets"
        )
        widget = visitor.go(host, context)
        with widget.page.expect_response("**/widget.css"):
            widget.page.reload()
        assert widget.page.locator("faq-chat .launcher").evaluate("node => getComputedStyle(node).position") == "fixed"
