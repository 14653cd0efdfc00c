"""Terms, fuzzy sounds and the tables over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import Sounds, Terms, fuzzy, terms_of
from index.rows import Row, Table
from index.segment import Reading, Segmenter, key_of

ROWS = [
    Row("门票多少钱", "A"),
    Row("门票怎么卖", "A"),
    Row("月卡多少钱", "A", "月卡"),
    Row("办月卡", "A", "月卡"),
    Row("月卡每月300元", "A", "月卡", asked=False),
    Row("几点开门", "B"),
    Row("几点关门", "B"),
    Row("今天天气怎么样", ""),
    Row("天气冷不冷", ""),
    Row("？？", "B"),
]


@pytest.fixture(scope="module")
def sounds() -> Sounds:
    return Sounds.load()


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.of(ROWS, Segmenter())


@pytest.fixture(scope="module")
def terms(table: Table) -> Terms:
    return Terms.build(table, Sounds({}))


def row_of(terms: Terms, term: str) -> int:
    return int(terms.find(np.array([key_of(term)]))[0])


def terms_in(sounds: Sounds, *words: str) -> tuple[set[int], set[int]]:
    """Return the surface and the sounds of one reading."""
    terms, (surface, heard) = terms_of([Reading("", words)], sounds)
    assert len(terms) == surface + heard
    return set(terms[:surface].tolist()), set(terms[surface:].tolist())


@pytest.mark.parametrize(
    ("syllable", "plain"),
    [
        ("zhong", "zon"),
        ("chi", "ci"),
        ("shuang", "suan"),
        ("nan", "lan"),
        ("ning", "lin"),
        ("n", "n"),
        ("lan", "lan"),
        ("zi", "zi"),
        ("ma", "ma"),
        ("", ""),
    ],
)
def test_fuzzy(syllable: str, plain: str) -> None:
    assert fuzzy(syllable) == plain


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("参宝", "参保"),
        ("门珍", "门诊"),
        ("缴废", "缴费"),
        ("蓝牌", "男牌"),
        ("四十", "是事"),
        ("银航", "音杭"),
        ("绑定射康", "绑定社康"),
    ],
)
def test_homophones_share_their_sounds(sounds: Sounds, typed: str, meant: str) -> None:
    assert terms_in(sounds, typed)[1] == terms_in(sounds, meant)[1] != set()


@pytest.mark.parametrize(("one", "other"), [("参保", "参加"), ("门诊", "门票"), ("水温", "温水")])
def test_other_words_sound_otherwise(sounds: Sounds, one: str, other: str) -> None:
    assert terms_in(sounds, one)[1] != terms_in(sounds, other)[1]


def test_sounds_go_across_words_and_signs_without_one_stay(sounds: Sounds) -> None:
    assert len(terms_in(sounds, "门诊", "a", "3")[1]) == 3
    assert terms_in(sounds, "门", "a")[1] == terms_in(sounds, "们", "a")[1]
    assert terms_in(sounds, "门", "a")[1] != terms_in(sounds, "门", "b")[1]
    assert terms_in(sounds, "门", "𠮷")[1] != terms_in(sounds, "门", "𠮶")[1]
    assert terms_in(sounds, "门") == ({key_of("门")}, set()) and terms_in(sounds) == (set(), set())


def test_the_surface(sounds: Sounds) -> None:
    expected = ("水温", "水", "温", "几", "度", "温几", "几度", "度b", "bb", "b1", "12", "1.", ".2", "1.2")
    assert terms_in(sounds, "水温", "几", "度", "bb", "12", "1.2")[0] == {*map(key_of, expected), key_of("21")}


@given(st.lists(st.lists(st.text("水温几度ab1𠮷", min_size=1, max_size=4), max_size=5), max_size=6))
def test_the_terms_of_many_are_those_of_each(sounds: Sounds, texts: list[list[str]]) -> None:
    terms, lengths = terms_of([Reading("", tuple(words)) for words in texts], sounds)
    runs = [set(run.tolist()) for run in np.split(terms, lengths.cumsum())[:-1]]
    assert runs == [part for words in texts for part in terms_in(sounds, *words)]
    assert lengths.tolist() == list(map(len, runs)), "each once"


@pytest.mark.parametrize(
    "texts", [("水温", "温水"), ("水", "温"), ("少儿医保", "少儿医", "儿医保"), ("ab", "abc", "a")]
)
def test_keys_tell_terms_apart(texts: tuple[str, ...]) -> None:
    assert len(set(map(key_of, texts))) == len(texts)


def test_keys_of_words_and_of_sounds_never_meet(sounds: Sounds, table: Table) -> None:
    for reading in table.readings:
        surface, heard = terms_in(sounds, *reading.words)
        assert surface and not surface & heard


def test_rows_with_nothing_in_them_are_left_out(table: Table) -> None:
    assert len(table.rows) == len(table.readings) == len(ROWS) - 1
    assert table.groups == ("", "A", "B") and table.passages == (("", ""), ("A", "月卡"))
    assert table.group.tolist() == [1, 1, 1, 1, 1, 2, 2, 0, 0]
    assert table.passage.tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0]


def test_shapes(terms: Terms) -> None:
    count = len(terms.keys) + 1
    assert terms.idf.shape == terms.bm25_idf.shape == (count,)
    assert terms.bm25.shape == terms.linear.shape == (count, 3)
    assert terms.part.shape == (count, 5) and terms.part_bias.shape == (5,)
    for array in (terms.idf, terms.bm25_idf, terms.bm25, terms.linear, terms.part):
        assert array.dtype == np.float32 and np.isfinite(array).all()
        assert not array[-1].any(), "a term never seen speaks for nobody"


def test_terms_speak_for_their_group(terms: Terms) -> None:
    row = row_of(terms, "门票")
    assert terms.bm25[row].argmax() == terms.linear[row].argmax() == 1
    assert terms.linear[row_of(terms, "天气")].argmax() == 0
    assert terms.bm25[row, 2] == 0


def test_terms_speak_for_their_passage(terms: Terms) -> None:
    whole, passage = 1, 3 + 1  # the columns: three groups, then the passages
    row = terms.part[row_of(terms, "月")]
    assert row[passage] > row[whole]
    assert terms.part_bias[2] == -9, "a group without passages has no classifier"


def test_frequent_terms_weigh_little(terms: Terms) -> None:
    assert terms.idf[row_of(terms, "门")] < terms.idf[row_of(terms, "今天")]


def test_find(terms: Terms) -> None:
    known, unknown = terms.find(np.array([key_of("门票"), key_of("驿羴")]))
    assert terms.keys[known] == key_of("门票") and unknown == len(terms.keys)
    assert terms.find(np.array([], dtype=np.int64)).shape == (0,)


def test_a_group_that_is_not_there_is_never_chosen(table: Table) -> None:
    part = table.take(np.flatnonzero(table.group != 2))
    terms = Terms.build(part, Sounds({}), parts=False)
    assert terms.linear.shape[1] == 3 and not terms.linear[:, 2].any() and terms.linear_bias[2] == -1.5
    assert terms.part.shape[1] == 0
