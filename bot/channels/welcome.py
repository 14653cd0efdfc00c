"""Welcome: what a chat window shows before the first question."""

from __future__ import annotations

from typing import get_args

from bot.channels.desk import Desk
from bot.reply import Language, Option, Welcome

_QUESTIONS = 5


def welcome_of(desk: Desk, language: str | None) -> Welcome:
    """Return the greeting in a language; in simplified Chinese where it is none of ours."""
    chosen: Language = next((known for known in get_args(Language) if known == language), "zh-Hans")
    live = desk.live
    chat, presenter = live.chat, live.presenter
    say = presenter.say(chosen)
    entries = chat.engine.entries
    first = (chat.engine.phrases.welcome or tuple(entries))[:_QUESTIONS]
    # A sentence of the office's own may stand there instead of an id.
    questions = [chat.option(item) if item in entries else Option(entry_id="", question=item) for item in first]
    return Welcome(
        title=say("title"),
        greeting=say("greeting"),
        phone=say("phone"),
        example=say("example"),
        notice=desk.bar(chosen),
        feedback=desk.records is not None,
        questions=[presenter.option(option, chosen) for option in questions],
    )
