"""Words: by which words the calculator knows things, read from the two files that people edit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import BadWords, CorpusError
from corpus.files import read_text, whole
from corpus.text import fold

# Stands in a word for a few signs of the same clause.
GAP = "…"
# The last one holds words in which a place stands only by chance, and may be empty.
GROUPS = ("深圳", "广东省内", "广东省外", "港澳台", "不是地名")
# The calculator asks for these by name.
NAMES = {
    "level": ("1", "2", "3"),
    "cue": (
        *("outpatient", "outpatient_word", "inpatient", "inpatient_word", "emergency", "rescue", "filed", "referral"),
        *("temporary", "selected", "self", "fund", "ratio", "ask", "pay", "insured", "subsidy", "apply", "midway"),
        *("birth", "newborn", "trip", "far_trip", "how", "quantity", "medical", "from_birth", "hukou_here"),
        *("hukou_elsewhere", "cap", "cap_spent", "remaining", "monthly", "base", "wage", "total", "own_part"),
        *("difference", "benefit", "begin", "finish", "window", "mixed", "cancel", "unknown", "corrected", "adult"),
        *("sibling", "each", "all_levels", "several", "stay_unclear", "reverse", "uninsured", "not_chosen"),
        *("other_chosen", "line_off", "no_line", "baby"),
    ),
    "role": (
        *("deductible", "above", "consult", "used", "left", "outside", "not_cost", "in_scope", "item", "within"),
        *("apart", "registration"),
    ),
}
_TABLES = "、".join(f"[{table}]" for table in NAMES)
_FORM = '写法：名字 = ["说法一", "说法二"]'
# What people type instead of a sign of the format.
_QUOTES = "“”‘’＂＇「」『』"
_SLIPS = {
    _QUOTES: "引号要用英文的双引号，不能用“”。",
    "，、；;": "说法之间要用英文的逗号，不能用“，”或“、”。",
    "＝：:": "等号要用英文的“=”。",
    "［］【】〔〕（）()": "方括号要用英文的“[”和“]”。",
    "＃": "说明要用英文的“#”开头。",
}
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_HEAD = re.compile(r"\s*\[\s*(\w+)\s*\]")
_GIVEN = re.compile(r"\s*[\"']?(\w+)[\"']?\s*=")
_BETWEEN = re.compile(r"[\s,，、;；|｜]+")

Meanings = dict[str, dict[str, list[str]]]
Groups = dict[str, list[str]]


def load_words(corpus: Path) -> tuple[Meanings, Groups]:
    """Return the words by table and name, and the places by group; raise the first CorpusError met."""
    meanings, places = _paths(corpus)
    return parse_meanings(read_text(meanings), meanings), parse_places(read_text(places), places)


def word_errors(corpus: Path) -> Iterator[CorpusError]:
    """Yield what is wrong in the two files; a corpus without both has no need of them."""
    paths = _paths(corpus)
    if not any(path.exists() for path in paths):
        return
    for path, parse in zip(paths, (parse_meanings, parse_places), strict=True):
        try:
            parse(read_text(path), path)
        except CorpusError as error:
            yield error


def parse_meanings(text: str, path: Path) -> Meanings:
    """Read the text of calculator.toml: the ways to say a thing, by table and name."""
    text = whole(text, path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _slip(text, path, str(error)) from None
    lines = dict(_given(text))
    for table, names in data.items():
        if table not in NAMES or not isinstance(names, dict):
            line = lines.get((table, ""), lines.get(("", table), 0))
            raise BadWords(path, line, f"“{table}”不认识。每一行都要写在 {_TABLES} 之一的下面。")
    for table, known in NAMES.items():
        given = data.get(table, {})
        lacking = "、".join(name for name in known if name not in given)
        for name, words in given.items():
            line = lines.get((table, name), 0)
            if name not in known:
                lost = f"缺的是：{lacking}。" if lacking else ""
                raise BadWords(path, line, f"[{table}] 下面的“{name}”不认识。{lost}左边的名字不要改，也不要添。")
            _expect_words(name, words, path, line)
        if lacking:
            raise BadWords(path, 0, f"[{table}] 下面缺：{lacking}。请照原来的文件补上，左边的名字不要改。")
    _expect_one_level(data["level"], path, lines)
    return data


def parse_places(text: str, path: Path) -> Groups:
    """Read the text of places.txt: the names of places, by group."""
    groups: Groups = {group: [] for group in GROUPS}
    owners: dict[str, str] = {}
    for number, line in enumerate(whole(text, path).split("\n"), start=1):
        if not line.strip() or line.strip().startswith(("#", "＃")):
            continue
        group, colon, rest = (part.strip() for part in line.replace("：", ":").partition(":"))
        if not colon or group not in groups:
            wrong = f"没有叫“{group}”的组" if colon else f"“{line.strip()}”前面没有写是哪一组"
            raise BadWords(path, number, f"{wrong}。写法：组: 地名 地名。组只有：{'、'.join(GROUPS)}。")
        names = [name for name in _BETWEEN.split(rest) if name]
        if not names:
            raise BadWords(path, number, f"“{group}”后面没有地名。请写上，或者删去这一行。")
        for name in names:
            _expect_place(name, group, owners, path, number)
        groups[group] += names
    for group, names in groups.items():
        if not names and group != GROUPS[-1]:
            raise BadWords(path, 0, f"“{group}”一个地名也没有。请加一行：{group}: 地名 地名")
    return groups


def _paths(corpus: Path) -> tuple[Path, Path]:
    return corpus / "words" / "calculator.toml", corpus / "words" / "places.txt"


def _expect_words(name: str, words: Any, path: Path, line: int) -> None:
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise BadWords(path, line, f"“{name}”右边应当是方括号里的几种说法。{_FORM}")
    for word in words:
        # A part without a sign would be found everywhere.
        if not all(fold(part).strip() for part in word.split(GAP)):
            raise BadWords(path, line, f"“{name}”里的“{word}”是空的，或者“{GAP}”的一边没有字。请写上字，或者删去它。")


def _expect_one_level(levels: dict[str, list[str]], path: Path, lines: dict[tuple[str, str], int]) -> None:
    owners: dict[str, str] = {}
    for level, words in levels.items():
        for word in words:
            owner = owners.setdefault(fold(word), level)
            if owner != level:
                message = f"“{word}”已经是 {owner} 级的说法，不能又是 {level} 级的。请只留一处。"
                raise BadWords(path, lines.get(("level", level), 0), message)


def _expect_place(name: str, group: str, owners: dict[str, str], path: Path, line: int) -> None:
    owner = owners.setdefault(fold(name), group)
    if owner != group:
        raise BadWords(path, line, f"“{name}”已经在“{owner}”里，不能又在“{group}”里。请只留一处。")
    if len(re.findall(r"\w", fold(name))) < 2:
        raise BadWords(path, line, f"地名“{name}”不到两个字，会和别的字撞上。请写全。")


def _slip(text: str, path: Path, said: str) -> BadWords:
    """Say in plain words where the file breaks the format."""
    for (table, name), number in _repeated(text):
        return BadWords(path, number, f"“{name or table}”写了两次。请合成一处。")
    place = _PLACE.search(said)
    if place is None:
        return BadWords(path, 0, f"有一行没有写完，多半是最后少了“]”。{_FORM}")
    number, column = int(place[1]), int(place[2])
    line = text.split("\n")[number - 1]
    sign = line[column - 1 : column]
    if "Unclosed array" in said and sign == '"':
        message = "两种说法之间少一个英文的逗号。"
    elif sign:
        message = next((told for signs, told in _SLIPS.items() if sign in signs), f"从“{sign}”起写得不对。")
    else:
        curly = any(quote in line for quote in _QUOTES)
        message = _SLIPS[_QUOTES] if curly else "有一个引号不成对，或者这一行没有写完。"
    return BadWords(path, number, f"{message}{_FORM}")


def _repeated(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    seen: set[tuple[str, str]] = set()
    for given, number in _given(text):
        if given in seen:
            yield given, number
        seen.add(given)


def _given(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield table and name of each line that gives one, with its number; the head of a table has no name."""
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if head := _HEAD.match(line):
            table = head[1]
            yield (table, ""), number
        elif given := _GIVEN.match(line):
            yield (table, given[1]), number
