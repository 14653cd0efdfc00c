"""Extraction: questions and answers out of a document, for a person to look through before they answer anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.align import LOST
from corpus.documents import Document
from corpus.entry import DRAFT, Entry, format_entry
from corpus.errors import BadDocument, Unreadable

_NUMBER = rf"(?P<number>\d{{1,3}}|{LOST}{{1,2}})"
_ASKED = re.compile(rf"\s*(?:{_NUMBER}\s*[.、．]|问\s*\d*\s*[:：]|Q\s*\d*\s*[:：.])\s*(?P<question>\S.*[?？])\s*$")
_ANSWER = re.compile(r"\s*(?:答|A)\s*[:：]\s*")
# A chapter: its number and a short name, now and then with its spelling in Latin letters beside it.
_CHAPTER = re.compile(
    r"\s*(?:\d{1,2}|第?[一二三四五六七八九十]+[、章部分 ]*)\s*(?P<name>[\u4e00-\u9fff]{2,8})\s*[A-Z ]*$"
)
_PAGE = re.compile(r"\s*[-—– ]*\d{1,3}(?:\s*/\s*\d{1,3})?[-—– ]*$")
_LISTED = re.compile(r"\s*(?:[(（][\d一二三四五六七八九十]+[)）]|[①-⑳]|[-•·]\s|\d{1,2}[.、．])")
_SPOKEN = re.compile(r"[，。；：！？,.;:!?、（(]")
_LOST_RUN = re.compile(f"{LOST}+")
CATEGORY = "未分类"


@dataclass(frozen=True)
class Asked:
    """A question of a document with the paragraphs of its answer."""

    number: int
    category: str
    question: str
    answer: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """What a document asks and answers, and what was left out or put in order on the way."""

    asked: tuple[Asked, ...]
    notes: tuple[str, ...]
    loose: tuple[str, ...] = ()


def split(document: Document) -> Split:
    """Find the questions of a document; raise BadDocument where it has none."""
    asked: list[Asked] = []
    category, notes = CATEGORY, list[str]()
    loose: list[str] = []
    for text in document.paragraphs:
        if _PAGE.fullmatch(text):
            continue
        if found := _ASKED.match(text):
            number = found["number"] or ""
            asked.append(Asked(int(number) if number.isdigit() else 0, category, found["question"], ()))
        elif chapter := _CHAPTER.fullmatch(text):
            category = chapter["name"]
            # What follows a chapter's name is answered by none of the questions before.
            asked.append(Asked(-1, category, "", ()))
        elif asked and asked[-1].number >= 0:
            asked[-1] = replace(asked[-1], answer=(*asked[-1].answer, text))
        else:
            loose.append(text)
    ordered = _in_order([one for one in asked if one.number >= 0], notes)
    trimmed = [_trimmed(one, loose) for one in ordered]
    if not trimmed:
        way_out = "问题要单独一段，以“1.”“问：”开头、以问号结尾。请在文件里改好再来，或者照 entries 里的样子自己写。"
        raise BadDocument(document.path, 0, f"没有找到一问一答。{way_out}")
    if loose:
        notes.append(f"没有收的段落（封面、页眉之类）：{'；'.join(text[:20] for text in loose)}")
    return Split(tuple(trimmed), tuple(notes), tuple(loose))


def _in_order(asked: list[Asked], notes: list[str]) -> list[Asked]:
    """Put pages that stand first and go on with the last chapter at its end: their numbers say so."""
    first = next((i for i, one in enumerate(asked) if one.category != CATEGORY), 0)
    begun = asked[:first]
    if begun and asked[first:] and begun[0].number == asked[-1].number + 1 > 1:
        last = asked[-1].category
        notes.append(f"页的次序不对：开头的第 {begun[0].number} 问起，照编号接在“{last}”的最后。")
        return [*asked[first:], *(replace(one, category=last) for one in begun)]
    return asked


def _trimmed(one: Asked, loose: list[str]) -> Asked:
    """Leave out what ends an answer only because a page ended there: lines without any punctuation."""
    answer = list(one.answer)
    while len(answer) > 1 and not _SPOKEN.search(answer[-1]) and not _LISTED.match(answer[-1]):
        loose.append(answer.pop())
    if answer:
        answer[0] = _ANSWER.sub("", answer[0], count=1)
    return replace(one, answer=tuple(answer))


def drafts(asked: Iterable[Asked], taken: Iterable[str], basis: str) -> tuple[Entry, ...]:
    """Return the entries of questions, each to be reviewed, with ids that are not `taken`."""
    used = {int(id_[1:]) for id_ in taken if re.fullmatch(r"D\d+", id_)}
    made = []
    for number, one in enumerate(asked, start=max(used, default=0) + 1):
        body = "\n\n".join(map(visible, one.answer)) or "（没有找到答案，请照原件补上。）"
        chapter = f" {one.category}" if one.category != CATEGORY else ""
        where = f"{basis}{chapter} 第{one.number}问" if one.number else basis
        made.append(Entry(f"D{number}", one.category, visible(one.question), (), body, basis=where, status=DRAFT))
    return tuple(made)


def visible(text: str) -> str:
    """Return a text in which a person sees what is lost: 〔缺2字〕."""
    return _LOST_RUN.sub(lambda found: f"〔缺{len(found[0])}字〕", text)


def lay(entries: Sequence[Entry], folder: Path) -> list[Path]:
    """Write drafts into the entries of the corpus in `folder`; none takes the place of a file that is there."""
    paths = []
    try:
        (folder / "entries").mkdir(parents=True, exist_ok=True)
        for entry in entries:
            path = folder / "entries" / f"{entry.id}.md"
            with path.open("x", encoding="utf-8") as file:
                file.write(format_entry(entry))
            paths.append(path)
    except OSError as error:
        for path in paths:
            path.unlink(missing_ok=True)
        raise Unreadable(folder, 0, f"写不进去（{error.strerror or error}），没有留下草稿。") from None
    return paths
