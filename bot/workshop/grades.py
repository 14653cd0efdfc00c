"""Grades: what the bot makes of an office's own exam, before a change and after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.reply import Reply
from bot.workshop.report import Figure, Graded
from corpus.entries import Corpus, wordings
from corpus.exam import ExamItem
from corpus.text import fold

RIGHT, ASKED, SILENT, WRONG = "答对", "反问", "没答上", "答错"


def grade(reply: Reply, item: ExamItem) -> str:
    """Return how a reply to a question of the exam is."""
    if reply.kind in ("answer", "calculation") and reply.entry:
        return RIGHT if reply.entry.id in item.entries else WRONG
    if not item.entries:
        return RIGHT if reply.kind in ("abstain", "smalltalk") else ASKED
    # Who asks for a number has understood that one is wanted.
    offered = any(option.entry_id in item.entries for option in reply.options)
    return ASKED if reply.kind == "ask" or (reply.kind == "clarify" and offered) else SILENT


def fair(exam: Iterable[ExamItem], *corpora: Corpus) -> tuple[ExamItem, ...]:
    """Return the questions that prove something: of entries in use, and word for word in none of the corpora."""
    known = {fold(text) for corpus in corpora for entry in corpus.entries for _, text in wordings(entry)}
    known |= {fold(text) for corpus in corpora for text in corpus.outside}
    active = [{entry.id for entry in corpus.entries if entry.active} for corpus in corpora]
    return tuple(
        item
        for item in exam
        if fold(item.text) not in known and (not item.entries or any(ids & {*item.entries} for ids in active))
    )


def exam_figures(graded: Sequence[Graded]) -> tuple[Figure, ...]:
    """Return how many questions of the exam are right, asked back and wrong; of so few, each one counts."""
    found = []
    inside, outside = ([one for one in graded if one.answered == kind] for kind in (True, False))
    rows = (
        (inside, "考题 {} 题，直接答对的", RIGHT, 1),
        (inside, "考题 {} 题，反问里有对的", ASKED, 0),
        (inside, "考题 {} 题，没答上的", SILENT, 0),
        (inside, "考题 {} 题，答错的", WRONG, -1),
        (outside, "资料不答的考题 {} 题，答了的", WRONG, -1),
    )
    for some, name, kind, good in rows:
        old, new = sum(one.before == kind for one in some), sum(one.after == kind for one in some)
        if some:
            found.append(Figure(name.format(len(some)), str(old), str(new), good * (new - old) < 0))
    return tuple(found)
