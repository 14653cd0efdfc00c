"""Amounts in every way that people write them, what each is of, and numbers that are no amounts."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.money import bare_amount, find_amounts, is_vague, with_coins
from bot.calculator.reading import Reading
from corpus.text import fold
from tests.calculator_cases import outcome, real_calculator
from tests.test_calc_formulas import rows
from tests.test_calc_numbers import SIGNS, WIDE, spellings, spoken
from tests.test_calc_words import hear, pairs

SENTENCES = ["三级医院住院花了{}，能报多少", "社康看病用了{}报几多", "门诊花费{}自己要出多少"]

# An amount = its value; ~ about, ? an amount that nobody can compute with
AMOUNTS = """
两万三=23000 一万二=12000 1.5万=15000 3千8=3800 2w=20000 5k=5000 12,000元=12000 １２０００=12000 ５百块=500
2.5萬=25000 五百块=500 八百来块=~800 一百零五块六毛=105.60 一百零五块六=105.60 105块6=105.60 105块6毛5=105.65
两千零五=2005 三百五=350 三百五十块=350 一千零二十=1020 1万200=10200 12块5毛3分=12.53 12元5角=12.50
三块六毛二=3.62 一千二百三十四块五毛六分=1234.56 三百五十六元七角八分=356.78 五毛=0.50 8毛钱=0.80 五分钱=0.05
0.01元=0.01 187个半=187.50 五十七个半=57.50 ¥500=500 ￥５００=500 人民币500=500 500RMB=500 500大元=500
一千蚊=1000 12000圆=12000 1，234.56元=1234.56 15,000.00元=15000 2万块钱=20000 十块=10 一块钱=1 3块=3
12345元=12345 1000万=10000000 45=45 128.5=128.50 九十六块三=96.30 0元=0 零元=0 负500=-500 -500元=-500
一万左右=~10000 差不多3000=~3000 大概两千=~2000 约500元=~500 5000上下=~5000 一百来块=~100 两万多=? 一万多块=?
1800多=? 几百块=? 几千=? 上万=? 好几千=? 两三千=? 三五百块=? 七八千=? 三百八十几块=? 一千出头=? 不到一千=?
近2万=? 至少5000=? 万把块=? 百来块=? 壹万贰仟叁佰元整=12300
2050.80元=2050.80 十块零五分=10.05 一百块零五毛=100.50 两毛五=0.25 九角五分=0.95 三块半=3.50 两三块=? 五六块=?
"""


def show(reading: Reading) -> str:
    """Return the amounts of a sentence, or ? where one is only hinted at."""
    shown = ["?" if one.value is None else f"{'~' if one.about else ''}{one.value:.2f}" for one in reading.amounts]
    return " ".join(shown) or ("?" if reading.vague else "-")


def same(value: str) -> str:
    """Return a value with two decimals, as `show` has it."""
    return re.sub(r"[\d.]+", lambda match: f"{Decimal(match[0]):.2f}", value)


@pytest.mark.parametrize(("amount", "value"), [*pairs(AMOUNTS), ("500 元", "500")])
def test_an_amount_in_a_sentence(amount: str, value: str) -> None:
    assert {show(hear(sentence.format(amount))) for sentence in SENTENCES} == {same(value)}


# A reply that is nothing but an amount = its value; /- where asking again is right as well
BARE = """
600=600 0=0 600块钱=600 五百=500 两万三=23000 １２０００=12000 大概两万=20000 是600=600 就600吧=600 六百块吧。=600
600和800=- 600的药=- 三级=- 12月=- 几百块=- 不知道=-
四十五=45/- ¥600=600/- 600元整=600/- 差不多600左右=600/-
"""


@pytest.mark.parametrize(("said", "value"), pairs(BARE))
def test_a_bare_amount(said: str, value: str) -> None:
    assert bare_amount(fold(said)) in [None if one == "-" else Decimal(one) for one in value.split("/")]


# A message | what each amount is of, in order; cost is a line of the bill, whole or not
ROLES = """
三级医院住院花了2万，起付线600 | cost=20000 deductible=600
起付线600，住院花了两万三 | deductible=600 cost=23000
起付线是600元总共花了8000 | deductible=600 cost=8000
住院花了12000，600是起付线 | cost=12000 deductible=600
住院12000，600的起付线 | cost=12000 deductible=600
社康门诊200块，其中诊查费25 | cost=200 consult=25
看病300，25是诊查费 | cost=300 consult=25
药费180，诊查费30 | cost=180 consult=30
药费180块诊查费30块 | cost=180 consult=30
诊金25，药180 | consult=25 cost=180
诊查费25块6，药费一百零三块五 | consult=25.6 cost=103.5
检查费200，药费100 | cost=200 cost=100
社康看病300，已经报了2400 | cost=300 used=2400
今年门诊报过500了，这次花了300 | used=500 cost=300
今年额度用了2000，这次看病花了600 | used=2000 cost=600
统筹用了1000，这次药费500 | used=1000 cost=500
额度还剩71.31，看病花了200 | left=71.31 cost=200
总费用8000，自费1200 | cost=8000 outside=1200
总费用8000，其中1200是自费的 | cost=8000 outside=1200
看病300，自费50 | cost=300 outside=50
押金5000，总共花了12000 | not_cost=5000 cost=12000
预交3000，出院结算12000 | not_cost=3000 cost=12000
工资5000，住院花了2万 | not_cost=5000 cost=20000
花了5000，护工费1200 | cost=5000 not_cost=1200
总费用8000，医保范围内6500 | cost=8000 in_scope=6500
800块是医保范围内的 | in_scope=800
范围内的6500，起付线500 | in_scope=6500 deductible=500
起付线以上8000 | above=8000
扣除起付线后还有8000 | above=8000
起付线600以上的部分是8000 | deductible=600 above=8000
总费用两万，减去起付线600 | cost=20000 deductible=600
花了2万，不对，是3万 | cost=30000
住院花了12000，这12000能报多少 | cost=12000
起付线六百，总费用一万二，自费三百五 | deductible=600 cost=12000 outside=350
门诊药费200，已报100，自费50 | cost=200 used=100 outside=50
诊查费25，不对，是30 | consult=30
起付线600，哦不，800 | deductible=800
交了5000押金，住院花了12000 | not_cost=5000 cost=12000
200块药费30块诊查费 | cost=200 consult=30
30块诊查费200块药费 | consult=30 cost=200
商保报了3000，住院花了2万 | not_cost=3000 cost=20000
"""


@pytest.mark.parametrize(("said", "expected"), rows(ROLES))
def test_what_each_amount_is_of(said: str, expected: str) -> None:
    names = {"total": "cost", "item": "cost"}
    heard = [f"{names.get(one.role, one.role)}={one.value:.2f}" for one in hear(said).amounts]
    assert heard == [same(pair) for pair in expected.split()]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("三级医院住院花了1.5 万能报多少", "=13500.00元"),
        ("三级医院住院 起付线600 药费800 能报多少", "=180.00元"),
        ("三级医院住院起付线600，800块药费能报多少", "=180.00元"),
        ("三级医院住院8000，其中自费药1200，能报多少", "ask:amount"),
        ("社康门诊花了100.005能报多少", "=75.01元"),
        ("社康门诊花了百八十块能报多少", "ask:amount"),
        ("社康门诊10^999能报多少", "ask:amount"),
    ],
)
def test_what_an_amount_comes_to(typed: str, expected: str) -> None:
    assert outcome(real_calculator().reply(typed)) == expected


# Ages, counts, places, times, numbers of papers, phones, percent, body, words: no amounts
OTHERS = """
18岁 14周岁以下 三岁半 36个月大 两个娃 第三胎 两个孩子 三年级2班
住了5天 住了十二天 住了2次院 第2次 第一次住院 一天3次每次5ml 住院10天 吃了3盒药
在3楼 37床 3栋2单元1501室 3号诊室 坐25路公交去 5公里外
下午3点 3点半 打针30分钟 排了2个小时 9月20号 2024年8月的公告 24年9月20号 24到25学年 2024-2025学年 五一那天 星期三
工号8866 病历号100234 尾号6688 房号302 三代社保卡 说明书第15问 身份证440301201501011234
打12345问过 12345打不通 拨打12333 电话13812345678 叫了120
报75% 百分之七十五 百分百 8折
三级 三甲医院 发烧39.5度 体重20斤 身高1米2
千万别漏了 万一 一共 一般 统一 加一块儿 1e12
发烧38度5 早上8:30 120救护车送来的 9价疫苗 发烧38.5℃ 微信号123456
"""


@pytest.mark.parametrize("other", [*OTHERS.split(), "2025.7住院", "孩子今年15"])
def test_numbers_that_are_no_amounts(other: str) -> None:
    assert show(hear(f"{other}，报得多吗")) == "-"
    assert show(hear(f"{other}，花了两万三能报多少")) == "23000.00"


@pytest.mark.parametrize(
    ("said", "value"),
    pairs(
        "9月20块=20 花了八百三级医院=800 500块三级医院=500 住院花了一万二级医院=10000"
        " 12月交了327.24=327.24 住院10天1万2=12000 两个孩子花了600=600 花了12345元=12345"
    ),
)
def test_an_amount_next_to_another_number(said: str, value: str) -> None:
    assert show(hear(said)) == same(value)


def coins(amount: Decimal) -> list[str]:
    """Write an amount with 元 or 块, 角 or 毛, 分."""
    yuan, cents = divmod(int(amount * 100), 100)
    tenth, cent = divmod(cents, 10)
    if not yuan or (cents and not tenth):
        return []
    tail = f"{SIGNS[tenth]}角{f'{SIGNS[cent]}分' if cent else ''}" if cents else ""
    whole = [f"{spoken(yuan)}块{tail}", f"{spoken(yuan)}元{tail}", f"{yuan}元{tail}"]
    short = [f"{yuan}块{tenth}", f"{spoken(yuan)}块{SIGNS[tenth]}"] if tenth and not cent else []
    return [*whole, *(one.replace("角", "毛") for one in whole), *short]


def writings(amount: Decimal) -> list[str]:
    """Return the ways to write an amount."""
    digits = f"{amount:.2f}".removesuffix(".00")
    written = [f"{digits}元", f"{amount:,.2f}元", f"{digits}块", f"{digits.translate(WIDE)}元", f"¥{digits}"]
    if amount == int(amount):
        written += [f"{one}块" for one in spellings(int(amount)) if one[-1] in "百千万wWkK" or one.isascii()]
        # A number alone: 12345 is a hotline, seven digits are a phone, 十二 may be anything.
        written += [one for one in spellings(int(amount)) if 100 <= amount < 10**6 and amount != 12345]
    return written + coins(amount)


@st.composite
def written_amounts(draw: st.DrawFn) -> tuple[Decimal, str]:
    """Draw an amount of 0.01 to 10^7 yuan, often a round one, and one way to write it."""
    round_one = st.builds(lambda head, zeros: head * 10**zeros, st.integers(1, 99), st.integers(0, 7))
    amount = Decimal(draw(st.one_of(st.integers(1, 10**9), st.integers(1, 10**5), round_one))) / 100
    return amount, draw(st.sampled_from(writings(amount)))


@settings(max_examples=100, deadline=None)
@given(written_amounts(), st.sampled_from(SENTENCES))
def test_an_amount_in_any_writing_is_read(drawn: tuple[Decimal, str], sentence: str) -> None:
    assert [one.value for one in hear(sentence.format(drawn[1])).amounts] == [drawn[0]]


@pytest.mark.parametrize(
    ("text", "written"),
    [("三块六毛二", "3.62"), ("12元5角", "12.5"), ("100块", "100块"), ("5块3毛+2块1毛", "5.3+2.1"), ("", "")],
)
def test_coins_in_a_sum(text: str, written: str) -> None:
    assert with_coins(text) == written


TYPED = st.one_of(
    st.text(max_size=60),
    st.text("0123456789.,零一二两三四五六七八九十百千万亿wk元块毛角分半多来几上个-负%¥起付线诊查费报了 ", max_size=50),
    st.sampled_from(["9" * 500, "十" * 500, "1块" * 250, "一毛" * 250, "起付线" * 160, "1e999", "负" * 500]),
)


@settings(max_examples=60, deadline=None)
@given(TYPED)
def test_no_text_breaks_a_reader(text: str) -> None:
    for said in (text, fold(text)):
        end = 0
        for amount in find_amounts(said):
            assert end <= amount.start < amount.end <= len(said)
            assert amount.value is None or amount.value.is_finite()
            end = amount.end
        value = bare_amount(said)
        assert value is None or value.is_finite()
        assert is_vague(said) in (True, False) and isinstance(with_coins(said), str)
    assert all(amount.role for amount in hear(text).amounts)
