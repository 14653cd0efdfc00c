"""One of several processes behind the callback: `PYTHONPATH=tests python -m tests.wechat_server PORT FILE`.

The settings say where its store lies; each question that it is asked becomes a line in FILE.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from wechat_fixtures import FakeChat, account

from bot.opening import open_store
from bot.settings import load_settings


def main(port: str, file: str) -> None:
    """Serve until somebody ends the process."""

    def answer(text: str) -> str:
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(f"{text}\n")
        return "长" * 1000 if text.startswith("长") else f"关于{text}"

    app = account(FakeChat(answer, seconds=0.5), open_store(load_settings()))
    uvicorn.run(app, port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
