"""Corpus: all entries, words and fixed sentences, read from the files that people edit."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from corpus.entry import Entry, parse_entry
from corpus.errors import BadPhrases, CorpusError, Duplicate, MissingFile
from corpus.files import listed, read_text, whole
from corpus.lists import read_lines, read_synonyms
from corpus.office import NAME as OFFICE
from corpus.office import SCHOOL_YEAR, Office, Period, parse_office
from corpus.policy import Policy, newest_first, parse_policy
from corpus.text import fold

# What the sentences of [english] are called among the others.
ENGLISH = "english."
_T = TypeVar("_T")
_OFFICE_BLANK = re.compile(r"\{(?:title|subject|hotline|period|first)\}")


@dataclass(frozen=True)
class SmallTalk:
    """A kind of small talk: how people say it and the one reply."""

    name: str
    questions: tuple[str, ...]
    reply: str


@dataclass(frozen=True)
class Phrases:
    """Every sentence that the bot says for itself, as written in phrases.toml and office.toml."""

    sentences: tuple[tuple[str, str], ...]
    smalltalk: tuple[SmallTalk, ...]
    welcome: tuple[str, ...] = ()
    path: Path = field(default=Path("phrases.toml"), compare=False)

    def text(self, key: str) -> str:
        """Return the fixed sentence called `key`."""
        if key not in self._by_key:
            raise BadPhrases(self.path, 0, f'[text] 里没有“{key}”。请加一行：{key} = "……"')
        return self._by_key[key]

    def find(self, key: str) -> str:
        """Return a sentence that an office may leave out, then an empty one."""
        return self._by_key.get(key, "").strip()

    @cached_property
    def _by_key(self) -> dict[str, str]:
        return dict(self.sentences)


@dataclass(frozen=True)
class Corpus:
    """Everything that the index and the bot know; `digest` changes whenever one of the files does."""

    entries: tuple[Entry, ...]
    terms: tuple[str, ...]
    synonyms: dict[str, str]
    outside: tuple[str, ...]
    phrases: Phrases
    digest: str
    path: Path = field(default=Path(), compare=False)
    policies: tuple[Policy, ...] = ()
    office: Office | None = None


def shipped_path() -> Path:
    """Return the folder of the corpus that is installed with this package."""
    return Path(str(resources.files("corpus")))


def corpus_path() -> Path:
    """Return the folder of the corpus in use: the one that FAQ_CORPUS names, or the installed one."""
    given = os.environ.get("FAQ_CORPUS", "").strip()
    return Path(given).expanduser().absolute() if given else shipped_path()


def load_corpus(path: Path | None = None) -> Corpus:
    """Read the corpus in `path`; raise the first CorpusError met."""
    corpus, errors = read_corpus(path or corpus_path())
    for error in errors:
        raise error
    return corpus


def read_corpus(path: Path) -> tuple[Corpus, tuple[CorpusError, ...]]:
    """Read what can be read of the corpus in `path`; return it with every error met on the way."""
    reader = _Reader(path)
    corpus = _read(reader)
    return corpus, (*reader.errors, *_repeated_questions(corpus.entries))


def corpus_digest(path: Path | None = None) -> str:
    """Return the digest of the corpus in `path`, as whoever reads it whole finds it; what its files say is left out."""
    return _read(_Skimmer(path or corpus_path())).digest


def _read(reader: _Reader) -> Corpus:
    path = reader.root
    office = reader.get(parse_office, OFFICE) if (path / OFFICE).exists() else None
    period = office.period if office else SCHOOL_YEAR
    entries = tuple(reader.entries(period))
    terms = tuple(reader.get(read_lines, "words/terms.txt") or ())
    synonyms = reader.get(read_synonyms, "words/synonyms.txt") or {}
    outside = tuple(reader.get(read_lines, "words/outside.txt") or ())
    policies = newest_first(reader.policies())
    phrases = reader.phrases()
    if office:
        entries = _in_order(entries, office.categories)
        phrases = spoken_by(office, phrases, entries, bool(policies))
    return Corpus(entries, terms, synonyms, outside, phrases, reader.digest.hexdigest(), path, policies, office)


def spoken_by(office: Office, phrases: Phrases, entries: tuple[Entry, ...], calculates: bool) -> Phrases:
    """Return the sentences as this office says them; without numbers to compute with, none speaks of sums."""
    own = {**office.sentences, **{ENGLISH + key: text for key, text in office.english.items()}}
    sentences = {key: text for key, text in phrases.sentences if calculates or not _of_sums(key)} | own
    welcome = office.welcome or phrases.welcome
    # What nobody answers is no example: the sample of a new office, an entry that was retired.
    questions = {entry.id: entry.question for entry in entries if entry.active}
    silent = {entry.id for entry in entries if not entry.active}
    first = [item for item in (*welcome, *questions) if item not in silent][:1]
    blanks = {
        **{"{title}": office.name, "{subject}": office.subject, "{hotline}": office.hotline},
        **{
            "{period}": office.period.label if office.period else "",
            "{first}": "".join(questions.get(i, i) for i in first),
        },
    }

    def filled(text: str) -> str:
        return _OFFICE_BLANK.sub(lambda match: blanks[match[0]], text)

    talk = {talk.name: talk for talk in phrases.smalltalk}
    for name, more in office.talk.items():
        known = talk.get(name, SmallTalk(name, (), ""))
        talk[name] = SmallTalk(name, (*known.questions, *more.questions), more.reply or known.reply)
    return Phrases(
        tuple((key, filled(text)) for key, text in sentences.items()),
        tuple(replace(one, reply=filled(one.reply)) for one in talk.values()),
        welcome,
        phrases.path,
    )


def _of_sums(key: str) -> bool:
    # The words of the calculator's buttons stand under themselves.
    name = key.removeprefix(ENGLISH)
    return name.startswith(("calc_", "card_")) or not name.isascii()


def _in_order(entries: tuple[Entry, ...], categories: tuple[str, ...]) -> tuple[Entry, ...]:
    """Return the entries by category, in the order that office.toml gives; unnamed categories come last."""
    place = {name: i for i, name in enumerate(categories)}
    return tuple(sorted(entries, key=lambda entry: place.get(entry.category, len(place))))


class _Reader:
    """Reads files one by one, remembers the errors and the digest of all that was read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.errors: list[CorpusError] = []
        self.digest = hashlib.sha256()

    def entries(self, period: Period | None) -> Iterator[Entry]:
        paths = self.listed("entries", ".md")
        if not paths:
            self.errors.append(MissingFile(self.root / "entries", 0, "一条问答也没有。请放入例如 E1.md 的文件。"))
        for path in sorted(paths, key=_natural):
            entry = self.get(lambda text, path: _read_entry(text, path, period), f"entries/{path.name}")
            if entry is not None:
                yield entry

    def policies(self) -> Iterator[Policy]:
        for path in self.listed("policy", ".toml"):
            policy = self.get(parse_policy, f"policy/{path.name}")
            if policy is not None:
                yield policy

    def phrases(self) -> Phrases:
        """Read the sentences: the corpus's own, or where it has none those that any office can say."""
        own = (self.root / "phrases.toml").exists() or not (self.root / OFFICE).exists()
        root = self.root if own else shipped_path()
        return self.get(_read_phrases, "phrases.toml", root) or Phrases((), (), path=root / "phrases.toml")

    def listed(self, folder: str, ending: str) -> list[Path]:
        found = list(listed(self.root / folder, ending))
        self.errors += [error for error in found if isinstance(error, CorpusError)]
        return [path for path in found if isinstance(path, Path)]

    def get(self, read: Callable[[str, Path], _T], name: str, root: Path | None = None) -> _T | None:
        path = (root or self.root) / name
        try:
            text = read_text(path)
            self.digest.update(f"{name}\n{len(text)}\n{text}".encode())
            return read(text, path)
        except CorpusError as error:
            self.errors.append(error)
            return None


