"""Log lines: plain for people, one JSON object each for programs; a request's lines bear its number."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from bot import logs
from bot.channels.app import create_app
from bot.settings import Settings
from tests.support.library import FakeEngine


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logs.access.disabled = False


def test_a_request_is_one_line_with_its_number_and_without_the_question(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("info", "json")
    answer = TestClient(create_app(settings, FakeEngine())).post("/api/chat", json={"question": "我叫张三\n借书"})
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (line,) = [line for line in lines if line["logger"] == "bot.access"]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/api/chat", 200)
    assert line["request_id"] == answer.headers["x-request-id"] and line["milliseconds"] >= 0
    assert "张三" not in json.dumps(lines, ensure_ascii=False)


def test_what_a_thread_of_a_request_writes_bears_its_number(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = FakeEngine()
    search = engine.search

    def told(text: str, k: int = 5) -> list[object]:
        logging.getLogger("bot.chat").warning("找：\n%s", len(text))
        return search(text, k)

    monkeypatch.setattr(engine, "search", told)
    logs.set_up("info", "json")
    answer = TestClient(create_app(settings, engine)).post("/api/chat", json={"question": "借书"})
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    numbers = {line["request_id"] for line in lines if line["logger"] == "bot.chat"}
    assert numbers == {answer.headers["x-request-id"]}


def test_plain_lines_have_no_access_line(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", "plain")
    logging.getLogger("bot").warning("一行")
    TestClient(create_app(settings, FakeEngine())).get("/api/health")
    said = capsys.readouterr().err
    assert "WARNING bot 一行" in said and "bot.access" not in said


def test_a_trace_is_one_line_with_what_was_typed_masked(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", "json")
    try:
        raise ValueError("13800138000")
    except ValueError:
        logging.getLogger("bot").exception("出错")
    (line,) = capsys.readouterr().err.splitlines()
    assert "13800138000" not in line and "ValueError" in json.loads(line)["trace"]
