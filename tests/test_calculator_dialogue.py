"""The calculator's door: what it remembers, what it forgets, and that nothing typed breaks it."""

from __future__ import annotations

import json
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.record import load
from tests.support.calculator_cases import is_number, outcome, real_calculator
from tests.support.calculator_fuzz import messages

LONG = 1800  # bytes of a WeChat message that every phone shows whole
QUESTIONS = (
    "三级医院住院花了2万能报多少",
    "绑定的社康看门诊花了100，诊查费10块另算，自己要出多少",
    "深户宝宝2024年11月20号出生，明年2月办，从出生那个月交多少钱",
    "回湖南老家二级医院住院，没备案没转诊也不是抢救，起付线以上6000报多少",
    "俩娃12月一起办要交多少",
)
RUBBISH = (
    "9" * 500,
    "(" * 250 + ")" * 250,
    "10^999",
    "1/0",
    "住院花了" + "9" * 60 + "元三级能报多少",
    "三级门诊花了" + "1" * 29 + "元能报多少",
    "三级医院住院花了-2万能报多少",
    "三级医院住院花了0元能报多少",
    "13月去办要交多少",
    "2月30号去办少儿医保要交多少",
    "四级医院住院花了2万能报多少",
    "三级医院住院按120%报，5000块报多少",
    "-3个孩子9月交多少钱",
    "\ud800能报多少\x00三级500",
)


def talk(*turns: str) -> list[str]:
    state, said = None, []
    for turn in turns:
        reply = real_calculator().turn(turn, state)
        state = reply.state if reply else None
        said.append(outcome(reply))
    return said


@pytest.mark.parametrize("text", RUBBISH, ids=lambda text: text[:16].encode("unicode_escape").decode())
def test_what_cannot_be_gets_a_sentence_and_no_number(text: str) -> None:
    reply = real_calculator().turn(text)
    assert not is_number(outcome(reply))
    assert reply is None or len(reply.text) > 5


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_reply_fits_a_wechat_message_and_names_result_steps_and_basis(question: str) -> None:
    reply = real_calculator().turn(question)
    assert reply is not None and reply.estimate is not None
    first = reply.text.splitlines()[0]
    assert all(f"{result.value}" in first for result in reply.estimate.results)
    assert reply.estimate.formula in reply.text and "依据：" in reply.text and reply.estimate.policy_year in reply.text
    assert len(reply.text.encode()) < LONG


def test_the_same_question_gets_the_same_reply() -> None:
    for question in QUESTIONS:
        assert real_calculator().turn(question) == real_calculator().turn(question)


def test_giving_up_ends_it() -> None:
    assert talk("三级医院看门诊花了500能报多少", "算了", "二级") == ["=275.00元", "end", "none"]


def test_an_unrelated_question_is_left_to_the_index() -> None:
    assert talk("带孩子看门诊花了500能报多少", "医保电子凭证怎么激活") == ["ask:hospital_level", "none"]


def test_a_new_question_replaces_the_old_one() -> None:
    said = talk("三级医院住院花了2万能报多少", "一级医院住院起付线以上3000能报多少")
    assert said == ["=18000.00元", "=2760.00元"]


def test_an_impossible_answer_leaves_the_question_open() -> None:
    assert talk("插班生要补交多少医保费", "13月", "12月") == ["ask:apply_month", "absent", "=327.24元"]


def test_nobody_else_hears_what_was_said() -> None:
    calculator = real_calculator()
    mine = calculator.turn("三级医院住院花了2万能报多少")
    theirs = calculator.turn("一级医院住院花了100能报多少")
    assert mine is not None and theirs is not None
    assert outcome(calculator.turn("起付线1000", mine.state)) == "=17100.00元"
    assert outcome(calculator.turn("起付线50", theirs.state)) == "=46.00元"


