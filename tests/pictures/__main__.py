"""Command line: `python -m tests.pictures`: every state of the widget and the pages as pictures, to be looked at."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from PIL import Image

from index.disk import default_index
from tests.support.driver import DESKTOP, PHONE, Widget, chromium, settle
from tests.support.stage import Stage, stage
from tests.support.states import STATES

FOLDER = Path("build") / "screenshots"
README = Path(__file__).parent
SIZES = {"desktop": DESKTOP, "phone": PHONE}
COLOURS = ("light", "dark")
# A small phone whose reader has set the text to twice the size.
GRANDMOTHER: dict[str, Any] = {**PHONE, "viewport": {"width": 360, "height": 560}}
ENLARGE = "document.querySelector('faq-chat').style.setProperty('--faq-size', '32px')"
SUMS = ("ask", "calculation", "table", "away", "fee", "abstain", "clarify", "part")
PAGES = {"start": "/", "asked": "/?q=异地看病", "P1": "/answers/P1", "E1": "/answers/E1", "missing": "/nothing"}
# Those in the README besides the start page.
TALL = {"answer": "phone-light-part", "sum": "phone-light-calculation", "night": "phone-dark-abstain"}


def main() -> int:
    """Take all pictures; 1 without a built index."""
    if not default_index().exists():
        print("还没有索引。请先运行 make index。", file=sys.stderr)
        return 1
    try:
        with TemporaryDirectory() as kept, chromium() as browser, stage(records=Path(kept) / "records") as running:
            _take_all(browser, running)
    except pytest.skip.Exception as missing:
        print(missing, file=sys.stderr)
        return 1
    _for_the_readme()
    print(f"{len(list(FOLDER.glob('*.png')))} 张图在 {FOLDER}；README 用的在 {README.relative_to(Path.cwd())}。")
    return 0


def _take_all(browser: Any, running: Stage) -> None:
    for size, options in SIZES.items():
        for colour in COLOURS:
            context = browser.new_context(**options, locale="zh-CN", color_scheme=colour)
            _pages(context, running, f"{size}-{colour}")
            _states(context, running, f"{size}-{colour}")
            context.close()
    context = browser.new_context(**GRANDMOTHER, locale="zh-CN")
    _states(context, running, "large", SUMS, ENLARGE)
    context.close()
    _prints(browser, running)


def _prints(browser: Any, running: Stage) -> None:
    """Take what comes out of a printer: a conversation, and one answer."""
    page = browser.new_context(**DESKTOP, locale="zh-CN").new_page()
    page.goto(running.office)
    widget = Widget(page, running)
    for question in ("带娃去广州看病没办转诊能报几成啊", "孩子在三级医院住院花了2万能报多少"):
        widget.ask(question)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    _take(page, "print-talk", full_page=True)
    page.goto(f"{running.office}/answers/P1")
    _take(page, "print-P1", full_page=True)
    page.context.close()


def _pages(context: Any, running: Stage, name: str) -> None:
    page = context.new_page()
    for label, path in PAGES.items():
        page.goto(running.office + path)
        _take(page, f"{name}-page-{label}", full_page=True)
    page.goto(running.office)
    if page.locator("faq-chat .question").count():
        Widget(page, running).ask("带娃去广州看病没办转诊能报几成啊")
    _take(page, f"{name}-page-talk")
    page.close()


def _states(context: Any, running: Stage, name: str, labels: Iterable[str] = STATES, before: str = "0") -> None:
    for label in labels:
        state = STATES[label]
        page = context.new_page()
        page.goto(running.host)
        page.evaluate(before)
        widget = Widget(page, running).open()
        state(widget)
        _take(page, f"{name}-{label}")
        widget.release()
        page.close()


def _take(page: Any, name: str, **more: Any) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    settle(page)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", **more)


def _for_the_readme() -> None:
    _shrink(FOLDER / "desktop-light-page-talk.png", README / "start.webp", 1100)
    for name, source in TALL.items():
        _shrink(FOLDER / f"{source}.png", README / f"{name}.webp", 560)


def _shrink(source: Path, target: Path, width: int) -> None:
    with Image.open(io.BytesIO(source.read_bytes())) as picture:
        height = round(picture.height * width / picture.width)
        picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS).save(target, quality=82, method=6)


if __name__ == "__main__":
    sys.exit(main())
