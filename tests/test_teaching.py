"""Teaching: the format of annotated sentences, and how the shipped reader does on voices that it never learned from."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from bot.calculator.finder import Finder
from bot.calculator.loading import WEIGHTS, known_amounts, load_finder, load_lexicon
from bot.calculator.reader import HEADS, Reader, Sentence
from bot.calculator.spans import AMOUNT
from bot.teaching.__main__ import READINGS, _digest
from bot.teaching.annotations import WRITTEN, BadAnnotation, parse_annotation, read_annotations
from bot.teaching.evaluate import RIGHT, WRONG, follow_ups, judge
from bot.teaching.train import save, train
from corpus.entries import corpus_path, load_corpus
from tests.support.calculator_cases import CASES, real_calculator

VOICES = sorted((CASES / "voices").glob("*.txt"))
LEARNED = sorted((corpus_path() / READINGS).glob("*.txt"))
# On two voices together: what must be right at least, what may be wrong at most, of every hundred.
RIGHT_AT_LEAST, WRONG_AT_MOST, LATER_AT_LEAST = 87, 2.2, 88


@cache
def finder() -> Finder:
    return load_finder(corpus_path())


def test_a_line_says_what_is_to_be_read() -> None:
    one = parse_annotation("claim/fund in e+ m=sum | 在福州急诊抢救住三级，<A9000>起付线以上，报多少", finder())
    assert {name: value for name, value in one.heads.items() if value} == {
        "task": "claim", "want": "fund", "visit": "in", "emergency": "+", "many": "sum",
    }  # fmt: skip
    assert [(span.kind, role) for span, role in zip(one.spans, one.roles, strict=True)] == [
        ("place", "t"), ("level", "t"), ("amount", "A"),
    ]  # fmt: skip
    assert parse_annotation("@deductible more | 门槛费<D四百>", finder()).asked == "deductible"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("claim 三级住院报多少", "缺“|”"),
        ("| 三级住院报多少", "缺要做的事"),
        ("claimed | 三级住院报多少", "不是 task 可以有的值"),
        ("claim q+ | 三级住院报多少", "“q+”不认识"),
        ("@level more | 三级", "“@level”不认识"),
        ("claim | 三级住院<T很多钱>报多少", "没有找到"),
        ("fee n=3 | 两个孩子一年多少", "没有找到 3 个孩子"),
    ],
)
def test_a_slip_is_told(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("|", r"\|").replace("+", r"\+")):
        parse_annotation(line, finder())


def test_every_sentence_of_the_corpus_is_whole() -> None:
    learned, exam = ([one for path in paths for one in read_annotations(path, finder())] for paths in (LEARNED, VOICES))
    assert [str(one) for one in learned if isinstance(one, BadAnnotation)] == []
    assert len(learned) > 4500
    # What is found in voices that nobody has tuned anything to tells how good the finder is.
    assert sum(isinstance(one, BadAnnotation) for one in exam) <= len(exam) / 200


def test_the_weights_are_of_these_sentences() -> None:
    """After a change run: python -m bot.teaching train."""
    assert Reader.load(WEIGHTS, load_lexicon(corpus_path())).digest == _digest(LEARNED)


def test_no_voice_of_the_exam_is_learned_from() -> None:
    def lines(paths: list[Path]) -> set[str]:
        texts = (
            line.partition("|")[2].strip() for path in paths for line in path.read_text(encoding="utf-8").splitlines()
        )
        return {text for text in texts if len(text) > 15}

    assert len(lines(VOICES)) > 400 and not lines(VOICES) & lines(LEARNED)


def test_fresh_voices_are_read_right_and_few_numbers_are_wrong() -> None:
    reader, known = _reader(), _known()
    exam = [one for path in VOICES for one in read_annotations(path, finder()) if not isinstance(one, BadAnnotation)]
    judged = list(judge(real_calculator(), reader, exam, known))
    counts = Counter(one.verdict for one in judged)
    later = follow_ups(reader, exam, known)
    assert 100 * counts[RIGHT] / len(judged) >= RIGHT_AT_LEAST, counts
    assert 100 * counts[WRONG] / len(judged) <= WRONG_AT_MOST, counts
    assert 100 * later[True] / sum(later.values()) >= LATER_AT_LEAST, later


def test_what_is_not_numeric_gets_no_number() -> None:
    exam = [one for path in VOICES for one in read_annotations(path, finder()) if not isinstance(one, BadAnnotation)]
    plain = [one for one in exam if one.heads["task"] in ("none", "absent")]
    judged = list(judge(real_calculator(), _reader(), plain, _known()))
    assert len(judged) > 30 and [one.sentence.text for one in judged if one.verdict == WRONG] == []


def test_learning_is_the_same_every_time_and_takes_in_a_new_word(tmp_path: Path) -> None:
    lines = [
        *("fee | 医保要交多少钱", "fee | 小孩医保交多少", "fee | 一年交多少", "fee | 今年交多少钱"),
        *("claim/fund in | 住院<T3000>报多少", "claim/fund in | 住院<T5000>能报多少"),
        "claim/fund in | 住院花了<T900>报多少",
        *("claim/fund in | 住院<T3000>起付线<D600>报多少", "claim/fund in | 住院<T800>起付线<D300>报多少"),
    ]  # fmt: skip
    lexicon = load_lexicon(corpus_path())
    sentences = [parse_annotation(line, finder()) for line in lines * 2]
    first, second = train(sentences, _known(), lexicon), train(sentences, _known(), lexicon)
    assert first == second
    save(first, "digest", tmp_path / "model" / "reader.json.gz")
    reader = Reader.load(tmp_path / "model" / "reader.json.gz", lexicon)
    text = "住院7000,起付线400,报多少"
    spans = finder().find(text, WRITTEN)
    heard = Sentence(text, spans, reader.read(text, spans, "", _known()), lexicon, _known(), WRITTEN)
    assert heard.reading["task"] == "claim"
    assert [role for _, role, _ in heard.of(AMOUNT)] == ["T", "D"]


def test_probabilities_are_probabilities() -> None:
    text = "三级医院住院花了20000,起付线600,能报多少"
    spans = finder().find(text, WRITTEN)
    reading = _reader().read(text, spans, "", _known())
    assert set(reading.heads) == set(HEADS)
    assert all(abs(sum(shares.values()) - 1) < 1e-6 for shares in reading.heads.values())
    assert [role for role, _ in reading.roles] == ["t", "T", "D"] and all(
        0 <= sure <= 1 + 1e-9 for _, sure in reading.roles
    )


def test_a_number_is_not_what_the_reader_reads() -> None:
    """Next year's amounts, another town and another month change nothing."""

    def asked(text: str) -> list[str]:
        spans = finder().find(text, WRITTEN)
        reading = _reader().read(text, spans, "", _known())
        return [reading[head] for head in HEADS] + [role for role, _ in reading.roles]

    assert asked("在贵阳三级住院花了21000,起付线650,报多少") == asked("在长沙三级住院花了48000,起付线710,报多少")
    assert asked("11月办少儿医保要交多少") == asked("3月办少儿医保要交多少")


@cache
def _reader() -> Reader:
    return Reader.load(WEIGHTS, load_lexicon(corpus_path()))


def _known() -> dict[Decimal, str]:
    return known_amounts(load_corpus().policies[0])
