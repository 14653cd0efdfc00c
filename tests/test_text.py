"""Repair of damaged documents and folding of what people type."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.entries import corpus_path
from corpus.text import Lost, fold, repair, tidy

LINES = (Path(__file__).parent / "cases/text.tsv").read_text(encoding="utf-8").split("\n")
BROKEN = [line.split("\t") for line in LINES if line and not line.startswith("#")]
# Shapes of the radical supplement whose only equivalent is a rare character outside the basic plane.
RARE = set("⺀⺇⺑⺪⺯⺵⺽⻕⻞⻡")


def damaged(sign: str) -> bool:
    return "\u2e80" <= sign <= "\u2fdf" or "\uf900" <= sign <= "\ufaff"


@pytest.mark.parametrize(("broken", "repaired"), BROKEN)
def test_repair_of_real_lines(broken: str, repaired: str) -> None:
    assert repair(broken).text == repaired


def test_the_real_document_is_repaired_whole() -> None:
    (path,) = (corpus_path() / "sources").glob("002_*.txt")
    text = path.read_text(encoding="utf-8")
    repaired = repair(text)
    assert sum(map(damaged, text)) == 492
    assert not any(map(damaged, repaired.text))
    assert sum(lost.length for lost in repaired.lost) == repaired.text.count("\ufffd") == 222
    assert repaired.text.count("戶") == 0
    assert repaired.text.count("户口本") == text.count("⼾⼝本")
    for lost in repaired.lost:
        line = text.split("\n")[lost.line - 1]
        assert line[lost.column - 1 :][: lost.length] == "\ufffd" * lost.length


def test_the_cases_cover_every_kind_of_damage_in_the_document() -> None:
    (path,) = (corpus_path() / "sources").glob("002_*.txt")
    kinds = set(filter(damaged, path.read_text(encoding="utf-8")))
    assert len(kinds) == 49
    assert kinds <= set("".join(broken for broken, _ in BROKEN))


def test_repair_names_the_place_of_lost_characters() -> None:
    assert repair("甲\n�年�⽉��⽇\n").lost == (Lost(2, 1, 1), Lost(2, 3, 1), Lost(2, 5, 2))


@pytest.mark.parametrize("text", ["：", "②", "（１）", "Ａ", "㎡", "“”", "——", "①关注【社保】→", "é", "𠀀"])
def test_repair_leaves_all_else_as_the_document_has_it(text: str) -> None:
    assert repair(text).text == text


def test_radical_blocks_become_ordinary_characters() -> None:
    for sign in map(chr, range(0x2E80, 0x2FD6)):
        if unicodedata.name(sign, "") and sign not in RARE:
            result = repair(sign).text
            assert unicodedata.name(result).startswith("CJK UNIFIED IDEOGRAPH"), sign
            assert unicodedata.normalize("NFKC", result) == result


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("首次参保？", "首次参保?"),
        ("②１２３４５：ＡＰＰ", "212345:app"),
        ("為什麼顯示未參保", "为什么显示未参保"),
        ("⼾⼝本在⻔诊", "户口本在门诊"),
        ("急急急！！！怎么办？？？", "急!怎么办?"),
        ("急 急 急", "急"),
        ("医 保　怎么\n交", "医保怎么交"),
        ("医保😀怎么交", "医保怎么交"),
        ("hello  World", "hello world"),
        ("每年10000元", "每年10000元"),
        ("查 app 怎么用", "查 app 怎么用"),
        ("12\x0034", "12 34"),
        (" \u200b ", ""),
        ("", ""),
    ],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


HARD = st.one_of(
    st.text(),
    st.text(alphabet="乾隆后裏里发髮著着急 a1？?ÀİßſΐｱA①㈱ﬁ⺠⼾"),
    st.text(alphabet=st.characters(min_codepoint=0x2E80, max_codepoint=0x9FFF)),
)


@settings(max_examples=300, deadline=None)
@given(HARD)
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=300, deadline=None)
@given(HARD)
def test_repair_is_idempotent_and_keeps_every_place(text: str) -> None:
    repaired = repair(text)
    assert repair(repaired.text) == repaired
    assert len(repaired.text) == len(text)


@given(HARD)
def test_folding_sees_no_difference_between_broken_and_repaired(text: str) -> None:
    assert fold(repair(text).text) == fold(text)


def test_tidy_takes_files_of_every_system() -> None:
    assert tidy("\ufeff甲\r\n乙\r丙\n") == "甲\n乙\n丙\n"
