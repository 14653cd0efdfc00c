"""Command line: `python -m bot serve`, `python -m bot ask "…"` and `python -m bot wechat-check --url …`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.channels.app import create_app
from bot.channels.wechat.checklist import Checklist
from bot.channels.wechat.courier import Courier
from bot.chat import Chat, china_now
from bot.opening import open_calculator, open_engine
from bot.reply import Query, Reply
from bot.server import open_to_stay, serve
from bot.settings import Settings, SettingsError, load_settings, settings_table, unknown_settings
from corpus.entries import load_corpus
from corpus.errors import CorpusError
from index.errors import IndexFault, IndexMissing


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for a missing index or a point not passed, or 2 for a wrong setting."""
    options = _parser().parse_args(arguments)
    given = {name: getattr(options, name) for name in ("host", "port") if getattr(options, name, None) is not None}
    try:
        settings = load_settings(**given)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    for name in unknown_settings():
        print(f"提醒：不认识设置 {name}，没有用它。可用的设置见 python -m bot --help。", file=sys.stderr)
    if options.command == "wechat-check":
        return _check(settings, options.url)
    if not settings.index.exists():
        print(IndexMissing(settings.index), file=sys.stderr)
        return 1
    return _serve(settings) if options.command == "serve" else _ask(settings, options.question, options.explain)


def _parser() -> argparse.ArgumentParser:
    rows = [
        f"  {row.name:<16} {row.help}" + (f"（默认 {row.default}）" if row.default else "") for row in settings_table()
    ]
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="少儿医保问答：启动服务，在命令行问一句，或者检查公众号的网址。",
        epilog="\n".join(["环境变量：", *rows]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    serve = commands.add_parser("serve", help="启动 HTTP 服务")
    serve.add_argument("--host", help="监听地址，默认 127.0.0.1")
    serve.add_argument("--port", help="监听端口，默认 8000")
    ask = commands.add_parser("ask", help="问一句，答复写到屏幕上")
    ask.add_argument("question", help="问题")
    ask.add_argument("--explain", action="store_true", help="同时写出匹配的依据")
    check = commands.add_parser("wechat-check", help="扮作微信的服务器，检查正在运行的公众号网址")
    check.add_argument("--url", required=True, type=_url, help="例如 http://127.0.0.1:8000/wechat")
    return parser


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        # Asking for a port that is none raises ValueError.
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or "?" in text or "#" in text:
        raise argparse.ArgumentTypeError("应当像 http://127.0.0.1:8000/wechat 这样，后面不带参数")
    return text


def _serve(settings: Settings) -> int:
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    return serve(create_app(settings, load=open_to_stay), settings)


def _ask(settings: Settings, question: str, explain: bool) -> int:
    try:
        engine = open_engine(settings)
    except IndexFault as error:
        print(error, file=sys.stderr)
        return 1
    chat = Chat(engine, settings, calculator=open_calculator(engine, china_now))
    print(format_reply(chat.reply(Query(question, "cli"))))
    if explain:
        print(f"\n{engine.explain(question)}")
    return 0


def _check(settings: Settings, url: str) -> int:
    if settings.wechat_token is None:
        print("没有 FAQ_WECHAT_ 开头的设置。请在启动服务用的那些环境变量里运行。", file=sys.stderr)
        return 2
    try:
        corpus = load_corpus()
        checklist = Checklist(Courier(url, settings), corpus.entries, corpus.phrases)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if checklist.run(print) else 1


def format_reply(reply: Reply) -> str:
    """Return a reply as lines for the terminal."""
    lines = [
        f"[{reply.kind} {reply.confidence:.4f}]" + (f" {reply.entry.id} {reply.entry.question}" if reply.entry else "")
    ]
    lines += [f"段落：{reply.passage}"] if reply.passage else []
    lines += [reply.text]
    lines += [reply.notice] if reply.notice else []
    lines += [f"  · {option}" for option in reply.ask.options] if reply.ask else []
    lines += [f"  {number}. {option.question} ({option.entry_id})" for number, option in enumerate(reply.options, 1)]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