class _Skimmer(_Reader):
    """Reads the same files for their digest alone, in a fraction of the time."""

    def get(self, read: Callable[[str, Path], _T], name: str, root: Path | None = None) -> _T | None:
        super().get(lambda text, path: None, name, root)
        return None


def _natural(path: Path) -> tuple[str, int, str]:
    match = re.fullmatch(r"([A-Za-z]+)(\d+)", path.stem)
    return (match[1], int(match[2]), "") if match else ("~", 0, path.stem)


def _read_entry(text: str, path: Path, period: Period | None) -> Entry:
    entry = parse_entry(text, path, period)
    if entry.id != path.stem:
        raise Duplicate(path, 0, f"文件名是 {path.name}，编号却是 {entry.id}。两者要一样，一个编号只能有一个文件。")
    return entry


def _read_phrases(text: str, path: Path) -> Phrases:
    try:
        data = tomllib.loads(whole(text, path))
    except tomllib.TOMLDecodeError as error:
        raise BadPhrases(path, 0, f"格式不对（{error}）。文字要放在英文双引号里，等号用英文的“=”。") from None
    sentences = _sentences(data, "text", path)
    english = _sentences(data, "english", path)
    smalltalk = tuple(_small_talk(item, path) for item in data.get("smalltalk", []))
    welcome = _names(data, "welcome", '["P3", "B5"]', path)
    both = {**sentences, **{ENGLISH + key: text for key, text in english.items()}}
    return Phrases(tuple(both.items()), smalltalk, welcome, path)


def _sentences(data: dict[str, Any], table: str, path: Path) -> dict[str, str]:
    sentences = data.get(table, {})
    if not isinstance(sentences, dict) or not all(isinstance(value, str) for value in sentences.values()):
        raise BadPhrases(path, 0, f'[{table}] 下面每一行都应当是：名字 = "一句话"')
    return sentences


def _names(data: dict[str, Any], key: str, example: str, path: Path) -> tuple[str, ...]:
    names = data.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise BadPhrases(path, 0, f"{key} 应当是：{key} = {example}")
    return tuple(names)


def _small_talk(item: Any, path: Path) -> SmallTalk:
    try:
        name, questions, reply = item["name"], tuple(item["questions"]), item["reply"]
    except (KeyError, TypeError):
        raise BadPhrases(path, 0, "每个 [[smalltalk]] 都要有 name、questions（方括号里的几句话）和 reply。") from None
    if not name or not reply or not questions or not all(isinstance(text, str) for text in (name, reply, *questions)):
        raise BadPhrases(path, 0, f"[[smalltalk]]“{name}”里 name、reply 要有字，questions 要有至少一句话。")
    return SmallTalk(name, questions, reply)


def _repeated_questions(entries: Iterable[Entry]) -> Iterator[CorpusError]:
    """Two entries in use may not share a question; a retired one may leave its questions to its successor."""
    owners: dict[str, Entry] = {}
    for entry in entries:
        for number, text in wordings(entry):
            owner = owners.setdefault(fold(text), entry)
            if owner.id != entry.id:
                yield Duplicate(entry.path, number, f"“{text}”在 {owner.id} 里已经有了。一个问法只能属于一条问答。")


def wordings(entry: Entry) -> Iterator[tuple[int, str]]:
    """Yield line and text of each question of an entry in use, the standard one first."""
    if entry.active:
        yield entry.line, entry.question
        yield from ((item.line, item.text) for item in entry.similar)
