"""What a number rests on stays in sight: an open comparison, things that the documents do not treat, earlier doubts."""

from __future__ import annotations

import pytest

from tests.support.calculator_cases import outcome, real_calculator, told


@pytest.mark.parametrize("said", ["备案和没备案，三级医院住院4万差多少钱", "办没办备案，三级医院住院4万，报销差多少"])
def test_filed_or_not_is_compared_where_it_matters_and_never_in_the_city(said: str) -> None:
    reply = told(said)
    assert outcome(reply) == "ask:location" and "在深圳、" not in reply.text
    # 40000 x 90% less 40000 x 90% x 80%
    assert outcome(told(said, "广东省外")) == "=7200.00元"
    assert outcome(told(said, "广东省内（市外）")) == "=3600.00元"


def test_one_side_of_a_comparison_is_no_answer() -> None:
    reply = told("备案和没备案，住院4万差多少钱", "广东省外")
    assert outcome(reply) == "ask:hospital_level" and reply.ask is not None and reply.ask.estimate is None


@pytest.mark.parametrize(
    "said",
    [
        "特需门诊看病花了600，能报多少",
        "办了门特，今年看门诊花了8000，报多少",
        "困难家庭的孩子一年要交多少",
        "二级医院验光花了90，门诊报多少",
    ],
)
def test_what_the_documents_do_not_treat_gets_no_number(said: str) -> None:
    reply = told(said)
    assert outcome(reply) == "absent" and "资料里没有" in reply.text


def test_that_benefits_may_not_have_begun_is_not_forgotten() -> None:
    first = "2月份才交的钱，现在能享受待遇吗"
    assert outcome(told(first)) == "absent"
    for turns in ((first, "三级医院看门诊花了300，能报多少"), (first, "看门诊花了300，能报多少", "三级")):
        assert "待遇从什么时候开始，资料没有写" in told(*turns).text
    # Paid in September: there is no doubt.
    assert "没有写" not in told("9月份交的钱，现在能享受待遇吗", "三级医院看门诊花了300，能报多少").text


def test_what_a_baby_cost_before_it_was_insured_gets_no_number() -> None:
    reply = told("宝宝11月5号出生，还没买保险，生下来就住院花了6000，能报多少")
    assert outcome(reply) == "absent" and "自出生之日起享受待遇" in reply.text


def test_half_a_year_is_half_of_the_months() -> None:
    # 436.32 / 12 x 6 x 2
    assert outcome(told("两个孩子，半年的医保费一共多少")) == "=436.32元"


def test_a_day_that_is_asked_for_is_no_fee() -> None:
    assert real_calculator().turn("少儿医保几号截止，是不是8月20号") is None


@pytest.mark.parametrize(
    "said",
    ["孩子今年6月毕业了，医保还能用到什么时候", "我9月停保了，医保到几月", "今年9月没交，之前的能用到什么时候"],
)
def test_until_when_is_not_told_to_who_stopped_paying(said: str) -> None:
    assert outcome(real_calculator().turn(said)) in ("none", "absent")
    assert outcome(real_calculator().turn("9月交的，医保能用到什么时候")) == "=9月"


def test_who_has_filed_nothing_is_out_for_a_while_and_can_take_that_back() -> None:
    reply = told("在上海三级医院住院花了2万，没备案，能报多少")
    # 20000 x 90% x 80%, with what was taken for granted
    assert outcome(reply) == "=14400.00元" and "按临时外出计算" in reply.text
    assert outcome(told("在上海三级医院住院花了2万，没备案，能报多少", "有市外转诊")) == "=18000.00元"
    table = told("没转诊自己去上海住院，花了2万，能报多少")
    assert outcome(table) == "ask:hospital_level" and "14400.00 元" in table.text and "按临时外出计算" in table.text


def test_a_newborn_is_enrolled_now_unless_somebody_says_when() -> None:
    first = "宝宝9月9号生的，深圳户口，要交多少医保费"
    reply = told(first)
    assert outcome(reply) == "=436.32元" and "按现在去办算" in reply.text
    # Born in September, enrolled in the April after: seven months, so only from April on, 36.36 x 5.
    later = told(first, "要是2025年4月才去办呢")
    assert outcome(later) == "=181.80元" and "按现在去办算" not in later.text
    # Eight months old: no household makes a difference, 36.36 x 11.
    assert outcome(told("孙女2月11号生的，一共要交多少医保费")) == "=399.96元"


@pytest.mark.parametrize("said", ["深户宝宝11月出生，医保要交多少", "深户宝宝9月生的，打算过几个月再去办，要交多少钱"])
def test_when_a_child_is_enrolled_that_is_not_born_or_not_yet_is_asked(said: str) -> None:
    assert outcome(told(said)) == "ask:apply_month"


def test_a_baby_of_some_months_is_a_newborn() -> None:
    assert outcome(told("三个月大的宝宝，交医保多少钱")) == "ask:hukou"


def test_what_a_bill_says_is_taken_as_it_stands() -> None:
    # 15600 - 10920: who paid what of it, and no ratio of the documents.
    reply = told("住院账单15600，报销了10920，自己付了多少")
    assert outcome(reply) == "=4680.00元" and "没有用资料里的比例" in reply.text
    # What was paid before is of other bills.
    assert outcome(told("今年已经报销了10920，这次三级医院住院15600，自己付多少")) == "=1560.00元"


