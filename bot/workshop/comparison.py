"""Comparison: what two engines say to the same questions, and by which figures they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.chat import Chat
from bot.reply import Query, Reply
from bot.workshop.report import Figure, Said, Turned
from corpus.entries import Corpus, wordings
from corpus.exam import ExamItem
from index.calibrate import Calibration
from index.ground import Tell
from index.rebuild import Tally

_KINDS = {
    "answer": "直接回答",
    "clarify": "反问",
    "abstain": "没有答案",
    "smalltalk": "寒暄",
    "ask": "追问",
    "calculation": "测算",
}
# Where so many fewer of a hundred are right, it is no chance.
_FALLS = 0.005


@dataclass(frozen=True)
class Pair:
    """A question with where it comes from, and what is said to it before and after."""

    question: str
    origin: str
    before: Reply
    after: Reply


def questions(
    before: Corpus, after: Corpus, exam: Iterable[ExamItem] = (), recorded: Iterable[str] = ()
) -> dict[str, str]:
    """Return the questions to ask both: text and where it comes from.

    They are the standard question of each entry, each wording that is new or gone or has gone elsewhere, the questions
    that are not to be answered and are new, the office's exam, and what people have asked.
    """
    old, new = _owners(before), _owners(after)
    asked = {
        entry.question: f"{entry.id} 的标准问题"
        for corpus in (after, before)
        for entry in corpus.entries
        if entry.active
    }
    for text in [*new, *old]:
        if old.get(text) != new.get(text):
            asked.setdefault(text, _origin(old.get(text), new.get(text)))
    for text in {*before.outside} ^ {*after.outside}:
        asked.setdefault(text, "不能答的问题")
    for item in exam:
        asked.setdefault(item.text, f"考题，应当{'是 ' * bool(item.entries)}{item.wanted}")
    for text in recorded:
        asked.setdefault(text, "问过的问题")
    return asked


def compared(asked: dict[str, str], before: Chat, after: Chat, tell: Tell) -> Iterator[Pair]:
    """Yield what two chats say to the same questions."""
    for number, (text, origin) in enumerate(asked.items(), start=1):
        yield Pair(text, origin, *(chat.reply(Query(text, "trial")) for chat in (before, after)))
        tell("逐句对照", number / len(asked))


def turned(pairs: Iterable[Pair]) -> tuple[Turned, ...]:
    """Return the questions to which not the same is said."""
    return tuple(
        Turned(pair.question, pair.origin, _said(pair.before), _said(pair.after))
        for pair in pairs
        if _heard(pair.before) != _heard(pair.after)
    )


def held_out(before: Tally, after: Tally) -> tuple[Figure, ...]:
    """Return what the new wordings do to questions that were held out."""
    if not after.inside:
        return ()
    rows = [
        (f"留出的 {after.inside} 句里直接答对的", before.right, after.right, after.inside, False),
        (f"留出的 {after.inside} 句里答错的", before.wrong, after.wrong, after.inside, True),
        (f"不该答的 {after.outside} 句里答了的", before.answered, after.answered, after.outside, True),
    ]
    return tuple(
        Figure(name, str(old), str(new), bool(of) and (new - old if less else old - new) / of > _FALLS)
        for name, old, new, of, less in rows
    )


def measured(before: Calibration, after: Calibration, precision: float, strangers: float) -> tuple[Figure, ...]:
    """Return what two calibrations promise."""
    old, new = (one.point(precision, strangers) for one in (before, after))
    rows = [
        ("资料有答案的问题，直接答对的约占", old.right, new.right),
        ("直接回答的话，答对的约占", old.precision(strangers), new.precision(strangers)),
    ]
    return tuple(Figure(name, f"{a:.1%}", f"{b:.1%}", a - b > _FALLS) for name, a, b in rows)


def _owners(corpus: Corpus) -> dict[str, str]:
    return {text: entry.id for entry in corpus.entries for _, text in wordings(entry)}


def _origin(old: str | None, new: str | None) -> str:
    if old and new:
        return f"从 {old} 移到 {new} 的问法"
    return f"{new} 新添的问法" if new else f"从 {old} 删去的问法"


def _heard(reply: Reply) -> tuple[object, ...]:
    """Return what makes a reply another one for whoever asked."""
    entry_id = reply.entry.id if reply.entry else ""
    options = tuple(sorted(option.entry_id for option in reply.options)) if reply.kind in ("clarify",) else ()
    # An answer that says something else is a change of its entry, which is listed as such.
    return reply.kind, entry_id, options, reply.text if reply.kind in ("calculation", "ask", "smalltalk") else ""


def _said(reply: Reply) -> Said:
    kind = _KINDS.get(reply.kind, reply.kind)
    if reply.kind == "answer" and reply.entry:
        return Said(kind, reply.entry.id, reply.entry.question)
    if reply.kind == "clarify":
        return Said(kind, "、".join(option.entry_id for option in reply.options))
    return Said(
        kind, reply.entry.id if reply.entry else "", reply.text.splitlines()[0] if reply.kind == "calculation" else ""
    )
