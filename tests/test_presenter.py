"""The bot's own words in three languages; titles and answers stay what they are."""

from __future__ import annotations

import pytest

from bot.channels.presenter import Presenter, tongue
from bot.reply import Language, Option, Reply
from corpus.entries import load_corpus

CORPUS = load_corpus()
P1 = next(entry for entry in CORPUS.entries if entry.id == "P1")


@pytest.fixture(scope="module")
def presenter() -> Presenter:
    return Presenter(CORPUS.phrases, {entry.id: entry for entry in CORPUS.entries})


def reply(kind: str, text: str, **more: object) -> Reply:
    option = Option(entry_id="P1", question=P1.question, label=P1.label)
    return Reply(kind=kind, text=text, options=[option], **more)  # type: ignore[arg-type]


def test_chinese_is_what_was_said(presenter: Presenter) -> None:
    said = reply("clarify", CORPUS.phrases.text("clarify"))
    assert presenter.reply(said) is said and said.options[0].label == "没上学的孩子怎么交钱"


@pytest.mark.parametrize("key", ["abstain", "unsure", "clarify", "clarify_one", "clarify_both", "clarify_again"])
def test_own_sentences_are_translated(presenter: Presenter, key: str) -> None:
    text = CORPUS.phrases.text(key)
    english = presenter.reply(reply("clarify", text), "en")
    assert english.text == CORPUS.phrases.text(f"english.{key}") and english.options[0].label == P1.english
    traditional = presenter.reply(reply("clarify", text), "zh-Hant")
    assert traditional.text != text and traditional.options[0].label == "沒上學的孩子怎麼交錢"
    # The question stays the one that the corpus knows.
    assert english.options[0].question == traditional.options[0].question == P1.question


@pytest.mark.parametrize("talk", CORPUS.phrases.smalltalk, ids=lambda talk: talk.name)
def test_small_talk_is_translated(presenter: Presenter, talk: object) -> None:
    said = presenter.reply(reply("smalltalk", talk.reply), "en").text  # type: ignore[attr-defined]
    # Only the names of the two accounts are Chinese.
    assert said.isascii()


def test_answers_stay_word_for_word(presenter: Presenter) -> None:
    notice = CORPUS.phrases.text("expired").replace("{years}", "2024-2025")
    english = presenter.reply(reply("answer", P1.answer, notice=notice), "en")
    assert english.text == P1.answer and english.notice and "2024-2025 school year" in english.notice
    assert presenter.reply(reply("answer", P1.answer), "zh-Hant").text == P1.answer


def test_what_has_no_translation_is_said_in_chinese(presenter: Presenter) -> None:
    assert presenter.reply(reply("abstain", "没有译文的一句。"), "en").text == "没有译文的一句。"


@pytest.mark.parametrize(
    ("question", "chosen", "spoken"),
    [
        ("Can you answer in English? My son is 4.", "zh-Hans", "en"),
        ("how much is it", "zh-Hant", "en"),
        ("Do you answer 少儿医保 questions in English", "zh-Hans", "zh-Hans"),
        ("住院报多少", "en", "en"),
        ("ok thanks", "zh-Hans", "zh-Hans"),
        ("https://www.example.cn/a/b/c.html", "zh-Hans", "zh-Hans"),
        ("123 456 789", "zh-Hans", "zh-Hans"),
    ],
)
def test_who_writes_in_english_is_answered_in_english(question: str, chosen: Language, spoken: Language) -> None:
    assert tongue(question, chosen) == spoken


def test_the_word_before_an_unsure_answer_is_translated(presenter: Presenter) -> None:
    said = reply("answer", P1.answer, lead=CORPUS.phrases.text("nearest"))
    assert presenter.reply(said, "en").lead == CORPUS.phrases.text("english.nearest")
