"""Quick answers: an engine that takes less time than another thread is asked in the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from conftest import FakeEngine, FakeHit
from wechat_fixtures import Caller, account, together

from bot.store import MemoryStore


class QuickEngine(FakeEngine):
    """Takes no longer than going to another thread, and notes what is asked together."""

    quick = True

    def __init__(self) -> None:
        super().__init__()
        self.together: list[list[str]] = []

    def search_many(self, texts: Sequence[str], k: int = 5) -> list[list[FakeHit]]:
        self.together.append(list(texts))
        return super().search_many(texts, k)


class FarStore(MemoryStore):
    near = False


@pytest.mark.parametrize(("store", "together_asked"), [(MemoryStore, True), (FarStore, False)])
def test_quick_answers_are_made_together_in_the_event_loop(store: type[MemoryStore], together_asked: bool) -> None:
    """Not where the session lies in a store that is far: nobody else waits for a network."""
    engine, questions = QuickEngine(), ["怎么办理借书证？", "书丢了怎么办？", "周末开门吗？"]
    app = account(store=store())
    app.state.desk.open(engine)

    async def crowd(wx: Caller) -> list[str]:
        return list(
            await asyncio.gather(
                *(wx.say(text, sender=f"oTEST_openid-{place}") for place, text in enumerate(questions))
            )
        )

    texts = together(app, crowd)
    assert [text[:4] for text in texts] == [
        engine.entries[id_].answer.replace("*", "")[:4] for id_ in ("T1", "T3", "T5")
    ]
    assert engine.together == ([questions] if together_asked else [])


def test_a_fault_of_a_quick_answer_is_one_follower_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = QuickEngine()
    app = account()
    app.state.desk.open(engine)
    sound = engine.search
    monkeypatch.setattr(engine, "search", lambda text, k=5: 1 / 0 if text == "坏" else sound(text, k))

    async def crowd(wx: Caller) -> list[str]:
        return [await wx.say("坏"), await wx.say("周末开门吗？", number=2)]

    trouble, fine = together(app, crowd)
    assert trouble == "系统繁忙。" and fine.startswith(engine.entries["T5"].answer[:4])
