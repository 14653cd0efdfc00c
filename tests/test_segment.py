"""Sentences cut into words: the dictionary, the corpus's own terms, its synonyms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from corpus.entries import load_corpus
from corpus.text import fold
from index.segment import Segmenter, with_characters

TERMS = ("深水证", "在园在校", "成人早场")
SYNONYMS = {"池子": "泳池", "多少钱": "价格", "没办到": "没有 办理", "唔该": "谢谢", "bb": "宝宝", "app": "应用"}

TABLE = [
    ("游泳馆几点开门", "游泳馆 几点 开门"),
    ("游泳馆，几点开门？！", "游泳馆 几点 开门"),
    ("遊泳館幾點開門", "游泳馆 几点 开门"),
    ("深水证怎么办", "深水证 怎么办"),
    ("在园在校的孩子", "在园在校 的 孩子"),
    ("成人早场要排队吗", "成人早场 要 排队 吗"),
    ("池子里水深1.2米", "泳池 里 水深 1.2 米"),
    ("月卡多少钱", "月 卡 价格"),
    ("深水证没办到", "深水证 没有 办理"),
    ("唔该你", "谢谢 你"),
    ("BB可以游泳嗎", "宝宝 可以 游泳 吗"),
    ("ＡＰＰ打不开", "应用 打不开"),
    ("apple打不开", "apple 打不开"),
    ("12.5元 ABC", "12.5 元 abc"),
    ("A1区和B2区", "a 1 区 和 b 2 区"),
    ("👶可以进吗👶", "可以 进 吗"),
    ("", ""),
    ("？！…… 😀", ""),
    ("\ud800\x00\u200b", ""),
]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(TERMS, SYNONYMS)


@pytest.fixture(scope="module")
def loaded(segmenter: Segmenter, tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    folder = tmp_path_factory.mktemp("segmenter")
    segmenter.save(folder)
    return Segmenter.load(folder)


@pytest.mark.parametrize(("text", "words"), TABLE)
def test_words(segmenter: Segmenter, loaded: Segmenter, text: str, words: str) -> None:
    assert segmenter.words(text) == words.split()
    assert loaded.words(text) == words.split()


def test_terms_win_over_the_dictionary(segmenter: Segmenter) -> None:
    plain = Segmenter()
    assert all(plain.words(term) != [term] for term in TERMS)
    assert all(segmenter.words(f"请问{term}呢")[1:2] == [term] for term in TERMS)


def test_terms_of_one_segmenter_stay_out_of_another(segmenter: Segmenter) -> None:
    assert segmenter.words("成人早场") == ["成人早场"]
    assert Segmenter().words("成人早场") == ["成人", "早场"]


def test_characters_follow_their_word(segmenter: Segmenter) -> None:
    tokens = ["泳池", "泳", "池", "的", "水深", "水", "深", "1.2", "米", "abc"]
    assert segmenter.segment("泳池的水深1.2米 abc") == tokens
    assert with_characters(["𠮶边", "a", "11"]) == ["𠮶边", "𠮶", "边", "a", "11"]


def test_a_reading_holds_all_three(segmenter: Segmenter) -> None:
    reading = segmenter.read("池子　深嗎？")
    assert reading.text == "池子深吗?"
    assert reading.words == ("泳池", "深", "吗")
    assert reading.tokens == ("泳池", "泳", "池", "深", "吗")


def test_rare_words_say_more(segmenter: Segmenter) -> None:
    order = ["的", "可以", "游泳", "蝶泳"]
    values = [segmenter.rarity(word) for word in order]
    assert values == sorted(values) and len(set(values)) == len(values)
    assert all(0 <= segmenter.rarity(word) <= 12 for word in (*order, *TERMS, "驿羴", "a", "7", "hello", "1.2"))


def test_a_term_is_as_rare_as_it_was_in_general_text(segmenter: Segmenter, loaded: Segmenter) -> None:
    plain = Segmenter()
    for word in (*TERMS, "池子", "多少钱", "游泳"):
        assert segmenter.rarity(word) == loaded.rarity(word) == plain.rarity(word)


def test_what_is_saved_stays_in_its_folder(segmenter: Segmenter, tmp_path: Path) -> None:
    segmenter.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"segmenter.json", "jieba.cache"}


@pytest.mark.parametrize("number", ["440301199001011234", "13800138000", "6222021234567890123", "1234567"])
def test_personal_numbers_say_nothing(segmenter: Segmenter, number: str) -> None:
    assert segmenter.words(f"我手机{number}，水温几度") == segmenter.words("我手机，水温几度")


@pytest.mark.parametrize("number", ["12345", "2024", "436.32", "20000", "872.64"])
def test_other_numbers_stay(segmenter: Segmenter, number: str) -> None:
    assert number in segmenter.words(f"交{number}对吗")


def test_our_cut_is_jiebas_own(segmenter: Segmenter) -> None:
    # The one that jieba ships is slower; what it finds must stay what we find.
    for entry in load_corpus().entries:
        for run in re.findall(r"[\u3400-\u9fff]+", fold(entry.answer + "".join(s.text for s in entry.similar[:60]))):
            assert segmenter._most_likely(run) == list(segmenter._jieba.cut(run, HMM=False))


@given(
    st.text(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.sampled_from("𠮶𠮷"), min_size=1, max_size=12
    )
)
@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_our_cut_is_jiebas_own_on_anything(segmenter: Segmenter, run: str) -> None:
    assert segmenter._most_likely(run) == list(segmenter._jieba.cut(run, HMM=False))
