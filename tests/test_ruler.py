"""The ruler itself: its figures on outcomes that can be counted by hand."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.reply import Ask, CalculatorReply
from corpus.entries import Corpus, Phrases
from corpus.entry import Entry, Similar
from index.hit import Hit
from tests.ruler.calculator import Tried, calculator_table, chat_table, router_slips, slips, through_chat
from tests.ruler.cases import CONTENTLESS, Case, read_asked, read_cases
from tests.ruler.kept import loops, promised
from tests.ruler.measure import always, coverage_at, engine_outcomes, figures
from tests.ruler.rivals import DenseSearch, WordSearch
from tests.ruler.scorecard import by_entry, by_style, circles, errors, losses, promises, rivals, table
from tests.ruler.second import second_corpus
from tests.ruler.unseen import begun, thinned, unseen_offices
from tests.ruler.wrapped import WAYS, wrapped
from tests.support.calculator_cases import CalculatorCase
from tests.support.library import ENTRIES, FakeEngine


def hits(*scores: tuple[str, float]) -> list[Hit]:
    return [Hit(entry_id, "", score, "部分") for entry_id, score in scores]


SAID = {
    "借书证": hits(("T1", 0.9), ("T2", 0.1)),
    "借几本": hits(("T2", 0.9), ("T1", 0.1)),
    "书丢了能借几本再办证呢": hits(("T2", 0.6), ("T1", 0.5)),
    "逾期": hits(("T4", 0.05)),
    "外星人借书": hits(("T1", 0.9)),
    "外星人还书": hits(("T3", 0.6), ("T4", 0.5)),
    "外星人": hits(("T1", 0.01)),
    "你好": hits(("smalltalk/greeting", 0.9)),
}
CASES = [
    Case("借书证", "k", ("T1",), "部分"),  # right, part named
    Case("借几本", "k", ("T1", "T2")),  # right
    Case("借几本", "k", ("T1",)),  # wrong
    Case("书丢了能借几本再办证呢", "long", ("T1",)),  # asked back, with the right one
    Case("逾期", "k", ("T4",)),  # denied
    Case("外星人借书", "o"),  # outside, answered
    Case("外星人还书", "o"),  # outside, asked back
    Case("外星人", "o"),
    Case("你好", CONTENTLESS),
]


def test_figures() -> None:
    f = figures(engine_outcomes(FakeEngine(SAID), 0.98, CASES))
    assert (f.inside, f.outsiders) == (5, 4)
    assert (f.right, f.wrong, f.asked, f.asked_off, f.denied) == (0.4, 0.2, 0.2, 0.0, 0.2)
    assert (f.outside, f.outside_asked, f.part_right) == (0.25, 0.25, 1.0)
    assert (f.recall1, f.recall3) == (0.6, 1.0)
    # Of a hundred questions 80 are inside: 32 right, 16 wrong; and 5 of the 20 strangers are answered.
    assert f.precision == pytest.approx(32 / 53)


def test_strangers_count_as_a_fifth_however_many_are_asked() -> None:
    said = {"甲": hits(("T1", 0.9)), "乙": hits(("T1", 0.8)), "丙": hits(("T1", 0.7))}
    asked = [Case("甲", "k", ("T1",)), Case("乙", "o"), Case("丙", "k", ("T1",))]
    outcomes = engine_outcomes(FakeEngine(said), 0.98, asked)
    assert coverage_at(outcomes, 0.98) == 0.5 and coverage_at(outcomes, 0.8) == 1.0
    assert figures(outcomes * 3).coverage_at_98 == 0.5


def test_reports_can_be_read() -> None:
    outcomes = engine_outcomes(FakeEngine(SAID), 0.98, CASES)
    found = figures(outcomes)
    assert "| 本程序 | 40.0 % | 20.0 % |" in table({"本程序": found}, "做法")
    styles = by_style(outcomes)
    assert "| **短，像搜索（2–12 字）** | 5 | 40.0 %" in styles and "| **更长的** | 0 |" in styles
    assert "| contentless（没有内容） | 1 | 0.0 % | 0.0 % | 0.0 % | 100.0 % |" in styles
    assert "| T4 | 1 | 0.0 % | 0.0 % | 0.0 % | 0.0 % | 100.0 % |" in by_entry(outcomes)
    assert errors(outcomes).splitlines()[1].startswith("wrong\t0.900")
    assert "| 道谢 | 40.0 % | +0.0 |" in losses(found, {"道谢": found})
    assert "| 本资料 | 60.4 %（40.0 %） |" in promises({"本资料": {0.9: found}})
    assert "| 开发用的 | BM25 | 60.0 % | 100.0 % |" in rivals({"开发用的": {"BM25": found}})


def test_cases_are_read(tmp_path: Path) -> None:
    (tmp_path / "questions.tsv").write_text("# note\nA|B\tshort\t几点开门\t部分\n", encoding="utf-8")
    (tmp_path / "outside.tsv").write_text("-\tnear\t天气\n", encoding="utf-8")
    assert read_cases(tmp_path) == [Case("几点开门", "short", ("A", "B"), "部分"), Case("天气", "near")]
    (tmp_path / "fresh.tsv").write_text("-\tnear\t天气\nA|B\tplain\t开门时间\n", encoding="utf-8")
    assert read_asked(tmp_path / "fresh.tsv") == [Case("开门时间", "plain", ("A", "B")), Case("天气", "near")]


def test_as_short_as_a_search() -> None:
    assert Case("少儿医保怎么办理？？", "k").head and not Case("请问少儿医保在深圳怎么样办理", "k").head


def test_every_wrapping_keeps_the_question() -> None:
    cases = [Case(f"第{number}条怎么办？", "k", ("A",)) for number in range(30)]
    for way, wrap in WAYS.items():
        texts = [case.text for case in wrapped(cases, wrap)]
        assert all(case.text.rstrip("？") in text for case, text in zip(cases, texts, strict=True)), way
        assert not {case.text for case in cases} & set(texts), way


def test_offices_are_whole() -> None:
    offices = unseen_offices()
    assert [office.name for office in offices] == ["housing_fund", "library"]
    for office in offices:
        ids = {entry.id for entry in office.corpus.entries}
        assert {id_ for case in office.cases for id_ in case.entries} == ids
        assert all(len(entry.similar) == 15 and entry.body for entry in office.corpus.entries)
        assert len(office.corpus.outside) == 40
        assert sum(case.style == CONTENTLESS for case in office.cases) >= 9


def test_what_is_asked_of_an_office_does_not_stand_in_its_corpus() -> None:
    for office in unseen_offices():
        corpus, asked = office.corpus, {case.text for case in office.cases}
        assert len(asked) > 160
        assert not asked & {*corpus.outside, *(entry.question for entry in corpus.entries)}
        assert not asked & {similar.text for entry in corpus.entries for similar in entry.similar}


def test_small_corpora_are_cut_from_large_ones() -> None:
    entry = Entry("A1", "甲", "问", tuple(Similar(str(number)) for number in range(10)), "答")
    corpus = Corpus((entry,), (), {}, tuple(map(str, range(20))), Phrases((), ()), "")
    assert [similar.text for similar in begun(corpus, 3).entries[0].similar] == ["0", "1", "2"]
    few = thinned(corpus, 2)
    assert [similar.text for similar in few.entries[0].similar] == ["0", "5"] and few.outside == ("0", "5", "10", "15")
    assert thinned(corpus, 50) == corpus


def test_a_circle_is_found() -> None:
    good, said = FakeEngine(SAID), {**SAID, ENTRIES[1].question: hits(("T2", 0.5))}
    assert not loops(good, 0.98, CASES).loops and loops(good, 0.98, CASES).options > 5
    found = loops(FakeEngine(said), 0.98, CASES)
    assert found.lost_titles == (ENTRIES[1].question,)
    assert f"书丢了能借几本再办证呢 → {ENTRIES[1].question}" in found.loops
    assert f"| 本资料 | 6 | 1 | {found.options} | {len(found.loops)} |" in circles({"本资料": found})
    assert [round(f.precision, 2) for f in promised(good, CASES).values()] == [0.6] * 4


class Lengths:
    """An encoder that knows how long a text is."""

    name = "lengths"

    def encode(self, readings: Sequence[object], done: object = None) -> np.ndarray:
        angles = np.array([len(reading.spoken) / 10 for reading in readings])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_rivals_answer_whatever_comes_first() -> None:
    entries = (Entry("A", "甲", "门票多少钱", (Similar("票价"),), "答"), Entry("B", "甲", "几点关门", (), "答"))
    corpus = Corpus(entries, (), {}, ("天气",), Phrases((), ()), "")
    assert [hit.entry_id for hit in WordSearch(corpus).search("门票贵吗")] == ["A"]
    assert figures(always(WordSearch(corpus), [Case("几点关", "k", ("B",))])).right == 1.0
    assert [hit.entry_id for hit in DenseSearch(corpus, Lengths()).search("几时开门")] == ["B", "A"]


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
    assert "| 资料里有的 | behind | 1 | 1 | 0 | 1 | 1 | 0 | 0 | 0 |" in table
    assert "| 资料里没有的 | behind | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 0 |" in table
    told = list(slips({"t": [Tried(CalculatorCase("=5元", "题"), "none")]}, {"a": alone, "b": behind}, cases))
    assert told[0] == "t\tnot taken instead\tnone\t=5元\t题"
    assert [line.split("\t")[4] for line in told[1:]] == [case.text for case in cases[1:]]
