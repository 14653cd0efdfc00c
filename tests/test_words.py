"""The words of the calculator: what the clerk may write, what is refused and where, and that no word is idle."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from corpus.check import ERROR, check_folder
from corpus.entries import corpus_path, load_corpus
from corpus.errors import BadWords, LostCharacters, MissingFile
from corpus.words import GROUPS, NAMES, load_words, parse_meanings, parse_places, word_errors
from tests.support.checked_corpus import TODAY, write

MEANINGS, PLACES = Path("words/calculator.toml"), Path("words/places.txt")
SECTIONS = [f"[{table}]\n" + "".join(f'{name} = ["{name}甲"]\n' for name in names) for table, names in NAMES.items()]
WORDS = "".join(SECTIONS)
FIRST_CUE = 3 + len(NAMES["level"])  # the line of outpatient
GROUPED = "".join(f"{group}: {group}\n" for group in GROUPS[:-1])


def test_the_words_of_the_corpus_are_read() -> None:
    meanings, groups = load_words(corpus_path())
    assert {table: set(names) for table, names in meanings.items()} == {t: set(names) for t, names in NAMES.items()}
    assert "社康" in meanings["level"]["1"] and "东莞" in groups["广东省内"]
    assert list(word_errors(corpus_path())) == []


def test_a_small_file_is_read() -> None:
    assert parse_meanings(WORDS, MEANINGS)["cue"]["fund"] == ["fund甲"]
    text = "＃ 说明\n深圳：南山、福田，罗湖\n\n深圳: 盐田\n广东省内: 东莞\n广东省外: 北京\n港澳台: 澳门\n"
    assert parse_places(text, PLACES)["深圳"] == ["南山", "福田", "罗湖", "盐田"]


OLD = 'outpatient = ["outpatient甲"]'
# name: (what the clerk typed in place of OLD, what the message must say)
SLIPS: dict[str, tuple[str, str]] = {
    "curly quotes": ("outpatient = [“门诊”]", "英文的双引号"),
    "curly closing quote": ('outpatient = ["门诊”]', "英文的双引号"),
    "full-width quotes": ("outpatient = [＂门诊＂]", "英文的双引号"),
    "missing comma": ('outpatient = ["门诊" "看病"]', "少一个英文的逗号"),
    "full-width comma": ('outpatient = ["门诊"，"看病"]', "英文的逗号"),
    "Chinese list comma": ('outpatient = ["门诊"、"看病"]', "英文的逗号"),
    "full-width equals": ('outpatient ＝ ["门诊"]', "英文的“=”"),
    "colon": ('outpatient: ["门诊"]', "英文的“=”"),
    "full-width brackets": ('outpatient = ［"门诊"］', "英文的“[”"),
    "quote not closed": ('outpatient = ["门诊]', "不成对"),
    "no quotes": ("outpatient = [门诊]", "从“门”起"),
    "note behind": ('outpatient = ["门诊"] 说明', "从“说”起"),
    "full-width hash": ("＃ 说明", "英文的“#”"),
    "Chinese name": ('门诊 = ["门诊"]', "从“门”起"),
    "no list": ('outpatient = "门诊"', "方括号里的几种说法"),
    "empty list": ("outpatient = []", "方括号里的几种说法"),
    "a number": ("outpatient = [12]", "方括号里的几种说法"),
    "empty word": ('outpatient = ["门诊", ""]', "“”是空的"),
    "blank word": ('outpatient = ["门诊", "　"]', "是空的"),
    "nothing before the gap": ('outpatient = ["…门诊"]', "一边没有字"),
    "nothing but a gap": ('outpatient = ["…"]', "一边没有字"),
    "unknown name": ('outpatients = ["门诊"]', "“outpatients”不认识。缺的是：outpatient。"),
    "name twice": (f"{OLD}\n{OLD.replace('甲', '乙')}", "“outpatient”写了两次"),
    "table twice": (f"[level]\n{OLD}", "“level”写了两次"),
}


@pytest.mark.parametrize(("typed", "message"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_told_with_its_line(typed: str, message: str) -> None:
    with pytest.raises(BadWords) as caught:
        parse_meanings(WORDS.replace(OLD, typed), MEANINGS)
    assert caught.value.line == FIRST_CUE + ("\n" in typed and not typed.startswith("[")) and message in str(
        caught.value
    )
    assert not any(english in caught.value.message for english in ("Invalid", "Expected", "line", "column"))


# name: (the file, its line that is told, what the message must say)
FAULTS: dict[str, tuple[str, int, str]] = {
    "unknown table": (WORDS + '[role2]\nabove = ["以上"]\n', len(WORDS.splitlines()) + 1, "“role2”不认识"),
    "outside the tables": ('cues = ["门诊"]\n' + WORDS, 1, "“cues”不认识"),
    "a table is missing": (WORDS.replace(SECTIONS[2], ""), 0, "[role] 下面缺：deductible、above"),
    "a name is missing": (WORDS.replace(OLD + "\n", ""), 0, "[cue] 下面缺：outpatient。"),
    "one word, two levels": (WORDS.replace('"3甲"', '"3甲", "2甲"'), 4, "“2甲”已经是 2 级的说法"),
    "bracket not closed": (WORDS[:-2], 0, "最后少了“]”"),
    "empty file": ("", 0, "[level] 下面缺：1、2、3"),
}


@pytest.mark.parametrize(("text", "line", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_the_words(text: str, line: int, message: str) -> None:
    with pytest.raises(BadWords) as caught:
        parse_meanings(text, MEANINGS)
    assert caught.value.line == line and message in caught.value.message


@pytest.mark.parametrize(
    ("added", "line", "message"),
    [
        (
            "广东: 广州",
            5,
            "没有叫“广东”的组。写法：组: 地名 地名。组只有：深圳、广东省内、广东省外、港澳台、不是地名。",
        ),
        ("南山 福田", 5, "“南山 福田”前面没有写是哪一组"),
        ("深圳:", 5, "“深圳”后面没有地名"),
        ("# 说明\n广东省外: 北京 深圳", 6, "“深圳”已经在“深圳”里，不能又在“广东省外”里"),
        ("港澳台: 廣東省內", 5, "“廣東省內”已经在“广东省内”里"),
        ("广东省内: 粤", 5, "“粤”不到两个字"),
        ("深圳: 🙂🙂", 5, "不到两个字"),
    ],
)
def test_a_fault_of_the_places(added: str, line: int, message: str) -> None:
    with pytest.raises(BadWords) as caught:
        parse_places(f"{GROUPED}{added}\n", PLACES)
    assert caught.value.line == line and message in caught.value.message


def test_no_group_may_be_empty() -> None:
    with pytest.raises(BadWords, match="“港澳台”一个地名也没有") as caught:
        parse_places(GROUPED.replace("港澳台: 港澳台\n", ""), PLACES)
    assert caught.value.line == 0


@pytest.mark.parametrize("parse", [parse_meanings, parse_places])
def test_lost_characters_are_told(parse: Any) -> None:
    with pytest.raises(LostCharacters, match="请补上"):
        parse("# �\n", MEANINGS)


def test_the_check_reports_both_files(tmp_path: Path) -> None:
    assert check_folder(write(tmp_path), TODAY)[1] == []
    broken = {str(MEANINGS): WORDS.replace(OLD, "outpatient = [“门诊”]"), str(PLACES): "深圳 南山\n"}
    found = check_folder(write(tmp_path, **broken), TODAY)[1]
    assert [(one.path.name, one.line, one.severity) for one in found] == [
        ("calculator.toml", FIRST_CUE, ERROR),
        ("places.txt", 1, ERROR),
    ]
    assert check_folder(write(tmp_path, **{str(MEANINGS): WORDS, str(PLACES): GROUPED}), TODAY)[1] == []


def test_one_file_without_the_other_is_told(tmp_path: Path) -> None:
    found = list(word_errors(write(tmp_path, **{str(MEANINGS): WORDS})))
    assert [type(one) for one in found] == [MissingFile] and found[0].path.name == "places.txt"


def test_editing_the_words_makes_no_index_stale(tmp_path: Path) -> None:
    before = load_corpus(write(tmp_path)).digest
    write(tmp_path, **{str(MEANINGS): WORDS, str(PLACES): GROUPED})
    assert load_corpus(tmp_path).digest == before


def test_the_code_looks_for_no_other_list() -> None:
    """The guards name lists of the lexicon; one that is not there would never be found."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(Path("bot/calculator").glob("*.py")))
    named = set(re.findall(r'"([a-z_]+)" (?:not )?in (?:sentence\.)?words', text)) | set(
        re.findall(r'names\("([a-z_]+)"\)', text)
    )
    assert len(named) > 8 and named <= {*NAMES["cue"], *NAMES["role"]}