# A question, and what a clerk would answer; the rules are those of the booklet.
NEW = {
    "三级医院住院，起付线600，医保付了9000，原来的总费用是多少": "=10600.00元",  # R9 turned round
    "社康看病自己付了25块，总共花了多少": "=100.00元",  # R7 turned round
    "在社康花了800，报完以后门诊额度还剩多少": "=1871.31元",  # R7, R8
    "要是月可支配收入按7000算，个人一年交多少": "=504.00元",  # R2
    "还剩5个月，这时候去参保要交多少": "=181.80元",  # R3
    "去了三次社康，每次都是100块，一共能报多少": "=225.00元",  # R7
    "老大老二都在三级住院，一个11000一个7000，起付线都是600，总共报多少": "=15120.00元",  # R9
    "同样住院花一万，二级比三级多报多少": "=100.00元",  # R9
    "两个外甥一个侄女，12月一起办要交多少": "=981.72元",  # R3, three children
    "中途参保，3月开始，要交多少钱": "=218.16元",  # R3
    "孩子做疝气手术8000，二级医院，能报多少": "=7280.00元",  # R9, said to be a stay
    "社康看门诊200，大医院看门诊200，各报多少": "ask:hospital_level",  # nobody says the second level
}


@pytest.mark.parametrize(("question", "expected"), NEW.items())
def test_what_had_no_place_before(question: str, expected: str) -> None:
    assert talk(question) == [expected]


TALKS = (
    (
        ("三级医院住院9000能报多少", "=8100.00元"),
        ("还有一次三级住院4000，一起加上", "=11700.00元"),
        ("两次一共自己出多少", "=1300.00元"),
    ),
    (("社康看病花了300能报多少", "=225.00元"), ("那额度还剩多少", "=2246.31元")),
    (("二级医院住院5000能报多少", "=4550.00元"), ("三个级别都算一遍", "table:4600.00/4550.00/4500.00元")),
    (("1月转学来要交多少医保", "=290.88元"), ("不是1月，是2月办", "=254.52元"), ("那哪个月开始能报销", "absent")),
    (("三级医院住院9000，起付线500，能报多少", "=7650.00元"), ("起付线扣了吗", "=7650.00元")),
)


# What a follow-up says is put where it has a place, into the child or the bill that is meant.
MEANT = (
    (
        ("三个小孩一年交医保一共多少", "=1308.96元"),
        ("老二是深户，5月生", "ask:apply_month"),  # a newborn's fee depends on it
        ("老三呢", "=436.32元"),
    ),
    (
        ("两个孩子一年多少钱", "=872.64元"),
        ("大的9月小的12月", "=763.56元"),
        ("改成11月", "ask:apply_month"),  # whose month?
        ("小的改成11月", "=799.92元"),
        ("老三3月", "=1018.08元"),
        ("大的一个多少", "=436.32元"),
    ),
    (
        ("在社康看了110，能报多少", "=82.50元"),
        ("昨天还有90", "=150.00元"),
        ("前天也看了，60", "=195.00元"),
        ("刚才那个90不算", "=127.50元"),
    ),
    (
        ("三级医院住院花了9000能报多少", "=8100.00元"),
        ("还有一次二级住院4000，一起加上", "=11740.00元"),
        ("起付线600", "ask:amount"),  # of which stay?
        ("第一笔起付线600", "=11200.00元"),
        ("第二笔是4500，看错了", "=11655.00元"),
    ),
    (
        ("在广州三甲住院2万，备案了，报多少", "=18000.00元"),
        ("没备案差多少", "=1800.00元"),
        ("二级差多少", "=200.00元"),
        ("一级和三级差多少", "=400.00元"),
        ("自己出多少", "=2000.00元"),  # what was compared is over
    ),
    (
        ("小孩12月办医保多少钱", "=327.24元"),
        ("1月呢", "=290.88元"),
        ("差多少", "=36.36元"),
        ("两个孩子差多少", "=72.72元"),
    ),
    (("社康看门诊100能报多少", "=75.00元"), ("老二是深户，5月生", "ask:apply_month"), ("6月办", "=145.44元")),
    (
        ("三级医院住院花了9000能报多少", "=8100.00元"),
        ("12月去办医保要交多少钱", "=327.24元"),
        ("回到住院，起付线是500", "=7650.00元"),
        ("自己付多少", "=1350.00元"),
    ),
    (("宝宝10月3号生，深户，11月办，从出生月交多少", "=399.96元"), ("说错了，是9月8号生的", "=436.32元")),
)


