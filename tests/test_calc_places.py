"""Where a hospital is and where a child is registered, as far as a sentence says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.places import find_place, has_two_places
from bot.calculator.vocabulary import ABROAD, COUNTRY, HERE, NOWHERE, PROVINCE, Named, Places
from corpus.entries import corpus_path
from corpus.files import read_text
from corpus.text import fold
from tests.test_calc_formulas import rows
from tests.test_calc_words import hear, words

SLOTS = {NOWHERE: "-", HERE: "local", PROVINCE: "in_province", COUNTRY: "out_province", ABROAD: "uncovered"}
KINDS = {*SLOTS.values(), "away", "several", ""}


def named(text: str) -> list[Named]:
    return list(words().places.find(text))


def place(text: str) -> str:
    folded = fold(text)
    return find_place(folded, named(folded)) or "-"


def names() -> list[tuple[str, str]]:
    """Return every name of the list with its group."""
    lines = read_text(corpus_path() / "words" / "places.txt").replace("：", ":").splitlines()
    groups = [line.partition(":") for line in lines if not line.startswith("#")]
    return [(name, group) for group, _, rest in groups for name in rest.split()]


@pytest.mark.parametrize("sentence", ["娃在{}住院能报多少", "去{}的三级医院看病"])
def test_every_place_of_the_list_is_known(sentence: str) -> None:
    found = [(name, place(sentence.format(name)), SLOTS[group]) for name, group in names()]
    assert len(found) > 400
    assert [row for row in found if row[1] != row[2]] == []


# What is said | where the hospital is; away: outside, nobody says where; "or" where asking is right as well
PLACES = """
在深圳住院 | local
市内看病 | local
南山区人民医院 | local
宝安社康 | local
南山西丽医院 | local
罗湖南山的社康 | local
中山大学附属第八医院 | local
中山大学附属第七医院 | local
北京大学深圳医院 | local
香港大学深圳医院 | local
广州中医药大学深圳医院 | local
在广州住院 | in_province
省内住院 | in_province
珠三角的医院 | in_province
在中山看病 | in_province
东莞长安医院 | in_province
省内江门住院 | in_province
在湖南住院 | out_province
江西省人民医院 | out_province
湖南长沙住院 | out_province
省外住院 | out_province
广东省外的医院 | out_province
跨省就医 | out_province
浙江门诊 | out_province
在香港看病 | uncovered
澳门住院 | uncovered
台湾住院 | uncovered
外地住院 | away
异地就医 | away
回老家看病 | away
外市医院 | away
市外转诊 | away
娘家那边看的 | away
老家湖南住院 | out_province
老家在汕头，在汕头住院 | in_province
在外地，广州住院 | in_province
不在深圳，在东莞看病 | in_province
没去外地 | -
不是异地 | -
不在外地 | -
深圳转诊到广州住院 | in_province
深圳转到北京住院 | out_province
从深圳去武汉住院 | out_province
离开深圳回湖南住院 | out_province
在广州，不对，在长沙住院 | out_province
广州打错了，是深圳 | local
湖南省内住院 | out_province or several
在美国住院 | uncovered or away
国外住院 | uncovered or away
住在惠州，在深圳看病 | local or several
湖南户口，在深圳住院 | local
户口在湖南，在深圳门诊 | local
户籍在河南，深圳社康看病 | local
湖南人，在深圳住院 | local
从湖南过来，在深圳看病 | local
四川来的，在南山看病 | local
外地人在深圳看病 | local
深圳医保在上海住院 | out_province
深户在北京看病 | out_province
深圳少儿医保在广州住院 | in_province
中山大学附属第一医院 | in_province or -
深圳少儿医保一年多少 | -
湖南户口交多少 | -
户口在东莞交多少 | -
外地户口 | -
老家户口 | -
中山大学 | -
武汉大学 | -
中山路的社康 | -
北京路社康 | -
上海人 | -
广东话 | -
一周口服药 | -
当天门诊 | -
普通化验 | -
平安顺利 | -
金地大厦门诊部看病 | -
用了长春新碱 | -
东莞住了又去长沙住 | several
"""


@pytest.mark.parametrize(("said", "expected"), rows(PLACES))
def test_where_the_hospital_is(said: str, expected: str) -> None:
    assert place(said) in expected.split(" or ")


@pytest.mark.parametrize(
    ("said", "two"),
    [
        ("备案在湖南，结果在武汉住院", True),
        ("备案办的是长沙，人在武汉住院", True),
        ("湖南长沙住院", False),
        ("在长沙备案，长沙住院", False),
        ("深圳转到广州", False),
        ("住院花了2万", False),
        ("备案在长沙，在武汉住院", True),
    ],
)
def test_two_places(said: str, two: bool) -> None:
    assert has_two_places(fold(said), named(fold(said))) == two


# What is said | whose hukou the child has; "or -" where asking is right as well
HUKOU = """
深户宝宝 | shenzhen
深圳户口 | shenzhen
户口在深圳 | shenzhen
本市户籍 | shenzhen
刚落户深圳 | shenzhen
户口在南山 | shenzhen or -
户口随妈妈在深圳 | shenzhen or -
非深户 | other
不是深户 | other
我们不是深户 | other
孩子不是深户 | other
没有深圳户口 | other
户口不在深圳 | other
湖南户口 | other
户口在东莞 | other
户籍在河南 | other
香港户口 | other
外地户口 | other
外省户口的娃 | other
户口还在老家没迁 | other
爸爸深户，孩子湖南户口 | other
我深户，娃是外地户口 | other
湖南户口，在深圳住院 | other
老公是深户 | -
户口还没上 | -
在湖南住院 | -
湖南人 | -
是不是深户都能办吗 | -
不管是不是深户 | -
广州户口在深圳上学 | other
"""


@pytest.mark.parametrize(("said", "expected"), rows(HUKOU))
def test_where_a_child_is_registered(said: str, expected: str) -> None:
    assert hear(said).slots.get("hukou", "-") in expected.split(" or ")


def test_the_longer_of_two_places_is_meant() -> None:
    places = Places({HERE: ["中山七院", "南山"], PROVINCE: ["中山"], COUNTRY: ["山西"], NOWHERE: ["中山装"]})
    assert not places.said_in("中山装")
    assert [group for _, _, group in places.find("中山七院")] == [HERE]
    assert [group for _, _, group in places.find("南山西丽")] == [HERE]
    assert places.said_in("在中山") and not places.said_in("在中间")
    assert list(Places({}).find("中山")) == []


TYPED = st.one_of(
    st.text(max_size=60),
    st.text(
        "深圳南山罗湖广州东莞中山湖长沙北京上海香港省内外市老家异地户口籍在从去回不是对错,。大学路人转备案 ",
        max_size=50,
    ),
    st.sampled_from(["广州" * 250, "深圳" * 250, "不在" * 250, "省内" * 250, "中山大学" * 125]),
)


@settings(max_examples=60, deadline=None)
@given(TYPED)
def test_no_text_breaks_a_reader(text: str) -> None:
    for said in (text, fold(text)):
        assert find_place(said, named(said)) in KINDS
        assert has_two_places(said, named(said)) in (True, False)
        for start, end, group in named(said):
            assert 0 <= start < end <= len(said) and group in SLOTS
    assert hear(text).slots.get("hukou", "") in ("shenzhen", "other", "")
