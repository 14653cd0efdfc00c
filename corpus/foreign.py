"""Foreign: sentences of a corpus that still speak of the office whose corpus comes with the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.entries import Corpus, shipped_path
from corpus.errors import CorpusError
from corpus.office import NAME, Office, load_office


@dataclass(frozen=True)
class Foreign:
    """A word of another office, and the sentence that has it."""

    path: Path
    line: int
    text: str
    word: str


def foreign(corpus: Corpus, other: Office | None = None) -> Iterator[Foreign]:
    """Yield each sentence with a word of the `other` office, by default the shipped one, that is none of its own."""
    other = other or _shipped()
    if corpus.office is None or other is None or corpus.office.id == other.id:
        return
    own = " ".join((corpus.office.name, corpus.office.subject, corpus.office.hotline, *corpus.office.marks))
    words = [word for word in other.marks if word not in own]
    if not words:
        return
    found = re.compile("|".join(map(re.escape, words)))
    for path, text in dict.fromkeys(_said(corpus)):
        if match := found.search(text):
            yield Foreign(path, _line(path, text), text, match[0])


def _shipped() -> Office | None:
    try:
        return load_office(shipped_path())
    except CorpusError:
        return None


def _said(corpus: Corpus) -> Iterator[tuple[Path, str]]:
    """Yield what users may read with its file: the sentences, then the entries in use."""
    phrases, office = corpus.phrases, corpus.path / NAME
    for text in (*dict(phrases.sentences).values(), *(talk.reply for talk in phrases.smalltalk), *phrases.welcome):
        yield (office if _line(office, text) else phrases.path), text
    for entry in filter(lambda entry: entry.active, corpus.entries):
        for text in (entry.question, entry.label, entry.category, entry.basis, *entry.answer.split("\n")):
            yield entry.path, text


def _line(path: Path, text: str) -> int:
    """Return the line of a file that has a text, 0 where none has."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((number for number, line in enumerate(lines, 1) if text.split("\n")[0] in line), 0)