def test_another_stay_has_a_bill_of_its_own() -> None:
    first = "三级医院住院总费用48700元，医保范围内费用43250元，自己付多少"
    reply = told(first, "第二次住院，范围内6000，一起算")
    # 48700 - 43250 x 90% + 6000 x 10%
    assert outcome(reply) == "=10375.00元"


def test_another_amount_in_a_comparison_is_not_passed_over() -> None:
    # 11000 x 9%
    assert outcome(told("三级医院住院一万五，要自己出多少", "换成二级的便宜点，说一万一，自己出多少")) == "=990.00元"


def test_a_guess_with_its_exact_amount_behind_it_is_one_bill() -> None:
    # (96 + 135 + 210) x 75%
    said = "都在社康看的，第一回九十六，第二回一百三十多就算135吧，第三回210，合起来能报多少"
    assert outcome(told(said)) == "=330.75元"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # (48 + 36) x 25 %
        ("在社康门诊拿药，一盒48元，一盒36元，自己付多少", "=21.00元"),
        # 40000 x 10 %, referred or about to be
        ("去广州三级医院住院做手术四万，如果先办好转诊，自己付多少", "=4000.00元"),
        ("三级医院总共3000块，在三甲住的，自己掏多少", "=300.00元"),
        # from November on, 36.36 x 10
        ("深户，24年11月出生，25年4月才去交，要补11到3月吗，总额多少", "=363.60元"),
        ("婴儿现在参保要多少钱", "ask:hukou"),
        # 436.32 + 36.36 x 9, and one each
        ("儿子9月交的，侄女12月才交，两个一共多少医保费", "=763.56元"),
        ("大的8岁老二4岁小的1岁，三个孩子一年医保费一共多少", "=1308.96元"),
        ("10月20日交的钱，几号能用", "absent"),
    ],
)
def test_what_is_said_in_passing_counts(said: str, expected: str) -> None:
    assert outcome(told(said)) == expected


def test_the_chosen_clinic_is_not_the_hospital_that_was_visited() -> None:
    reply = told("门诊看病总共730，报多少", "不是社康，是区人民医院", "绑的是莲塘那边一个社康，没有转诊")
    assert outcome(reply) == "ask:selected" and "不是选定的 0.00 元" in reply.text
    # Who says no more than which one is chosen was there.
    assert outcome(told("绑的是一家一级医院，门诊花了93，能报多少")) == "=69.75元"


def test_an_amount_that_is_not_clear_is_named_when_it_is_asked_for() -> None:
    first = "报九成的意思是1万我自己出1千吗"
    reply = told(first, "住院")
    assert outcome(reply) == "ask:amount" and "“1万、1千”是什么数" in reply.text
    assert "是什么数" not in told(first, "住院", "医保范围内的费用1万").text


def test_what_the_material_is_of_is_no_benefit() -> None:
    assert real_calculator().turn("你的政策更新到几月份") is None


def test_whether_the_limit_is_used_up_is_asked_and_not_said() -> None:
    # 10000 x 55 % is over the limit
    assert outcome(told("三级医院门诊花了1万，限额用完了没有，能报多少")) == "=2471.31元"
    assert outcome(told("三级医院门诊花了1万，限额用完了，能报多少")) == "=0.00元"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # (8000 - 500 + 6000 - 500) x 90 %
        ("第一次住院8000，第二次住院6000，都三级，起付线都是500，一共能报多少", "=11700.00元"),
        # 90 is the 45 % that the family pays
        ("三级医院门诊看病自己付了90，总共花了多少", "=200.00元"),
        ("宝宝2024年10月3号出生，非深户，11月去办，交多少", "absent"),
        ("我有三个孩子，两个上学一个11月刚参保，总共多少钱", "ask:apply_month"),
    ],
)
def test_what_two_parts_of_a_message_say_together(said: str, expected: str) -> None:
    assert outcome(told(said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("住院3次每次5000，二级，报多少", "=13650.00元"),
        ("武汉住院转诊了，1万8，二级，自费800，自己付多少", "=2348.00元"),
    ],
)
def test_what_each_cost_and_a_referral_that_is_told_are_not_passed_over(said: str, expected: str) -> None:
    assert outcome(told(said)) == expected


def test_a_month_of_the_government_s_part_is_called_that() -> None:
    assert "财政补贴平均每月 72.72 元" in told("政府一个月补贴多少钱").text


def test_what_if_takes_the_place_of_what_was_said() -> None:
    # 30000 x 90 % x 90 %, and no question which of the two it is
    assert outcome(told("在长沙三甲住院花了3万", "备案过的", "那急诊抢救呢")) == "=24300.00元"


def test_a_printed_number_is_only_named_and_another_is_not_dropped() -> None:
    assert outcome(told("436.32平均一个月多少")) == "=36.36元"
    assert real_calculator().turn("医保费涨到500的话一个月多少") is None


def test_elsewhere_only_a_primary_institution_can_be_chosen() -> None:
    reply = told("长期备案在福州，在选定的联网社区看门诊花了200，能报多少")
    # 200 x 75 %, and no question of the level
    assert outcome(reply) == "=150.00元"
    open_ = told("去汕头看病，门诊280，能报吗")
    assert open_.ask is not None and open_.ask.slot == "out_of_city_kind" and "二级" not in open_.text
