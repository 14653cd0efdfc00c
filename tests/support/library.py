"""A made-up library's six entries, and an engine in plain Python over them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from corpus.entries import Phrases, SmallTalk
from corpus.entry import Entry, Similar
from corpus.text import fold
from index.hit import Hit, Thresholds


def make_entry(entry_id: str, category: str, question: str, body: str, **more: object) -> Entry:
    similar = tuple(Similar(text) for text in more.pop("similar", ()))
    fields = {"basis": f"说明书 第{entry_id}问", "years": "2024-2025", **more}
    return Entry(entry_id, category, question, similar, body, **fields)


# From here on it answers, offers, and holds something for possible.
THRESHOLDS = Thresholds(answer=0.8, offer=0.4, near=0.2)
CARD = """<!-- 段落: 网上 -->
1. 网上：填表，网址：https://example.cn/card。

<!-- 段落: 现场 -->
2. 现场：带户口本。"""
LOAN = "每次最多借**5本**，<!-- 段落: 期限 -->期限30天。"
LOST = "照价赔偿；标价 < 20 元的赔 20 元 & 手续费。"
PARKING = "<script>alert(1)</script>前两小时免费。"
ENTRIES = (
    make_entry("T1", "借书", "怎么办理借书证？", CARD),
    make_entry("T2", "借书", "一次可以借几本书？", LOAN, similar=("能借多少本",)),
    make_entry("T3", "还书", "书丢了怎么办？", LOST),
    make_entry("T4", "还书", "逾期还书怎么收费？", "每天 0.10 元。", similar=("超期要罚款吗",)),
    make_entry("T5", "场馆", "周末开门吗？", "周六周日 9:00-17:00 开放。", years=""),
    make_entry("T6", "场馆", "停车怎么收费？", PARKING, basis="", years="2026-2027"),
)
PHRASES = Phrases(
    (
        ("greeting", "您好，我是图书馆助手。"),
        ("abstain", "资料里没有，请拨打 12345。"),
        ("abstain_options", "资料里有："),
        ("nearest", "最接近的是这一条："),
        ("clarify", "您问的是哪一个？"),
        ("clarify_one", "您是不是想问这一条？"),
        ("clarify_both", "您问了两件事，先看哪一件？"),
        ("none_fits", "都不是的话，请换个说法。"),
        ("unsure", "我没把握，最接近的是："),
        ("clarify_again", "还是没明白，请选一个。"),
        ("expired", "出自 {years} 年度的资料。"),
        ("expired_bar", "{years} 年度已经过了。"),
        ("empty", "您好像没有写问题。"),
        ("related", "您可能还想问："),
        ("basis", "依据："),
        ("passage_intro", "您问的是："),
        ("full_answer", "完整的回答："),
        ("title", "图书馆问答"),
        ("about", "借书还书的事，用平常的话问。"),
        ("source", "资料：《读者手册》。"),
        ("example", "例如：周末开门吗？"),
        ("privacy", "请不要写证件号。"),
        ("phone", "12345"),
        ("hotline", "还有疑问，请拨打 12345 热线。"),
        ("not_text", "我只看得懂文字。"),
        ("pick_again", "请回复 {numbers}。"),
        ("nothing_more", "没有等着看的内容了。"),
        ("busy", "问的人有点多。"),
        ("trouble", "系统繁忙。"),
        ("subscribed", "欢迎，大家常问："),
        ("pick", "回复数字 {numbers}。"),
        ("part", "只是一部分。"),
        ("shortened", "有删减。"),
        ("full_link", "看[完整答案]({url})。"),
        ("full_more", "回复 继续 看完整答案。"),
        ("next_page", "（第 {page} 段）回复 继续 看下一段，或[点这里](继续)。"),
        ("cut_off", "后面的没有列出。"),
        ("waiting", "正在整理答案，[点这里查看](查看答案)。"),
    ),
    (
        SmallTalk("greeting", ("你好", "在吗"), "您好！请提问。"),
        SmallTalk("thanks", ("谢谢",), "不客气！"),
        SmallTalk("human", ("转人工",), "这里不能转人工。"),
    ),
    welcome=("T2", "T4"),
)


class FakeEngine:
    """Scores by shared characters and pairs of them; `hits` fixes the outcome for some texts."""

    version = "test-1"
    model_name = "characters"
    phrases = PHRASES

    def __init__(self, hits: Mapping[str, list[Hit]] | None = None, entries: tuple[Entry, ...] = ENTRIES) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self._hits = dict(hits or {})
        self._phrasings = [(entry.id, text) for entry in entries for text in _questions(entry)]
        self._phrasings += [(f"smalltalk/{talk.name}", text) for talk in PHRASES.smalltalk for text in talk.questions]

    def search(self, text: str, k: int = 5) -> list[Hit]:
        if text in self._hits:
            return self._hits[text]
        best: dict[str, Hit] = {}
        for entry_id, phrasing in self._phrasings:
            score = _likeness(text, phrasing)
            if entry_id not in best or score > best[entry_id].score:
                best[entry_id] = Hit(entry_id, phrasing, score)
        return sorted(best.values(), key=lambda hit: -hit.score)[:k]

    def vector(self, text: str) -> None:
        """Keep no vectors."""

    def named(self, text: str) -> str | None:
        """Return the entry whose question `text` is."""
        return next((entry.id for entry in self.entries.values() if entry.question == text), None)

    def questions(self, text: str) -> list[str]:
        asked = text.split("，")
        return asked if len(asked) > 1 and all("？" in one for one in asked) else []

    def leans(self, text: str) -> bool:
        return text.startswith("那")

    def explain(self, text: str) -> str:
        return "\n".join(map(str, self.search(text)))

    def thresholds(self, precision: float, strangers: float = 0.2) -> Thresholds:
        return THRESHOLDS

    def related(self, entry_id: str, k: int = 3) -> list[str]:
        return [other for other in self.entries if other != entry_id][:k]

    def suggest(self, prefix: str, k: int = 5) -> list[str]:
        return [entry.id for entry in self.entries.values() if fold(prefix) in fold(entry.question)][:k]


def _questions(entry: Entry) -> list[str]:
    return [entry.question, *(item.text for item in entry.similar)]


def _likeness(one: str, other: str) -> float:
    left, right = _pieces(one), _pieces(other)
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0


def _pieces(text: str) -> set[str]:
    signs = [sign for sign in fold(text) if sign.isalnum()]
    return {*signs, *map(str.__add__, signs, signs[1:])}


def spring() -> datetime:
    """A day on which 2024-2025 is in force."""
    return datetime(2025, 3, 1)


def is_error(response: Any, status: int, code: str, field: str | None = None) -> bool:
    error = response.json()["error"]
    assert list(error) == ["code", "message", "field"] and error["message"].endswith("。")
    assert "Traceback" not in response.text
    return (response.status_code, error["code"], error["field"]) == (status, code, field)
