"""Draft: the corpus as the clerks are changing it; nobody's change is ever overwritten unseen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot import place
from bot.workshop.errors import NotNow, NotThere, Refused, Stale
from bot.workshop.folders import copy_corpus, difference, names_of, text_digest, texts_of, write_whole
from bot.workshop.history import History
from bot.workshop.rota import Rota
from corpus.check import Problem, check
from corpus.entries import Corpus, read_corpus
from corpus.entry import DRAFT, Entry, Similar, format_entry, parse_entry
from corpus.errors import CorpusError
from corpus.files import read_text, write_together
from corpus.office import period_of

_ID = re.compile(r"[A-Z]+[0-9]+")
_PARTS = re.compile(r"([A-Z]+)([0-9]+)")
_UNWRITTEN = "（还没有写。）"
_OUTSIDE = "words/outside.txt"
_LOOK_AGAIN = "没有写进任何内容。请照现在的草稿再查一遍，看过再收。"


@dataclass(frozen=True)
class Change:
    """A file that differs between two corpora; None where it is in one of them only."""

    name: str
    before: str | None
    after: str | None

    @property
    def difference(self) -> str:
        """The lines that went and came."""
        return difference(self.before, self.after)


class Draft:
    """The draft in a work folder."""

    def __init__(self, work: Path, history: History, rota: Rota) -> None:
        """Name the folder; `begin` fills it."""
        self.corpus = place.corpus_of(work / place.DRAFT)
        self._history = history
        self._rota = rota
        self._read: tuple[object, tuple[Corpus, tuple[CorpusError, ...]]] | None = None
        self._checked: tuple[Corpus, list[Problem]] | None = None

    @property
    def begun(self) -> bool:
        """Whether there is one."""
        return self.corpus.is_dir()

    def begin(self, base: Path) -> None:
        """Start from the texts of a corpus; what was there is let go. The caller holds the lock."""
        self.corpus.parent.mkdir(parents=True, exist_ok=True)
        copy_corpus(base, self.corpus)

    def text(self, name: str) -> str | None:
        """Return the text of a file, None where there is no such file."""
        path = self.corpus / name
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None

    def entry(self, entry_id: str) -> Entry:
        """Return an entry of the draft."""
        path = self.corpus / _name(entry_id)
        if not _ID.fullmatch(entry_id) or not path.is_file():
            raise NotThere(f"草稿里没有编号是“{entry_id[:20]}”的问答。")
        try:
            return parse_entry(read_text(path), path, period_of(self.corpus))
        except CorpusError as error:
            raise Refused(f"{path.name} 读不懂：{error.message}") from None

    def read(self) -> tuple[Corpus, tuple[CorpusError, ...]]:
        """Return what can be read of the draft, with every mistake that keeps a part from being read."""
        marks = [(name, (self.corpus / name).stat().st_mtime_ns) for name in names_of(self.corpus)]
        if self._read is None or self._read[0] != marks:
            self._read = (marks, read_corpus(self.corpus))
        return self._read[1]

    def problems(self) -> list[Problem]:
        """Return what the linter finds in the draft, but for wordings that are near to others, which takes long."""
        corpus, _ = self.read()
        if self._checked is None or self._checked[0] is not corpus:
            self._checked = (corpus, check(corpus, near=None))
        return self._checked[1]

    def save(self, name: str, text: str, opened: str, who: str, what: str) -> bool:
        """Write a file that had the digest `opened` when its editor saw it; tell whether anything changed."""
        with self._rota.turn():
            return self._save(name, text, opened, who, what)

    def save_entry(self, entry: Entry, opened: str, who: str) -> bool:
        """Write an entry, which must read back as it was meant."""
        text = checked(entry, self.corpus / _name(entry.id))
        return self.save(_name(entry.id), text, opened, who, "改了问答" if opened else "新建了问答")

    def add_similar(self, entry_id: str, texts: Mapping[str, str], who: str) -> list[str]:
        """Add wordings, each with the part that it asks for or none, to an entry; return those that are new."""
        with self._rota.turn():
            entry = self.entry(entry_id)
            known = {item.text for item in entry.similar} | {entry.question}
            new = [Similar(text.strip(), part) for text, part in texts.items() if text.strip() not in known]
            if new:
                grown = replace(entry, similar=(*entry.similar, *new))
                text = checked(grown, self.corpus / _name(entry_id))
                opened = text_digest(self.text(_name(entry_id)))
                self._save(_name(entry_id), text, opened, who, f"添了 {len(new)} 个相似问题")
        return [item.text for item in new]

    def add_entry(self, category: str, texts: list[str], who: str) -> str:
        """Begin an entry that is asked as in `texts` and has no answer yet, so it is not in use; return its id."""
        with self._rota.turn():
            corpus, _ = self.read()
            entry_id = free_id(corpus, category)
            similar = tuple(Similar(text) for text in dict.fromkeys(texts[1:]) if text != texts[0])
            named = category or corpus.entries[-1].category
            entry = Entry(entry_id, named, texts[0], similar, _UNWRITTEN, status=DRAFT)
            text = checked(entry, self.corpus / _name(entry_id))
            self._save(_name(entry_id), text, text_digest(None), who, "新建了问答，答案还没有写")
        return entry_id

    def add_outside(self, texts: list[str], who: str) -> list[str]:
        """Add questions to those that are not to be answered; return those that are new."""
        with self._rota.turn():
            old = self.text(_OUTSIDE) or ""
            known = {line.strip() for line in old.splitlines()}
            wanted = dict.fromkeys(" ".join(text.split()) for text in texts)
            new = [text for text in wanted if text and not text.startswith(("#", "＃")) and text not in known]
            if new:
                text = old.rstrip("\n") + "\n" * bool(old) + "\n".join(new) + "\n"
                self._save(_OUTSIDE, text, text_digest(old if old else None), who, f"添了 {len(new)} 个不能答的问题")
        return new

    def save_together(self, texts: Mapping[str, tuple[str | None, str]], who: str, what: str) -> None:
        """Write files, each with the text before and after, all or none of them."""
        with self._rota.turn():
            for name, (before, _) in texts.items():
                if self.text(name) != before:
                    raise NotNow(f"{self._history.last_at(name) or '有人'}刚刚改过 {name}。{_LOOK_AGAIN}")
            try:
                write_together(self.corpus, {name: after for name, (_, after) in texts.items()})
            except CorpusError as error:
                raise NotNow(error.message) from None
            for name, (before, after) in texts.items():
                self._history.add(who, what, name, difference(before, after))

    def changes(self, base: Path) -> list[Change]:
        """Return the files that differ from a corpus."""
        before, after = texts_of(base), texts_of(self.corpus)
        names = sorted({*before, *after})
        return [
            Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
        ]

    def _save(self, name: str, text: str, opened: str, who: str, what: str) -> bool:
        present = self.text(name)
        if text_digest(present) != opened:
            raise Stale(self._history.last_at(name), present or "")
        if present == text:
            return False
        write_whole(self.corpus / name, text)
        self._history.add(who, what, name, difference(present, text))
        return True


def free_id(corpus: Corpus, category: str = "") -> str:
    """Return the first free id after those of a category, or of the last one."""
    ids = [(match[1], int(match[2]), entry) for entry in corpus.entries if (match := _PARTS.fullmatch(entry.id))]
    letters = next((one for one, _, entry in ids if entry.category == category), ids[-1][0] if ids else "A")
    return f"{letters}{max((number for one, number, _ in ids if one == letters), default=0) + 1}"


def checked(entry: Entry, path: Path) -> str:
    """Return the text of an entry, which must read back as it was meant; raise Refused where it does not."""
    text = format_entry(entry)
    try:
        back = parse_entry(text, path, period_of(path.parents[1]))
    except CorpusError as error:
        raise Refused(f"没有保存：{error.message}") from None
    if back != replace(entry, path=path, line=back.line):
        raise Refused(
            "没有保存：有的内容换一行就读不回来。请检查标准问题、类别是不是都在一行里，"
            "答案里有没有单独一行的“# ”或“## ”（小标题请用“###”）。"
        )
    return text


def _name(entry_id: str) -> str:
    return f"entries/{entry_id}.md"
