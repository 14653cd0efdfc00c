"""A message in hand: claimed once, settled once, and its claim never takes the place of its answer."""

from __future__ import annotations

from bot.channels.wechat.card import Card
from bot.channels.wechat.errand import Errand
from bot.channels.wechat.visitors import CLAIM_SECONDS, Visitors
from bot.store import MemoryStore

ANSWER, EXCUSE = Card("答复"), Card("系统繁忙。", passing=True)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def visitors(clock: Clock | None = None) -> Visitors:
    return Visitors(MemoryStore(clock=clock or Clock()), "token")


def test_a_message_is_claimed_by_one_until_the_claim_is_over() -> None:
    clock = Clock()
    known = visitors(clock)
    one, other = Errand(known, "me", "1"), Errand(known, "me", "1")
    assert one.claim() and one.held and other.claim() is None and not other.held
    clock.now += CLAIM_SECONDS - 0.1
    one.renew()
    clock.now += CLAIM_SECONDS - 0.1
    assert other.claim() is None
    clock.now += 0.2
    assert other.claim()


def test_an_answer_is_not_lost_to_a_claim_that_is_renewed_too_late() -> None:
    known = visitors()
    errand = Errand(known, "me", "1")
    errand.claim()
    assert errand.settle(ANSWER) and not errand.held
    errand.renew()
    assert known.outcome("me", "1") == ANSWER.dump()


def test_what_was_said_first_stays() -> None:
    known = visitors()
    errand = Errand(known, "me", "1")
    errand.claim()
    errand.settle(EXCUSE)
    errand.settle(ANSWER)
    assert known.outcome("me", "1") == EXCUSE.dump() and errand.claim() is None


def test_nothing_is_kept_that_is_not_ours() -> None:
    known = visitors()
    Errand(known, "me", "1").claim()
    other = Errand(known, "me", "1")
    other.claim()
    other.settle(EXCUSE)
    assert known.outcome("me", "1") == ""


def test_nothing_is_kept_for_one_who_has_left() -> None:
    known = visitors()
    errand = Errand(known, "me", "1")
    errand.claim()
    known.erase("me")
    assert not errand.settle(ANSWER) and known.outcome("me", "1") is None
