"""Scribe: writes replies the way a phone shows them well: the point first, then where the rest is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from bot.channels.wechat.card import Card
from bot.channels.wechat.markup import MOST_BYTES, harmless, linked, menu_link, plain, size
from bot.channels.wechat.pagination import cut
from bot.reply import Reply
from corpus.entries import Phrases
from corpus.entry import Entry

# Some accounts have seen faults below the hard limit, so whatever can be cut or left out stays under this.
AIM_BYTES = 1800
# The talk whose reply says that there is no way to a person; with staff at hand it is theirs to answer.
_STAFF_TALK = "human"
_GAP = "\n\n"
# Nobody reads more on a phone, and what waits to be read must fit into the store.
_MOST_PAGES = 6
# What is shown, what a tap says, and the id that comes with it.
_Choices = Sequence[tuple[str, str, str]]


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
        # Only the official answers are Markdown.
        text = plain(reply.text) if reply.kind == "answer" else harmless(reply.text)
        match reply.kind:
            case "answer":
                return self._answer(reply, text)
            case "calculation":
                return replace(self._ask([_results(reply, text), self._facts(reply)]), asks=True)
            case "ask":
                asked = reply.ask.options if reply.ask else []
                choices = [(option, option, str(number)) for number, option in enumerate(asked, 1)]
                return replace(self._ask([text, self._facts(reply)], choices), asks=True)
            case "clarify":
                return self._ask([text, self._facts(reply)], _choices(reply))
            case "abstain":
                return self._ask([text, self._facts(reply)], _choices(reply), self.say("abstain_options"))
            case "smalltalk":
                return self.note(text, staff=reply.text in self._handed_over)

    def welcome(self) -> Card:
        """Return what a new follower reads, with the questions that most people ask."""
        known = [(item, self._entries.get(item)) for item in self._phrases.welcome]
        choices = [_named(entry) if entry else (item, item, "0") for item, entry in known]
        return self._ask([self.say("subscribed")], choices)

    def note(self, text: str, staff: bool = False) -> Card:
        """Return a passing word of the bot."""
        return Card(cut(harmless(text), MOST_BYTES)[0], passing=True, staff=staff)

    def hint(self, key: str, **values: str) -> Card:
        """Return one of the fixed sentences as a passing word."""
        return Card(self.say(key, **values), passing=True)

    def say(self, key: str, **values: str) -> str:
        """Return a fixed sentence with its values and links."""
        sentence = self._phrases.text(key)
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", value)
        return linked(sentence)

    def _answer(self, reply: Reply, text: str) -> Card:
        entry = self._entries.get(reply.entry.id) if reply.entry else None
        if reply.passage and (passage := plain(reply.passage)) != text:
            return self._excerpt(reply, text, passage, self.say("part"))
        if entry and entry.short_answer:
            return self._excerpt(reply, text, plain(entry.short_answer), self.say("shortened"))
        return self._tell(reply, [harmless(reply.lead or ""), text, self._facts(reply)], self._way(reply))

    def _excerpt(self, reply: Reply, text: str, excerpt: str, remark: str) -> Card:
        """Return a card with a part of the answer: it says so, and where the whole is."""
        way = self._way(reply)
        blocks = [harmless(reply.lead or ""), excerpt, remark + (way or self.say("full_more")), self._facts(reply)]
        if size(_joined(blocks)) > MOST_BYTES:
            # The basis stands with the whole answer too, one step away.
            blocks[-1] = harmless(reply.notice or "")
        card = self._tell(reply, blocks, way)
        return replace(card, rest=(*card.rest, *self._pages([text, self._facts(reply)])))

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

    def _ask(self, blocks: Sequence[str], choices: _Choices = (), intro: str = "") -> Card:
        """Return a card with choices that must not be left out."""
        first, *rest = self._pages([*blocks, self._listed(choices, intro)])
        return Card(first, tuple(rest), tuple(said for _, said, _ in choices))

    def _tell(self, reply: Reply, blocks: Sequence[str], way: str) -> Card:
        """Return a card that answers, with as many of the related questions as fit below."""
        choices = _choices(reply)
        for count in range(len(choices), 0, -1):
            text = _joined([*blocks, self._listed(choices[:count], self.say("related"))])
            if size(text) <= AIM_BYTES:
                return Card(text, options=tuple(said for _, said, _ in choices[:count]))
        first, *rest = self._pages(blocks, way)
        return Card(first, tuple(rest))

    def _listed(self, choices: _Choices, intro: str) -> str:
        if not choices:
            return ""
        lines = [
            f"{number}. {menu_link(said, menu_id, shown)}" for number, (shown, said, menu_id) in enumerate(choices, 1)
        ]
        return "\n".join(filter(None, [intro, *lines, self.say("pick", numbers=numbers(len(choices)))]))

    def _pages(self, blocks: Sequence[str], way: str = "") -> list[str]:
        """Return the blocks as pages; each but the last says how to go on."""
        text = _joined(blocks)
        if size(text) <= MOST_BYTES:
            return [text]
        foot = size(self.say("next_page", page="99/99")) + size(way) + 2 * len(_GAP)
        *parts, last = cut(text, AIM_BYTES - foot)
        if len(parts) >= _MOST_PAGES:
            parts, last = parts[: _MOST_PAGES - 1], self.say("cut_off")
        count = len(parts) + 1
        pages = [
            part + _gap_after(part) + self.say("next_page", page=f"{number}/{count}")
            for number, part in enumerate(parts, 1)
        ]
        return ["\n".join(filter(None, [pages[0], way])), *pages[1:], last]


def numbers(count: int) -> str:
    """Return which numbers may be sent back to pick one of so many."""
    return f"1-{count}" if count > 1 else "1"


def _choices(reply: Reply) -> list[tuple[str, str, str]]:
    return [(option.label or option.question, option.question, option.entry_id) for option in reply.options]


def _named(entry: Entry) -> tuple[str, str, str]:
    return entry.label or entry.question, entry.question, entry.id


def _joined(blocks: Sequence[str]) -> str:
    return _GAP.join(filter(None, blocks))


def _gap_after(part: str) -> str:
    return _GAP[len(part) - len(part.rstrip("\n")) :]


def _results(reply: Reply, text: str) -> str:
    """Return the text of a calculation, its results in front."""
    results = reply.estimate.results if reply.estimate else []
    if not results or text.startswith(results[0].label):
        return text
    lines = [harmless(f"{result.label}：{result.value} {result.unit}".rstrip()) for result in results]
    return _joined(["\n".join(lines), text])