@pytest.mark.parametrize("turns", MEANT, ids=lambda turns: turns[1][0])
def test_a_follow_up_changes_what_it_means_and_nothing_else(turns: tuple[tuple[str, str], ...]) -> None:
    assert talk(*(said for said, _ in turns)) == [expected for _, expected in turns]


@pytest.mark.parametrize("turns", (*TALKS, *MEANT), ids=lambda turns: turns[1][0])
def test_a_reply_to_a_follow_up_begins_with_what_was_read(turns: tuple[tuple[str, str], ...]) -> None:
    calculator, state = real_calculator(), None
    for number, (said, _) in enumerate(turns):
        reply = calculator.turn(said, state)
        assert reply is not None
        state = reply.state
        assert number == 0 or reply.text.startswith(("按", "我读到的是", "这份资料里没有", "资料")), reply.text


@pytest.mark.parametrize("turns", (*TALKS, *MEANT), ids=lambda turns: turns[0][0])
def test_giving_up_ends_whatever_was_going_on(turns: tuple[tuple[str, str], ...]) -> None:
    assert talk(*(said for said, _ in turns), "算了")[-1] == "end"


def test_a_random_dialogue_raises_nothing_stays_small_and_asks_for_nothing_that_was_said() -> None:
    """Nobody is asked for a level or a household that every bill or child has."""
    calculator, state = real_calculator(), None
    fields = {"hospital_level": "level", "hukou": "hukou"}
    for message in islice(messages(11), 1000):
        reply = calculator.turn(message, state)
        assert reply is None or reply.text
        state = reply.state if reply else state
        assert state is None or (len(state) < 4000 and isinstance(json.loads(state), list))
        if reply and reply.ask and reply.ask.slot in fields:
            known = [getattr(one, fields[reply.ask.slot]) for one in load(reply.state).records]
            assert not all(known) or "医院只有一级" in reply.text, reply.text


@pytest.mark.parametrize("turns", TALKS, ids=lambda turns: turns[1][0])
def test_a_message_goes_on_with_what_was_computed(turns: tuple[tuple[str, str], ...]) -> None:
    assert talk(*(said for said, _ in turns)) == [expected for _, expected in turns]


@pytest.mark.parametrize(
    ("visit", "inside"),
    [("9月底住院", False), ("10月5号住院", True), ("明年9月看病", True), ("2025年10月看病", False)],
)
def test_whether_a_visit_is_covered_is_said(visit: str, inside: bool) -> None:
    reply = real_calculator().turn(f"医保9月交的，{visit}能报吗")  # R5
    assert reply and ("您说的时间在待遇期内" in reply.text) == inside
    assert ("您说的时间不在待遇期内" in reply.text) != inside


@pytest.mark.parametrize(
    ("entry", "message", "expected"),
    [
        ("P3", "12月才办呢", "=327.24元"),
        ("P3", "两个孩子呢", "=872.64元"),
        ("B5", "三级", "=90%"),
        ("B5", "怎么备案", "none"),
        ("B5", "深户宝宝11月出生，12月办，从出生月开始交多少", "=363.60元"),
        ("E1", "三级", "none"),
    ],
)
def test_a_message_goes_on_from_the_entry_that_was_answered(entry: str, message: str, expected: str) -> None:
    assert outcome(real_calculator().turn(message, entry)) == expected


@pytest.mark.parametrize("state", ["", "rubbish", "[]", "{}", "[1,2,3]", '["claim",{},"visit",1]', '["claim",[],""]'])
def test_a_state_of_another_version_is_forgotten(state: str) -> None:
    assert outcome(real_calculator().turn("三级医院住院花了2万能报多少", state)) == "=18000.00元"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.sampled_from([None, *QUESTIONS]))
def test_any_text_gets_a_reply_or_none(text: str, before: str | None) -> None:
    calculator = real_calculator()
    first = calculator.turn(before) if before else None
    reply = calculator.turn(text, first.state if first else None)
    assert reply is None or reply.text


def test_words_in_any_order_raise_nothing_where_little_was_said_before() -> None:
    calculator, chance, state = real_calculator(), Random(3), None
    for message in islice(messages(5), 400):
        reply = calculator.turn(message, state)
        assert reply is None or reply.text
        state = reply.state if reply and chance.random() < 0.5 else None
