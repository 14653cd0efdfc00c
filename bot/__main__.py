"""Command line: `python -m bot serve` and `python -m bot ask "…"`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

import uvicorn

from bot.channels.app import create_app
from bot.chat import Chat, china_now
from bot.opening import open_calculator, open_engine
from bot.reply import Query, Reply
from bot.settings import Settings, SettingsError, load_settings, settings_table, unknown_settings
from index.errors import IndexFault, IndexMissing


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for a missing index or 2 for a wrong setting."""
    options = _parser().parse_args(arguments)
    given = {name: getattr(options, name) for name in ("host", "port") if getattr(options, name, None) is not None}
    try:
        settings = load_settings(**given)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    for name in unknown_settings():
        print(f"提醒：不认识设置 {name}，没有用它。可用的设置见 python -m bot --help。", file=sys.stderr)
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
        description="少儿医保问答：启动服务，或在命令行问一句。",
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
    return parser


def _serve(settings: Settings) -> int:
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        http="httptools",
        loop="uvloop",
        log_level=settings.log_level,
        access_log=False,
        # uvicorn would believe X-Forwarded-For unasked; FAQ_PROXY decides that.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    return 0


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
