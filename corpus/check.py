"""Check: the linter that tells the clerk what is wrong in the corpus, where, and what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from corpus.entries import ENGLISH, Corpus, read_corpus, wordings
from corpus.entry import DRAFT, HOLE, Entry
from corpus.exam import exam_errors
from corpus.figures import discrepancies
from corpus.foreign import foreign
from corpus.likeness import Likeness
from corpus.office import NAME as OFFICE
from corpus.office import SENTENCES
from corpus.sentences import CALCULATION, CARD, slips
from corpus.text import fold
from corpus.words import word_errors

# WeChat cuts a passive reply at 2,048 bytes of UTF-8; 2,047 are known to arrive whole.
WECHAT_BYTES = 2047
# Longer than the longest question that the API takes, so nobody could ever ask it.
QUESTION_LENGTH = 500
FEW_SIMILAR = 5
# What most people type: a few plain words, as into a search box.
PLAIN_LENGTH = 12
FEW_PLAIN = 3
# A longer one would not be short, and fills two lines of a button on a phone.
LABEL_LENGTH = 20
ERROR = "错误"
WARNING = "提醒"
# Sentences that every channel of the bot needs.
PHRASES = (
    "greeting",
    "abstain",
    "abstain_options",
    "nearest",
    "clarify",
    "clarify_one",
    "clarify_both",
    "none_fits",
    "clarify_again",
    "unsure",
    "passage_intro",
    "full_answer",
    "basis",
    "related",
    "expired",
    "expired_bar",
    "empty",
    "title",
    "about",
    "source",
    "example",
    "privacy",
    "phone",
    "hotline",
    "not_text",
    "pick_again",
    "nothing_more",
    "busy",
    "trouble",
    "subscribed",
    "pick",
    "part",
    "shortened",
    "full_link",
    "full_more",
    "next_page",
    "cut_off",
    "waiting",
)
# With more, the greeting would not fit into one WeChat message.
MOST_WELCOME = 8


# Tells of a wording whether it is to be compared with all others.
Near = Callable[[str], bool]


@dataclass(frozen=True)
class Problem:
    """One finding: the place, how grave it is, what is wrong and the way out."""

    path: Path
    line: int
    severity: str
    message: str

    def __str__(self) -> str:
        """Return the finding as one line."""
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place} {self.severity}：{self.message}"


def check_folder(path: Path, today: date, near: Near | None = lambda text: True) -> tuple[Corpus, list[Problem]]:
    """Read the corpus in `path` and return it with all that is wrong there, unreadable files included.

    Which wordings are nearer to another entry is looked up for those that `near` takes: it takes long for all.
    """
    corpus, errors = read_corpus(path)
    found = (*errors, *word_errors(path), *exam_errors(corpus))
    unreadable = [Problem(error.path, error.line, ERROR, error.message) for error in found]
    return corpus, sorted({*unreadable, *check(corpus, today, near)}, key=lambda p: (str(p.path), p.line, p.message))


def check(corpus: Corpus, today: date | None = None, near: Near | None = lambda text: True) -> list[Problem]:
    """Return everything wrong in a corpus that could be read; `near` as above, None leaves that out."""
    problems = _check_each(corpus, today or date.today())
    return [*problems, *_check_nearness(corpus, near)] if near else problems


def _check_each(corpus: Corpus, today: date) -> list[Problem]:
    problems: list[Problem] = []
    for entry in filter(lambda entry: entry.active, corpus.entries):
        problems += _check_answer(entry)
        problems += _check_basis(entry)
        problems += _check_label(entry)
        problems += _check_similar(entry)
        problems += _check_plain(entry)
    problems += [*_check_drafts(corpus), *_check_years(corpus, today), *_check_figures(corpus)]
    return [*problems, *_check_overlap(corpus), *_check_phrases(corpus), *_check_office(corpus)]


def wechat_bytes(question: str, answer: str) -> int:
    """Return how many bytes a WeChat reply takes: the question, an empty line and the answer."""
    return len(f"{question}\n\n{answer}".encode())


def _check_answer(entry: Entry) -> Iterator[Problem]:
    def problem(message: str) -> Problem:
        return Problem(entry.path, 0, ERROR, message)

    size = wechat_bytes(entry.question, entry.short_answer or entry.answer)
    if size > WECHAT_BYTES and entry.short_answer:
        yield problem(f"短答案连问题共 {size} 字节，微信只能发 {WECHAT_BYTES} 字节。请再删 {_signs(size)} 个字左右。")
    elif size > WECHAT_BYTES:
        yield problem(
            f"答案连问题共 {size} 字节，微信只能发 {WECHAT_BYTES} 字节。请在文件最后加一节“## 短答案”，"
            f"用答案的原句，比答案少 {_signs(size)} 个字以上。"
        )
    if "<!--" in entry.answer or "-->" in entry.answer:
        yield problem("有一个段落标记没写对。写法：<!-- 段落: 名字 -->")
    for name, count in Counter(part.name for part in entry.passages).items():
        if not name or count > 1:
            yield problem(f"段落名“{name}”空着或者用了 {count} 次。请给每个段落一个不同的名字。")


def _signs(size: int) -> int:
    # One Chinese sign takes three bytes of UTF-8.
    return -(-(size - WECHAT_BYTES) // 3)


def _check_basis(entry: Entry) -> Iterator[Problem]:
    if not entry.basis:
        yield Problem(entry.path, 0, ERROR, "没有依据。请在开头加一行“依据: 文件名（日期） 第几问”。")


def _check_label(entry: Entry) -> Iterator[Problem]:
    if len(entry.label) > LABEL_LENGTH:
        message = f"短标题有 {len(entry.label)} 个字，最多 {LABEL_LENGTH} 个。请写短。"
        yield Problem(entry.path, 0, ERROR, message)


def _check_years(corpus: Corpus, today: date) -> Iterator[Problem]:
    """Tell once for each year that is over which entries still speak of it."""
    ended: dict[tuple[str, date], list[str]] = {}
    for entry in corpus.entries:
        if entry.active and entry.valid_until is not None and entry.valid_until < today:
            ended.setdefault((entry.valid, entry.valid_until), []).append(entry.id)
    for (years, last_day), ids in ended.items():
        message = f"{years}已在 {last_day} 结束，还在用的有 {len(ids)} 条（{'、'.join(ids)}）。"
        way_out = "请按新的文件改答案和年度，或者加一行“状态: 停用”。"
        yield Problem(corpus.path / "entries", 0, WARNING, message + way_out)


def _check_similar(entry: Entry) -> Iterator[Problem]:
    if len(entry.similar) < FEW_SIMILAR:
        count = len(entry.similar)
        yield Problem(entry.path, 0, WARNING, f"只有 {count} 个相似问题。请至少写 {FEW_SIMILAR} 个，换着说法写。")
    names = [part.name for part in entry.passages]
    seen: dict[str, int] = {fold(entry.question): entry.line}
    for item in entry.similar:
        if item.passage and item.passage not in names:
            known = f"可用的段落有：{'、'.join(names)}" if names else "这条答案没有分段落，请去掉“@”和后面的字"
            yield Problem(entry.path, item.line, ERROR, f"没有叫“{item.passage}”的段落。{known}。")
        if len(item.text) > QUESTION_LENGTH:
            message = f"这个相似问题有 {len(item.text)} 个字，最多 {QUESTION_LENGTH} 个。请写短。"
            yield Problem(entry.path, item.line, ERROR, message)
        if not re.search(r"\w", fold(item.text)):
            yield Problem(entry.path, item.line, ERROR, f"“{item.text}”里没有字。请删去这一行。")
        first = seen.setdefault(fold(item.text), item.line)
        if first != item.line:
            yield Problem(entry.path, item.line, WARNING, f"“{item.text}”和第 {first} 行是同一句。请删去一行。")


def _check_plain(entry: Entry) -> Iterator[Problem]:
    plain = sum(len(item.text) <= PLAIN_LENGTH for item in entry.similar)
    if plain < FEW_PLAIN <= len(entry.similar):
        message = (
            f"{PLAIN_LENGTH} 个字以内的相似问题只有 {plain} 个。多数人只打几个字，"
            f"请添几个像搜索那样的短问法，至少 {FEW_PLAIN} 个（事情的名字加“怎么办”“多少钱”“要什么材料”……）。"
        )
        yield Problem(entry.path, 0, WARNING, message)


def _check_office(corpus: Corpus) -> Iterator[Problem]:
    """Find what is not said of this office: no office at all, or words of the one that came with the program."""
    path = corpus.path / OFFICE
    if not path.exists():
        message = "没有这个文件。请运行 faq new-office 一个新文件夹，把里面的 office.toml 抄过来，照着填。"
        yield Problem(path, 0, ERROR, message)
    for found in foreign(corpus):
        said = found.text if len(found.text) <= 30 else f"{found.text[:30]}…"
        way_out = "请改成自己的；本来就要这么说，把这个词写进 office.toml 的 marks。"
        message = f"“{said}”里有“{found.word}”，像是别的单位的话。{way_out}"
        yield Problem(found.path, found.line, WARNING, message)


def _check_drafts(corpus: Corpus) -> Iterator[Problem]:
    """Tell which entries still wait for a person, and which were let through with signs missing."""
    waiting = [entry.id for entry in corpus.entries if entry.status == DRAFT]
    if waiting:
        message = f"有 {len(waiting)} 条待核对，还不回答（{'、'.join(waiting)}）。照原件核对好，把状态改成启用。"
        yield Problem(corpus.path / "entries", 0, WARNING, message)
    for entry in corpus.entries:
        if entry.active and (hole := HOLE.search(f"{entry.question}\n{entry.body}")):
            yield Problem(entry.path, 0, ERROR, f"还缺字：“{hole[0]}”。请照原件补上，不要猜。")


def _check_figures(corpus: Corpus) -> Iterator[Problem]:
    for found in discrepancies(corpus.entries, corpus.policies):
        yield Problem(found.path, found.line, ERROR, found.message)


def _check_overlap(corpus: Corpus) -> Iterator[Problem]:
    """Find questions of an entry that also stand in outside.txt or in the small talk."""
    here = "words/outside.txt（不能回答的问题）里。这里答它，就从那里删去；不答，就从这一条删去。"
    there = "里，那是寒暄，另有一句话回答。请换个说法，把问的是什么事写进去，或者从这一条删去。"
    taken = {fold(text): here for text in corpus.outside}
    for talk in corpus.phrases.smalltalk:
        taken |= {fold(text): f"phrases.toml 的闲聊“{talk.name}”{there}" for text in talk.questions}
    for entry in corpus.entries:
        for line, text in wordings(entry):
            if fold(text) in taken:
                yield Problem(entry.path, line, ERROR, f"“{text}”也写在 {taken[fold(text)]}")


def _check_nearness(corpus: Corpus, near: Near) -> Iterator[Problem]:
    """Find questions of two entries that are nearly the same, or that stand in the wrong entry."""
    for found in Likeness(corpus).strays(near):
        where = f"{found.other.id} 的“{found.other_text}”"
        if found.nearly_equal:
            message = f"“{found.text}”和 {where}几乎一样，但两条答案不同。请只留在合适的一条里，或者写清区别。"
        else:
            message = f"“{found.text}”更像 {where}，不像本条的问题。请看看是否该移到 {found.other.id}。"
        yield Problem(found.entry.path, found.line, WARNING, message)


def _check_phrases(corpus: Corpus) -> Iterator[Problem]:
    path = corpus.phrases.path
    listed = corpus.path / OFFICE if corpus.office and corpus.office.welcome else path
    known = {key for key, text in corpus.phrases.sentences if text.strip()}
    # What is wrong with the office's own file is told there.
    told = set(SENTENCES.values()) if corpus.office is None and (corpus.path / OFFICE).exists() else set()
    for key in (*PHRASES, *((*CALCULATION, *CARD) if corpus.policies else ())):
        if key not in known | told:
            yield Problem(path, 0, ERROR, f'[text] 里没有“{key}”这句话。请加一行：{key} = "……"')
    for key, text in corpus.phrases.sentences:
        if key.startswith("calc_"):
            yield from (Problem(path, 0, ERROR, slip) for slip in slips(key, text))
    yield from _check_english(corpus, known)
    active = {entry.id for entry in corpus.entries if entry.active}
    for item in corpus.phrases.welcome:
        if re.fullmatch(r"[A-Z]+[0-9]+", item) and item not in active:
            yield Problem(listed, 0, ERROR, f"welcome 里的 {item} 没有这一条，或者已经停用。请换一个编号。")
    if len(corpus.phrases.welcome) > MOST_WELCOME:
        yield Problem(listed, 0, ERROR, f"welcome 最多 {MOST_WELCOME} 个问题。请删去几个。")
    owners: dict[str, str] = {}
    for talk in corpus.phrases.smalltalk:
        for text in talk.questions:
            owner = owners.setdefault(fold(text), talk.name)
            if owner != talk.name:
                yield Problem(path, 0, ERROR, f"闲聊“{text}”在 {owner} 和 {talk.name} 里都有。请只留一处。")


def _check_english(corpus: Corpus, known: set[str]) -> Iterator[Problem]:
    """Find English sentences that translate none of the Chinese ones."""
    names = known | {f"talk_{talk.name}" for talk in corpus.phrases.smalltalk}
    for key in sorted(known):
        name = key.removeprefix(ENGLISH)
        # Words of buttons stand there as they are.
        if key != name and name.isascii() and name not in names:
            yield Problem(corpus.phrases.path, 0, ERROR, f"[english] 里的“{name}”在中文里没有。请核对左边的名字。")
