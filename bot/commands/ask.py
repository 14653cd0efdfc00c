"""ask: one question on the command line."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from bot.chat import Chat, china_now
from bot.commands.surroundings import need_index, read_settings
from bot.opening import open_calculator, open_engine
from bot.place import corpus_beside, pinned
from bot.reply import Query, Reply


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the question."""
    parser.add_argument("question", help="问题")
    parser.add_argument("--explain", action="store_true", help="同时写出匹配的依据")


def run(options: Namespace) -> int:
    """Print the reply."""
    settings = pinned(read_settings())
    need_index(settings)
    engine = open_engine(settings)
    chat = Chat(engine, settings, calculator=open_calculator(engine, china_now, corpus_beside(settings.index)))
    print(format_reply(chat.reply(Query(options.question, "cli"))))
    if options.explain:
        print(f"\n{engine.explain(options.question)}")
    return 0


def format_reply(reply: Reply) -> str:
    """Return a reply as lines for the terminal."""
    lines = [
        f"[{reply.kind} {reply.confidence:.4f}]" + (f" {reply.entry.id} {reply.entry.question}" if reply.entry else "")
    ]
    lines += [reply.lead] if reply.lead else []
    lines += [f"段落：{reply.passage}"] if reply.passage else []
    lines += [reply.text]
    lines += [reply.notice] if reply.notice else []
    lines += [f"  · {option}" for option in reply.ask.options] if reply.ask else []
    lines += [f"  {number}. {option.question} ({option.entry_id})" for number, option in enumerate(reply.options, 1)]
    return "\n".join(lines)
