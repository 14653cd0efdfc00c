"""Driver: Chromium with the widget in it, as a person uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.stage import Stage, stage
from tests.support.system import npm_file, program

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
AXE = ("axe-core", "4.14.1", "axe.min.js")
# The rules of WCAG 2.2 AA and those that axe calls good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 375, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser; where there is none and none may be installed, the test is skipped."""
    path = program("chromium")
    api = pytest.importorskip("playwright.sync_api", reason="缺少 playwright：pip install -r requirements-dev.lock")
    # A started Playwright keeps an event loop in this thread, so it is stopped before other tests run theirs.
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@cache
def axe_script() -> str:
    """Return axe-core, fetched with npm into build/ on first need."""
    return npm_file(*AXE).read_text(encoding="utf-8")


def violations(page: Any) -> list[str]:
    """Return what axe finds wrong on the page, the insides of the widget included."""
    # Not as a script of the page, whose policy would refuse it.
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{axe_script()};0")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@dataclass
class Widget:
    """The widget on one page."""

    page: Any
    stage: Stage
    held: list[Any] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the page's own."""
        return getattr(self.page, name)

    @property
    def box(self) -> Any:
        """Where the question is typed."""
        return self.page.locator("faq-chat .composer textarea")

    @property
    def last(self) -> Any:
        """The last turn."""
        return self.page.locator("faq-chat .turn").last

    def open(self) -> Widget:
        """Open the dialog by its launcher."""
        self.page.locator("faq-chat .launcher").click()
        self.page.locator("faq-chat .questions").first.wait_for()
        return self

    def ask(self, text: str, wait: str = ".theirs > *") -> Any:
        """Type and send a question; return the turn once `wait` is there."""
        turns = self.page.locator("faq-chat .turn").count()
        self.box.fill(text)
        self.box.press("Enter")
        turn = self.page.locator("faq-chat .turn").nth(min(turns, 50))
        turn.locator(wait).first.wait_for()
        return turn

    def hold(self) -> list[Any]:
        """Keep the questions that are sent from now on; return where they gather."""
        self.page.route("**/api/chat", lambda route: self.held.append(route))
        return self.held

    def release(self) -> None:
        """Let go of what is still kept, or its end would wait for it."""
        for route in self.held:
            with suppress(Exception):
                route.abort()


@dataclass
class Visitor:
    """Opens pages in contexts of their own, and remembers what went wrong in them."""

    browser: Any
    stage: Stage

    def __post_init__(self) -> None:
        """Begin with nothing wrong."""
        self.contexts: list[Any] = []
        self.widgets: list[Widget] = []
        self.wrong: list[str] = []
        self.leave: list[Callable[[], None]] = []

    def context(self, **options: Any) -> Any:
        """Return a new context, as of another person."""
        self.contexts.append(self.browser.new_context(**{**DESKTOP, "locale": "zh-CN", **options}))
        return self.contexts[-1]

    def go(self, url: str, context: Any = None, **options: Any) -> Widget:
        """Open an address."""
        page = (context or self.context(**options)).new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._listen)
        page.goto(url)
        self.widgets.append(Widget(page, self.stage))
        return self.widgets[-1]

    def host(self, options: dict[str, Any] | None = None, **attributes: str) -> Widget:
        """Open somebody else's page with the widget on it."""
        return self.go(f"{self.stage.host}/?{urlencode(attributes)}", **(options or {}))

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(message.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for a file of tests."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The two servers."""
    with stage(records=tmp_path_factory.mktemp("records") / "records.sqlite") as running:
        yield running


@pytest.fixture
def visitor(browser: Any, running: Stage) -> Iterator[Visitor]:
    """A visitor; at the end nothing may have gone wrong in a page, nor been refused by its policy."""
    visitor = Visitor(browser, running)
    yield visitor
    for widget in visitor.widgets:
        widget.release()
    for context in visitor.contexts:
        context.close()
    for leave in visitor.leave:
        leave()
    assert visitor.wrong == [], visitor.wrong


@pytest.fixture(scope="module")
def regular(browser: Any, running: Stage) -> Iterator[Visitor]:
    """A visitor who stays for a file of tests: a new page takes longer than most of them."""
    visitor = Visitor(browser, running)
    visitor.host()
    yield visitor
    visitor.contexts[0].close()


@pytest.fixture
def widget(regular: Visitor, running: Stage) -> Iterator[Widget]:
    """The widget on somebody else's page, opened, as if for the first time."""
    (page,) = regular.contexts[0].pages
    page.unroute_all(behavior="ignoreErrors")
    # Nor may what is still being written come back.
    page.evaluate("sessionStorage.clear(); Storage.prototype.setItem = () => {}")
    page.goto(running.host)
    widget = Widget(page, running).open()
    yield widget
    widget.release()
    assert regular.wrong == [], regular.wrong


def settle(page: Any) -> None:
    """Wait until the fonts are there and nothing is fetched."""
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(150)
