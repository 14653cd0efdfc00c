"""Scribe: writes replies the way a phone shows them well: the point first, then where the rest is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from bot.channels.wechat.card import Card
from bot.channels.wechat.pages import cut
from bot.channels.wechat.text import MOST_BYTES, harmless, linked, menu_link, plain, size
from bot.reply import Reply
from corpus.entries import Phrases
from corpus.entry import Entry

# Some accounts have seen faults below the hard limit, so whatever can be cut or left out stays under this.
AIM_BYTES = 1800
# The talk whose reply says that there is no way to a person; with staff at hand it is theirs to answer.
_STAFF_TALK = "human"
_GAP = "\n\n"


class Scribe:
    """Writes cards in the words of one corpus."""

    def __init__(self, phrases: Phrases, entries: Mapping[str, Entry], public_url: str | None, staff: bool) -> None:
        """Take sentences and short answers from the corpus; without `public_url` there are no links to pages."""
        self._phrases = phrases
        self._entries = entries
        self._url = public_url
        self._handed_over = {talk.reply for talk in phrases.smalltalk if staff and talk.name == _STAFF_TALK}

    def card(self, reply: Reply) -> Card:
        """Return what to say for `reply`."""
        match reply.kind:
            case "answer":
                return self._answer(reply)
            case "calculation":
                return self._fit([_results(reply), self._facts(reply)], asks=True)
            case "ask":
                asked = reply.ask.options if reply.ask else []
                choices = [(option, str(number)) for number, option in enumerate(asked, 1)]
                return self._fit([plain(reply.text), self._facts(reply)], choices, asks=True)
            case "clarify":
                return self._fit([plain(reply.text), self._facts(reply)], _choices(reply))
            case "abstain":
                return self._fit([plain(reply.text), self._facts(reply)], _choices(reply), self.say("abstain_options"))
            case "smalltalk":
                return self.note(plain(reply.text), staff=reply.text in self._handed_over)

    def welcome(self) -> Card:
        """Return what a new follower reads, with the questions that most people ask."""
        known = [(item, self._entries.get(item)) for item in self._phrases.welcome]
        return self._fit(
            [self.say("subscribed")], [(entry.question, entry.id) if entry else (item, "0") for item, entry in known]
        )

    def note(self, text: str, staff: bool = False) -> Card:
        """Return a passing word of the bot."""
        return Card(cut(harmless(text), MOST_BYTES)[0], passing=True, staff=staff)

    def hint(self, key: str) -> Card:
        """Return one of the fixed sentences as a passing word."""
        return Card(self.say(key), passing=True)

    def say(self, key: str, **values: str) -> str:
        """Return a fixed sentence with its values and links."""
        sentence = self._phrases.text(key)
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", value)
        return linked(sentence)

    def _answer(self, reply: Reply) -> Card:
        entry = self._entries.get(reply.entry.id) if reply.entry else None
        whole = plain(reply.text)
        if reply.passage and plain(reply.passage) != whole:
            return self._excerpt(reply, plain(reply.passage), self.say("part"))
        if entry and entry.short_answer:
            return self._excerpt(reply, plain(entry.short_answer), self.say("shortened"))
        return self._fit([whole, self._facts(reply)], _choices(reply), self.say("related"), self._way(reply))

    def _excerpt(self, reply: Reply, text: str, remark: str) -> Card:
        """Return a card with a part of the answer: it says so, and where the whole is."""
        way = self._way(reply)
        more = remark + (way or self.say("full_more"))
        card = self._fit([text, more, self._facts(reply)], _choices(reply), self.say("related"), way)
        whole = () if way else self._pages([plain(reply.text), self._facts(reply)])
        return replace(card, rest=(*card.rest, *whole))

    def _way(self, reply: Reply) -> str:
        """Return the link to the page with the whole answer, if the pages have an address."""
        if not (self._url and reply.entry):
            return ""
        return self.say("full_link", url=self._url + quote(reply.entry.url))

    def _facts(self, reply: Reply) -> str:
        """Return where an answer comes from, and what to keep in mind with it."""
        basis = ""
        if reply.kind == "answer" and reply.entry and reply.entry.basis:
            basis = self.say("basis") + harmless(f"{reply.entry.basis}“{reply.entry.question}”")
        return "\n".join(filter(None, [basis, harmless(reply.notice or "")]))

    def _fit(
        self,
        blocks: Sequence[str],
        choices: Sequence[tuple[str, str]] = (),
        intro: str = "",
        way: str | None = None,
        asks: bool = False,
    ) -> Card:
        """Return a card with the choices under the blocks; under an answer, which has a `way`, they may fall off."""
        text = _joined([*blocks, self._listed(choices, intro)])
        options = tuple(label for label, _ in choices)
        if size(text) <= (MOST_BYTES if way is None else AIM_BYTES):
            return Card(text, options=options, asks=asks)
        if way is None:
            first, *rest = self._pages([text])
            return Card(first, tuple(rest), options, asks)
        first, *rest = self._pages(blocks, way)
        return Card(first, tuple(rest), asks=asks)

    def _listed(self, choices: Sequence[tuple[str, str]], intro: str) -> str:
        if not choices:
            return ""
        lines = [f"{number}. {menu_link(label, menu_id)}" for number, (label, menu_id) in enumerate(choices, 1)]
        numbers = f"1-{len(choices)}" if len(choices) > 1 else "1"
        return "\n".join(filter(None, [intro, *lines, self.say("pick", numbers=numbers)]))

    def _pages(self, blocks: Sequence[str], way: str = "") -> list[str]:
        """Return the blocks as pages; each but the last says how to go on."""
        text = _joined(blocks)
        if size(text) <= MOST_BYTES:
            return [text]
        feet = size(self.say("next_page", page="99/99")) + size(way) + 2 * len(_GAP)
        parts = cut(text, AIM_BYTES - feet)
        pages = [
            part + _GAP + self.say("next_page", page=f"{number}/{len(parts)}") for number, part in enumerate(parts, 1)
        ]
        return [pages[0] + (f"\n{way}" if way else ""), *pages[1:-1], parts[-1]]


def _choices(reply: Reply) -> list[tuple[str, str]]:
    return [(option.question, option.entry_id) for option in reply.options]


def _joined(blocks: Sequence[str]) -> str:
    return _GAP.join(filter(None, blocks))


def _results(reply: Reply) -> str:
    """Return the text of a calculation, its results in front."""
    text = plain(reply.text)
    results = reply.estimate.results if reply.estimate else []
    if not results or results[0].value in text.partition("\n")[0]:
        return text
    return _joined(["\n".join(harmless(f"{result.label}：{result.value} {result.unit}") for result in results), text])
