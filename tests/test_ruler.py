"""The ruler itself: its figures on outcomes that can be counted by hand."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.reply import Ask, CalculatorReply
from corpus.entries import Corpus, Phrases
from corpus.entry import Entry, Similar
from index.calibrate import Thresholds
from index.engine import Hit
from tests.calculator_cases import CalculatorCase
from tests.conftest import FakeEngine
from tests.ruler.calculator import Tried, calculator_table, chat_table, router_slips, slips, through_chat
from tests.ruler.cases import Case, read_cases
from tests.ruler.measure import coverage_at, figures, run
from tests.ruler.report import by, errors, table
from tests.ruler.rivals import ALWAYS, WordSearch
from tests.ruler.second import second_corpus

THRESHOLDS = Thresholds(answer=0.8, suggest=0.3, margin=0.1)


class Told:
    """Returns the hits that a case's text names: "A 0.9 B 0.5"."""

    def search(self, text: str, k: int = 5) -> Sequence[Hit]:
        words = text.split()
        return [Hit(id_, "", float(score), "部分") for id_, score in zip(words[::2], words[1::2], strict=True)][:k]


CASES = [
    Case("A 0.9 B 0.1", "k", ("A",), "部分"),  # right, part named
    Case("B 0.9 A 0.1", "k", ("A", "B")),  # right
    Case("B 0.9 A 0.1", "k", ("A",)),  # wrong
    Case("B 0.6 A 0.5", "k", ("A",)),  # asked back, with the right one
    Case("A 0.2", "k", ("A",)),  # abstained
    Case("A 0.9", "o"),  # outside, answered
    Case("A 0.6 B 0.5", "o"),  # outside, asked back
    Case("A 0.1", "o"),
    Case("smalltalk/hi 0.9", "o"),
]


def test_figures() -> None:
    f = figures(run(Told(), THRESHOLDS, CASES))
    assert (f.inside, f.outsiders) == (5, 4)
    assert (f.right, f.wrong, f.clarify, f.clarify_off, f.abstain) == (0.4, 0.2, 0.2, 0.0, 0.2)
    assert (f.outside, f.outside_clarify, f.part_right) == (0.25, 0.25, 1.0)
    assert (f.recall1, f.recall3) == (0.6, 1.0) and f.mrr == pytest.approx((1 + 1 + 0.5 + 0.5 + 1) / 5)


def test_coverage_counts_outside_questions_against_it() -> None:
    asked = [Case("A 0.9", "k", ("A",)), Case("A 0.8", "o"), Case("A 0.7", "k", ("A",))]
    outcomes = run(Told(), THRESHOLDS, asked)
    assert coverage_at(outcomes, 0.98) == 0.5 and coverage_at(outcomes, 0.6) == 1.0


def test_report_is_readable() -> None:
    outcomes = run(Told(), THRESHOLDS, CASES)
    assert "| ours | 40.0 % |" in table({"ours": figures(outcomes)}, "way")
    assert "| A | 5 | 2 | 1 | 1 | 1 |" in by(outcomes, lambda o: (o.case.entries or ("outside",))[0], "entry")
    assert errors(outcomes).splitlines()[1].startswith("wrong\t0.900")


def test_cases_are_read(tmp_path: Path) -> None:
    (tmp_path / "questions.tsv").write_text("# note\nA|B\t部分\tshort\t几点开门\n", encoding="utf-8")
    (tmp_path / "outside.tsv").write_text("near\t天气\n", encoding="utf-8")
    assert read_cases(tmp_path) == [Case("几点开门", "short", ("A", "B"), "部分"), Case("天气", "near")]


def test_word_search_finds_shared_words() -> None:
    entries = (Entry("A", "甲", "门票多少钱", (Similar("票价"),), "答"), Entry("B", "甲", "几点关门", (), "答"))
    searcher = WordSearch(Corpus(entries, (), {}, ("天气",), Phrases((), ()), ""))
    assert [hit.entry_id for hit in searcher.search("门票贵吗")] == ["A"]
    assert figures(run(searcher, ALWAYS, [Case("几点关", "k", ("B",))])).right == 1.0


def test_a_second_corpus_is_cut_without_overlap(tmp_path: Path) -> None:
    same = [(f"题{c}问法{i}", f"题{c}问法{i + 1}") for c in range(70) for i in range(5)]
    rows = [f"{a}\t{b}\t1\n" for a, b in same] + [f"单{i}\t独{i}\t0\n" for i in range(3000)]
    with gzip.open(tmp_path / "pairs.tsv.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(rows)
    corpus, cases = second_corpus(tmp_path / "pairs.tsv.gz")
    known = {s.text for e in corpus.entries for s in e.similar} | {e.question for e in corpus.entries}
    assert len(corpus.entries) == 60 and not known & {case.text for case in cases}
    assert not set(corpus.outside) & {case.text for case in cases}


# expect, got, which result it is
TRIED = [
    ("=5.00元", "=5元", "right"),
    ("=5.00元|faq:A", "none", "right"),
    ("=5.00元", "=6.00元", "wrong number"),
    ("faq:A", "=6.00元", "wrong number"),
    ("=5.00元", "ask:visit", "asked instead"),
    ("=5.00元", "absent", "refused instead"),
    ("=5.00元", "none", "not taken instead"),
    ("faq:A", "absent", "refused instead"),
    ("absent", "none", "right"),
    ("bad", "absent", "right"),
]


@pytest.mark.parametrize(("expect", "got", "result"), TRIED)
def test_what_the_calculator_made_of_a_case(expect: str, got: str, result: str) -> None:
    assert Tried(CalculatorCase(expect, "题"), got).result == result


def test_the_router_is_counted_both_ways() -> None:
    tried = [Tried(CalculatorCase(expect, "题"), got) for expect, got, _ in TRIED]
    assert router_slips(tried) == (2, 1)
    assert "| t | 10 | 4 | 2 | 1 | 2 | 1 | 2 | 1 |" in calculator_table({"t": tried})


class Sums:
    """Answers out of T2 what ends in 元, and asks back what ends in 几."""

    def turn(self, text: str, state: str | None, hits: object) -> CalculatorReply | None:
        if text.endswith("元"):
            return CalculatorReply("calculation", "5 元", "T2")
        return CalculatorReply("ask", "几个？", ask=Ask(slot="amount")) if text.endswith("几") else None


def test_the_chat_keeps_its_entries_behind_the_calculator() -> None:
    cases = [
        Case("书丢了怎么办？", "k", ("T3",)),
        Case("能多少元", "k", ("T2",)),
        Case("丢书赔多少元", "k", ("T3",)),
        Case("书丢了要赔几", "k", ("T3",)),
        Case("外星人多少元", "o"),
    ]
    alone, behind = (through_chat(FakeEngine(), 0.98, calculator, cases) for calculator in (None, Sums()))
    assert behind == ["answered", "calculated", "wrongly calculated", "asked for a number", "wrongly calculated"]
    table = chat_table({"alone": alone, "behind": behind}, cases)
    assert "| in scope | behind | 1 | 1 | 0 | 1 | 1 | 0 | 0 | 0 |" in table
    assert "| outside | behind | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 0 |" in table
    told = list(slips({"t": [Tried(CalculatorCase("=5元", "题"), "none")]}, {"a": alone, "b": behind}, cases))
    assert told[0] == "t\tnot taken instead\tnone\t=5元\t题"
    assert [line.split("\t")[4] for line in told[1:]] == [case.text for case in cases[1:]]
