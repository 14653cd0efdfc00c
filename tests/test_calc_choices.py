"""A question for one of a few answers already tells what comes out for each; what is said is used or named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.calculator.choices import weighed
from bot.calculator.outcome import Missing
from bot.calculator.record import Record
from bot.calculator.speaker import work_out
from bot.calculator.wording import OPTIONS
from bot.channels.receipt import receipt
from bot.reply import CalculatorReply, Reply
from corpus.entries import corpus_path
from corpus.policy import load_policies
from tests.support.calculator_cases import outcome, told


def rows(reply: CalculatorReply) -> dict[str, str]:
    assert reply.ask is not None and reply.ask.estimate is not None
    return {one.label: one.value for one in reply.ask.estimate.results}


OPEN = [
    ("三级医院花了3000，能报多少", "visit"),
    ("在湖南二级医院住院花了8000，能报多少", "out_of_city_kind"),
    ("不确定是不是绑定的社康，看病花了300能报多少", "selected"),
]


@pytest.mark.parametrize(("said", "slot"), OPEN)
def test_each_row_is_what_its_button_comes_to(said: str, slot: str) -> None:
    reply = told(said)
    assert reply.ask is not None and reply.ask.slot == slot and reply.ask.options == list(OPTIONS[slot])
    for value, option in zip(rows(reply).values(), reply.ask.options, strict=True):
        assert outcome(told(said, option)) == f"={value}元", option
        assert f"{value} 元" in reply.text


def test_the_family_s_part_is_named_as_that() -> None:
    # 8000 less 91 %, less 91 % x 90 %, less 91 % x 80 %
    assert rows(told("在湖南二级医院住院花了8000，自己要付多少")) == {
        "办了长期异地备案自己付": "720.00",
        "办了市外转诊自己付": "720.00",
        "异地急诊抢救自己付": "1448.00",
        "都没有（临时外出）自己付": "2176.00",
    }


def test_a_newborn_of_the_city_hears_the_fee_before_the_question_is_answered() -> None:
    reply = told("宝宝2024年9月20号生的，2024年11月办，交多少")
    assert outcome(reply) == "ask:hukou" and rows(reply) == {"深圳户口": "436.32"}


def test_where_the_level_is_open_too_each_is_shown() -> None:
    reply = told("花了3000，能报多少")
    assert outcome(reply) == "ask:visit"
    assert list(rows(reply).values()) == ["2250.00", "1950.00", "1650.00", "2760.00", "2730.00", "2700.00"]
    for (label, value), (visit, level) in zip(
        rows(reply).items(),
        [(visit, level) for visit in ("门诊", "住院") for level in ("一级", "二级", "三级")],
        strict=True,
    ):
        assert label.startswith(f"{visit}·{level}")
        assert outcome(told("花了3000，能报多少", visit, f"{level}医院")) == f"={value}元"


def test_a_table_that_would_be_too_long_to_read_is_not_shown() -> None:
    reply = told("在上海住院花了2万，能报多少")
    assert reply.ask is not None and reply.ask.slot == "out_of_city_kind" and reply.ask.estimate is None


def test_a_cost_that_is_worked_out_from_its_payment_has_no_table_of_payments() -> None:
    policy = load_policies(corpus_path() / "policy")[0]
    asked = [Record(task="claim", want="cost", level="3", paid=Decimal(1000))]
    missing = work_out(asked, policy)
    assert isinstance(missing, Missing) and missing.slot == "visit"
    # A visit of 1818.18 or a stay of 1111.11: a cost, and not what insurance pays.
    assert weighed(asked, missing, lambda records: work_out(records, policy)) == missing


def test_the_card_has_both_parts_of_each_case() -> None:
    sums = told("三级医院花了3000，能报多少")
    reply = Reply(kind="ask", confidence=1, text=sums.text, ask=sums.ask, session_id="session1", reply_id="0" * 26)
    card = receipt(reply, lambda key: key)
    assert card is not None
    assert card.table == [
        ["card_case", "card_fund", "card_own"],
        ["门诊", "1,650 元", "1,350 元"],
        ["住院", "2,700 元", "300 元"],
    ]
    assert [choice.say for choice in card.choices] == ["门诊", "住院"]


def test_what_is_not_counted_is_named() -> None:
    reply = told("三级医院住院花了6400，押金交了8000，能报多少")
    assert outcome(reply) == "=5760.00元" and "您还说了8000，没有算进去。" in reply.text
    assert "没有算进去" not in told("三级医院住院花了6400，能报多少").text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("宝宝2月11号生的，深户，医保要交多少", "2024年2月出生"),
        ("宝宝11月的预产期，深户，医保要交多少", "2024年11月出生"),
        ("宝宝才20天，深户，现在去办，从出生之月开始交要多少钱", "2024年9月出生"),
        ("宝宝六周了，深户，医保要交多少钱", "2024年9月出生"),
        ("深户新生儿，刚满月，现在去参保要交多少", "2024年9月出生"),
    ],
)
def test_a_birth_is_the_last_such_month_unless_it_is_expected(said: str, expected: str) -> None:
    assert expected in told(said).text


def test_who_has_filed_is_treated_where_he_filed() -> None:
    reply = told("在河南办了长期备案，二级医院住院3300，跟深圳报的一样吗，能报多少")
    assert outcome(reply) == "=3003.00元"


def test_days_in_hospital_are_a_stay_and_none_is_none() -> None:
    assert outcome(told("在三级医院住了八天，花了5600，能报多少")) == "=5040.00元"
    assert outcome(told("三级医院看急诊花了1000，没有住院，能报多少")) == "=550.00元"


def test_a_corrected_part_keeps_the_bill() -> None:
    first = "三级医院住院总费用48700，目录内43250，自己要付多少"
    # 48700 less 42350 x 90 %
    assert outcome(told(first, "更正，目录内是42350")) == "=10585.00元"


def test_the_second_child_s_january() -> None:
    assert outcome(told("老大交全年，老二一月才参保，两个一共多少")) == "=727.20元"


def test_the_card_names_both_things_that_are_open() -> None:
    sums = told("花了3000，自己要付多少")
    reply = Reply(kind="ask", confidence=1, text=sums.text, ask=sums.ask, session_id="session1", reply_id="0" * 26)
    words = {"card_level_2": "Level 2", "门诊": "Outpatient"}
    card = receipt(reply, lambda key: words.get(key, key))
    assert card is not None and card.table[2] == ["Outpatient·Level 2", "1,950 元", "1,050 元"]


def test_many_cases_stand_in_lines_of_their_own() -> None:
    text = told("花了3000，能报多少").text
    assert "\n门诊·二级 1950.00 元\n" in text
    assert "；二级 " in told("住院花了3000，能报多少").text
