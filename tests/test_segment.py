"""Sentences cut into words: the dictionary, the corpus's own terms, its synonyms."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.segment import Segmenter

TERMS = ("深水证", "在园在校", "成人早场")
SYNONYMS = {"池子": "泳池", "多少钱": "价格", "没办到": "没有 办理", "bb": "宝宝", "app": "应用"}

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
    ("您好，池子里冷吗，谢谢", "泳池 里 冷 吗"),
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
    assert list(segmenter.read(text).words) == words.split()
    assert list(loaded.read(text).words) == words.split()


def test_terms_win_over_the_dictionary(segmenter: Segmenter) -> None:
    plain = Segmenter()
    assert all(list(plain.read(term).words) != [term] for term in TERMS)
    assert all(list(segmenter.read(f"有{term}呢").words)[1:2] == [term] for term in TERMS)


def test_terms_of_one_segmenter_stay_out_of_another(segmenter: Segmenter) -> None:
    assert list(segmenter.read("成人早场").words) == ["成人早场"]
    assert list(Segmenter().read("成人早场").words) == ["成人", "早场"]


def test_a_reading_holds_what_is_asked(segmenter: Segmenter) -> None:
    reading = segmenter.read("您好，池子　深嗎？app打不开 13800138000")
    assert reading.text == "池子深吗?app打不开"
    assert reading.words == ("泳池", "深", "吗", "应用", "打不开")
    assert reading.signs == "泳池深吗应用打不开" == reading.spoken


def test_latin_words_and_numbers_are_spoken_apart(segmenter: Segmenter) -> None:
    assert segmenter.read("用wifi交20元").spoken == "用 wifi交 20元"
    assert segmenter.read("ab cd").spoken == "ab cd"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> tuple[Segmenter, Segmenter]:
    """A segmenter that knows three places: by an answer, by a term, by a name; and the same loaded."""
    folder = tmp_path_factory.mktemp("here")
    here = Segmenter(["惠州"], {"大埔": "大埔", "池子": "泳池"}, known="深圳的泳池")
    here.save(folder)
    return here, Segmenter.load(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("上海的池子", "某地 的 泳池"),
        ("湖南省长沙市的池子", "某地 的 泳池"),
        ("从上海到北京市", "从 某地 到 某地"),
        ("深圳的池子", "深圳 的 泳池"),
        ("深圳市的池子", "深圳市 的 泳池"),
        ("惠州来的", "惠州 来 的"),
        ("大埔的海", "大埔 的 海"),
    ],
)
def test_a_place_that_no_entry_knows_is_elsewhere(here: tuple[Segmenter, Segmenter], text: str, words: str) -> None:
    assert [" ".join(one.read(text).words) for one in here] == [words, words]


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
    assert segmenter.read(f"我手机{number}，水温几度").words == segmenter.read("水温几度").words


@pytest.mark.parametrize("number", ["12345", "2024", "436.32", "20000", "872.64"])
def test_other_numbers_stay(segmenter: Segmenter, number: str) -> None:
    assert number in list(segmenter.read(f"交{number}对吗").words)
