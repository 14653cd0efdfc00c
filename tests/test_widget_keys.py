"""The widget without a mouse, with an input method, a screen keyboard, large text or little room."""

from __future__ import annotations

import pytest

from tests.support.driver import PHONE, Visitor, Widget
from tests.support.stage import ASKS, SUM
from tests.support.states import LONG, OVERFLOW, PART, waiting

pytestmark = pytest.mark.model

FOCUSED = """
() => {
  const root = document.querySelector('faq-chat').shadowRoot;
  const node = root.activeElement ?? document.activeElement;
  return node.id || node.className || node.localName;
}
"""
SEEN = """
() => {
  const node = document.querySelector('faq-chat').shadowRoot.activeElement;
  const style = getComputedStyle(node);
  return node.matches(':focus-visible') && style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2;
}
"""

LOOK = "getComputedStyle(document.querySelector('faq-chat').shadowRoot.querySelector('{what}')).{which}"


def press(widget: Widget, *keys: str) -> str:
    for key in keys:
        widget.keyboard.press(key)
    return str(widget.evaluate(FOCUSED))


def test_the_keyboard_alone(visitor: Visitor) -> None:
    widget = visitor.host()
    assert press(widget, "Tab", "Tab") == "launcher" and widget.evaluate(SEEN)
    assert press(widget, "Enter") == "question" and widget.evaluate(SEEN)
    widget.keyboard.type(PART)
    press(widget, "Enter")
    widget.page.locator("faq-chat .reply h3").wait_for()
    assert widget.evaluate(FOCUSED) == "question" and widget.box.input_value() == ""
    # Backwards through the conversation to the top: everything is reached, and seen.
    reached = []
    for _ in range(20):
        reached.append(press(widget, "Shift+Tab"))
        assert widget.evaluate(SEEN)
        if reached[-1] == "log":
            break
    assert {"question", "quiet", "a", "summary"} <= set(reached)
    tools = [press(widget, "Shift+Tab") for _ in range(4)]
    assert tools == ["tool"] * 4
    assert press(widget, "Escape") == "launcher"
    assert not widget.page.locator("faq-chat dialog").is_visible()


def test_unfolding_with_a_key(visitor: Visitor) -> None:
    widget = visitor.host().open()
    turn = widget.ask(PART)
    turn.locator("summary").focus()
    press(widget, "Enter")
    assert turn.locator("details .text").is_visible()


def test_suggestions_by_arrow(visitor: Visitor) -> None:
    widget = visitor.host().open()
    widget.keyboard.type("住院")
    options = widget.page.locator("faq-chat .option")
    options.first.wait_for()
    assert widget.box.get_attribute("aria-activedescendant") is None
    for key, marked in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", None), ("ArrowUp", -1)):
        press(widget, key)
        chosen = widget.box.get_attribute("aria-activedescendant")
        assert chosen == (None if marked is None else options.nth(marked).get_attribute("id"))
    wanted = options.last.inner_text()
    press(widget, "Enter")
    assert widget.last.locator(".mine").inner_text().endswith(wanted)
    assert widget.page.locator("faq-chat .suggestions").is_hidden()


def test_escape_closes_the_nearest_thing(visitor: Visitor) -> None:
    widget = visitor.host().open()
    widget.keyboard.type("住院")
    widget.page.locator("faq-chat .option").first.wait_for()
    assert press(widget, "Escape") == "question" and widget.page.locator("faq-chat .suggestions").is_hidden()
    assert press(widget, "Escape") == "launcher"
    # What was typed is still there.
    assert press(widget, "Enter") == "question" and widget.box.input_value() == "住院"


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_the_focus_goes_back_to_where_it_came_from(visitor: Visitor, options: dict[str, object]) -> None:
    widget = visitor.host(options)
    widget.page.locator("a").focus()
    widget.evaluate("document.querySelector('faq-chat').open()")
    assert widget.page.locator("faq-chat dialog").is_visible()
    press(widget, "Escape")
    widget.page.locator("faq-chat .launcher").wait_for()
    assert widget.evaluate("document.activeElement.localName") == "a"


def test_on_a_phone_the_page_behind_rests(visitor: Visitor) -> None:
    widget = visitor.host(PHONE).open()
    assert widget.evaluate("document.querySelector('faq-chat').shadowRoot.querySelector('dialog').matches(':modal')")
    # No screen keyboard before somebody wants to write.
    assert widget.evaluate(FOCUSED) == "title"
    widget.box.tap()
    widget.ask("谢谢")
    assert widget.evaluate(FOCUSED) == "log"
    box = widget.page.locator("faq-chat dialog").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 375, 740)


def test_the_screen_keyboard_takes_room(visitor: Visitor) -> None:
    context = visitor.context(**PHONE)
    context.add_init_script("""
        const view = Object.assign(new EventTarget(), {height: innerHeight, offsetTop: 0, width: innerWidth});
        Object.defineProperty(window, 'visualViewport', {value: view});
        window.keyboard = (height, offsetTop) => {
          Object.assign(view, {height, offsetTop});
          view.dispatchEvent(new Event('resize'));
        };
    """)
    widget = visitor.go(visitor.stage.host, context).open()
    widget.evaluate("keyboard(400, 30)")
    box = widget.page.locator("faq-chat dialog").bounding_box()
    assert (box["y"], box["height"]) == (30, 400)
    widget.box.fill("住院")
    widget.page.locator("faq-chat .option").first.wait_for()
    # The list stays on the screen, with as many suggestions as fit.
    assert widget.page.locator("faq-chat .suggestions").bounding_box()["y"] >= 30
    widget.evaluate("keyboard(740, 0)")
    assert widget.page.locator("faq-chat dialog").bounding_box()["height"] == 740


