"""One of several processes behind the callback: `python -m tests.support.wechat_server PORT FILE`.

The settings say where its store lies and what it logs; each question that it is asked becomes a line in FILE.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

from bot.opening import open_store
from bot.server import serve
from bot.settings import load_settings
from tests.support.wechat_fixtures import FakeChat, account

# Whoever is asked it first gets stuck.
STUCK = "卡住的一句话"


def main(port: str, file: str) -> None:
    """Serve as the bot's own command does, until somebody ends the process."""

    def answer(text: str) -> str:
        with Path(file).open("a+", encoding="utf-8") as lines:
            lines.write(f"{text}\n")
            lines.seek(0)
            stuck = text == STUCK and lines.read().count(STUCK) == 1
        time.sleep(30 if stuck else 0.5)
        return "长" * 1000 if text.startswith("长") else f"关于{text}"

    settings = load_settings(port=int(port))
    app = account(FakeChat(answer), open_store(settings))
    logging.basicConfig(level=logging.INFO)
    serve(app, settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
