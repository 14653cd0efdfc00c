"""The window on the office's own page: the question of a link, the year that is over, the first screen, paper."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

import pytest

from bot.channels.app import create_app
from bot.settings import MEMORY, Settings
from tests.support.driver import Visitor
from tests.support.stage import SUM, office, served
from tests.support.states import LONG, PART

pytestmark = pytest.mark.model


def test_a_link_with_a_question_goes_on_in_the_window(visitor: Visitor) -> None:
    widget = visitor.go(f"{visitor.stage.office}/?q={quote('三级医院住院花了2万能报多少')}")
    assert widget.title() == "三级医院住院花了2万能报多少 - 深圳少儿医保问答"
    turn = widget.last
    turn.locator(".sum").wait_for()
    assert turn.locator(".mine").inner_text().endswith("能报多少") and widget.page.locator("article").count() == 1
    assert not widget.page.locator("article").is_visible()
    assert widget.page.get_by_text("依据").filter(visible=True).count() == 1
    widget.ask("起付线600", ".sum")
    assert "17,460" in widget.last.locator(".sum").inner_text()
    widget.page.wait_for_timeout(350)
    widget.reload()
    widget.last.locator(".sum").wait_for()
    assert widget.page.locator("faq-chat .mine").count() == 2


def test_a_year_that_is_over_is_said_once(visitor: Visitor) -> None:
    late = create_app(Settings(rate_limit=0, store=MEMORY), office(), clock=lambda: datetime(2026, 11, 30))
    with served(late) as url:
        widget = visitor.go(f"{url}/?q={quote(SUM)}")
        widget.last.locator(".sum").wait_for()
        bar = widget.page.locator("faq-chat .log .bar")
        bar.wait_for()
        # Above the first question, and seen with it.
        log = widget.page.locator("faq-chat .log").bounding_box()
        assert "这个学年已经过了" in bar.inner_text() and bar.bounding_box()["y"] >= log["y"]
        assert widget.last.locator(".chip").inner_text() == "按 2024-2025 学年度的标准（已过）"
        widget.ask(LONG)
        assert widget.last.locator(".chip").inner_text() == "2024-2025学年度（已过）"
        assert widget.page.locator("faq-chat .notice").count() == 0 and bar.count() == 1


@pytest.mark.parametrize(
    ("width", "height"),
    [(1366, 625), (1366, 768), (1440, 789), (1920, 937), (390, 664), (360, 640), (412, 732), (768, 954), (1024, 698)],
)
def test_the_box_stands_on_the_first_screen_and_nothing_moves(visitor: Visitor, width: int, height: int) -> None:
    context = visitor.context(viewport={"width": width, "height": height})
    context.add_init_script("""
      window.moved = 0;
      new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (moved += value)))
        .observe({ type: 'layout-shift', buffered: true });
    """)
    widget = visitor.go(visitor.stage.office, context)
    widget.page.locator("faq-chat .questions").first.wait_for()
    box = widget.box.bounding_box()
    assert box["y"] + box["height"] <= height
    assert widget.evaluate("moved") <= 0.05


def test_a_conversation_on_paper(visitor: Visitor) -> None:
    widget = visitor.go(visitor.stage.office)
    widget.ask(PART)
    widget.ask(SUM, ".sum")
    widget.evaluate("dispatchEvent(new Event('beforeprint'))")
    widget.page.emulate_media(media="print")
    assert widget.page.locator("faq-chat details .text").is_visible()
    for gone in (".composer", ".tools", ".actions", ".values", ".questions"):
        assert not widget.page.locator(f"faq-chat {gone}").first.is_visible(), gone
    assert not widget.page.locator(".hero").is_visible() and not widget.page.locator(".all").is_visible()
    log = widget.page.locator("faq-chat .log")
    assert log.evaluate("node => node.scrollHeight <= node.clientHeight + 1 && node.clientHeight > 400")
