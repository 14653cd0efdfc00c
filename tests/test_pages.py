"""The pages: readable without a script, and nothing in them is obeyed as HTML."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from conftest import FakeEngine, FakeHit
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.channels.markdown import render
from bot.settings import Settings


def test_start_page(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200 and page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="zh-CN">' in page.text and "您好，我是图书馆助手。" in page.text
    assert '<label for="q">' in page.text and '<a href="/answers/T6">停车怎么收费？</a>' in page.text
    assert re.findall("<h2>(.*?)</h2>", page.text) == ["借书", "还书", "场馆"]
    assert "<script" not in page.text
    assert client.head("/").status_code == 200


def test_the_style_is_the_one_that_the_policy_allows(client: TestClient) -> None:
    page = client.get("/")
    (style,) = re.findall("<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]
    assert " style=" not in page.text


def test_a_question_is_answered_on_the_page(client: TestClient) -> None:
    page = client.get("/", params={"q": "一次可以借几本书"})
    assert page.status_code == 200
    assert "<strong>5本</strong>" in page.text and "说明书 第T2问" in page.text and "您可能还想问" in page.text
    assert 'value="一次可以借几本书"' in page.text
    assert "资料里没有" in client.get("/", params={"q": "股票"}).text


def test_passage_stands_first(settings: Settings) -> None:
    client = TestClient(create_app(settings, FakeEngine({"借多久": [FakeHit("T2", "", 0.9, "期限")]})))
    text = client.get("/", params={"q": "借多久"}).text
    assert text.index("您问的是：") < text.index("期限30天。") < text.index("完整的回答：") < text.index("每次最多借")


def test_the_page_keeps_its_session(settings: Settings) -> None:
    engine = FakeEngine({"收费": [FakeHit("T4", "", 0.7), FakeHit("T6", "", 0.6)]})
    client = TestClient(create_app(settings, engine))
    page = client.get("/", params={"q": "收费"})
    (session,) = re.findall('name="s" value="(.*?)"', page.text)
    assert "前两小时免费" in client.get("/", params={"q": "2", "s": session}).text
    assert "前两小时免费" not in client.get("/", params={"q": "2", "s": "another-session"}).text


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"q": " "}, 400),
        ({"q": "问" * 501}, 400),
        ({"q": "<script>alert(1)</script>"}, 200),
        ({"q": '"><img src=x onerror=alert(1)>'}, 200),
        ({"q": "\x00"}, 400),
        ({"q": "你好", "s": '"><b>'}, 200),
    ],
)
def test_odd_questions(client: TestClient, params: dict[str, str], status: int) -> None:
    page = client.get("/", params=params)
    assert page.status_code == status
    assert "<script>" not in page.text and "<img" not in page.text and "<b>" not in page.text


def test_answer_page(client: TestClient) -> None:
    page = client.get("/answers/T1")
    assert page.status_code == 200
    assert "<title>怎么办理借书证？ - " in page.text and "说明书 第T1问" in page.text and "2024-2025学年度" in page.text
    assert '<a href="https://example.cn/card" rel="noopener noreferrer">https://example.cn/card</a>。' in page.text
    assert '<a href="/answers/T2">' in page.text and "段落" not in page.text


def test_an_answer_is_escaped(client: TestClient) -> None:
    page = client.get("/answers/T6").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "<script>" not in page
    assert "标价 &lt; 20 元的赔 20 元 &amp; 手续费。" in client.get("/answers/T3").text


def test_an_answer_of_last_year_says_so(settings: Settings) -> None:
    client = TestClient(create_app(settings, FakeEngine()))
    assert "出自 2024-2025 年度的资料。" in client.get("/answers/T1").text
    assert "年度的资料" not in client.get("/answers/T5").text


@pytest.mark.parametrize("path", ["/answers/T99", "/answers/", "/answers/%3Cscript%3E", "/nothing", "/favicon.ico"])
def test_missing_page(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")
    assert "没有找到" in page.text and "<script>" not in page.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("见https://a.cn/x?y=1&z=2，谢谢", 'href="https://a.cn/x?y=1&amp;z=2"'),
        ("[点这里](https://a.cn)", '<a href="https://a.cn">点这里</a>'),
        ("[坏](javascript:alert(1))", "[坏](javascript:alert(1))"),
        ("一\n二", "一<br"),
        ("<b>粗</b>", "&lt;b&gt;"),
        ("`https://a.cn`", "<code>https://a.cn</code>"),
    ],
)
def test_markdown(text: str, expected: str) -> None:
    assert expected in render(text)
