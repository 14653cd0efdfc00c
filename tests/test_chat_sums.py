"""Chat and calculator: who takes a message, and what becomes of a calculation in between."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import Chat
from bot.reply import Ask, CalculatorReply, Estimate, Query, Reply, Result
from bot.settings import Settings
from index.hit import Hit
from tests.support.library import FakeEngine, spring


def _ask(chat: Chat, text: str, session: str = "session-one") -> Reply:
    return chat.reply(Query(text, "api", session))


class FakeCalculator:
    """Asks for the amount, then knows it; looks at what the matching found."""

    def turn(self, text: str, state: str | None, hits: Sequence[Hit]) -> CalculatorReply | None:
        if text.startswith("报多少") and hits and hits[0].entry_id == "T4":
            return CalculatorReply("ask", "费用是多少？", ask=Ask(slot="amount"), state="amount")
        if state != "amount" or not text.isdigit():
            return None
        estimate = Estimate(
            results=[Result(label="医保支付", value="1.00", unit="元")], formula="…", policy_year="2024-2025"
        )
        return CalculatorReply("calculation", "1.00 元", "T4", estimate)


def test_the_calculator_is_asked_first(settings: Settings) -> None:
    engine = FakeEngine({"报多少": [Hit("T4", "", 0.6)], "报多少和周末": [Hit("T6", "", 0.99)]})
    chat = Chat(engine, settings, calculator=FakeCalculator(), clock=spring)
    asked = _ask(chat, "报多少")
    assert asked.kind == "ask" and asked.ask is not None and asked.ask.slot == "amount" and asked.entry is None
    assert _ask(chat, "100", "session-two").kind == "abstain"
    done = _ask(chat, "100")
    assert done.kind == "calculation" and done.estimate is not None
    assert done.entry is not None and done.entry.id == "T4"
    assert _ask(chat, "100").kind == "abstain"
    assert _ask(chat, "一次可以借几本书").kind == "answer"
    # What the matching found is shown to it.
    assert [_ask(chat, text).kind for text in ("报多少和周末", "报多少")] == ["answer", "ask"]


def test_a_question_in_between_is_answered_and_the_calculation_goes_on(settings: Settings) -> None:
    known = {"报多少": [Hit("T4", "", 0.6)], "周末": [Hit("T6", "", 0.99)]}
    chat = Chat(FakeEngine(known), settings, calculator=FakeCalculator(), clock=spring)
    assert [_ask(chat, text).kind for text in ("报多少", "周末", "7")] == ["ask", "answer", "calculation"]
