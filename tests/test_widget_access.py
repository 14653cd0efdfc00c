"""The widget for everybody: no finding of axe in any state, the keyboard alone, large text, small screens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.driver import DESKTOP, PHONE, Visitor, Widget, violations
from tests.support.states import OVERFLOW, STATES

pytestmark = pytest.mark.model

SMALL = """
() => [...document.querySelector('faq-chat').shadowRoot
  .querySelectorAll('button, select, textarea, summary, .option, .call')]
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([node, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
  .map(([node, box]) => `${node.tagName}.${node.className} ${box.width} × ${box.height}`)
"""


@pytest.fixture(scope="module")
def page(regular: Visitor) -> Iterator[Any]:
    context = regular.context(**PHONE)
    yield regular.go(regular.stage.host, context).page
    context.close()


@pytest.mark.parametrize("name", STATES)
def test_nothing_is_wrong_in_any_state(regular: Visitor, page: Any, name: str) -> None:
    page.unroute_all(behavior="ignoreErrors")
    page.set_viewport_size(PHONE["viewport"])
    page.emulate_media(color_scheme="dark")
    widget = Widget(page, regular.stage)
    widget.evaluate("() => { const chat = document.querySelector('faq-chat'); chat.open(); chat.reset(); }")
    widget.page.locator("faq-chat .questions").first.wait_for()
    STATES[name](widget)
    _is_fine(widget)
    # The phone is turned into a desk: the dialog no longer takes the whole screen.
    widget.emulate_media(color_scheme="light")
    widget.set_viewport_size(DESKTOP["viewport"])
    _is_fine(widget)
    widget.release()
    assert regular.wrong == []


def _is_fine(widget: Widget) -> None:
    assert violations(widget.page) == []
    assert widget.evaluate(SMALL) == []
    assert widget.evaluate(OVERFLOW) == []
    assert widget.evaluate("document.documentElement.scrollWidth <= innerWidth")
