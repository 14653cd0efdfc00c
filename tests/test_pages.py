"""The pages: readable without a script, and nothing in them is obeyed as HTML."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.channels.markdown import render
from bot.reply import Ask, CalculatorReply
from bot.settings import Settings
from index.hit import Hit
from tests.support.library import ENTRIES, PHRASES, FakeEngine


def test_start_page(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200 and page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="zh-CN">' in page.text and "<h1>图书馆问答</h1>" in page.text
    assert "<title>图书馆问答</title>" in page.text and 'content="借书还书的事，用平常的话问。"' in page.text
    assert '<label for="q">' in page.text and '<a href="/answers/T6">停车怎么收费？</a>' in page.text
    assert re.findall("<h[23]>(.*?)</h[23]>", page.text) == ["常见问题（6 个）", "借书", "还书", "场馆"]
    assert "资料：《读者手册》。 适用：2024-2025学年度、2026-2027学年度。" in page.text
    assert '<a href="tel:12345">12345</a>' in page.text and "请不要写证件号。" in page.text
    assert client.head("/").status_code == 200


def test_the_widget_takes_the_place_of_the_form(client: TestClient) -> None:
    text = client.get("/").text
    assert re.findall("<script src.*?</script>", text) == ['<script src="/widget.js" defer></script>']
    assert text.index('<faq-chat mode="inline"') < text.index("<form") < text.index("</form></faq-chat>")


def test_the_start_page_says_that_the_year_is_over(settings: Settings) -> None:
    text = TestClient(create_app(settings, FakeEngine())).get("/").text
    assert text.count("出自 2024-2025 年度的资料。") == 1 and "出自 2026-2027" not in text


def test_the_style_is_the_one_that_the_policy_allows(client: TestClient) -> None:
    page = client.get("/")
    (style,) = re.findall("<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy and "script-src 'self';" in policy and "'unsafe" not in policy
    assert " style=" not in page.text and not re.search(r"\son\w+=", page.text)


FRAMES = [
    ((), "frame-ancestors 'none'", "DENY"),
    (("https://a.cn", "https://b.cn"), "frame-ancestors https://a.cn https://b.cn", None),
    (("*",), "frame-ancestors *", None),
]


@pytest.mark.parametrize(("frames", "ancestors", "old"), FRAMES)
def test_who_may_frame_the_pages(settings: Settings, frames: tuple[str, ...], ancestors: str, old: str | None) -> None:
    client = TestClient(create_app(settings.model_copy(update={"frames": frames}), FakeEngine()))
    for path in ("/", "/answers/T1", "/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].endswith(ancestors) and headers.get("x-frame-options") == old
    assert "frame-ancestors 'none'" in client.get("/api/health").headers["content-security-policy"]


def test_a_question_is_answered_on_the_page(client: TestClient) -> None:
    page = client.get("/", params={"q": "一次可以借几本书"})
    assert page.status_code == 200
    assert "<strong>5本</strong>" in page.text and "说明书 第T2问" in page.text and "您可能还想问" in page.text
    assert 'value="一次可以借几本书"' in page.text
    assert "资料里没有" in client.get("/", params={"q": "股票"}).text


def test_passage_stands_first(settings: Settings) -> None:
    client = TestClient(create_app(settings, FakeEngine({"借多久": [Hit("T2", "", 0.9, "期限")]})))
    text = client.get("/", params={"q": "借多久"}).text
    assert text.index("您问的是：") < text.index("期限30天。") < text.index("完整的回答：") < text.index("每次最多借")


def test_the_page_keeps_its_session(settings: Settings) -> None:
    engine = FakeEngine({"收费": [Hit("T4", "", 0.7), Hit("T6", "", 0.6)]})
    client = TestClient(create_app(settings, engine))
    page = client.get("/", params={"q": "收费"})
    (session,) = re.findall('name="s" value="(.*?)"', page.text)
    assert "前两小时免费" in client.get("/", params={"q": "2", "s": session}).text
    assert "前两小时免费" not in client.get("/", params={"q": "2", "s": "another-session"}).text
    # The window on that page speaks to the API, in the same conversation.
    assert "前两小时免费" in client.post("/api/chat", json={"question": "2", "session_id": session}).json()["text"]


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
    assert (
        '<meta name="description" content="1. 网上：填表，网址：https://example.cn/card。 2. 现场：带户口本。">'
        in page.text
    )
    scripts = re.findall('<script (?:src|type)="(.*?)"', page.text)
    assert scripts == ["application/ld+json", "/page.js"] and '<a href="/">图书馆问答</a>' in page.text


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
    assert 'href="/"' in page.text and '<header class="top"><a href="/">图书馆问答</a></header>' in page.text


class BrokenEngine(FakeEngine):
    def search(self, text: str, k: int = 5) -> list[Hit]:
        raise ValueError(text)


def test_faults_wear_the_same_dress(settings: Settings) -> None:
    client = TestClient(create_app(settings, BrokenEngine()))
    broken = client.get("/", params={"q": "问"})
    wrong = client.post("/", data={})
    for page, status in ((broken, 500), (wrong, 405)):
        assert page.status_code == status and "暂时打不开" in page.text and "图书馆问答" in page.text
        assert (
            page.headers["x-content-type-options"] == "nosniff"
            and "script-src 'self'" in page.headers["content-security-policy"]
        )
    assert "Traceback" not in broken.text and "GET" in wrong.headers["allow"]


def test_before_there_is_an_index(settings: Settings) -> None:
    page = TestClient(create_app(settings, load=lambda given: FakeEngine())).get("/answers/T1")
    assert page.status_code == 503 and "正在启动" in page.text and page.headers["retry-after"]


class Levels:
    """A calculator that asks back."""

    def turn(self, text: str, state: str | None, hits: Sequence[Hit]) -> CalculatorReply | None:
        return CalculatorReply("ask", "哪一级？", ask=Ask(slot="level", options=["一级", "二级"]))


def test_a_value_can_be_chosen_without_a_script(settings: Settings) -> None:
    page = TestClient(create_app(settings, FakeEngine({"报多少": [Hit("T4", "", 0.9)]}), calculator=Levels())).get(
        "/", params={"q": "报多少"}
    )
    (session,) = re.findall('name="s" value="(.*?)"', page.text)
    assert f'<a href="/?q=%E4%BA%8C%E7%BA%A7&amp;s={session}">二级</a>' in page.text


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


def test_a_question_hands_its_reply_to_the_window(settings: Settings) -> None:
    engine = FakeEngine({"收费</script>": [Hit("T4", "", 0.7), Hit("T6", "", 0.6)]})
    page = TestClient(create_app(settings, engine)).get("/", params={"q": "收费</script>"})
    (block,) = re.findall('<script type="application/json">(.*?)</script>', page.text)
    brought = json.loads(block)
    turn = brought["turn"]
    assert (
        brought["welcome"]["greeting"] == "您好，我是图书馆助手。"
        and turn["question"] == "收费</script>"
        and turn["reply"]["kind"] == "clarify"
    )
    # Both stand inside the element: with a script the window shows the turn in their place.
    inside = page.text.split("<faq-chat")[1].split("</faq-chat>")[0]
    assert block in inside and '<article class="card"' in inside and 'name="s"' in inside
    assert "<title>收费&lt;/script&gt; - 图书馆问答</title>" in page.text
    assert '<meta name="robots" content="noindex">' in page.text and page.headers["cache-control"] == "no-store"


SHARED = {"og:title": "怎么办理借书证？", "og:url": "https://faq.example.cn/answers/T1",
          "og:image": "https://faq.example.cn/icon.png", "og:site_name": "图书馆问答"}  # fmt: skip


def test_a_shared_page_says_what_it_is(settings: Settings) -> None:
    public = settings.model_copy(update={"public_url": "https://faq.example.cn"})
    text = TestClient(create_app(public, FakeEngine())).get("/answers/T1").text
    found = dict(re.findall('<meta property="(.*?)" content="(.*?)">', text))
    assert SHARED.items() <= found.items()
    assert '<link rel="canonical" href="https://faq.example.cn/answers/T1">' in text
    # Nobody is told half an address.
    assert "canonical" not in TestClient(create_app(settings, FakeEngine())).get("/answers/T1").text
    (facts,) = re.findall('<script type="application/ld\\+json">(.*?)</script>', text)
    (question,) = json.loads(facts)["mainEntity"]
    assert question["name"] == "怎么办理借书证？" and "带户口本" in question["acceptedAnswer"]["text"]


def test_search_engines_are_told_the_answers_and_not_the_questions(client: TestClient) -> None:
    robots, sitemap = client.get("/robots.txt").text, client.get("/sitemap.xml")
    assert "Disallow: /?\n" in robots and "Sitemap: http://testserver/sitemap.xml" in robots
    assert sitemap.headers["content-type"].startswith("application/xml")
    assert re.findall("<loc>http://testserver(.*?)</loc>", sitemap.text) == [
        "/",
        *(f"/answers/T{n}" for n in range(1, 7)),
    ]
    picture = client.get("/icon.png")
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(b"\x89PNG")


def test_pages_are_packed_and_kept(client: TestClient) -> None:
    page = client.get("/answers/T1", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip" and page.headers["vary"] == "Accept-Encoding"
    assert "max-age" in page.headers["cache-control"] and "no-store" not in client.get("/").headers["cache-control"]
    for refusal in ("identity", "gzip;q=0", "br, gzip; q=0.000"):
        assert "content-encoding" not in client.get("/answers/T1", headers={"Accept-Encoding": refusal}).headers


def test_on_paper_it_says_where_when_and_whom_to_ask(settings: Settings) -> None:
    public = settings.model_copy(update={"public_url": "https://faq.example.cn"})
    client = TestClient(create_app(public, FakeEngine(), clock=lambda: datetime(2024, 11, 5)))
    (paper,) = re.findall('<p class="paper">(.*?)</p>', client.get("/answers/T1").text)
    assert paper == "https://faq.example.cn/answers/T1　2024年11月5日打印　还有疑问，请拨打 12345 热线。"


def test_an_office_says_who_it_is(settings: Settings) -> None:
    class Named(FakeEngine):
        phrases = replace(PHRASES, sentences=(*PHRASES.sentences, ("operator", "甲馆"), ("icp", "粤ICP备1号")))

    foot = TestClient(create_app(settings, Named())).get("/").text.split("<footer>")[1]
    assert "主办：甲馆" in foot and 'href="https://beian.miit.gov.cn/" rel="noopener noreferrer">粤ICP备1号</a>' in foot
    assert "主办" not in TestClient(create_app(settings, FakeEngine())).get("/").text


def test_a_missing_page_offers_what_is_there(client: TestClient) -> None:
    page = client.get("/answers/T99").text
    assert '<form action="/"' in page and '<a href="/answers/T6">停车怎么收费？</a>' in page and "编号" not in page


def test_when_all_years_are_over_one_bar_says_so(settings: Settings) -> None:
    class Old(FakeEngine):
        def __init__(self) -> None:
            super().__init__(entries=tuple(replace(entry, years="2024-2025") for entry in ENTRIES))

    client = TestClient(create_app(settings, Old(), clock=lambda: datetime(2026, 11, 30)))
    for path in ("/", "/answers/T1", "/?q=一次可以借几本书"):
        text = re.sub("<script.*?</script>", "", client.get(path).text)
        assert text.count("2024-2025 年度已经过了。") == 1 and "出自 2024-2025" not in text
    assert client.get("/api/welcome").json()["notice"] == "2024-2025 年度已经过了。"
    # Programs get the remark with every reply all the same.
    asked = client.post("/api/chat", json={"question": "一次可以借几本书"}).json()
    assert asked["notice"] == "出自 2024-2025 年度的资料。"
    assert TestClient(create_app(settings, FakeEngine())).get("/api/welcome").json()["notice"] is None


def test_who_asks_too_fast_is_told_when_to_come_back(settings: Settings) -> None:
    client = TestClient(create_app(settings.model_copy(update={"rate_limit": 1}), FakeEngine()))
    assert client.get("/", params={"q": "你好"}).status_code == 200
    page = client.get("/", params={"q": "你好"})
    assert page.status_code == 429 and 0 < int(page.headers["retry-after"]) <= 60
