"""Entry: one question with its official answer, as a Markdown file that a clerk can read and edit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from corpus.errors import BadEntry, LostCharacters
from corpus.office import SCHOOL_YEAR, Period
from corpus.text import repair, tidy

ACTIVE = "启用"
RETIRED = "停用"
# Made by a machine: nobody is answered by it until a person has looked through it.
DRAFT = "待核对"
# What a draft shows where its document has lost signs.
HOLE = re.compile(r"〔缺(\d+)字〕")
KEYS = ("编号", "类别", "短标题", "英文标题", "年度", "依据", "状态")
SECTIONS = ("相似问题", "答案", "短答案")

_MARK = re.compile(r"<!--\s*段落\s*[:：]\s*(.*?)\s*-->")
# A mark alone on its line goes with the line; a mark inside a line goes alone.
_MARK_TO_DROP = re.compile(rf"^[ \t]*{_MARK.pattern}[ \t]*\n|{_MARK.pattern}", re.MULTILINE)
_FENCE = re.compile(r"^\s*[-—–－]{2,}\s*$")
_KEY = re.compile(r"^\s*([^:：]+?)\s*[:：]\s*(.*?)\s*$")
_TITLE = re.compile(r"^[#＃]\s*(?![#＃])(.*?)\s*$")
_SECTION = re.compile(r"^[#＃]{2}\s*(?![#＃])(.*?)\s*[:：]?\s*$")
# Lists as Word writes them, too: its own signs for bullets, and numbers ("3、4岁的孩子" is no number of a list).
_NUMBER = r"(?:\d{1,2}[.．、)）](?!\d)|[(（]\d{1,2}[)）]|[①-⑳])"
_BULLET = re.compile(rf"^\s*(?:(?:[-*•·●◆■□▪◦＊－–—\uf06c\uf0a7\uf0b7\uf0d8]|{_NUMBER})[\s\u3000]*)?")
_AT = re.compile(r"^(.*\S)\s+[@＠]\s*(\S+)$")
_AT_GLUED = re.compile(r"^(.*[^\s@＠])[@＠](\S+)$")
_ID = re.compile(r"[A-Z]+[0-9]+")


@dataclass(frozen=True)
class Passage:
    """A named part of an answer."""

    name: str
    text: str


@dataclass(frozen=True)
class Similar:
    """Another wording of an entry's question; `passage` names the part of the answer that it asks for."""

    text: str
    passage: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Entry:
    """One curated question with its official answer; ids are public and permanent."""

    id: str
    category: str
    question: str
    similar: tuple[Similar, ...]
    body: str
    short_answer: str = ""
    basis: str = ""
    years: str = ""
    status: str = ACTIVE
    # What chips and lists call it: short and plain, and the same in English.
    label: str = ""
    english: str = ""
    period: Period = field(default=SCHOOL_YEAR, compare=False)
    path: Path = field(default=Path(), compare=False)
    line: int = field(default=0, compare=False)

    @cached_property
    def answer(self) -> str:
        """The official answer: the body without its passage marks."""
        return _MARK_TO_DROP.sub("", self.body + "\n").strip("\n")

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The named parts of the answer, in order; text before the first mark belongs to none."""
        parts = _MARK.split(self.body)
        named = zip(parts[1::2], parts[2::2], strict=True)
        return tuple(Passage(name, text.strip()) for name, text in named)

    def passage(self, name: str) -> Passage | None:
        """Return the passage called `name`."""
        return next((part for part in self.passages if part.name == name), None)

    @property
    def active(self) -> bool:
        """Whether the entry is in use."""
        return self.status == ACTIVE

    @property
    def valid(self) -> str:
        """The years that the answer holds for, as people call them: 2024-2025学年度."""
        return f"{self.years}{self.period.label}" if self.years else ""

    @property
    def valid_until(self) -> date | None:
        """The last day of these years, or None for an entry without them."""
        return self.period.last_day(self.years) if self.years else None


@dataclass(frozen=True)
class _Line:
    number: int
    text: str


def parse_entry(text: str, path: Path, period: Period | None = SCHOOL_YEAR) -> Entry:
    """Read an entry from the text of its file; radical look-alikes are put right on the way.

    `period` is what the office calls its years, None where its answers hold for no certain time.
    """
    repaired = repair(tidy(text))
    for lost in repaired.lost:
        raise LostCharacters(path, lost.line, f"第{lost.column}个字起有 {lost.length} 个字丢失（�）。请照原件补上。")
    lines = [_Line(number, line) for number, line in enumerate(repaired.text.split("\n"), start=1)]
    head, rest = _split_head(lines, path)
    title, sections = _split_sections(rest, path)
    body = _block(sections.get("答案", []))
    if not body:
        raise BadEntry(path, 0, "没有答案。请写一行“## 答案”，下面写答案。")
    return Entry(
        **_head_fields(head, path, period),
        period=period or SCHOOL_YEAR,
        question=title.text,
        similar=tuple(_similar(sections.get("相似问题", []), body)),
        body=body,
        short_answer=_block(sections.get("短答案", [])),
        path=path,
        line=title.number,
    )


def format_entry(entry: Entry) -> str:
    """Write an entry as the text of its file."""
    status = "" if entry.active else entry.status
    values = (entry.id, entry.category, entry.label, entry.english, entry.years, entry.basis, status)
    head = [f"{key}: {value}" for key, value in zip(KEYS, values, strict=True) if value]
    similar = [f"- {item.text} @{item.passage}" if item.passage else f"- {item.text}" for item in entry.similar]
    blocks = ["\n".join(["---", *head, "---"]), f"# {entry.question}", "## 相似问题"]
    blocks += ["\n".join(similar)] if similar else []
    blocks += ["## 答案", entry.body]
    blocks += ["## 短答案", entry.short_answer] if entry.short_answer else []
    return "\n\n".join(blocks) + "\n"


def _split_head(lines: list[_Line], path: Path) -> tuple[list[_Line], list[_Line]]:
    start = next((i for i, line in enumerate(lines) if line.text.strip()), 0)
    if not _FENCE.match(lines[start].text):
        raise BadEntry(path, lines[start].number, "文件应当以一行“---”开头，下面写“编号: …”等，再以一行“---”结束。")
    for end in range(start + 1, len(lines)):
        if _FENCE.match(lines[end].text):
            return lines[start + 1 : end], lines[end + 1 :]
        if _TITLE.match(lines[end].text):
            break
    raise BadEntry(path, lines[start].number, "开头的“---”没有结束。请在“编号、类别……”几行的下面再写一行“---”。")


def _head_fields(head: list[_Line], path: Path, period: Period | None) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in head:
        if line.text.strip():
            key, value = _key_value(line, path)
            if key in values:
                raise BadEntry(path, line.number, f"“{key}”写了两次。请只留一行。")
            values[key] = _checked(key, value, path, line.number)
            if key == "年度" and value:
                values[key] = _years(values[key], path, line.number, period)
    for key in ("编号", "类别"):
        if not values.get(key):
            raise BadEntry(path, 0, f"缺“{key}”。请在开头两行“---”之间写“{key}: …”。")
    return {
        "id": values["编号"],
        "category": values["类别"],
        "basis": values.get("依据", ""),
        "years": values.get("年度", ""),
        "status": values.get("状态") or ACTIVE,
        "label": values.get("短标题", ""),
        "english": values.get("英文标题", ""),
    }


def _key_value(line: _Line, path: Path) -> tuple[str, str]:
    match = _KEY.match(line.text)
    if match is None:
        raise BadEntry(path, line.number, f"“{line.text.strip()}”不是“键: 值”的样子。例如“类别: 保费缴纳”。")
    if match[1] not in KEYS:
        raise BadEntry(path, line.number, f"不认识“{match[1]}”。可用的有：{'、'.join(KEYS)}。")
    return match[1], match[2]


def _checked(key: str, value: str, path: Path, number: int) -> str:
    if key in ("编号", "年度", "状态"):
        # Ｐ３ and p3 are P3, as they come from an input method.
        value = unicodedata.normalize("NFKC", value).upper()
    if key == "编号" and not _ID.fullmatch(value):
        raise BadEntry(path, number, f"编号“{value}”应当是大写字母加数字，例如 P3。")
    if key == "状态" and value not in ("", ACTIVE, RETIRED, DRAFT):
        raise BadEntry(path, number, f"状态“{value}”不对。只能是“{ACTIVE}”“{RETIRED}”或“{DRAFT}”。")
    return value


def _years(value: str, path: Path, number: int, period: Period | None) -> str:
    if period is None:
        way_out = "请删去这一行；要分年度，请在 office.toml 里写 [period]。"
        raise BadEntry(path, number, f"这个单位的问答不分年度，却写了年度“{value}”。{way_out}")
    years = period.read(value)
    if not years:
        ends = f"{period.label}到{period.month}月{period.day}日为止"
        raise BadEntry(path, number, f"年度“{value}”不对。{ends}，例如 {period.example}。")
    return years


def _split_sections(lines: list[_Line], path: Path) -> tuple[_Line, dict[str, list[_Line]]]:
    title: _Line | None = None
    sections: dict[str, list[_Line]] = {}
    current: list[_Line] | None = None
    for line in lines:
        if name := _section_name(line, path):
            if name in sections:
                raise BadEntry(path, line.number, f"“## {name}”写了两次。请并成一处。")
            current = sections[name] = []
        elif current is not None:
            current.append(_plain(line, path))
        elif match := _TITLE.match(line.text):
            if title is not None:
                raise BadEntry(path, line.number, "“# 问题”写了两次。另一个问题请放到“## 相似问题”里。")
            title = _Line(line.number, match[1])
        elif line.text.strip():
            raise BadEntry(path, line.number, f"“{line.text.strip()}”不在任何一节里。请写到“## 答案”下面。")
    if title is None or not title.text:
        raise BadEntry(path, 0, "没有标准问题。请在开头之后写一行“# 问题……”。")
    return title, sections


def _section_name(line: _Line, path: Path) -> str:
    match = _SECTION.match(line.text)
    if match is None:
        return ""
    if match[1] not in SECTIONS:
        known = "、".join(f"## {name}" for name in SECTIONS)
        raise BadEntry(path, line.number, f"不认识这一节“## {match[1]}”。可用的有：{known}。答案里的小标题请用“###”。")
    return match[1]


def _plain(line: _Line, path: Path) -> _Line:
    if re.match(r"[#＃]\s", line.text):
        raise BadEntry(path, line.number, "“# 问题”只能写一次，并且在各节之前。答案里的小标题请用“###”。")
    return line


def _block(lines: list[_Line]) -> str:
    return "\n".join(line.text.rstrip() for line in lines).strip("\n")


def _similar(lines: list[_Line], body: str) -> Iterator[Similar]:
    names = set(_MARK.findall(body))
    for line in lines:
        text = _BULLET.sub("", line.text, count=1).strip()
        if not text:
            continue
        glued = _AT_GLUED.match(text)
        # Without a space before it, "@" may belong to the question ("怎么用@深税小程序").
        match = _AT.match(text) or (glued if glued and glued[2] in names else None)
        yield Similar(match[1], match[2], line.number) if match else Similar(text, "", line.number)
