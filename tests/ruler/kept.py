"""Kept: what the bot promises: the precision asked for, and that no offered question leads round in a circle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat import Chat
from bot.reply import Query
from bot.settings import Settings
from index.engine import Engine
from tests.ruler.cases import Case
from tests.ruler.measure import Figures, engine_outcomes, figures

ASKED = (0.90, 0.95, 0.97, 0.98)


@dataclass(frozen=True)
class Loops:
    """How many questions were asked that have one answer of their own, and which did not get it."""

    titles: int
    lost_titles: tuple[str, ...]
    options: int
    loops: tuple[str, ...]


def promised(engine: Engine, cases: Sequence[Case]) -> dict[float, Figures]:
    """Return the figures at each precision that may be asked for."""
    return {precision: figures(engine_outcomes(engine, precision, cases)) for precision in ASKED}


def loops(engine: Engine, precision: float, cases: Sequence[Case]) -> Loops:
    """Ask every title, and whatever is offered for the cases, in the same session as a tap on it would."""
    chat = Chat(engine, Settings(precision=precision))
    titles = {id_: entry.question for id_, entry in engine.entries.items()}
    lost = [title for id_, title in titles.items() if not _answers(chat, title, id_, f"title {id_}")]
    options, circles = 0, []
    for number, case in enumerate(cases):
        offered = chat.reply(Query(case.text, "eval", f"case {number}")).options
        options += len(offered)
        circles += [
            f"{case.text} → {option.question}"
            for option in offered
            if not _answers(chat, option.question, option.entry_id, f"case {number}")
        ]
    return Loops(len(titles), tuple(lost), options, tuple(circles))


def _answers(chat: Chat, text: str, entry_id: str, session: str) -> bool:
    reply = chat.reply(Query(text, "eval", session))
    return reply.kind == "answer" and reply.entry is not None and reply.entry.id == entry_id
