"""The calculator's sentences: the linter's lists are those of the code, and each slip of the clerk is found."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.calculator.wording import Wording
from corpus.check import ERROR, PHRASES, check_folder
from corpus.entries import corpus_path, load_corpus
from corpus.sentences import CALCULATION, CARD, FACTS, blanks_of, slips
from tests.support.checked_corpus import FILES, TODAY, write
from tests.support.sources import calculator_keys, ours, tree

MODULES = [tree(path) for path in ours("bot/calculator") if path.suffix == ".py"]
POLICY = "policy/2024-2025.toml"


def test_the_list_is_what_the_code_says() -> None:
    assert len(set(CALCULATION)) == len(CALCULATION)
    assert set(CALCULATION) == calculator_keys() - set(PHRASES)


def test_no_sentence_of_the_calculator_is_idle() -> None:
    written = {key for key, _ in load_corpus().phrases.sentences if key.startswith("calc_")}
    assert written <= set(CALCULATION)


def test_the_blanks_of_every_sentence_are_those_of_the_wording() -> None:
    wording = Wording(lambda key: "".join(f"{{{fact}}}" for fact in FACTS), {}, load_corpus().policies[0])
    assert set(wording._facts) == set(FACTS)
    assert "{" not in wording.fill("calc_at_cap")


def test_sentences_without_blanks_are_those_that_are_not_filled() -> None:
    said = {
        key
        for module in MODULES
        for call in calls(module, "_say", "question")
        for a in call.args
        for key in constants(a)
    }
    said |= {
        key
        for module in MODULES
        for call in calls(module, "Missing")
        if not any(keyword.arg == "values" for keyword in call.keywords)
        for a in call.args[1:]
        for key in constants(a)
    }
    fixed = {key for key in CALCULATION if key.startswith("calc_") and not blanks_of(key)}
    assert said & set(CALCULATION) - {"hotline"} <= fixed
    assert {key for key in fixed if not key.startswith(("calc_ask_", "calc_sum_"))} <= said


def calls(node: ast.AST, *names: str) -> Iterator[ast.Call]:
    for child in ast.walk(node):
        if isinstance(child, ast.Call) and getattr(child.func, "id", getattr(child.func, "attr", "")) in names:
            yield child


def constants(node: ast.expr) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and child.value.startswith("calc_"):
            yield child.value


def test_the_sentences_of_the_corpus_are_sound() -> None:
    assert [
        slip for key, text in load_corpus().phrases.sentences if key in CALCULATION for slip in slips(key, text)
    ] == []


# name: (key, sentence, what the message must say)
SLIPS: dict[str, tuple[str, str, str]] = {
    "amount": ("calc_note_cap", "限额是 2471.31 元。", "直接写了“2471.31 元”"),
    "amount with commas": ("calc_note_cap", "限额是2,471.31元。", "“2,471.31元”"),
    "full-width amount": ("calc_note_cap", "限额是２４７１元。", "“２４７１元”"),
    "amount in words": ("calc_note_cap", "限额是两千元。", "“两千元”"),
    "percentage": ("calc_at_cap", "医保付75%。", "“75%”"),
    "percentage in words": ("calc_at_cap", "医保付百分之七十五。", "“百分之七十五”"),
    "tenths": ("calc_at_cap", "医保付九成。", "“九成”"),
    "month": ("calc_note_year", "交到次年8月。", "“8月”"),
    "month in words": ("calc_note_year", "交到次年八月。", "“八月”"),
    "months": ("calc_note_late", "出生已满6个月。", "“6个月”"),
    "months in words": ("calc_note_late", "出生已满六个月。", "“六个月”"),
    "day": ("calc_note_late", "每月20日以前。", "“20日”"),
    "days": ("calc_note_late", "28天以内。", "“28天”"),
    "year": ("calc_at_cap", "已到2024年度的限额。", "“2024年”"),
    "school year": ("calc_note_gap", "2024-2025学年度的标准。", "“2024-2”"),
    "behind the example": ("calc_note_gap", "例如：12月。交到8月。", "“8月”"),
    "unknown blank": ("calc_at_cap", "已到{cap_yaer}年度。", "{cap_yaer} 不认识。这里可用的有：{years}、"),
    "blank of another sentence": ("calc_at_cap", "要交{fee}元。", "{fee} 不认识"),
    "blank in a question": ("calc_ask_amount", "超过{cap}元吗？", "这一句里不能用花括号"),
    "open brace": ("calc_at_cap", "已到{cap_year年度。", "不成对"),
    "full-width braces": ("calc_at_cap", "已到｛cap_year｝年度。", "不是英文的"),
}


@pytest.mark.parametrize(("key", "text", "message"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_found(key: str, text: str, message: str) -> None:
    (found,) = slips(key, text)
    assert key in found and message in found and found.endswith("。")


@pytest.mark.parametrize(
    "text",
    [
        "哪年哪月？例如：2024年12月。",
        "只写一个数，例如：费用 3500 元，或者 20%。",
        "比例不会超过100%。金额是 0，不用算。",
        "不是0元，也不是百分之百。",
        "医院只有一级、二级、三级，问 12345。",
        "满{window}个月，{cap_year}年度，{cap}元，{fee_last}月，按{emergency}支付。",
        "几个月没有参保，过一个月再问第二个。",
    ],
)
def test_what_may_stand(text: str) -> None:
    assert list(slips("calc_note_late", text)) == []


def with_policy(root: Path, sentences: str) -> list[str]:
    policy = (corpus_path() / POLICY).read_text(encoding="utf-8")
    found = check_folder(write(root, **{POLICY: policy, "phrases.toml": sentences}), TODAY)[1]
    return [one.message for one in found if one.path.name == "phrases.toml" and one.severity == ERROR]


def test_sentences_are_needed_only_where_there_are_numbers(tmp_path: Path) -> None:
    assert check_folder(write(tmp_path), TODAY)[1] == []
    missing = with_policy(tmp_path, FILES["phrases.toml"])
    assert len(missing) == len((*CALCULATION, *CARD)) and all("[text] 里没有“" in message for message in missing)
    given = "[text]\n" + "".join(f'{key} = "句子"\n' for key in (*CALCULATION, *CARD))
    assert with_policy(tmp_path, FILES["phrases.toml"].replace("[text]\n", given)) == []


def test_the_check_names_the_sentence(tmp_path: Path) -> None:
    sentences = FILES["phrases.toml"].replace("[text]\n", '[text]\ncalc_zero = "付90%"\n')
    assert [found for found in with_policy(tmp_path, sentences) if "calc_zero" in found and "90%" in found]
