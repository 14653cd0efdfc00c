"""Words of the calculator: the vocabulary and what denies it, misspellings, levels, numbers of children."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.counts import find_children
from bot.calculator.levels import find_levels, impossible_level
from bot.calculator.reading import Message, Reading, read
from bot.calculator.spelling import spell
from bot.calculator.vocabulary import GAP, Vocabulary, Words, load_vocabulary
from corpus.entries import corpus_path
from corpus.files import read_text
from corpus.text import fold
from tests.test_calc_formulas import rows

TODAY = date(2024, 10, 15)
GROUPS = tomllib.loads(read_text(corpus_path() / "words" / "calculator.toml"))
# What people deny: levels, papers, cases, visits.
DENIED = ("emergency", "rescue", "filed", "referral", "selected", "inpatient_word", "outpatient_word")
DENIABLE = [*(("level", level) for level in GROUPS["level"]), *(("cue", cue) for cue in (*DENIED, "hukou_here"))]


@cache
def words() -> Vocabulary:
    """Return the vocabulary of the corpus."""
    return load_vocabulary()


def hear(text: str) -> Reading:
    """Return what the calculator reads on 15 October 2024."""
    return read(Message.of(fold(text), words()), words(), TODAY)


def pairs(table: str) -> list[list[str]]:
    """Return the pairs of a table, several a line."""
    return [pair.rsplit("=", 1) for pair in table.split()]


def named(group: str, name: str) -> Words:
    return {"level": words().levels, "cue": words().cues, "role": words().roles}[group][name]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("between", ["", "这次"])
def test_every_word_is_found_in_a_sentence(group: str, between: str) -> None:
    missed = []
    for name, phrases in GROUPS[group].items():
        found = named(group, name)
        said = {phrase: fold(f"我想问{phrase.replace(GAP, between)}，是多少") for phrase in phrases}
        missed += [(name, phrase) for phrase, text in said.items() if found.said(text) is None]
        missed += [(name, phrase) for phrase, text in said.items() if found.last(text) is None]
    assert missed == []


@pytest.mark.parametrize("denial", ["没", "没有", "不是", "未"])
def test_a_denied_word_is_not_said(denial: str) -> None:
    said = [
        (group, name, fold(f"孩子{denial}{phrase.replace(GAP, '这次')}"))
        for group, name in DENIABLE
        for phrase in GROUPS[group][name]
    ]
    assert [(name, text) for group, name, text in said if named(group, name).said(text) is not False] == []


# The cue | what somebody writes | yes, no, or unsaid
DENIALS = """
filed | 办了异地备案 | yes
filed | 备过案 | yes
filed | 没办备案 | no
filed | 备案没办 | no
filed | 备案也没有 | no
filed | 备案过期了 | no
filed | 备案已经取消了 | no
filed | 没有办理长期异地备案 | no
filed | 忘了备案 | no
filed | 还没去备案 | no
filed | 没想到还要备案 | yes
filed | 没问题，备案了 | yes
filed | 没备案，但是转诊了 | no
filed | 备案和转诊都没有 | no
filed | 转诊备案都没办 | no
filed | 住院花了2万 | unsaid
referral | 没备案，但是转诊了 | yes
referral | 备案和转诊都没有 | no
referral | 没有备案和转诊 | no
referral | 转诊单没开 | no
referral | 市外转诊办好了 | yes
referral | 医生给开了转诊 | yes
emergency | 不是急诊 | no
emergency | 急诊也不是 | no
emergency | 没有抢救 | no
emergency | 是急诊抢救 | yes
emergency | 没备案，急诊去的 | yes
emergency | 没办备案是急诊抢救 | yes
emergency | 没办法只能去急诊 | yes
selected | 不是选定的社康 | no
selected | 不在选定的医院看的 | no
selected | 是绑定的社康 | yes
inpatient_word | 不是门诊是住院 | yes
outpatient_word | 不是门诊是住院 | no
inpatient_word | 不用住院 | no
inpatient_word | 不仅住院 | yes
inpatient_word | 没钱住院 | yes
referral | 不过转诊了 | yes
emergency | 不过是急诊 | yes
inpatient_word | 不得不住院 | yes
filed | 有没有备案都能报吗 | unsaid
selected | 有没有绑定 | unsaid
"""


@pytest.mark.parametrize(("cue", "said", "expected"), rows(DENIALS))
def test_what_is_denied(cue: str, said: str, expected: str) -> None:
    assert {True: "yes", False: "no", None: "unsaid"}[words().cues[cue].said(fold(said))] == expected


def test_what_is_said_and_denied_is_disputed() -> None:
    assert hear("绑定了社康，但这家不是绑定的").said.disputed("selected")
    assert not hear("绑定了社康，是绑定的").said.disputed("selected")
    assert not hear("在社康看的").said.disputed("selected")


def test_words_with_a_gap_stay_in_one_clause_and_the_longer_word_wins() -> None:
    given_words = Words([f"自己{GAP}出", "起付线", "起付线以上"])
    assert given_words.said("自己还要出多少") and given_words.said("自己,要出多少") is None
    found = given_words.last("起付线以上8000")
    assert found and found[0] == "起付线以上"
    assert given_words.leading("起付线600") and not given_words.leading("那起付线600")


# Parts of these sound like the words.
UNTOUCHED = (
    "被安排到三级医院",
    "准备安排手术",
    "我们真的要交吗",
    "我们镇上的医院",
    "祝愿孩子健康",
    "住原来那家",
    "医保小程序",
    "给大宝小宝办",
    "上报小学",
)

# Typed | meant
SPELT = """
门疹能报多少   | 门诊能报多少
门珍报多少     | 门诊报多少
主院花了2万    | 住院花了2万
住愿报几多     | 住院报几多
怎么抱销       | 怎么报销
报消多少       | 报销多少
去设康看病     | 去社康看病
起付县600      | 起付线600
诊察费25       | 诊查费25
没背案         | 没备案
异地备岸       | 异地备案
邦定的医院     | 绑定的医院
市外转珍       | 市外转诊
主院报消，门疹呢 | 住院报销,门诊呢
急诊抢救       | 急诊抢救
打了几针       | 打了几针
住得很远       | 住得很远
去社区办       | 去社区办
""" + "\n".join(f"{text} | {text}" for text in ("", "12,000元", "abc 123", "🙂", "备", "住 院", *UNTOUCHED))


@pytest.mark.parametrize(("typed", "meant"), [*rows(SPELT), ("准备按月交", "准备按月交")])
def test_misspelt_words_are_put_right_and_others_left(typed: str, meant: str) -> None:
    assert spell(fold(typed)) == fold(meant)


TYPED = st.one_of(
    st.text(max_size=60),
    st.text("门们疹诊真主住院愿报抱销小保备被案安按绑邦定转专社设康起付线县查察费 12,。\t\U0001f600", max_size=40),
    st.text(
        "一二两三四五六七八九十百千万零半0123456789级甲乙社康个俩仨娃孩胞胎双第老不没是对，负-.% 医院", max_size=40
    ),
)


@settings(max_examples=60, deadline=None)
@given(TYPED)
def test_no_text_breaks_a_reader_and_spelling_keeps_its_length(text: str) -> None:
    assert len(spell(text)) == len(text)
    for said in (text, fold(text)):
        levels, spans = find_levels(said, words().levels)
        assert set(levels) <= {"1", "2", "3"} and len(set(levels)) == len(levels)
        children, counted = find_children(said)
        assert re.fullmatch(r"\d*|several", children)
        assert all(0 <= start < end <= len(said) for start, end in (*spans, *counted))
        assert impossible_level(said) in said


# What is said | the levels that count, as 1, 2, 3; "or -" where asking is right as well
LEVELS = """
三级医院 | 3
三甲 | 3
3甲 | 3
三乙医院 | 3
二级 | 2
二甲 | 2
一级医院 | 1
社康 | 1
社区医院 | 1
社区健康服务中心 | 1
街道医院 | 1
卫生院 | 1
一级以下医疗机构 | 1 or -
二级以下医院 | -
区医院 | -
人民医院 | -
儿童医院 | -
不知道几级 | -
不是三甲 | -
不是社康 | -
没去三甲 | -
未到三级医院 | -
非三甲医院 | -
不是三甲也不是二甲 | -
不是三级，是二级 | 2
是三甲不是社康 | 3
三级，不对，二级 | 2
三甲，说错了，是二甲 | 2
社康的结算医院 | -
社康的结算医院，三级 | 3
社康转诊到三级医院 | 3
三级医院下属社康 | 1
绑的是社康，住的是三级 | 3
二级还是三级 | 2 3
社康和三甲哪个报得多 | 1 3
一级二级三级分别报多少 | 1 2 3
花了八百三级医院 | 3
三级护理 | -
二级手术 | -
一级伤残 | -
小学三年级 | -
2023级学生 | -
转到上一级医院 | -
二级医院，社康没去 | 2 or 2 1
"""


@pytest.mark.parametrize(("said", "expected"), rows(LEVELS))
def test_levels(said: str, expected: str) -> None:
    assert (" ".join(find_levels(fold(said), words().levels)[0]) or "-") in expected.split(" or ")


@pytest.mark.parametrize(
    ("said", "level"),
    [("四级医院", "四级"), ("五甲", "五甲"), ("9级医院", "9级"), ("0级医院", "0级")]
    + [(said, "") for said in ("三级医院", "九级伤残", "七级地震", "2024级学生", "十四级", "四年级")],
)
def test_levels_that_there_are_not(said: str, level: str) -> None:
    assert impossible_level(fold(said)) == level


# What is said = how many children; 0 is impossible
CHILDREN = """
两个孩子=2 俩娃=2 2个娃=2 仨娃=3 三个孩子=3 三个细路=3 四个小孩=4 两位小朋友=2 十二个学生=12 38人一起交=38
一百个孩子=100 一个娃=1 双胞胎=2 龙凤胎=2 一对双胞胎=2 三胞胎=3 兄妹俩=2 姐弟=2 一儿一女=2 两个孩子，一个9月一个12月=2
四口之家两个孩子=2 两个大人一个小孩=1 姐姐家两个娃，我家两个娃，四个小孩=4 两个女儿一个儿子=3/several
孩子=- 几个孩子=- 二胎=- 三胎=- 老二=- 第二个孩子=- 第3个娃=- 两次=- 两个月=- 两个社康=-
0个孩子=0 负2个孩子=0 -2个孩子=0 2.5个孩子=0 100万个孩子=0/-
两三个孩子=0/-/several 二孩=- 一个儿子一个女儿=2/several
"""


@pytest.mark.parametrize(("said", "expected"), [*pairs(CHILDREN), ("12月办，孩子两个", "2")])
def test_children(said: str, expected: str) -> None:
    assert (find_children(fold(said))[0] or "-") in expected.split("/")


@settings(max_examples=60)
@given(st.integers(1, 99), st.sampled_from(["孩子", "娃", "学生", "宝宝"]), st.sampled_from(["", "个", " 个 "]))
def test_a_count_in_digits(count: int, noun: str, classifier: str) -> None:
    assert find_children(fold(f"我们{count}{classifier}{noun}要交多少"))[0] == str(count)