def test_turning_the_screen_keeps_the_focus(visitor: Visitor) -> None:
    widget = visitor.host({**PHONE, "viewport": {"width": 1024, "height": 700}}).open()
    widget.box.tap()
    widget.keyboard.type("住")
    for height in (400, 700):
        widget.set_viewport_size({"width": 1024, "height": height})
        widget.page.locator("faq-chat dialog:modal" if height == 400 else "faq-chat dialog:not(:modal)").wait_for()
        assert widget.evaluate(FOCUSED) == "question" and widget.box.input_value() == "住"


def test_an_input_method_keeps_its_enter(visitor: Visitor) -> None:
    widget = visitor.host().open()
    method = widget.page.context.new_cdp_session(widget.page)
    method.send("Input.imeSetComposition", {"text": "zhuyuan", "selectionStart": 7, "selectionEnd": 7})
    widget.evaluate("""
        () => document.querySelector('faq-chat').shadowRoot.querySelector('textarea').dispatchEvent(
          new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))
    """)
    assert widget.page.locator("faq-chat .mine").count() == 0
    method.send("Input.insertText", {"text": "住院报多少"})
    assert widget.box.input_value() == "住院报多少"
    press(widget, "Shift+Enter")
    assert widget.box.input_value() == "住院报多少\n" and widget.page.locator("faq-chat .mine").count() == 0
    press(widget, "Enter")
    assert widget.page.locator("faq-chat .mine").count() == 1


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(640, 400, "medium"), (320, 560, "medium"), (320, 256, "medium"), (375, 740, "32px"), (1280, 800, "32px")],
    ids=["zoom 200 %", "narrow", "zoom 400 %", "phone, text 200 %", "desktop, text 200 %"],
)
def test_enlarged_nothing_is_lost(visitor: Visitor, width: int, height: int, size: str) -> None:
    widget = visitor.host({"viewport": {"width": width, "height": height}})
    widget.evaluate(f"document.querySelector('faq-chat').style.setProperty('--faq-size', '{size}')")
    widget.open()
    widget.page.locator("faq-chat .tool[aria-pressed]").click()
    widget.ask(ASKS, ".grid")
    widget.ask(SUM, ".sum")
    widget.ask(LONG)
    assert widget.evaluate(OVERFLOW) == []
    assert widget.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in (".composer .send", "header .tools", ".log"):
        box = widget.page.locator(f"faq-chat {part}").bounding_box()
        assert box["height"] >= 40 and box["y"] + box["height"] <= height and box["x"] + box["width"] <= width


def test_large_print_is_larger_and_stays(visitor: Visitor) -> None:
    widget = visitor.host().open()
    size = LOOK.format(what=".reply", which="fontSize")
    before = float(widget.evaluate(size).removesuffix("px"))
    larger = f"{1.35 * before:g}px"
    widget.page.locator("faq-chat .tool[aria-pressed]").click()
    assert widget.evaluate(size) == larger
    widget.reload()
    widget.open()
    assert widget.page.locator("faq-chat .tool[aria-pressed]").get_attribute("aria-pressed") == "true"
    assert widget.evaluate(size) == larger


def test_reduced_motion(visitor: Visitor) -> None:
    widget = visitor.host().open()
    waiting(widget)
    name = LOOK.format(what=".waiting i", which="animationName")
    assert widget.evaluate(name) == "pulse"
    widget.emulate_media(reduced_motion="reduce")
    assert widget.evaluate(name) == "none"


LANGUAGES: list[tuple[dict[str, str], str, str]] = [
    ({}, "zh-Hans", "问一问"),
    ({"lang": "zh-TW"}, "zh-Hant", "問一問"),
    ({"lang": "zh-HK"}, "zh-Hant", "問一問"),
    ({"lang": "en-GB"}, "en", "Ask"),
    ({"lang": "fr"}, "zh-Hans", "问一问"),
    ({"lang": "en", "label": "Health insurance"}, "en", "Health insurance"),
]


@pytest.mark.parametrize(("attributes", "language", "launcher"), LANGUAGES)
def test_interface_words(visitor: Visitor, attributes: dict[str, str], language: str, launcher: str) -> None:
    widget = visitor.host(**attributes)
    assert widget.page.locator("faq-chat .frame").get_attribute("lang") == language
    assert widget.page.locator("faq-chat .launcher").inner_text() == launcher


def test_a_chosen_language_stays_and_answers_stay_chinese(visitor: Visitor) -> None:
    widget = visitor.host().open()
    widget.ask(PART)
    widget.box.fill("打了一半")
    widget.page.locator("faq-chat select").select_option("en")
    assert widget.last.locator("summary").inner_text() == "The whole answer"
    assert widget.last.locator("[lang=zh-CN] h3").inner_text().startswith("少儿医保参保人")
    assert widget.box.input_value() == "打了一半" and widget.evaluate(FOCUSED) == "tool"
    widget.page.wait_for_timeout(350)
    widget.reload()
    assert widget.page.locator("faq-chat .launcher").inner_text() == "Ask"
    assert widget.open().box.input_value() == "打了一半"
