"""Every kind of reply as people expect it, from the real server with the real index."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.driver import Visitor, Widget
from tests.support.record_fixtures import kept
from tests.support.stage import ABSENT, ASKS, LEVELS, SUM, Stage
from tests.support.states import CLOSE, LONG, NOTHING, PART, expired, fake

pytestmark = pytest.mark.model


def texts(place: Any, selector: str) -> list[str]:
    return [text.strip() for text in place.locator(selector).all_inner_texts()]


def test_greeting(widget: Widget) -> None:
    turn = widget.last
    assert "用平常的话问我" in turn.locator(".reply").inner_text()
    # The short names stand on the buttons; what is asked is the question of the booklet.
    assert texts(turn, ".question")[0] == "一年交多少钱" and turn.locator(".question").count() == 5
    assert widget.page.locator("faq-chat h2").inner_text() == "深圳少儿医保问答"
    turn.locator(".question").first.click()
    assert widget.page.locator("faq-chat .mine").inner_text().endswith("少儿医保每年要交多少钱？")
    assert "436.32元" in widget.last.locator(".reply").inner_text()


def test_answer(widget: Widget) -> None:
    turn = widget.ask(LONG)
    assert turn.locator("h3").inner_text() == "非在园在校少儿医保费用怎么交？"
    assert turn.locator(".text > ul > li").count() == 5 and turn.locator("details").count() == 0
    basis = turn.locator(".basis a")
    assert basis.inner_text().endswith("第1问") and basis.get_attribute("href") == f"{widget.stage.office}/answers/P1"
    assert "2024-2025学年度" in turn.locator(".basis").inner_text() and turn.locator(".question").count() == 3


def test_steps_keep_their_numbers_and_links(widget: Widget) -> None:
    turn = widget.ask("第一次怎么办理少儿医保参保？")
    assert turn.locator(".text > ol > li").count() == 3
    link = turn.locator(".text a")
    assert link.get_attribute("href") == link.inner_text() == "https://sipub.sz.gov.cn/hspms/"
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")


def test_the_part_asked_for_stands_out(widget: Widget) -> None:
    turn = widget.ask(PART)
    part = turn.locator(".part").inner_text()
    assert part.startswith("其他临时外出就医") and turn.locator("details .text").is_hidden()
    turn.locator("summary").click()
    whole = turn.locator("details .text").inner_text()
    assert whole.startswith("少儿医保参保人可以") and part in whole


def test_an_unknown_level_gives_a_table_and_no_best_case(widget: Widget) -> None:
    turn = widget.ask(ASKS)
    rows = [row.split("\t") for row in turn.locator(".grid").inner_text().splitlines() if row.strip()]
    assert rows == [
        ["医院级别", "医保付", "自己付"],
        ["一级或社康", "18,400 元", "1,600 元"],
        ["二级医院", "18,200 元", "1,800 元"],
        ["三级医院", "18,000 元", "2,000 元"],
    ]
    for premise in ("20,000 元", "费用都在医保范围内", "按起付线以上部分计算"):
        assert premise in turn.inner_text()
    assert turn.locator(".sum").count() == 0
    turn.locator(".value", has_text="不知道").click()
    again = widget.last
    again.locator(".grid").wait_for()
    assert again.locator(".sum").count() == 0 and "=" not in again.inner_text()
    again.locator(".value", has_text="三级").click()
    widget.last.locator(".sum").wait_for()


def test_ask_then_calculation(widget: Widget) -> None:
    turn = widget.ask(ASKS)
    assert texts(turn, ".value") == [*LEVELS, "不知道"]
    turn.locator(".value", has_text="三级").click()
    receipt = widget.last.locator(".receipt")
    receipt.wait_for()
    assert receipt.locator(".sum").inner_text().split() == ["医保付", "18,000", "元", "自己付", "2,000", "元"]
    assert texts(receipt, ".sums li") == ["20,000（花费）× 90%（三级医院）= 18,000"]
    assert len(texts(receipt, ".points li")) == 3 and "可以再算一次" not in receipt.inner_text()
    assert receipt.locator(".basis a").get_attribute("href").endswith("/answers/B5")
    assert "按 2024-2025 学年度的标准" in receipt.inner_text()
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    assert receipt.locator("b").evaluate(size) > 1.7 * receipt.evaluate(size)
    # The value was for that question; it cannot be tapped again.
    assert turn.locator(".value:enabled").count() == 0
    assert widget.page.locator("faq-chat .mine").last.inner_text().endswith("三级")


def test_what_was_computed_can_be_changed_with_a_tap(widget: Widget) -> None:
    widget.ask(SUM, ".receipt").locator(".change", has_text="改起付线").click()
    assert widget.box.input_value() == "起付线"
    widget.box.press_sequentially("600")
    widget.box.press("Enter")
    line = widget.last.locator(".sums li", has_text="20,000（花费）− 600（起付线）= 19,400")
    line.wait_for()
    widget.last.locator(".change", has_text="换成二级医院").click()
    widget.last.locator(".sums li", has_text="19,400 × 91%（二级医院）= 17,654").wait_for()
    widget.last.locator(".change", has_text="不在深圳看的").click()
    widget.last.locator(".value", has_text="广东省外").wait_for()


def test_clarify(widget: Widget) -> None:
    turn = widget.ask(CLOSE)
    assert 2 <= turn.locator(".question").count() <= 3 and turn.locator(".actions button").count() == 2
    assert {"去外地看病要不要备案", "在外地看病报多少"} <= set(texts(turn, ".question"))
    turn.locator(".question", has_text="在外地看病报多少").click()
    assert widget.last.locator("h3").inner_text() == "少儿医保参保人在市外发生的基本医疗费用报销比例是多少？"


@pytest.mark.parametrize(("question", "lines"), [(NOTHING, 1), (ABSENT, 2)])
def test_abstain(widget: Widget, question: str, lines: int) -> None:
    turn = widget.ask(question)
    assert turn.locator(".reply p").count() == lines
    # Once is enough.
    assert turn.locator("a").get_attribute("href") == "tel:12345" and turn.inner_text().count("12345") == 1
    assert texts(turn, ".actions button") == ["有帮助", "没帮助"]


def test_smalltalk_and_an_unknown_kind(widget: Widget) -> None:
    assert widget.ask("谢谢").locator(".reply").inner_text() == "不客气！还有少儿医保的问题，随时问我。"
    for odd in ({"kind": "song"}, {"kind": "calculation", "card": {"total": 1}}):
        widget.page.unroute_all(behavior="ignoreErrors")
        fake(widget, {**odd, "text": "啦啦啦"})
        assert widget.ask("唱首歌").locator("[lang=zh-CN]").inner_text() == "啦啦啦"


def test_what_is_said_before_an_unsure_answer(widget: Widget) -> None:
    fake(widget, {"kind": "answer", "text": "每年一次。", "lead": "最接近的是这一条，没写到的请拨打 12345 热线。"})
    turn = widget.ask("一年几次")
    assert texts(turn, ".reply p")[0] == "最接近的是这一条，没写到的请拨打 12345 热线。"
    assert turn.locator("a").get_attribute("href") == "tel:12345"


def test_notice(widget: Widget) -> None:
    expired(widget)
    assert "2023-2024" in widget.last.locator(".notice").inner_text()


def test_copy(visitor: Visitor) -> None:
    context = visitor.context(permissions=["clipboard-read", "clipboard-write"])
    widget = visitor.go(visitor.stage.host, context).open()
    turn = widget.ask(PART)
    turn.locator(".quiet", has_text="复制").click()
    turn.locator(".state", has_text="已复制").wait_for()
    text = widget.evaluate("navigator.clipboard.readText()")
    assert text.startswith("少儿医保参保人在市外") and "按照市内就医支付比例的80%支付" in text
    assert "依据：少儿参保缴费" in text and text.endswith(f"{visitor.stage.office}/answers/B7")


def test_copy_without_https(visitor: Visitor) -> None:
    context = visitor.context(permissions=["clipboard-read"])
    context.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    widget = visitor.go(visitor.stage.host, context).open()
    turn = widget.ask("少儿医保每年要交多少钱")
    button = turn.locator(".quiet", has_text="复制")
    button.click()
    turn.locator(".state", has_text="已复制").wait_for()
    assert "436.32元" in widget.evaluate("navigator.clipboard.readText()")
    assert button.evaluate("node => node.getRootNode().activeElement === node")


def test_feedback(widget: Widget, running: Stage) -> None:
    posted: list[dict[str, object]] = []
    widget.page.on(
        "request", lambda request: posted.append(request.post_data_json) if "feedback" in request.url else None
    )
    turn = widget.ask("少儿医保每年要交多少钱")
    helpful, unhelpful = turn.locator(".quiet", has_text="有帮助"), turn.locator(".quiet", has_text="没帮助")
    helpful.click()
    turn.locator(".state", has_text="谢谢").wait_for()
    assert helpful.get_attribute("aria-pressed") == "true" and turn.locator(".comment").count() == 0
    unhelpful.click()
    turn.locator(".comment textarea").fill("金额是去年的 <b>")
    turn.locator(".comment button").click()
    turn.locator(".comment").wait_for(state="detached")
    assert helpful.get_attribute("aria-pressed") == "false" and unhelpful.get_attribute("aria-pressed") == "true"
    assert [(item["helpful"], item.get("comment")) for item in posted if item] == [
        (True, None), (False, None), (False, "金额是去年的 <b>"),
    ]  # fmt: skip
    widget.reload()
    assert widget.open().last.locator("[aria-pressed=true]").inner_text() == "没帮助"
    records = running.app.state.desk.records
    records.flush()
    unhelpful = {row.reply_id for row in kept(running.app.state.desk.settings.records, "feedback") if not row.helpful}
    asked = {row.id: row.question for row in kept(running.app.state.desk.settings.records)}
    assert "少儿医保每年要交多少钱" in {asked[reply_id] for reply_id in unhelpful}


def test_feedback_that_cannot_be_sent(widget: Widget) -> None:
    turn = widget.ask("少儿医保每年要交多少钱")
    widget.page.route("**/api/feedback", lambda route: route.abort())
    turn.locator(".quiet", has_text="没帮助").click()
    turn.locator(".state", has_text="网络不通").wait_for()
    assert turn.locator(".quiet[aria-pressed=true]").count() == 0 and turn.locator(".comment").count() == 0


def test_events_tell_the_page(visitor: Visitor) -> None:
    widget = visitor.host()
    widget.evaluate("""() => {
      window.heard = [];
      const hear = (name, detail) => heard.push([name, detail?.kind ?? detail?.question ?? '']);
      for (const name of ['open', 'question', 'reply', 'feedback', 'reset', 'close'])
        document.addEventListener(`faq-chat:${name}`, ({detail}) => hear(name, detail));
    }""")
    widget.open().ask("谢谢")
    widget.ask("少儿医保每年要交多少钱").locator(".quiet", has_text="有帮助").click()
    widget.last.locator(".state", has_text="谢谢").wait_for()
    widget.page.locator("faq-chat").get_by_label("新对话").click()
    widget.page.locator("faq-chat").get_by_label("关闭").click()
    widget.page.locator("faq-chat .launcher").wait_for()
    assert widget.evaluate("heard") == [
        ["open", ""], ["question", "谢谢"], ["reply", "smalltalk"], ["question", "少儿医保每年要交多少钱"],
        ["reply", "answer"], ["feedback", ""], ["reset", ""], ["close", ""],
    ]  # fmt: skip


def test_the_page_may_ask(visitor: Visitor) -> None:
    widget = visitor.host()
    asked = "() => ['', ' 谢谢 ', '再问一句'].map(text => document.querySelector('faq-chat').ask(text))"
    assert widget.evaluate(asked) == [False, True, False]
    widget.last.locator(".reply").wait_for()
    assert re.sub(r"\s", "", widget.last.locator(".mine").inner_text()).endswith("谢谢")


@pytest.mark.parametrize("question", [LONG, PART])
def test_a_long_reply_is_read_from_its_beginning(widget: Widget, question: str) -> None:
    widget.ask("少儿医保每年要交多少钱")
    turn = widget.ask(question)
    log, mine = widget.page.locator("faq-chat .log").bounding_box(), turn.locator(".mine").bounding_box()
    assert 0 <= mine["y"] - log["y"] < 40
