"""School years: whose numbers are used, what is said of a year without a file, and when there is no calculator."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from bot.calculator.arithmetic import read_expression
from bot.calculator.dialogue import Calculator
from bot.calculator.formulas import fee
from bot.calculator.loading import load_calculator
from bot.calculator.outcome import cents
from bot.reply import CalculatorReply
from corpus.entries import Corpus, corpus_path, load_corpus
from corpus.policy import Month, parse_policy
from tests.support.calculator_cases import outcome
from tests.support.claim_rows import rows
from tests.support.policy_text import OURS, TEXT, next_year

CHINA = timezone(timedelta(hours=8))
DURING, NEXT, AFTER = (datetime(*day, 9, tzinfo=CHINA) for day in ((2024, 10, 15), (2025, 10, 15), (2026, 11, 3)))

# The numbers of a year to come, made up: 40 a month.
LATER = {
    "fee.personal": "480.00", "fee.subsidy": "960.00", "cap.amount": "2600.00",
    "outpatient.1": "70", "inpatient.3": "88", "away.out_province": "75",
}  # fmt: skip

# A question with both files there | what comes out | the school year whose numbers they are
BOTH = """
2025年12月办少儿医保要交多少钱 | =360.00元 | 2025-2026
2026年8月办少儿医保要交多少钱 | =40.00元 | 2025-2026
2025年9月参保，两个孩子要交多少钱 | =960.00元 | 2025-2026
2024年12月办少儿医保要交多少钱 | =327.24元 | 2024-2025
2025年8月办少儿医保要交多少钱 | =36.36元 | 2024-2025
2025-2026学年少儿医保要交多少钱 | =480.00元 | 2025-2026
2024-2025学年少儿医保要交多少钱 | =436.32元 | 2024-2025
2024-2025学年财政补贴是多少 | =872.64元 | 2024-2025
2025-2026学年财政补贴是多少 | =960.00元 | 2025-2026
2025年11月比2025年9月办少儿医保少交多少钱 | =80.00元 | 2025-2026
深户宝宝2025年11月20日出生，2026年2月去办，从出生那个月起要交多少钱 | =400.00元 | 2025-2026
深户宝宝2024年11月20日出生，2025年2月去办，从出生那个月起要交多少钱 | =363.60元 | 2024-2025
2025年9月交的费，从几月开始享受待遇 | =10月 | 2025-2026
2025年门诊支付限额是多少 | =2600.00元 | 2025-2026
2024年门诊支付限额是多少 | =2471.31元 | 2024-2025
2024年少儿医保一年要交多少钱 | =436.32元 | 2024-2025
2024年门诊在社康花了4000，能报多少 | =2471.31元 | 2024-2025
三级医院住院花了20000，起付线600，能报多少 | =17072.00元 | 2025-2026
社康门诊花了100能报多少 | =70.00元 | 2025-2026
临时去湖南，三级医院住院起付线以上10000，能报多少 | =6600.00元 | 2025-2026
"""

# A question of a year without a file, on the real corpus | the year that it is of | the figure that is known
ELSEWHEN = """
2025年12月办少儿医保要交多少钱 | 2025-2026 | 2024年12月办理要交 327.24 元
2025年9月参保要交多少钱 | 2025-2026 | 2024年9月办理要交 436.32 元
2024年8月参保要交多少钱 | 2023-2024 | 2025年8月办理要交 36.36 元
2023年12月办少儿医保要交多少钱 | 2023-2024 | 2024年12月办理要交 327.24 元
2025-2026学年少儿医保要交多少钱 | 2025-2026 | 个人缴费 436.32 元
2023-2024学年少儿医保要交多少钱 | 2023-2024 | 个人缴费 436.32 元
2026年少儿医保一年要交多少钱 | 2026-2027 | 个人缴费 436.32 元
"""

# A fee question without a year | what comes out
UNDATED = """
12月办少儿医保要交多少钱 | =327.24元
3月份插班，少儿医保要交多少钱 | =218.16元
两个孩子少儿医保一年要交多少钱 | =872.64元
9月和12月办少儿医保差多少钱 | =109.08元
少儿医保财政补贴是多少钱 | =872.64元
少儿医保平均每个月要交多少钱 | =36.36元
"""


def later_policy() -> str:
    """Return the real policy file moved on by a year, with other numbers."""
    text = next_year()
    for name, value in LATER.items():
        text, count = re.subn(rf'(name = "{re.escape(name)}"\nvalue = )"[^"]+"', rf'\1"{value}"', text)
        assert count == 1
    return text


@cache
def real_corpus() -> Corpus:
    return load_corpus()


def opened(now: datetime, folder: Path | None = None, without: str = "") -> Calculator | None:
    """Return a calculator over the real entries but one; the policy files are those of `folder`."""
    basis = {entry.id: entry.basis for entry in real_corpus().entries if entry.id != without}
    return load_calculator(real_corpus().phrases.text, basis, lambda: now, folder)


def replied(calculator: Calculator | None, question: str, state: str | None = None) -> CalculatorReply:
    assert calculator is not None
    reply = calculator.turn(question, state)
    assert reply is not None
    return reply


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with the real policy file and one of the year after."""
    root = tmp_path_factory.mktemp("corpus")
    shutil.copytree(corpus_path() / "words", root / "words")
    (root / "policy").mkdir()
    (root / "policy/2024-2025.toml").write_text(TEXT, encoding="utf-8")
    (root / "policy/2025-2026.toml").write_text(later_policy(), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def both(folder: Path) -> Calculator | None:
    return opened(NEXT, folder)


@pytest.fixture(scope="module")
def during() -> Calculator | None:
    return opened(DURING)


@pytest.fixture(scope="module")
def after() -> Calculator | None:
    return opened(AFTER)


@pytest.mark.parametrize(("question", "expected", "years"), rows(BOTH))
def test_each_year_has_its_numbers(both: Calculator | None, question: str, expected: str, years: str) -> None:
    reply = replied(both, question)
    assert outcome(reply) == expected
    assert reply.estimate is not None and reply.estimate.policy_year == years
    assert f"{years}学年度" in reply.text


def test_a_newborn_of_two_years(both: Calculator | None) -> None:
    reply = replied(both, "深户宝宝2025年7月10日出生，2025年10月去办，从出生那个月起要交多少钱")
    assert outcome(reply) in ("=552.72元", "absent")
    assert "480.00" in reply.text


def test_a_conversation_stays_in_its_year(both: Calculator | None) -> None:
    first = replied(both, "2024年12月办少儿医保要交多少钱")
    second = replied(both, "那1月呢", first.state)
    assert (outcome(first), outcome(second)) == ("=327.24元", "=290.88元")


def test_a_year_that_neither_file_has(both: Calculator | None) -> None:
    reply = replied(both, "2026年10月办少儿医保要交多少钱")
    assert outcome(reply) == "absent"
    assert "2026-2027学年度" in reply.text and "2025-2026学年度里，2025年10月办理要交 440.00 元" in reply.text


@pytest.mark.parametrize(("question", "years", "known"), rows(ELSEWHEN))
def test_a_year_without_a_file(during: Calculator | None, question: str, years: str, known: str) -> None:
    reply = replied(during, question)
    assert reply.estimate is None and outcome(reply) == "absent"
    assert f"没有{years}学年度的" in reply.text or f"属于{years}学年度，资料里没有" in reply.text
    label, _, figure = reply.text.partition(known)[0].rpartition("供参考：")
    assert known in reply.text and label and "2024-2025学年度" in figure


@pytest.mark.parametrize(("question", "expected"), rows(UNDATED))
def test_a_fee_without_a_year_is_labelled(
    during: Calculator | None, after: Calculator | None, question: str, expected: str
) -> None:
    for calculator in (during, after):
        reply = replied(calculator, question)
        assert outcome(reply) == expected
        assert reply.estimate is not None and reply.estimate.policy_year == "2024-2025"
        assert re.search("2024-2025 ?学年度", reply.text)


def test_now_is_the_month_of_the_clock(during: Calculator | None, after: Calculator | None) -> None:
    question = "现在去办少儿医保要交多少钱"
    assert outcome(replied(during, question)) == "=399.96元"
    late = replied(after, question)
    assert outcome(late) == "absent"
    assert "2026-2027学年度" in late.text and "2024-2025学年度" in late.text


@pytest.mark.parametrize("question", ["2022年三级医院住院花了10000能报多少", "2030年社康门诊报销比例是多少"])
def test_ratios_of_another_time(during: Calculator | None, question: str) -> None:
    reply = replied(during, question)
    assert outcome(reply) == "absent"
    assert "2024-2025学年度" in reply.text


def test_a_visit_of_the_year_after_is_worked_out_without_its_limit(during: Calculator | None) -> None:
    reply = replied(during, "2025年3月社康门诊花了4000能报多少")
    assert outcome(reply) == "=3000.00元"
    assert "只有2024年度的门诊限额" in reply.text


def test_the_end_of_time_breaks_nothing(during: Calculator | None) -> None:
    assert outcome(replied(during, "深户宝宝9999年12月出生，次年1月办，从出生那个月起要交多少钱")) == "absent"


def test_a_fee_that_twelve_does_not_divide() -> None:
    policy = parse_policy(TEXT.replace('"436.32"', '"437.30"'), OURS)
    value, step = fee(policy, Month(2024, 12))
    sums = read_expression(step.left)
    assert cents(value) == Decimal("327.98") == Decimal(step.right)
    assert sums is not None and sums.value is not None and cents(sums.value) == Decimal(step.right)


# No calculator


def test_no_policy_no_calculator(tmp_path: Path) -> None:
    shutil.copytree(corpus_path() / "words", tmp_path / "words")
    assert opened(DURING, tmp_path) is None
    (tmp_path / "policy").mkdir()
    assert opened(DURING, tmp_path) is None
    (tmp_path / "policy/2024-2025.toml").write_text(TEXT, encoding="utf-8")
    assert opened(DURING, tmp_path) is not None


@pytest.mark.parametrize("entry", ["P3", "B2", "B4", "B5", "B7", "P1"])
def test_no_calculator_where_the_entry_of_a_number_is_missing(entry: str) -> None:
    assert opened(DURING, without=entry) is None


def test_no_calculator_for_other_entries() -> None:
    assert load_calculator(real_corpus().phrases.text, {"T1": "说明书 第1问"}, lambda: DURING) is None


def test_the_same_words_mean_another_month_when_time_has_passed() -> None:
    today = [datetime(2024, 9, 15, tzinfo=CHINA)]
    corpus = real_corpus()
    basis = {entry.id: entry.basis for entry in corpus.entries}
    calculator = load_calculator(corpus.phrases.text, basis, lambda: today[0])
    question = "转学来的孩子下个月去办，少儿医保要交多少钱"
    first = replied(calculator, question).text
    today[0] = datetime(2025, 2, 15, tzinfo=CHINA)
    assert replied(calculator, question).text != first
    today[0] = datetime(2024, 9, 15, tzinfo=CHINA)
    assert replied(calculator, question).text == first
