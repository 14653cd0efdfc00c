"""Presenter: a reply in the words of who reads it: short labels, a card for a sum, sentences in their language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from opencc import OpenCC

from bot.channels.receipt import Say, receipt
from bot.reply import Language, Option, Reply
from corpus.entries import ENGLISH, Phrases
from corpus.entry import Entry

_ENGLISH = re.compile(r"[\x00-\x7f‘’“”…]*")
# A word stands alone: the parts of a pasted address are none.
_WORD = re.compile(r"(?<!\S)[A-Za-z'’]+[,.?!]?(?!\S)")
_SENTENCE = 3
_YEARS = re.compile(r"\d{4}(?:-\d{4})?")


def tongue(question: str, language: Language) -> Language:
    """Return the language to reply in: English to who writes in English, else the one that was chosen."""
    return "en" if _ENGLISH.fullmatch(question) and len(_WORD.findall(question)) >= _SENTENCE else language


class Presenter:
    """Puts replies into one of the languages of the chat window; official titles and answers stay as they are."""

    def __init__(self, phrases: Phrases, entries: Mapping[str, Entry]) -> None:
        """Take the sentences and the labels."""
        self._phrases = phrases
        self._entries = entries
        self._known = dict(phrases.sentences)

    def reply(self, reply: Reply, language: Language = "zh-Hans") -> Reply:
        """Return `reply` as it is shown in `language`."""
        card = receipt(reply, self.say(language)) if reply.estimate or reply.ask else None
        if card and reply.estimate:
            card.sources = self._sources(reply, language)
        if language == "zh-Hans":
            reply.card = card
            return reply
        own = reply.kind != "answer"
        return reply.model_copy(
            update={
                "text": self._translated(reply.text, language) if own else reply.text,
                "lead": self._translated(reply.lead, language) if reply.lead else None,
                "notice": self._translated(reply.notice, language) if reply.notice else None,
                "card": card,
                "options": [self.option(option, language) for option in reply.options],
            }
        )

    def option(self, option: Option, language: Language) -> Option:
        """Return a question to choose with its label in `language`."""
        entry = self._entries.get(option.entry_id)
        label = option.label or ""
        if language == "zh-Hant":
            label = str(self._traditional.convert(label or option.question))
        elif language == "en" and entry:
            label = entry.english or label
        return option.model_copy(update={"label": label or None})

    def say(self, language: Language) -> Say:
        """Return what says a sentence by its key; other words are said as they are, if no translation is known."""

        def chinese(key: str) -> str:
            return self._known.get(key, key)

        def english(key: str) -> str:
            return self._known.get(ENGLISH + key) or self._lines.get(key) or chinese(key)

        def traditional(key: str) -> str:
            return str(self._traditional.convert(chinese(key)))

        return {"zh-Hans": chinese, "en": english, "zh-Hant": traditional}[language]

    def _sources(self, reply: Reply, language: Language) -> list[Option]:
        """Return the entries that a sum rests on besides the one it names."""
        ids = [entry_id for entry_id in (reply.estimate.basis if reply.estimate else []) if entry_id in self._entries]
        others = [self._entries[entry_id] for entry_id in ids if not reply.entry or entry_id != reply.entry.id]
        named = [Option(entry_id=one.id, question=one.question, label=one.label or None) for one in others]
        return [self.option(option, language) for option in named] if language != "zh-Hans" else named

    def _translated(self, text: str, language: Language) -> str:
        if language == "zh-Hant":
            return str(self._traditional.convert(text))
        return self._lines.get(text) or "\n".join(self._english_line(line) for line in text.split("\n"))

    def _english_line(self, line: str) -> str:
        years = _YEARS.search(line)
        found = self._lines.get(_YEARS.sub("{years}", line), line)
        return found.replace("{years}", years[0] if years else "")

    @cached_property
    def _lines(self) -> dict[str, str]:
        """The English of each Chinese sentence that has one."""
        chinese: dict[str, str] = {
            **self._known,
            **{f"talk_{talk.name}": talk.reply for talk in self._phrases.smalltalk},
        }
        english = {key: text for key, text in chinese.items() if ENGLISH + key in self._known}
        return {text: self._known[ENGLISH + key] for key, text in english.items()}

    @cached_property
    def _traditional(self) -> OpenCC:
        return OpenCC("s2hk")
