"""wechat-check: play WeChat's server against a running official account."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from urllib.parse import urlsplit

from bot.channels.wechat.checklist import Checklist
from bot.channels.wechat.courier import Courier
from bot.commands.surroundings import read_settings
from corpus.entries import load_corpus


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the address."""
    parser.add_argument("--url", required=True, type=_url, help="例如 http://127.0.0.1:8000/wechat")


def run(options: Namespace) -> int:
    """Print every point of the list; return 1 where one is not passed."""
    settings = read_settings()
    if settings.wechat_token is None:
        print("没有 FAQ_WECHAT_ 开头的设置。请在启动服务用的那些环境变量里运行。", file=sys.stderr)
        return 2
    corpus = load_corpus()
    checklist = Checklist(Courier(options.url, settings), corpus.entries, corpus.phrases)
    return 0 if checklist.run(print) else 1


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        # Asking for a port that is none raises ValueError.
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or "?" in text or "#" in text:
        raise ArgumentTypeError("应当像 http://127.0.0.1:8000/wechat 这样，后面不带参数")
    return text
