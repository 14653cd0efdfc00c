"""The calculator on its tables, and the whole chat with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.chat import Calculator, Chat
from bot.reply import Query, Reply
from bot.settings import Settings
from index.engine import Engine
from tests.ruler.cases import Case
from tests.ruler.scorecard import markdown
from tests.support.calculator_cases import NOW, CalculatorCase, is_number, is_right, outcome, read_calculator_cases

TABLES = ("calculator.tsv", "calculator_hard.tsv", "calculator_router.tsv")
# What became of a case, and what the reader of the report calls it.
RESULTS = {
    "right": "对",
    "wrong number": "给了错的数",
    "asked instead": "该给数或别的却反问",
    "refused instead": "却说没有",
    "not taken instead": "却没接手",
}
# What may become of a question in the chat; the first two are right where the entry is.
KINDS = {
    "answered": "原文答对",
    "calculated": "算出来，条目对",
    "wrong entry": "条目错",
    "wrongly calculated": "不该算却算出数",
    "asked for a number": "反问缺的数",
    "asked which": "反问是哪一条",
    "abstained": "说没有",
    "smalltalk": "寒暄",
}
_NOT_NUMERIC = ("faq:", "none")


@dataclass(frozen=True)
class Tried:
    """A case of a table and what the calculator made of it, in the notation of the tables."""

    case: CalculatorCase
    got: str

    @property
    def result(self) -> str:
        """Which of RESULTS it is."""
        if is_right(self.case, self.got):
            return "right"
        if is_number(self.got):
            return "wrong number"
        if self.got.startswith("ask:"):
            return "asked instead"
        return "not taken instead" if self.got == "none" else "refused instead"

    @property
    def numeric(self) -> bool | None:
        """Whether it is a numeric question; None where either is right."""
        plain = {expect.startswith(_NOT_NUMERIC) for expect in self.case.allowed}
        # What the booklet does not give may be refused by the matcher as well.
        return None if len(plain) > 1 or "absent" in self.case.allowed else not plain.pop()


def try_table(calculator: Calculator, path: Path) -> list[Tried]:
    """Ask the calculator every case of a table."""
    cases = read_calculator_cases(str(path.absolute()))
    return [Tried(case, outcome(calculator.turn(case.question, None))) for case in cases]


def router_slips(tried: Iterable[Tried]) -> tuple[int, int]:
    """Return how many were taken as numeric that are not, and how many were not taken that are."""
    taken = Counter((one.numeric, one.got != "none") for one in tried)
    return taken[False, True], taken[True, False]


def calculator_table(tables: dict[str, list[Tried]]) -> str:
    """Return a Markdown table with one row for each table of questions."""
    head = ("算账的题", "个数", *RESULTS.values(), "不是数字题却接手", "是数字题没接手")
    lines = []
    for name, tried in tables.items():
        counts = Counter(one.result for one in tried)
        lines.append((name, len(tried), *(counts[result] for result in RESULTS), *router_slips(tried)))
    return markdown(head, lines)


def through_chat(engine: Engine, precision: float, calculator: Calculator | None, cases: Sequence[Case]) -> list[str]:
    """Return what the whole chat makes of each case, as one of KINDS."""
    chat = Chat(engine, Settings(precision=precision), calculator=calculator, clock=lambda: NOW)
    return [_kind(case, chat.reply(Query(case.text, "eval"))) for case in cases]


def _kind(case: Case, reply: Reply) -> str:
    right = reply.entry is not None and reply.entry.id in case.entries
    match reply.kind:
        case "answer":
            return "answered" if right else "wrong entry"
        case "calculation":
            return "calculated" if right else "wrongly calculated"
        case "ask":
            return "asked for a number"
        case "clarify":
            return "asked which"
        case "abstain":
            return "abstained"
    return "smalltalk"


def chat_table(rows: dict[str, list[str]], cases: Sequence[Case]) -> str:
    """Return a Markdown table of what becomes of the questions in scope and of those outside."""
    lines = []
    for scope, inside in (("资料里有的", True), ("资料里没有的", False)):
        for name, kinds in rows.items():
            counts = Counter(kind for case, kind in zip(cases, kinds, strict=True) if bool(case.entries) == inside)
            lines.append((scope, name, *(counts[kind] for kind in KINDS)))
    return markdown(("问题", "做法", *KINDS.values()), lines)


def slips(tables: dict[str, list[Tried]], rows: dict[str, list[str]], cases: Sequence[Case]) -> Iterator[str]:
    """Yield every case that is not right, and every one that the calculator takes away from the matcher."""
    for name, tried in tables.items():
        for one in tried:
            if one.result != "right":
                yield f"{name}\t{one.result}\t{one.got}\t{one.case.expect}\t{one.case.question}"
    before, after = rows.values()
    for case, alone, behind in zip(cases, before, after, strict=True):
        if alone != behind:
            yield f"chat\t{behind}\t{alone}\t{'|'.join(case.entries) or 'outside'}\t{case.text}"
