"""Office: whose corpus it is; everything that names an office or its subject comes from its office.toml."""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from corpus.errors import BadOffice
from corpus.files import read_text, whole

NAME = "office.toml"
# Lines of the file that are sentences of the bot, and what the bot calls them.
SENTENCES = {
    **{"name": "title", "subject": "subject", "hotline": "phone", "about": "about", "source": "source"},
    **{"greeting": "greeting", "example": "example", "operator": "operator", "icp": "icp"},
}
_REQUIRED = {
    "id": '短名字，用英文小写字母、数字和“-”，例如：id = "library"',
    "name": '机器人的名称，例如：name = "云溪市图书馆问答"',
    "subject": '说的是什么事，例如：subject = "借书还书"',
    "hotline": '给市民打的电话，例如：hotline = "0100-5550123"',
}
_LISTS = ("categories", "welcome", "marks")
_TABLES = ("period", "text", "english", "talk")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_ID = 40
_PAIR = re.compile(r"(20\d\d)\s*[-—–－~～至]\s*(20\d\d)")
_ONE = re.compile(r"20\d\d")


@dataclass(frozen=True)
class Period:
    """The years that answers hold for: what they are called, and the month and day on which each ends."""

    label: str
    month: int
    day: int

    @property
    def example(self) -> str:
        """How such a year is written in an entry."""
        return "2025" if self._calendar else "2024-2025"

    def read(self, text: str) -> str:
        """Return a year as it is kept, 2025 or 2024-2025; nothing for what is none."""
        bare = text.removesuffix(self.label).removesuffix("年度").removesuffix("学年").removesuffix("年").strip()
        if self._calendar:
            return bare if _ONE.fullmatch(bare) else ""
        pair = _PAIR.fullmatch(bare)
        return f"{pair[1]}-{pair[2]}" if pair and int(pair[2]) == int(pair[1]) + 1 else ""

    def last_day(self, years: str) -> date:
        """Return the last day of such a year."""
        return date(int(years[-4:]), self.month, self.day)

    @property
    def _calendar(self) -> bool:
        return (self.month, self.day) == (12, 31)


SCHOOL_YEAR = Period("学年度", 8, 31)


@dataclass(frozen=True)
class Talk:
    """What an office adds to a kind of small talk: its own reply, and more ways to say it."""

    reply: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Office:
    """An office; `sentences` are those that it says in its own way, by the names they have in phrases.toml."""

    id: str
    name: str
    subject: str
    hotline: str
    period: Period | None = None
    categories: tuple[str, ...] = ()
    welcome: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    sentences: dict[str, str] = field(default_factory=dict)
    english: dict[str, str] = field(default_factory=dict)
    talk: dict[str, Talk] = field(default_factory=dict)


def load_office(folder: Path) -> Office:
    """Return the office of the corpus in `folder`; raise the CorpusError met."""
    path = folder / NAME
    return parse_office(read_text(path), path)


def period_of(folder: Path) -> Period | None:
    """Return the years that the entries of the corpus in `folder` hold for; a corpus without an office has ours."""
    return load_office(folder).period if (folder / NAME).exists() else SCHOOL_YEAR


def parse_office(text: str, path: Path) -> Office:
    """Read the text of office.toml."""
    reader = _Reader(path, whole(text, path))
    data = reader.data
    reader.expect_known()
    said = {new: text for key, new in SENTENCES.items() if (text := reader.sentence(key))}
    return Office(
        id=reader.sentence("id"),
        name=reader.sentence("name"),
        subject=reader.sentence("subject"),
        hotline=reader.sentence("hotline"),
        period=reader.period(),
        sentences=said | reader.sentences("text"),
        english={SENTENCES.get(key, key): text for key, text in reader.sentences("english").items()},
        talk={name: reader.talk(name, item) for name, item in reader.table("talk").items()},
        categories=reader.texts(data.get("categories", []), "categories"),
        welcome=reader.texts(data.get("welcome", []), "welcome"),
        marks=reader.texts(data.get("marks", []), "marks"),
    )


class _Reader:
    """The data of one file, and what is wrong in it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._lines = text.split("\n")
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"line (\d+)", str(error))
            message = "这一行的格式不对。左边是英文名字，中间是英文的“=”，右边的字放在英文双引号里。"
            raise BadOffice(path, int(place[1]) if place else 0, message) from None

    def bad(self, message: str, key: str = "") -> BadOffice:
        begins = re.compile(rf"\[?(?:\w+\.)?{re.escape(key)}\b")
        line = next((n for n, text in enumerate(self._lines, 1) if key and begins.match(text)), 0)
        return BadOffice(self.path, line, message)

    def expect_known(self) -> None:
        known = (*SENTENCES, "id", *_LISTS, *_TABLES)
        for key in self.data:
            if key not in known:
                raise self.bad(f"不认识“{key}”。可用的有：{'、'.join(known)}。", key)
        lacking = {key: how for key, how in _REQUIRED.items() if not self.sentence(key)}
        if lacking:
            ways = "；".join(f"{key} 是{how}" for key, how in lacking.items())
            raise self.bad(f"还没有填：{ways}。", next(iter(lacking)))
        if not _ID.fullmatch(self.data["id"]) or len(self.data["id"]) > _LONGEST_ID:
            raise self.bad(f"id“{self.data['id']}”不能用。{_REQUIRED['id']}", "id")

    def sentence(self, key: str) -> str:
        text = self.data.get(key, "")
        if not isinstance(text, str):
            raise self.bad(f'{key} 的右边应当是英文双引号里的字，例如：{key} = "……"', key)
        return text.strip()

    def table(self, key: str) -> dict[str, Any]:
        table = self.data.get(key, {})
        if not isinstance(table, dict):
            raise self.bad(f"{key} 应当单独一行写成 [{key}]，内容写在它的下面。", key)
        return table

    def sentences(self, table: str) -> dict[str, str]:
        for key, text in self.table(table).items():
            if not isinstance(text, str) or not text.strip():
                raise self.bad(f'[{table}] 下面的“{key}”应当是一句话：{key} = "……"', key)
        return self.table(table)

    def texts(self, items: Any, key: str) -> tuple[str, ...]:
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            raise self.bad(f'{key} 的右边应当是方括号里的几个词，例如：{key} = ["甲", "乙"]', key)
        return tuple(items)

    def talk(self, name: str, item: Any) -> Talk:
        reply, questions = (item.get("reply", ""), item.get("questions", [])) if isinstance(item, dict) else (None, [])
        if not isinstance(reply, str) or item.keys() - {"reply", "questions"}:
            raise self.bad(f'[talk.{name}] 下面只能写 reply = "……" 和 questions = ["……"]。', name)
        return Talk(reply, self.texts(questions, "questions"))

    def period(self) -> Period | None:
        table = self.table("period")
        if not table:
            return None
        label, ends = table.get("label"), re.fullmatch(r"(\d\d)-(\d\d)", str(table.get("ends", "")))
        good = ends and 1 <= int(ends[1]) <= 12 and 1 <= int(ends[2]) <= monthrange(2025, int(ends[1]))[1]
        if not isinstance(label, str) or not label.strip() or not ends or not good:
            example = 'label = "学年度" 和 ends = "08-31"（结束的月和日）'
            raise self.bad(f"[period] 下面应当写：{example}。不分年度的，三行都删去。", "period")
        return Period(label.strip(), int(ends[1]), int(ends[2]))
