"""The window among other windows, tabs, scripts and layers, on odd screens, on paper and aloud."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.driver import PHONE, Visitor, Widget
from tests.support.stage import ASKS, host_app, office, served, stage_app
from tests.support.states import LONG, NOTHING, PART

pytestmark = pytest.mark.model

FREE = "script-src 'self' 'unsafe-inline' {office}; connect-src *; style-src 'unsafe-inline'"
SHORTCUTS = """<script>
document.addEventListener('keydown', (event) => {
  if (['INPUT', 'TEXTAREA'].includes(event.target.tagName) || !['s', '2', '/', ' '].includes(event.key)) return;
  window.shortcuts = (window.shortcuts ?? 0) + 1;
  event.preventDefault();
});
</script>"""


def dressed(visitor: Visitor, head: str, path: str = "/", how: str = "defer", **options: Any) -> Widget:
    """Open a page of the listed site that has `head` in its head."""
    context = visitor.context(**options)
    app = host_app(visitor.stage.office, FREE, head, how)
    served_here = served(app)
    url = served_here.__enter__()
    visitor.leave.append(lambda: served_here.__exit__(None, None, None))
    # That site is on no list, so the browser would keep the answers from it.
    allow = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type"}
    context.route("**/api/*", lambda route: route.fulfill(response=route.fetch(), headers=allow))
    return visitor.go(url + path, context)


def test_the_shortcuts_of_the_page_eat_nothing(visitor: Visitor) -> None:
    widget = dressed(visitor, SHORTCUTS).open()
    widget.box.focus()
    widget.keyboard.type("s2/ sz 2w3 ok")
    assert widget.box.input_value() == "s2/ sz 2w3 ok" and widget.evaluate("window.shortcuts") is None


def test_two_windows_keep_to_themselves(visitor: Visitor) -> None:
    widget = visitor.host(mode="inline")
    widget.evaluate("document.body.append(document.createElement('faq-chat'))")
    widget.page.locator("faq-chat").nth(1).evaluate("chat => chat.ask('再见')")
    widget.page.locator("faq-chat").nth(0).evaluate("chat => chat.ask('谢谢')")
    for place in (0, 1):
        widget.page.locator("faq-chat").nth(place).locator(".theirs .reply").wait_for()
    widget.reload()
    widget.evaluate("document.body.append(document.createElement('faq-chat'))")
    mine = [widget.page.locator("faq-chat").nth(place).locator(".mine") for place in (0, 1)]
    assert [node.count() for node in mine] == [1, 1]
    assert mine[0].inner_text().endswith("谢谢") and (mine[1].text_content() or "").endswith("再见")


def test_a_second_button_does_not_hide_the_first(visitor: Visitor) -> None:
    widget = visitor.host()
    widget.evaluate("document.body.append(document.createElement('faq-chat'))")
    first, second = (widget.page.locator("faq-chat .launcher").nth(place).bounding_box() for place in (0, 1))
    assert second["y"] + second["height"] <= first["y"]


def test_a_duplicated_tab_does_not_share_the_sum(visitor: Visitor) -> None:
    context = visitor.context()
    first = visitor.go(visitor.stage.host, context).open()
    first.ask(ASKS, ".value")
    with context.expect_page() as opened:
        # What a browser does with "duplicate tab": the new one has a copy of the session's storage.
        first.evaluate("window.open(location.href, '_blank')")
    second = Widget(opened.value, visitor.stage)
    second.page.wait_for_load_state()
    assert second.evaluate("sessionStorage.length") == 1
    second.open()
    # Its own copy of the question can no longer be answered by a tap: it would mean the other's sum.
    second.page.locator("faq-chat .value:disabled").first.wait_for()
    second.ask("孩子住院花了5万能报多少", ".value:enabled")
    first.last.locator(".value", has_text="三级").click()
    first.last.locator(".sum").wait_for()
    assert "18,000" in first.last.locator(".sum").inner_text()
    second.last.locator(".value", has_text="三级").click()
    second.last.locator(".sum").wait_for()
    assert "45,000" in second.last.locator(".sum").inner_text()


def test_a_reload_is_no_duplicate(visitor: Visitor) -> None:
    widget = visitor.host().open()
    widget.ask(ASKS, ".value")
    widget.reload()
    widget.open().page.wait_for_timeout(100)
    assert widget.page.locator("faq-chat .value:enabled").count() == 4


def test_a_page_laid_out_twice_as_wide(visitor: Visitor) -> None:
    head = (
        '<script>document.querySelector("[name=viewport]").content = "width=device-width, initial-scale=0.5"</script>'
    )
    widget = dressed(visitor, head, **PHONE)
    assert widget.evaluate("document.documentElement.clientWidth") == 750
    widget.open()
    box = widget.page.locator("faq-chat dialog").bounding_box()
    assert (box["x"], box["y"]) == (0, 0) and box["width"] == pytest.approx(750, abs=2)
    assert box["height"] == pytest.approx(1480, abs=4)
    # Half the scale, so twice the size.
    assert widget.page.locator("faq-chat .send").bounding_box()["height"] >= 88


def test_put_in_as_a_module(visitor: Visitor) -> None:
    widget = dressed(visitor, "", how='type="module"').open()
    assert widget.ask("谢谢").locator(".reply").count() == 1


@pytest.mark.parametrize("style", ["body { filter: grayscale(1); }", "body { transform: translateZ(0); }"])
def test_above_what_a_page_does_to_its_body(visitor: Visitor, style: str) -> None:
    cover = "nav { position: fixed; inset: 0; z-index: 2147483647; } body { min-height: 300vh; }"
    head = f"<style>{style} {cover}</style>"
    widget = dressed(visitor, head)
    widget.evaluate("document.body.append(document.createElement('nav'))")
    box = widget.page.locator("faq-chat .launcher").bounding_box()
    assert box["y"] + box["height"] <= 900
    widget.open().ask("谢谢", ".reply")
    assert widget.page.locator("faq-chat dialog").bounding_box()["y"] >= 0


@pytest.mark.parametrize(
    ("scheme", "theme", "expected"),
    [
        ("", "", False),
        ("light", "", False),
        ("dark", "", True),
        ("light dark", "", True),
        ("", "auto", True),
        ("dark", "light", False),
    ],
)
def test_in_the_colours_of_the_page(visitor: Visitor, scheme: str, theme: str, expected: bool) -> None:
    # The visitor's system is dark, most sites are not.
    head = f"<style>html {{ color-scheme: {scheme} }}</style>" if scheme else ""
    widget = dressed(visitor, head, f"/?theme={theme}", color_scheme="dark")
    assert ("dark" in widget.page.locator("faq-chat .frame").get_attribute("class").split()) is expected


def test_the_webmaster_is_told_what_to_set(visitor: Visitor) -> None:
    said: list[str] = []
    with served(host_app(visitor.stage.office)) as host:
        page = visitor.go(host)
        page.page.on("console", lambda message: said.append(message.text) if message.type == "warning" else None)
        page.page.locator("faq-chat .launcher").click()
        page.last.locator(".fault").wait_for()
        assert any(f"FAQ_CORS={host}" in text for text in said)
    visitor.wrong.clear()


def test_the_readers_text_size_comes_in(visitor: Visitor) -> None:
    # As WeChat sets it for its reader; browsers heed it on phones only.
    widget = dressed(visitor, "<style>body { -webkit-text-size-adjust: 160%; text-size-adjust: 160% }</style>", **PHONE)
    frame = widget.page.locator("faq-chat .frame")
    assert frame.evaluate("node => getComputedStyle(node).getPropertyValue('-webkit-text-size-adjust')") == "160%"


@pytest.mark.parametrize("mode", ["float", "inline"])
def test_large_print_on_a_small_phone_leaves_half_to_read(visitor: Visitor, mode: str) -> None:
    widget = visitor.host({**PHONE, "viewport": {"width": 360, "height": 560}}, mode=mode)
    widget.evaluate("document.querySelector('faq-chat').style.setProperty('--faq-size', '32px')")
    if mode == "float":
        widget.open()
    widget.ask(LONG)
    log = widget.page.locator("faq-chat .log").bounding_box()
    assert log["height"] >= 280
    # With the keyboard over half of the screen there is still a line to read.
    assert widget.page.locator("faq-chat .composer").bounding_box()["height"] <= 140


def test_the_last_question_is_shown_again(visitor: Visitor) -> None:
    widget = visitor.host(mode="inline")
    for question in (LONG, PART, "少儿医保每年要交多少钱"):
        widget.ask(question)
    place = "document.querySelector('faq-chat').shadowRoot.querySelector('.log').scrollTop"
    before = widget.evaluate(place)
    assert before > 500
    widget.page.wait_for_timeout(350)
    for change in (
        lambda: widget.reload(),
        lambda: widget.evaluate("document.querySelector('faq-chat').setAttribute('theme', 'dark')"),
        lambda: widget.page.locator("faq-chat select").select_option("zh-Hant"),
    ):
        change()
        widget.page.locator("faq-chat .turn").nth(3).wait_for()
        widget.page.wait_for_timeout(200)
        log, mine = widget.page.locator("faq-chat .log").bounding_box(), widget.last.locator(".mine").bounding_box()
        assert log["y"] <= mine["y"] <= log["y"] + log["height"]


def test_a_new_conversation_can_be_taken_back(widget: Widget) -> None:
    widget.ask(ASKS, ".value")
    widget.page.locator("faq-chat").get_by_label("新对话").click()
    widget.page.locator("faq-chat .second", has_text="回到刚才的对话").click()
    widget.last.locator(".value", has_text="三级").click()
    widget.last.locator(".sum").wait_for()


def test_a_session_that_the_server_refuses_is_given_up(widget: Widget) -> None:
    refused = {"code": "field_invalid", "message": "字段 session_id 的写法不对。", "field": "session_id"}

    def answer(route: Any) -> None:
        if "session_id" in route.request.post_data_json:
            route.fulfill(status=422, json={"error": refused}, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.continue_()

    widget.ask("谢谢", ".reply")
    widget.page.route("**/api/chat", answer)
    assert widget.ask("再见").locator(".reply").count() == 1


def test_shared_and_read_aloud(visitor: Visitor) -> None:
    context = visitor.context()
    context.add_init_script("""
      window.done = [];
      navigator.share = async (what) => done.push(what.url);
      window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
      const voice = { speak: (said) => done.push(said.text), cancel() {} };
      Object.defineProperty(window, 'speechSynthesis', { value: voice });
    """)
    widget = visitor.go(visitor.stage.host, context).open()
    turn = widget.ask(PART)
    turn.locator(".quiet", has_text="分享").click()
    turn.locator(".quiet", has_text="朗读").click()
    url, text = widget.evaluate("done")
    assert url == f"{visitor.stage.office}/answers/B7" and text.startswith("其他临时外出")
    assert turn.locator(".quiet[aria-pressed=true]").inner_text() == "朗读"


def test_votes_are_only_asked_for_where_they_are_kept(visitor: Visitor) -> None:
    with served(stage_app(office())) as url:
        widget = visitor.go(url)
        assert widget.ask(LONG).locator(".quiet").all_inner_texts() == ["复制", "朗读", "分享"]
        assert widget.ask(NOTHING).locator(".actions").count() == 0


def test_an_open_window_that_is_moved_stays_over_the_page(visitor: Visitor) -> None:
    widget = visitor.host(PHONE).open()
    widget.evaluate("document.querySelector('main').append(document.querySelector('faq-chat'))")
    widget.page.locator("faq-chat dialog:modal").wait_for()
    assert widget.ask("谢谢").locator(".reply").count() == 1
